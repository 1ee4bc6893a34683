//! The Gaussian of the smallest divergence, found by search.

use super::error::{FitError, check};
use super::mean_log_likelihood;
use super::simplex::{Minimum, minimise};
use crate::divergence::{Distribution, Normal, kl};
use crate::math::reference as math;

/// What a search for the closest Gaussian has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closest {
    /// The Gaussian. Mean and ln sd are good to about 1e-7 sd, the square root of the objective's
    /// rounding.
    pub normal: Normal,
    /// The objective at its minimum: the divergence, or the cross-entropy of the samples.
    pub objective: f64,
    /// How often the objective was evaluated.
    pub evaluations: u32,
    /// Whether the search ended by itself.
    pub converged: bool,
}

/// arg min over (mean, ln sd) of KL(p ‖ N(mean, sd²)), the divergence computed by quadrature and the
/// minimum searched by the downhill simplex from p's median and interquartile range.
///
/// Moment matching would give the same Gaussian; no moment is used here, so that the two can be
/// compared.
///
/// # Errors
/// If the search ends at a Gaussian that `f32` readings could not show.
pub fn closest_gaussian(p: &impl Distribution) -> Result<Closest, FitError> {
    let centre = p.quantile(0.5);
    let scale = 0.5 * (p.quantile(0.75) - p.quantile(0.25));
    search(centre, scale, |normal| kl(p, normal))
}

/// arg min over (mean, ln sd) of the samples' cross-entropy -(1/n) Σ ln q(x_i), evaluated sample by
/// sample and searched like [`closest_gaussian`] from the middle of the samples' range.
///
/// The cross-entropy is KL(p̂ ‖ q) plus the entropy of the empirical measure p̂, which does not depend
/// on q: its minimum is that of the divergence. Unlike [`fit_gaussian`](super::fit_gaussian) it uses no
/// formula for the optimum.
///
/// # Errors
/// If there are no samples, one is not finite, all are equal, or the search ends at a Gaussian that
/// `f32` readings could not show.
pub fn closest_gaussian_to_samples(samples: &[f32]) -> Result<Closest, FitError> {
    check(samples)?;
    let (low, high) = samples
        .iter()
        .map(|&x| f64::from(x))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
    if low == high {
        return Err(FitError::Constant);
    }
    search(0.5 * (low + high), 0.25 * (high - low), |normal| {
        mean_log_likelihood(samples, normal).map_or(f64::INFINITY, |mean| -mean)
    })
}

/// Minimises over the Gaussians N(centre + scale a, (scale e^b)²), starting at a = b = 0; what is no
/// Gaussian counts as infinitely far.
fn search(
    centre: f64,
    scale: f64,
    objective: impl Fn(&Normal) -> f64,
) -> Result<Closest, FitError> {
    let normal = |[a, b]: [f64; 2]| Normal::new(centre + scale * a, scale * math::exp(b));
    let value = |at| normal(at).map_or(f64::INFINITY, |normal| objective(&normal));
    let Minimum {
        at,
        value,
        evaluations,
        converged,
    } = minimise(value, [0.0, 0.0], 0.5);
    Ok(Closest {
        normal: normal(at)?,
        objective: value,
        evaluations,
        converged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::{Target, entropy};
    use crate::likelihood::fit_gaussian;
    use crate::rng::Rng;
    use std::vec::Vec;

    const TARGETS: [&str; 6] = [
        "normal:3:0.5",
        "normal:-1000:0.01",
        "uniform:-1:1",
        "exponential:4",
        "lognormal:0:0.5",
        "mixture:0.8:-1.5:0.2,0.2:1.5:0.2",
    ];

    fn assert_same(found: &Normal, expected: (f64, f64), tolerance: f64, what: &str) {
        let (mean, sd) = expected;
        let off = (found.mean() - mean).abs().max((found.sd() - sd).abs()) / sd;
        assert!(
            off < tolerance,
            "{what}: {found:?} is {off} sd from {expected:?}"
        );
    }

    #[test]
    fn the_divergence_is_least_where_the_moments_match() {
        for text in TARGETS {
            let p: Target = text.parse().unwrap();
            let closest = closest_gaussian(&p).unwrap();
            assert!(closest.converged, "{text}");
            assert_same(&closest.normal, (p.mean(), p.sd()), 1e-6, text);
            // KL(p ‖ N(mean, sd²)) = ln(sd √(2πe)) - H(p).
            let exact = math::ln(p.sd()) + 1.418_938_533_204_672_7 - entropy(&p);
            assert!(
                (closest.objective - exact).abs() < 1e-10,
                "{text}: {closest:?} against {exact}"
            );
        }
    }

    #[test]
    fn the_search_on_samples_ends_at_the_likelihoods_maximum() {
        for text in TARGETS {
            let p: Target = text.parse().unwrap();
            let mut rng = Rng::new(5, 0);
            let samples: Vec<f32> = (0..2000).map(|_| p.draw(&mut rng)).collect();
            let searched = closest_gaussian_to_samples(&samples).unwrap();
            let most_likely = fit_gaussian(&samples).unwrap();
            assert!(searched.converged, "{text}");
            assert_same(
                &searched.normal,
                (most_likely.mean(), most_likely.sd()),
                1e-6,
                text,
            );
            let likelihood = mean_log_likelihood(&samples, &most_likely).unwrap();
            assert!((searched.objective + likelihood).abs() < 1e-11, "{text}");
            // And within sampling error, at the minimum for the distribution itself.
            let exact = closest_gaussian(&p).unwrap().normal;
            assert_same(&searched.normal, (exact.mean(), exact.sd()), 0.15, text);
        }
    }

    #[test]
    fn likelihood_and_divergence_differ_by_the_entropy_of_the_data() {
        // On a grid of cells of width w the empirical measure is a histogram, and with q nearly
        // constant over a cell, KL(p̂ ‖ q) = -(1/n) Σ ln q(x_i) + Σ p̂ ln p̂ - ln w whatever q is.
        let samples: [f32; 6] = [-1.0, 0.0, 0.0, 0.5, 1.0, 3.0];
        let width = 1e-4;
        let shares = [1.0, 2.0, 1.0, 1.0, 1.0].map(|count: f64| count / 6.0);
        let negative_entropy: f64 = shares.iter().map(|s| s * math::ln(*s)).sum();
        for (mean, sd) in [(0.0, 1.0), (0.6, 1.2), (2.0, 0.9)] {
            let q = Normal::new(mean, sd).unwrap();
            let cells =
                [-1.0, 0.0, 0.5, 1.0, 3.0].map(|x| q.cdf(x + 0.5 * width) - q.cdf(x - 0.5 * width));
            let kl: f64 = shares
                .iter()
                .zip(cells)
                .map(|(s, cell)| s * math::ln(s / cell))
                .sum();
            let likelihood = mean_log_likelihood(&samples, &q).unwrap();
            let difference = kl + likelihood;
            assert!(
                (difference - (negative_entropy - math::ln(width))).abs() < 1e-7,
                "{difference}"
            );
        }
    }

    #[test]
    fn samples_without_a_gaussian_are_refused() {
        assert_eq!(closest_gaussian_to_samples(&[]), Err(FitError::Empty));
        assert_eq!(
            closest_gaussian_to_samples(&[2.0; 4]),
            Err(FitError::Constant)
        );
        assert_eq!(
            closest_gaussian_to_samples(&[f32::INFINITY]),
            Err(FitError::NotFinite(0))
        );
    }
}
