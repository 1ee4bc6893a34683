//! A small state of every kind there is, and everything that can happen to its bytes.

mod damage;
mod items;
mod optional;
mod refusal;
mod round_trip;

use core::num::NonZeroU32;
use std::string::ToString as _;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::chain;
use crate::gan::Gan;
use crate::layer::{Dense, LeakyRelu};
use crate::optimizer::{Adam, Momentum, Optimizer, Sgd};
use crate::params::{Params, ParamsExt};
use crate::rng::Rng;
use crate::stream::{Replay, Standardiser, Welford, Windower};

const MODEL: Name = Name::new("test-model").unwrap();

type Generator = chain![Dense<2, 2, LeakyRelu>, Dense<2, 1>];
type Critic = Dense<1, 1>;

#[derive(Clone, Debug)]
struct State {
    gan: Gan<Generator, Critic, Adam>,
    average: Generator,
    rng: Rng,
    statistics: Welford,
    standardiser: Standardiser,
    windower: Windower<[f32; 3]>,
    replay: Replay<[f32; 2], 3>,
    running: bool,
    step: u32,
    uptime: u64,
    level: u8,
    losses: [f32; 2],
}

impl Persist for State {
    const BYTES: usize = Gan::<Generator, Critic, Adam>::BYTES
        + Generator::BYTES
        + Rng::BYTES
        + Welford::BYTES
        + Standardiser::BYTES
        + Windower::<[f32; 3]>::BYTES
        + Replay::<[f32; 2], 3>::BYTES
        + bool::BYTES
        + u32::BYTES
        + u64::BYTES
        + u8::BYTES
        + <[f32; 2]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.gan.save(out);
        self.average.save(out);
        self.rng.save(out);
        self.statistics.save(out);
        self.standardiser.save(out);
        self.windower.save(out);
        self.replay.save(out);
        self.running.save(out);
        self.step.save(out);
        self.uptime.save(out);
        self.level.save(out);
        self.losses.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.gan.load(from)?;
        self.average.load(from)?;
        self.rng.load(from)?;
        self.statistics.load(from)?;
        self.standardiser.load(from)?;
        self.windower.load(from)?;
        self.replay.load(from)?;
        self.running.load(from)?;
        self.step.load(from)?;
        self.uptime.load(from)?;
        self.level.load(from)?;
        self.losses.load(from)
    }
}

impl State {
    const BYTES_SAVED: usize = bytes::<Self>();

    /// Before anything has happened.
    fn new() -> Self {
        Self {
            gan: Gan::new(Generator::ZERO, Critic::ZERO),
            average: Generator::ZERO,
            rng: Rng::new(0, 0),
            statistics: Welford::new(),
            standardiser: Standardiser::IDENTITY,
            windower: Windower::new(NonZeroU32::MIN),
            replay: Replay::uniform(),
            running: false,
            step: 0,
            uptime: 0,
            level: 0,
            losses: [0.0; 2],
        }
    }

    /// After a life of some steps, different for each seed.
    fn lived(seed: u64) -> Self {
        let adam = Adam {
            beta1: 0.5,
            beta2: 0.99,
            epsilon: 1e-8,
        };
        let mut state = Self {
            rng: Rng::new(seed, 0),
            running: seed.is_multiple_of(2),
            step: seed as u32 + 7,
            uptime: u64::MAX - seed,
            level: 0xA5 ^ seed as u8,
            ..Self::new()
        };
        let rng = &mut state.rng;
        for _ in 0..5 {
            let (mut generator, mut critic) = (Generator::ZERO, Critic::ZERO);
            scatter(&mut generator, rng);
            scatter(&mut critic, rng);
            let gan = &mut state.gan;
            adam.update(
                &mut gan.generator_state,
                0.1,
                &mut gan.generator,
                &generator,
            );
            adam.update(
                &mut gan.discriminator_state,
                0.1,
                &mut gan.discriminator,
                &critic,
            );
            state.average.average_towards(&gan.generator, 0.5);
            let x = 20.0 + rng.gaussian();
            assert!(state.statistics.push(x));
            state.windower.push(x);
            let pair = [x, rng.gaussian()];
            assert!(state.replay.push(pair, rng));
            state.losses = pair;
        }
        state.standardiser = Standardiser::fit(&state.statistics).unwrap();
        state
    }

    /// The checkpoint of a state with a full memory.
    fn saved(&self) -> [u8; Self::BYTES_SAVED] {
        self.saved_anyway().try_into().expect("a full memory")
    }

    fn saved_anyway(&self) -> Vec<u8> {
        let mut out = [0xAA; Self::BYTES_SAVED];
        save(MODEL, self, &mut out).unwrap().to_vec()
    }

    /// Loading fails, and changes nothing.
    fn refuses(&mut self, checkpoint: &[u8]) -> Error {
        let before = self.saved();
        let error = load(MODEL, self, checkpoint).expect_err("a bad checkpoint was loaded");
        assert_eq!(
            self.saved(),
            before,
            "{error}: and yet something was loaded"
        );
        error
    }
}

fn scatter<P: Params>(tree: &mut P, rng: &mut Rng) {
    for i in 0..P::LEAVES {
        tree.leaf_mut(i)
            .iter_mut()
            .for_each(|x| *x = rng.gaussian());
    }
}

/// A checkpoint with other bytes from `at` in its payload on, and a checksum that matches them.
fn forge(checkpoint: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut forged = checkpoint[..checkpoint.len() - CRC_BYTES].to_vec();
    forged[HEADER_BYTES + at..][..bytes.len()].copy_from_slice(bytes);
    forged.extend(CRC32.checksum(&forged).to_le_bytes());
    forged
}
