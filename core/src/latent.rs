//! What a generator is fed: Gaussian coordinates, and signs.
//!
//! A smooth map of a Gaussian has connected support, so separated modes cost it a bridge of
//! spurious samples. A few Rademacher coordinates (±1) cut the latent space into pieces and give
//! each mode a piece of its own.

use crate::layer::Zero;
use crate::rng::Rng;

/// A generator input that can be drawn at random.
pub trait Latent: Zero {
    /// Draws one latent whose first `gaussian` coordinates are N(0, 1) and whose rest are ±1.
    fn draw(rng: &mut Rng, gaussian: usize) -> Self;
}

impl<const K: usize> Latent for [f32; K] {
    #[inline]
    fn draw(rng: &mut Rng, gaussian: usize) -> Self {
        core::array::from_fn(|i| {
            if i < gaussian {
                rng.gaussian()
            } else {
                rng.rademacher()
            }
        })
    }
}

/// The latent of a network behind a [`NoiseSkip`](crate::layer::NoiseSkip), and the skip's noise,
/// which is Gaussian throughout.
impl<Z: Latent, const N: usize> Latent for (Z, [f32; N]) {
    #[inline]
    fn draw(rng: &mut Rng, gaussian: usize) -> Self {
        let z = Z::draw(rng, gaussian);
        (z, core::array::from_fn(|_| rng.gaussian()))
    }
}
