//! The uniform distribution.

use super::super::density::{Density, Distribution, nearest_above};
use super::super::error::TargetError;
use super::{finite, fits_f32};
use crate::math::reference as math;
use crate::rng::Rng;

/// U(low, high): the same density everywhere between the two, none elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    high: f64,
}

impl Uniform {
    /// The uniform distribution on [low, high].
    ///
    /// # Errors
    /// If an end is not finite, `low` is not below `high`, or `f32` cannot hold its values apart.
    pub fn new(low: f64, high: f64) -> Result<Self, TargetError> {
        let (low, high) = (finite("A", low)?, finite("B", high)?);
        if low >= high {
            return Err(TargetError::EmptyInterval { low, high });
        }
        fits_f32((low, high), low.abs().max(high.abs()), high - low)?;
        Ok(Self { low, high })
    }

    /// Its two ends.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn width(&self) -> f64 {
        self.high - self.low
    }
}

impl Density for Uniform {
    fn ln_density(&self, x: f64) -> f64 {
        if (self.low..=self.high).contains(&x) {
            -math::ln(self.width())
        } else {
            f64::NEG_INFINITY
        }
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        nearest_above(x, [self.low, self.high].into_iter())
    }
}

impl Distribution for Uniform {
    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / self.width()).clamp(0.0, 1.0)
    }

    fn quantile(&self, u: f64) -> f64 {
        if (0.0..=1.0).contains(&u) {
            (self.low + u * self.width()).min(self.high)
        } else {
            f64::NAN
        }
    }

    fn mean(&self) -> f64 {
        0.5 * self.low + 0.5 * self.high
    }

    /// (high - low) / √12.
    fn sd(&self) -> f64 {
        self.width() / math::sqrt(12.0)
    }

    /// (x - low)² / (2 (high - low)) inside, x - mean above.
    fn shortfall(&self, x: f64) -> f64 {
        let inside = x.clamp(self.low, self.high) - self.low;
        0.5 * inside * (inside / self.width()) + (x - self.high).max(0.0)
    }

    fn draw(&self, rng: &mut Rng) -> f32 {
        (self.low + self.width() * f64::from(rng.uniform())) as f32
    }
}
