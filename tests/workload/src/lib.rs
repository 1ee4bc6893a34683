//! The reference workloads W1 and W2: two small games that other programs have run from the same
//! weights and batches, so that speeds can be compared and every program must land on the same
//! numbers.
//!
//! One step is an update of D on a batch of 16, then an update of G: LeakyReLU 0.2, the
//! non-saturating loss, Adam. It runs on a host and on a microcontroller alike.

#![no_std]

pub mod growth;

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Dense, Layer, LeakyRelu};
use ganlet::loss::Loss;
use ganlet::optimizer::{self, Adam};
use ganlet::params::{Params, ParamsExt};

/// Samples in a batch.
pub const BATCH: usize = 16;

/// Batches in a pool; step i takes batch i mod 64.
pub const BATCHES: usize = 64;

/// Steps of a workload, or rounds of a recipe, that a measurement takes: penalties come every fourth
/// step of D, of which a round has three.
pub const ROUNDS: u32 = 4;

/// Rounds of a device's life.
pub const LIFE: u32 = 128;

/// The learning rate of both players.
pub const RATE: f32 = 1e-3;

/// The optimizer of both players.
pub const ADAM: Adam = Adam {
    beta1: 0.5,
    beta2: 0.9,
    epsilon: 1e-8,
};

/// What both players play for.
pub const OBJECTIVE: Objective = Objective {
    loss: Loss::NonSaturating,
    r1: 0.0,
    r2: 0.0,
};

/// A game of `K` latents on samples of `N` numbers.
pub trait Workload<const K: usize, const N: usize> {
    /// Its name, and that of its file.
    const NAME: &'static str;
    /// From a latent to a sample.
    type Generator: Layer<In = [f32; K], Out = [f32; N]>;
    /// From a sample to a logit.
    type Discriminator: Layer<In = [f32; N], Out = [f32; 1]>;
    /// Multiply-adds in a step: forward, gradients of the weights, adjoints that somebody needs.
    const MULTIPLY_ADDS: u64;
    /// Where it must be after 200 steps.
    const LANDING: Landing;
}

/// Both players of a workload.
pub type Players<W, const K: usize, const N: usize> =
    Gan<<W as Workload<K, N>>::Generator, <W as Workload<K, N>>::Discriminator, Adam>;

/// Scalars: G 4-16-16-1, D 1-16-16-1.
#[derive(Clone, Copy, Debug)]
pub struct W1;

/// Windows of 32: G 8-32-32-32, D 32-32-32-1.
#[derive(Clone, Copy, Debug)]
pub struct W2;

impl Workload<4, 1> for W1 {
    const NAME: &'static str = "w1";
    type Generator = chain![Dense<4, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    type Discriminator = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    const MULTIPLY_ADDS: u64 = multiply_adds(&[4, 16, 16, 1], &[1, 16, 16, 1], BATCH as u64);
    const LANDING: Landing = Landing {
        discriminator_loss: 1.382_511,
        generator_loss: 0.676_249,
        absolute_sum: 159.247_99,
    };
}

impl Workload<8, 32> for W2 {
    const NAME: &'static str = "w2";
    type Generator = chain![Dense<8, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 32>];
    type Discriminator = chain![Dense<32, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 1>];
    const MULTIPLY_ADDS: u64 = multiply_adds(&[8, 32, 32, 32], &[32, 32, 32, 1], BATCH as u64);
    const LANDING: Landing = Landing {
        discriminator_loss: 1.195_777,
        generator_loss: 0.824_389,
        absolute_sum: 727.853_44,
    };
}

/// What a step of both players must multiply, by the widths of their layers and the batch: forward,
/// gradients of the weights, adjoints that somebody needs.
pub const fn multiply_adds(generator: &[u64], discriminator: &[u64], batch: u64) -> u64 {
    let (g, d) = (weights(generator), weights(discriminator));
    let (g_first, d_first) = (
        generator[0] * generator[1],
        discriminator[0] * discriminator[1],
    );
    let of_discriminator = g + 2 * (3 * d - d_first);
    let of_generator = (3 * g - g_first) + 2 * d;
    batch * (of_discriminator + of_generator)
}

const fn weights(widths: &[u64]) -> u64 {
    let (mut sum, mut i) = (0, 1);
    while i < widths.len() {
        sum += widths[i - 1] * widths[i];
        i += 1;
    }
    sum
}

/// One batch.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a, const K: usize, const N: usize> {
    /// Real samples.
    pub real: &'a [[f32; N]],
    /// Latents of what D is shown.
    pub for_d: &'a [[f32; K]],
    /// Latents that G learns from.
    pub for_g: &'a [[f32; K]],
}

/// One step: an update of D, then one of G. Gives both losses as they were before the updates.
pub fn step<W: Workload<K, N>, const K: usize, const N: usize>(
    players: &mut Players<W, K, N>,
    batch: Batch<'_, K, N>,
) -> (f32, f32) {
    let (mut real, mut for_d, mut for_g) =
        (batch.real.iter(), batch.for_d.iter(), batch.for_g.iter());
    let mut real = || *real.next().unwrap_or(&[0.0; N]);
    let d = players.train_discriminator_on_real_and_generated(
        &OBJECTIVE,
        &ADAM,
        RATE,
        BATCH,
        &mut real,
        || *for_d.next().unwrap_or(&[0.0; K]),
    );
    let g = players.train_generator_through_discriminator(
        &OBJECTIVE,
        &ADAM,
        RATE,
        BATCH,
        &mut real,
        || *for_g.next().unwrap_or(&[0.0; K]),
    );
    (d.step.loss, g.loss)
}

/// A workload's file: initial weights of G and of D, then 64 batches.
#[derive(Clone, Copy, Debug)]
pub struct File<'a, const K: usize, const N: usize> {
    weights: &'a [f32],
    pool: Batch<'a, K, N>,
}

impl<'a, const K: usize, const N: usize> File<'a, K, N> {
    /// The file of a workload, as numbers; `None` if it has another length.
    pub fn of<W: Workload<K, N>>(numbers: &'a [f32]) -> Option<Self> {
        let rows = BATCHES * BATCH;
        let (weights, numbers) =
            numbers.split_at_checked(W::Generator::LEN + W::Discriminator::LEN)?;
        let (real, numbers) = numbers.split_at_checked(rows * N)?;
        let (for_d, for_g) = numbers.split_at_checked(rows * K)?;
        let pool = Batch {
            real: real.as_chunks().0,
            for_d: for_d.as_chunks().0,
            for_g: for_g.as_chunks().0,
        };
        (for_g.len() == rows * K).then_some(Self { weights, pool })
    }

    /// The players before their first step.
    pub fn players<W: Workload<K, N>>(&self) -> Players<W, K, N> {
        let mut weights = self.weights;
        let generator = filled(&mut weights);
        Players::<W, K, N>::new(generator, filled(&mut weights))
    }

    /// The batch of step `i`.
    pub fn batch(&self, i: usize) -> Batch<'a, K, N> {
        let first = i % BATCHES * BATCH;
        let rows = first..first + BATCH;
        Batch {
            real: &self.pool.real[rows.clone()],
            for_d: &self.pool.for_d[rows.clone()],
            for_g: &self.pool.for_g[rows],
        }
    }
}

fn filled<P: Params>(weights: &mut &[f32]) -> P {
    let mut params = P::ZERO;
    for i in 0..P::LEAVES {
        let leaf = params.leaf_mut(i);
        let (own, rest) = weights.split_at(leaf.len());
        leaf.copy_from_slice(own);
        *weights = rest;
    }
    params
}

/// Weights and a batch that need no file: uniform numbers of a linear congruential generator.
#[derive(Clone, Copy, Debug)]
pub struct Seeded(u32);

impl Seeded {
    /// Before the first number.
    pub const START: Self = Self(1);

    /// Uniform on [−1, 1).
    const fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }

    const fn rows<const N: usize>(mut self) -> [[f32; N]; BATCH] {
        let mut rows = [[0.0; N]; BATCH];
        let mut i = 0;
        while i < BATCH * N {
            rows[i / N][i % N] = self.next();
            i += 1;
        }
        rows
    }

    /// One batch, at compile time.
    pub const fn batch<const K: usize, const N: usize>() -> Batch<'static, K, N> {
        const {
            Batch {
                real: &Self(2).rows::<N>(),
                for_d: &Self(3).rows::<K>(),
                for_g: &Self(4).rows::<K>(),
            }
        }
    }

    /// Sets every number of a network, within ±1/2.
    pub fn fill(&mut self, params: &mut impl Params) {
        fn set<P: Params>(params: &mut P, seeded: &mut Seeded) {
            for i in 0..P::LEAVES {
                params.leaf_mut(i).fill_with(|| 0.5 * seeded.next());
            }
        }
        set(params, self);
    }

    /// Both players before their first step, in place.
    pub fn start<W: Workload<K, N>, const K: usize, const N: usize>(
        players: &mut Players<W, K, N>,
    ) {
        let mut seeded = Self::START;
        seeded.fill(&mut players.generator);
        seeded.fill(&mut players.discriminator);
        optimizer::OptimizerState::restart(&mut players.generator_state);
        optimizer::OptimizerState::restart(&mut players.discriminator_state);
    }
}

/// A short number that tells the bits of two networks, for a program with no room for more.
pub fn digest(generator: &impl Params, discriminator: &impl Params) -> u32 {
    let numbers = generator.values().chain(discriminator.values());
    numbers.fold(0, |sum: u32, x| sum.rotate_left(5) ^ x.to_bits())
}

/// Where a workload is after 200 steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landing {
    /// D's loss of the last step.
    pub discriminator_loss: f32,
    /// G's loss of the last step.
    pub generator_loss: f32,
    /// The sum of the absolute values of all parameters.
    pub absolute_sum: f64,
}

impl Landing {
    /// Runs a workload for 200 steps from its file.
    pub fn of<W: Workload<K, N>, const K: usize, const N: usize>(file: &File<'_, K, N>) -> Self {
        let mut players = file.players::<W>();
        let mut losses = (0.0, 0.0);
        for i in 0..200 {
            losses = step::<W, K, N>(&mut players, file.batch(i));
        }
        let parameters = players.generator.values();
        let parameters = parameters.chain(players.discriminator.values());
        Self {
            discriminator_loss: losses.0,
            generator_loss: losses.1,
            absolute_sum: parameters.map(|p| f64::from(p.abs())).sum(),
        }
    }

    /// Whether another program has come to the same place: within 2e-6 of either loss and 1e-4 of
    /// the sum, which is what different orders of sums leave.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.discriminator_loss - other.discriminator_loss).abs() < 2e-6
            && (self.generator_loss - other.generator_loss).abs() < 2e-6
            && (self.absolute_sum - other.absolute_sum).abs() < 1e-4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_that_peers_count() {
        assert_eq!((W1::MULTIPLY_ADDS, W2::MULTIPLY_ADDS), (56_832, 376_832));
    }
}
