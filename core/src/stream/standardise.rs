//! Between the sensor's units and units of its standard deviation.

use core::fmt;

use super::Welford;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::Row;

/// z = (x − mean) / sd, and back.
///
/// A network sees z alone. Finite in gives finite out: what leaves the range of `f32` becomes its
/// largest number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Standardiser {
    mean: f32,
    sd: f32,
}

impl Standardiser {
    /// z = x: for readings that are standardised already.
    pub const IDENTITY: Self = Self { mean: 0.0, sd: 1.0 };

    /// Zeros throughout, for a static before it is set.
    pub(crate) const BLANK: Self = Self { mean: 0.0, sd: 0.0 };

    /// From a known mean and standard deviation, both in the sensor's unit.
    pub fn new(mean: f32, sd: f32) -> Result<Self, Unfit> {
        if mean.is_finite() && sd.is_finite() && sd > 0.0 {
            Ok(Self { mean, sd })
        } else {
            Err(Unfit::OutOfRange { mean, sd })
        }
    }

    /// From the readings so far.
    ///
    /// A constant series is an error: there is no scale in it, and any floor would be a guess at
    /// the sensor's unit. A caller that knows the unit can go on with [`new`](Self::new).
    pub fn fit(readings: &Welford) -> Result<Self, Unfit> {
        if readings.count() < 2 {
            return Err(Unfit::TooFew {
                readings: readings.count(),
            });
        }
        if readings.sd() == 0.0 {
            return Err(Unfit::Constant {
                value: readings.mean(),
                readings: readings.count(),
            });
        }
        Self::new(readings.mean(), readings.sd())
    }

    /// The mean, in the sensor's unit.
    pub fn mean(&self) -> f32 {
        self.mean
    }

    /// The standard deviation, in the sensor's unit.
    pub fn sd(&self) -> f32 {
        self.sd
    }

    /// A reading in standard deviations from the mean.
    #[inline]
    pub fn to(&self, x: f32) -> f32 {
        saturate((x - self.mean) / self.sd)
    }

    /// The reading that is `z` standard deviations from the mean.
    #[inline]
    pub fn back(&self, z: f32) -> f32 {
        saturate(self.mean + z * self.sd)
    }

    /// [`to`](Self::to) of every number of a sample.
    pub fn to_row<R: Row>(&self, mut row: R) -> R {
        row.flat_mut().iter_mut().for_each(|x| *x = self.to(*x));
        row
    }

    /// [`back`](Self::back) of every number of a sample.
    pub fn back_row<R: Row>(&self, mut row: R) -> R {
        row.flat_mut().iter_mut().for_each(|z| *z = self.back(*z));
        row
    }
}

impl Persist for Standardiser {
    const BYTES: usize = 2 * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.mean.save(out);
        self.sd.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let (mean, sd) = (from.read(self.mean)?, from.read(self.sd)?);
        let read = Self::new(mean, sd).map_err(|_| Invalid("a standard deviation of 0 or less"))?;
        from.set(self, read);
        Ok(())
    }
}

/// ±∞ → ± the largest number; a NaN stays one.
#[inline]
fn saturate(x: f32) -> f32 {
    x.clamp(f32::MIN, f32::MAX)
}

/// Why readings give no scale to standardise by.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Unfit {
    /// Fewer than two usable readings.
    TooFew {
        /// How many there are.
        readings: u32,
    },
    /// All readings are the same.
    Constant {
        /// The value they all have.
        value: f32,
        /// How many there are.
        readings: u32,
    },
    /// A mean that is not finite, or a standard deviation that is not finite and positive.
    OutOfRange {
        /// The mean.
        mean: f32,
        /// The standard deviation.
        sd: f32,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { readings } => write!(
                f,
                "too few usable readings to learn a scale from: {readings}; give at least 2"
            ),
            Self::Constant { value, readings } => write!(
                f,
                "all {readings} readings are {value}: a constant series has no spread to learn; \
                 check the sensor, the column or the rows"
            ),
            Self::OutOfRange { mean, sd } => write!(
                f,
                "mean {mean} and standard deviation {sd} give no scale: both must be finite, and \
                 the latter above 0"
            ),
        }
    }
}

impl core::error::Error for Unfit {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    fn fit(readings: &[f32]) -> Result<Standardiser, Unfit> {
        let mut statistics = Welford::new();
        for &x in readings {
            assert!(statistics.push(x));
        }
        Standardiser::fit(&statistics)
    }

    #[test]
    fn small_and_large_units_standardise_alike() {
        let shape = [1.0, 2.0, 4.0, 8.0, 3.0];
        let plain = fit(&shape).unwrap();
        // Two roots, of radicands that differ by a factor of up to 4.
        let tolerance = if cfg!(feature = "micromath") {
            0.2
        } else {
            1e-5
        };
        for unit in [1e-30, 1e-20, 1e20, 1e30] {
            let scaled = fit(&shape.map(|x| x * unit)).unwrap();
            for x in shape {
                let z = scaled.to(x * unit);
                assert!(
                    (z - plain.to(x)).abs() < tolerance,
                    "{x} in units of {unit}: {z}"
                );
                assert!((scaled.back(z) / (x * unit) - 1.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn readings_without_a_scale_are_typed_errors() {
        assert_eq!(fit(&[]), Err(Unfit::TooFew { readings: 0 }));
        assert_eq!(fit(&[2.5]), Err(Unfit::TooFew { readings: 1 }));
        let constant = fit(&[0.1; 40]);
        assert_eq!(
            constant,
            Err(Unfit::Constant {
                value: 0.1,
                readings: 40
            })
        );
        for (mean, sd) in [
            (0.0, 0.0),
            (0.0, -1.0),
            (f32::NAN, 1.0),
            (0.0, f32::INFINITY),
        ] {
            let error = Standardiser::new(mean, sd).unwrap_err();
            assert!(matches!(error, Unfit::OutOfRange { .. }));
            assert_eq!(error.to_string().lines().count(), 1);
        }
    }

    proptest! {
        #[test]
        fn finite_in_finite_out(
            mean in prop::num::f32::ANY,
            sd in prop::num::f32::ANY,
            x in prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
        ) {
            if let Ok(standardiser) = Standardiser::new(mean, sd) {
                prop_assert!(standardiser.to(x).is_finite());
                prop_assert!(standardiser.back(x).is_finite());
            }
        }

        #[test]
        fn back_inverts_to(mean in -1e4f32..1e4, sd in 1e-2f32..1e4, z in -10f32..10.0) {
            let standardiser = Standardiser::new(mean, sd).unwrap();
            let x = standardiser.back(z);
            // The reading itself is rounded to a float near the larger of mean and sd.
            let unit = 4.0 * f32::EPSILON * (mean.abs() + sd * z.abs());
            prop_assert!((standardiser.back(standardiser.to(x)) - x).abs() <= unit);
        }

        #[test]
        fn rows_are_scalars_side_by_side(row in prop::array::uniform4(-1e3f32..1e3)) {
            let standardiser = Standardiser::new(3.0, 0.7).unwrap();
            prop_assert_eq!(standardiser.to_row(row), row.map(|x| standardiser.to(x)));
            prop_assert_eq!(standardiser.back_row(row), row.map(|z| standardiser.back(z)));
        }
    }
}
