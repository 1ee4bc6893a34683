//! Running mean and standard deviation.

use super::twofold::Twofold;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::math;

/// Count, mean, standard deviation and range of all readings so far, in constant memory.
///
/// With δ = xₙ − mₙ₋₁ (Welford 1962, in the form of West 1979):
///
/// > mₙ = mₙ₋₁ + δ / n,  Sₙ = Sₙ₋₁ + δ² (n − 1) / n,  variance = Sₙ / (n − 1)
///
/// # Accuracy
///
/// Plain `f32` stalls: near 10⁴ a mean moves in steps of 0.001, so that δ / n of unit noise is lost
/// after some hundred readings, and 10⁶ of them leave it off by more than 0.01. Both sums are
/// therefore kept as an unevaluated sum of two floats. Over the same 10⁶ readings with mean 10⁴ and
/// standard deviation 1, the mean is that of `f64` rounded to `f32`, and the standard deviation is
/// within 10⁻⁷ of that of `f64`, relatively. A test asserts all three. (With `micromath` the
/// standard deviation is as good as that back end's square root: 6.1 %.)
///
/// S is held in units of a power of two that follows the largest |δ|, so that readings near 10⁻²⁰
/// or 10²⁰ neither underflow nor overflow when they are squared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welford {
    count: u32,
    rejected: u32,
    mean: Twofold,
    /// S / unit².
    squares: Twofold,
    /// The power of two just below the largest |δ|; 0 before the first reading.
    unit: f32,
    min: f32,
    max: f32,
}

impl Welford {
    /// Before the first reading.
    pub const fn new() -> Self {
        Self {
            count: 0,
            rejected: 0,
            mean: Twofold::ZERO,
            squares: Twofold::ZERO,
            unit: 0.0,
            min: 0.0,
            max: 0.0,
        }
    }

    /// Takes in one reading.
    ///
    /// `false` if it was refused, which changes nothing but [`rejected`](Self::rejected): a NaN, an
    /// infinity, a reading so far from the mean that the distance is no `f32`, or any after 2³² − 1.
    pub fn push(&mut self, x: f32) -> bool {
        let next = self.with(x);
        match next {
            Some(next) => *self = next,
            None => self.rejected = self.rejected.saturating_add(1),
        }
        next.is_some()
    }

    /// The statistics with one reading more, if they can hold it.
    fn with(&self, x: f32) -> Option<Self> {
        let count = self.count.checked_add(1)?;
        let n = count as f32;
        let deviation = -self.mean.plus(-x).high;
        let unit = power_of_two_below(deviation).max(f32::MIN_POSITIVE);
        let unit = self.unit.max(unit);
        let (shrink, d) = (self.unit / unit, deviation / unit);
        let squares = self.squares.times(shrink).times(shrink);
        let (min, max) = match self.count {
            0 => (x, x),
            _ => (self.min.min(x), self.max.max(x)),
        };
        let next = Self {
            count,
            rejected: self.rejected,
            mean: self.mean.plus(deviation / n),
            squares: squares.plus(d * d * ((n - 1.0) / n)),
            unit,
            min,
            max,
        };
        (next.mean.is_finite() && next.squares.is_finite()).then_some(next)
    }

    /// Readings taken in.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Readings refused.
    pub fn rejected(&self) -> u32 {
        self.rejected
    }

    /// The mean, in the unit of the readings; 0 before the first one.
    pub fn mean(&self) -> f32 {
        self.mean.high
    }

    /// The unbiased variance S / (n − 1); 0 before the second reading.
    ///
    /// The square may leave the range of `f32` where [`sd`](Self::sd) does not: readings that
    /// spread over more than 10¹⁹ give infinity, below 10⁻²³ nought.
    pub fn variance(&self) -> f32 {
        self.variance_in_units() * self.unit * self.unit
    }

    /// The standard deviation, root of the unbiased variance, in the unit of the readings; 0 before
    /// the second reading.
    pub fn sd(&self) -> f32 {
        match self.variance_in_units() {
            // Exactly nought: micromath's root of it is not.
            0.0 => 0.0,
            variance => math::sqrt(variance) * self.unit,
        }
    }

    fn variance_in_units(&self) -> f32 {
        self.squares.high / self.count.saturating_sub(1).max(1) as f32
    }

    /// The smallest reading.
    pub fn min(&self) -> Option<f32> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest reading.
    pub fn max(&self) -> Option<f32> {
        (self.count > 0).then_some(self.max)
    }
}

impl Default for Welford {
    fn default() -> Self {
        Self::new()
    }
}

impl Persist for Welford {
    const BYTES: usize = 2 * u32::BYTES + 2 * Twofold::BYTES + 3 * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.count.save(out);
        self.rejected.save(out);
        self.mean.save(out);
        self.squares.save(out);
        self.unit.max(f32::MIN_POSITIVE).save(out);
        self.min.save(out);
        self.max.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let read = Self {
            count: from.read(self.count)?,
            rejected: from.read(self.rejected)?,
            mean: from.read(self.mean)?,
            squares: from.read(self.squares)?,
            unit: from.read(self.unit)?,
            min: from.read(self.min)?,
            max: from.read(self.max)?,
        };
        if read.squares.high < 0.0 || read.unit < f32::MIN_POSITIVE || read.min > read.max {
            return Err(Invalid("statistics of no readings there could be"));
        }
        from.set(self, read);
        Ok(())
    }
}

/// |x| with its significand cut to 1; 0 for what is below the normal range.
pub(crate) fn power_of_two_below(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0x7F80_0000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// Relative error of the back end's square root.
    const ROOT: f64 = if cfg!(feature = "micromath") {
        0.061
    } else {
        1e-7
    };

    fn of(readings: &[f32]) -> Welford {
        let mut statistics = Welford::new();
        for &x in readings {
            assert!(statistics.push(x), "{x} refused");
        }
        statistics
    }

    /// Mean and standard deviation in two passes of `f64`.
    fn reference(readings: &[f32]) -> (f64, f64) {
        let n = readings.len() as f64;
        let mean = readings.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let squares = readings.iter().map(|&x| (f64::from(x) - mean).powi(2));
        (mean, (squares.sum::<f64>() / (n - 1.0)).sqrt())
    }

    /// A million readings far from nought, where plain `f32` does not reach.
    #[test]
    fn a_million_readings_agree_with_f64() {
        let mut rng = Rng::new(1, 0);
        let readings: Vec<f32> = (0..1_000_000).map(|_| 1e4 + rng.gaussian()).collect();
        let statistics = of(&readings);
        let (mean, sd) = reference(&readings);
        assert_eq!(statistics.mean(), mean as f32);
        let exact = f64::from(statistics.mean.high) + f64::from(statistics.mean.low);
        assert!((exact - mean).abs() < 1e-6, "{exact} against {mean}");
        assert!((f64::from(statistics.sd()) / sd - 1.0).abs() < ROOT);

        let plain = readings.iter().zip(1..);
        let plain = plain.fold(0.0, |mean, (x, n)| mean + (x - mean) / n as f32);
        assert!((f64::from(plain) - mean).abs() > 0.01, "plain f32: {plain}");
    }

    proptest! {
        #[test]
        fn moments_agree_with_two_passes_of_f64(
            readings in prop::collection::vec(-1e3f32..1e3, 2..200),
            offset in prop_oneof![Just(0.0f32), -1e6f32..1e6],
            scale in prop_oneof![Just(1e-20f32), Just(1.0), Just(1e20)],
        ) {
            let readings: Vec<f32> = readings.iter().map(|x| (x + offset) * scale).collect();
            let statistics = of(&readings);
            let (mean, sd) = reference(&readings);
            let size = readings.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
            let off = (f64::from(statistics.mean()) - mean).abs();
            prop_assert!(off <= 1e-7 * f64::from(size), "mean {} against {mean}", statistics.mean());
            let off = (f64::from(statistics.sd()) - sd).abs();
            prop_assert!(off <= (1e-6 + ROOT) * sd, "sd {} against {sd}", statistics.sd());
            prop_assert_eq!(statistics.count() as usize, readings.len());
        }

        #[test]
        fn a_power_of_two_scales_everything_exactly(
            readings in prop::collection::vec(0.5f32..2.0, 2..50),
            exponent in -60i32..60,
        ) {
            let unit = 2f32.powi(exponent);
            let (plain, scaled) = (
                of(&readings),
                of(&readings.iter().map(|x| x * unit).collect::<Vec<_>>()),
            );
            prop_assert_eq!(scaled.mean(), plain.mean() * unit);
            prop_assert_eq!(scaled.sd(), plain.sd() * unit);
            prop_assert_eq!(scaled.min(), plain.min().map(|x| x * unit));
            prop_assert_eq!(scaled.max(), plain.max().map(|x| x * unit));
        }

        #[test]
        fn whatever_comes_the_statistics_stay_finite(
            readings in prop::collection::vec(prop::num::f32::ANY, 0..50),
        ) {
            let mut statistics = Welford::new();
            for x in &readings {
                let before = statistics;
                if !statistics.push(*x) {
                    let rejected = statistics.rejected;
                    prop_assert_eq!(Welford { rejected, ..before }, statistics);
                    prop_assert_eq!(rejected, before.rejected + 1);
                }
                prop_assert!(statistics.mean().is_finite() && statistics.sd().is_finite());
            }
            prop_assert_eq!((statistics.count() + statistics.rejected()) as usize, readings.len());
        }
    }

    #[test]
    fn what_is_not_finite_is_refused_and_counted() {
        let mut statistics = of(&[1.0, 3.0]);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!statistics.push(bad));
        }
        assert_eq!(statistics.rejected(), 3);
        assert_eq!((statistics.count(), statistics.mean()), (2, 2.0));
    }

    #[test]
    fn what_would_overflow_is_refused_and_counted() {
        let mut statistics = of(&[f32::MIN]);
        assert!(!statistics.push(f32::MAX));
        assert_eq!(statistics.rejected(), 1);
        statistics.count = u32::MAX;
        assert!(!statistics.push(0.0));
        assert_eq!(statistics.rejected(), 2);
    }

    #[test]
    fn few_readings_have_no_spread() {
        let statistics = Welford::new();
        assert_eq!((statistics.mean(), statistics.sd()), (0.0, 0.0));
        assert_eq!((statistics.min(), statistics.max()), (None, None));
        let statistics = of(&[7.5]);
        assert_eq!((statistics.mean(), statistics.sd()), (7.5, 0.0));
        assert_eq!((statistics.min(), statistics.max()), (Some(7.5), Some(7.5)));
        assert_eq!(of(&[0.1; 1000]).sd(), 0.0, "a constant has none at all");
    }

    #[test]
    fn variance_is_the_square_of_the_standard_deviation() {
        let statistics = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(statistics.mean(), 5.0);
        assert!((statistics.variance() - 32.0 / 7.0).abs() < 1e-6);
        let square = f64::from(statistics.sd()).powi(2);
        assert!((square / (32.0 / 7.0) - 1.0).abs() < 3.0 * ROOT);
    }
}
