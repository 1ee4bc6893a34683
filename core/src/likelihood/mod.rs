//! Maximum likelihood, and the divergence it minimises.
//!
//! For data x_1 .. x_n from p and a model q, the average log-likelihood estimates minus the
//! cross-entropy, and that is the Kullback-Leibler divergence up to a constant of the data:
//!
//! ```text
//! (1/n) Σ ln q(x_i)  →  ∫ p(x) ln q(x) dx = -H(p, q) = -KL(p ‖ q) - H(p)
//! ```
//!
//! H(p) does not depend on q, so arg max likelihood = arg min KL. The same holds on the data
//! themselves, with the empirical measure p̂ = (1/n) Σ δ(x - x_i) for p: its entropy relative to
//! any fixed fine grid is a constant, so what maximises the average log-likelihood minimises
//! KL(p̂ ‖ q) on that grid.
//!
//! Both sides are here, by routes that share nothing: [`fit_gaussian`] takes moments, [`fit_mixture`]
//! runs expectation-maximisation, while [`closest_gaussian`] and [`closest_gaussian_to_samples`]
//! search for the minimum of the divergence itself without a formula for it.

mod closest;
mod em;
mod error;
mod gaussian;
mod simplex;
mod standardised;
mod start;

pub use closest::{Closest, closest_gaussian, closest_gaussian_to_samples};
pub use em::{Em, MixtureFit, fit_mixture};
pub use error::FitError;
pub use gaussian::{GaussianFit, fit_gaussian};

/// The cross-entropy and the divergence that maximum likelihood minimises.
pub use crate::divergence::{cross_entropy, entropy, kl as kl_to_model};

use crate::divergence::Density;

/// (1/n) Σ ln q(x_i), in nats per sample, summed in the order of the slice; negative infinity if
/// the model excludes a sample.
///
/// # Errors
/// If there are no samples or one is not finite.
pub fn mean_log_likelihood(
    samples: &[f32],
    model: &(impl Density + ?Sized),
) -> Result<f64, FitError> {
    error::check(samples)?;
    let sum: f64 = samples
        .iter()
        .map(|&x| model.ln_density(f64::from(x)))
        .sum();
    Ok(sum / samples.len() as f64)
}
