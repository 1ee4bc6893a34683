//! The lognormal distribution.

use super::super::density::{Density, Distribution, nearest_above};
use super::super::error::TargetError;
use super::normal::{phi, standard_quantile};
use super::{LN_SQRT_TAU, REACH, finite, fits_f32, positive};
use crate::math::reference as math;
use crate::rng::Rng;

/// The distribution of e^Y with Y ~ N(mu, sigma²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogNormal {
    mu: f64,
    sigma: f64,
}

impl LogNormal {
    /// The lognormal distribution whose logarithm has mean `mu` and standard deviation `sigma`.
    ///
    /// # Errors
    /// If a parameter is not finite, `sigma` is not above zero, or `f32` cannot hold its values.
    pub fn new(mu: f64, sigma: f64) -> Result<Self, TargetError> {
        let lognormal = Self {
            mu: finite("mu", mu)?,
            sigma: positive("sigma", sigma)?,
        };
        let median = math::exp(mu);
        fits_f32(lognormal.range(), median, median * sigma)?;
        Ok(lognormal)
    }

    /// Mean and standard deviation of the logarithm.
    pub fn logarithm(&self) -> (f64, f64) {
        (self.mu, self.sigma)
    }

    /// (ln x - mu) / sigma.
    fn standardise(&self, x: f64) -> f64 {
        (math::ln(x) - self.mu) / self.sigma
    }

    fn at(&self, z: f64) -> f64 {
        math::exp(self.mu + self.sigma * z)
    }
}

impl Density for LogNormal {
    fn ln_density(&self, x: f64) -> f64 {
        if x > 0.0 && x < f64::INFINITY {
            let z = self.standardise(x);
            -0.5 * z * z - LN_SQRT_TAU - math::ln(self.sigma) - math::ln(x)
        } else {
            f64::NEG_INFINITY
        }
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn range(&self) -> (f64, f64) {
        (0.0, self.at(REACH))
    }

    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        // A geometric grid: the density is spread over many scales of x.
        nearest_above(x, (-12..=12).map(|z| self.at(f64::from(z))))
    }
}

impl Distribution for LogNormal {
    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 {
            phi(self.standardise(x))
        } else {
            0.0
        }
    }

    fn quantile(&self, u: f64) -> f64 {
        self.at(standard_quantile(u))
    }

    /// e^(mu + sigma² / 2).
    fn mean(&self) -> f64 {
        math::exp(self.mu + 0.5 * self.sigma * self.sigma)
    }

    /// mean √(e^sigma² - 1).
    fn sd(&self) -> f64 {
        self.mean() * math::sqrt(math::exp_m1(self.sigma * self.sigma))
    }

    /// x Φ(z) - mean Φ(z - sigma) with z = (ln x - mu) / sigma.
    fn shortfall(&self, x: f64) -> f64 {
        if x > 0.0 {
            let z = self.standardise(x);
            x * phi(z) - self.mean() * phi(z - self.sigma)
        } else {
            0.0
        }
    }

    fn draw(&self, rng: &mut Rng) -> f32 {
        self.at(f64::from(rng.gaussian())) as f32
    }
}
