//! How far apart two distributions are: by quadrature where both densities are known, by counting
//! or sorting where there are only samples, and through a discriminator where there is a GAN.
//!
//! | known | measure | where |
//! |---|---|---|
//! | two densities | [`kl`], [`js`], [`total_variation`], [`cross_entropy`] | by [`quadrature`] |
//! | two densities | D*, V(G, D), V(G, D*) | [`optimal`] |
//! | a sorted sample and a distribution, or two sorted samples | Wasserstein-1 | [`wasserstein`] |
//! | two samples, binned | JS, KL, total variation | [`histogram`] |
//! | the discriminator's logits on minibatches | V and the JS bound with their standard errors | [`bound`] |
//!
//! Everything is in nats. Except for [`bound`], which runs on the device beside the training, it is
//! `f64` and meant for the host: a quadrature keeps some 40 KiB of intervals on the stack.

pub mod bound;
pub mod density;
mod error;
mod exact;
pub mod family;
pub mod histogram;
mod kronrod;
mod notation;
pub mod optimal;
pub mod quadrature;
mod target;
pub mod wasserstein;

pub use bound::BoundEstimate;
pub use density::{Density, Distribution, Mixed};
pub use error::{Parameter, TargetError, Token};
pub use exact::{cross_entropy, entropy, js, kl, total_variation};
pub use family::{Exponential, LogNormal, MAX_MODES, Mixture, Mode, Normal, Uniform};
pub use histogram::Histogram;
pub use target::Target;
