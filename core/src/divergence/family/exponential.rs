//! The exponential distribution.

use super::super::density::{Density, Distribution, nearest_above};
use super::super::error::TargetError;
use super::{fits_f32, positive};
use crate::math::reference as math;
use crate::rng::Rng;

/// Where quadrature stops, in mean lives: the mass beyond is e^-75 = 2.7e-33.
const REACH: f64 = 75.0;

/// Exp(rate): p(x) = rate e^(-rate x) for x >= 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    rate: f64,
}

impl Exponential {
    /// The exponential distribution of mean 1 / rate.
    ///
    /// # Errors
    /// If `rate` is not finite or not above zero, or `f32` cannot hold its values.
    pub fn new(rate: f64) -> Result<Self, TargetError> {
        let exponential = Self {
            rate: positive("rate", rate)?,
        };
        fits_f32(exponential.range(), 0.0, exponential.mean())?;
        Ok(exponential)
    }

    /// Events per unit of x.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

impl Density for Exponential {
    fn ln_density(&self, x: f64) -> f64 {
        if x >= 0.0 {
            math::ln(self.rate) - self.rate * x
        } else {
            f64::NEG_INFINITY
        }
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn range(&self) -> (f64, f64) {
        (0.0, REACH / self.rate)
    }

    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        const MARKS: [f64; 7] = [0.0, 1.0, 3.0, 6.0, 12.0, 30.0, REACH];
        nearest_above(x, MARKS.iter().map(|t| t / self.rate))
    }
}

impl Distribution for Exponential {
    fn cdf(&self, x: f64) -> f64 {
        -math::exp_m1(-self.rate * x.max(0.0))
    }

    fn quantile(&self, u: f64) -> f64 {
        // The logarithm of a negative number is NaN by itself, of u < 0 it is not.
        if u >= 0.0 {
            -math::ln_1p(-u) / self.rate
        } else {
            f64::NAN
        }
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    fn sd(&self) -> f64 {
        1.0 / self.rate
    }

    /// x - F(x) / rate.
    fn shortfall(&self, x: f64) -> f64 {
        x.max(0.0) - self.cdf(x) / self.rate
    }

    fn draw(&self, rng: &mut Rng) -> f32 {
        (-math::ln(f64::from(rng.uniform())) / self.rate) as f32
    }
}
