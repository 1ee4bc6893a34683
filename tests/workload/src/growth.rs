//! Games of every size: how the cost of a step grows with the width of the networks, the batch, and the
//! window.

use ganlet::chain;
use ganlet::gan::Gan;
use ganlet::layer::{Dense, Init, Layer as _, LeakyRelu};
use ganlet::optimizer::Adam;
use ganlet::rng::Rng;

use crate::{ADAM, OBJECTIVE, RATE, multiply_adds};

/// Latents of every generator.
const LATENTS: usize = 8;

/// From 8 latents over two layers of `W` to a window of `N`.
pub type Generator<const W: usize, const N: usize> =
    chain![Dense<LATENTS, W, LeakyRelu>, Dense<W, W, LeakyRelu>, Dense<W, N>];
/// From a window of `N` over two layers of `W` to a logit.
pub type Judge<const W: usize, const N: usize> =
    chain![Dense<N, W, LeakyRelu>, Dense<W, W, LeakyRelu>, Dense<W, 1>];
/// Both, with their moments.
pub type Players<const W: usize, const N: usize> = Gan<Generator<W, N>, Judge<W, N>, Adam>;

/// The size of a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Units in a layer.
    pub width: usize,
    /// Readings in a window.
    pub window: usize,
    /// Samples in a batch.
    pub batch: usize,
}

/// The widths, windows and batches that are looked at; of what does not grow there are 32, 16 and 16.
pub const WIDTHS: [usize; 5] = [4, 8, 16, 32, 64];
/// See [`WIDTHS`].
pub const WINDOWS: [usize; 6] = [1, 8, 16, 32, 64, 128];
/// See [`WIDTHS`].
pub const BATCHES: [usize; 6] = [4, 8, 16, 32, 64, 128];

impl Size {
    /// What does not grow.
    pub const MIDDLE: Self = Self {
        width: 32,
        window: 16,
        batch: 16,
    };

    /// See [`multiply_adds`].
    pub const fn multiply_adds(self) -> u64 {
        let (k, w, n) = (LATENTS as u64, self.width as u64, self.window as u64);
        multiply_adds(&[k, w, w, n], &[n, w, w, 1], self.batch as u64)
    }
}

/// Draws the weights of both players, whose moments are zeros.
pub fn start<const W: usize, const N: usize>(players: &mut Players<W, N>) {
    let mut rng = Rng::new(1, 0);
    players.generator.init(&Init::default(), &mut rng);
    players.discriminator.init(&Init::default(), &mut rng);
}

/// A step of each player, on noise.
pub fn step<const W: usize, const N: usize>(
    players: &mut Players<W, N>,
    rng: &mut Rng,
    batch: usize,
) {
    let mut signs = Rng::new(2, u64::from(rng.below(1 << 20)));
    let mut real = || core::array::from_fn(|_| rng.rademacher());
    let mut latent = || core::array::from_fn(|_| signs.rademacher());
    players.train_discriminator_on_real_and_generated(
        &OBJECTIVE,
        &ADAM,
        RATE,
        batch,
        &mut real,
        &mut latent,
    );
    players.train_generator_through_discriminator(
        &OBJECTIVE,
        &ADAM,
        RATE,
        batch,
        &mut real,
        &mut latent,
    );
}
