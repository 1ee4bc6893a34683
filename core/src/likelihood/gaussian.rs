//! The Gaussian of maximum likelihood, in closed form.

use super::error::{FitError, check};
use crate::divergence::Normal;
use crate::math::reference as math;

/// Streaming maximum likelihood of a Gaussian: mean = (1/n) Σ x_i, sd² = (1/n) Σ (x_i - mean)²
/// (divided by n, not n - 1: the likelihood's maximum), by Welford's recurrence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GaussianFit {
    count: u64,
    mean: f64,
    squares: f64,
}

impl GaussianFit {
    /// Nothing seen.
    pub const fn new() -> Self {
        Self {
            count: 0,
            mean: 0.0,
            squares: 0.0,
        }
    }

    /// Adds one sample; one that is not finite is left out.
    pub fn push(&mut self, x: f32) {
        if !x.is_finite() {
            return;
        }
        let x = f64::from(x);
        self.count += 1;
        let from_old = x - self.mean;
        self.mean += from_old / self.count as f64;
        self.squares += from_old * (x - self.mean);
    }

    /// How many samples were used.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The Gaussian under which the samples so far are most likely.
    ///
    /// # Errors
    /// If there are no samples, all are equal, or they hardly differ beside their size.
    pub fn normal(&self) -> Result<Normal, FitError> {
        if self.count == 0 {
            return Err(FitError::Empty);
        }
        if self.squares == 0.0 {
            return Err(FitError::Constant);
        }
        let variance = self.squares / self.count as f64;
        Ok(Normal::new(self.mean, math::sqrt(variance))?)
    }
}

/// The Gaussian under which `samples` are most likely (see [`GaussianFit`]).
///
/// # Errors
/// If there are no samples, one is not finite, all are equal, or they hardly differ beside their
/// size.
pub fn fit_gaussian(samples: &[f32]) -> Result<Normal, FitError> {
    check(samples)?;
    let mut fit = GaussianFit::new();
    for &x in samples {
        fit.push(x);
    }
    fit.normal()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::likelihood::mean_log_likelihood;

    #[test]
    fn moments_by_hand() {
        let fit = fit_gaussian(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!((fit.mean(), fit.sd()), (2.5, math::sqrt(1.25)));
    }

    #[test]
    fn no_other_gaussian_is_as_likely() {
        let samples = [0.3, -1.0, 2.5, 2.5, 7.0, 0.1];
        let fit = fit_gaussian(&samples).unwrap();
        let best = mean_log_likelihood(&samples, &fit).unwrap();
        for (shift, factor) in [(0.01, 1.0), (-0.01, 1.0), (0.0, 1.01), (0.0, 0.99)] {
            let other = Normal::new(fit.mean() + shift, fit.sd() * factor).unwrap();
            assert!(mean_log_likelihood(&samples, &other).unwrap() < best);
        }
    }

    #[test]
    fn an_offset_costs_no_digits() {
        let samples: [f32; 4] = core::array::from_fn(|i| 1_000_000.0 + i as f32);
        let sd = fit_gaussian(&samples).unwrap().sd();
        assert!((sd - math::sqrt(1.25)).abs() < 1e-9, "{sd}");
    }

    #[test]
    fn data_without_a_gaussian_are_refused() {
        assert_eq!(fit_gaussian(&[]), Err(FitError::Empty));
        assert_eq!(fit_gaussian(&[1.0, f32::NAN]), Err(FitError::NotFinite(1)));
        assert_eq!(fit_gaussian(&[0.1; 5]), Err(FitError::Constant));
        assert_eq!(fit_gaussian(&[1e6, 1_000_000.1]), Err(FitError::BeyondF32));
        assert_eq!(
            fit_gaussian(&[f32::MIN, f32::MAX]),
            Err(FitError::BeyondF32)
        );
        let mut stream = GaussianFit::new();
        stream.push(f32::INFINITY);
        assert_eq!((stream.count(), stream.normal()), (0, Err(FitError::Empty)));
    }
}
