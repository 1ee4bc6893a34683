//! Programs that train, or score, and do nothing else: no sensor, no interrupt, no log but one line at the end.
//! What they cost is what training costs. `blank` trains nothing: the others less `blank` are net.

#![no_std]

pub mod life;

use core::panic::PanicInfo;

use memclr as _;

use ganlet::{
    layer::{Row as _, Zero as _},
    model::Model,
    params::Params,
    rng::Rng,
    session::Session,
    stream::{Replay, Standardiser},
    watch::{Detector, Fit, Score},
};
use ganlet_workload::{Batch, Players, ROUNDS, Seeded, Workload, digest, growth};
use semihosting::{println, process};

/// Trains a workload from seeded weights on one seeded batch.
pub fn workload<W: Workload<K, N>, const K: usize, const N: usize>(
    players: &mut Players<W, K, N>,
    measured: fn(&mut Players<W, K, N>, Batch<'static, K, N>),
) -> ! {
    Seeded::start::<W, K, N>(players);
    for _ in 0..ROUNDS {
        measured(players, Seeded::batch());
    }
    end(&players.generator, &players.discriminator)
}

/// Trains a game of any size on noise.
pub fn grown<const W: usize, const N: usize>(
    players: &mut growth::Players<W, N>,
    measured: fn(&mut growth::Players<W, N>, &mut Rng),
) -> ! {
    growth::start(players);
    let mut rng = Rng::new(2, 0);
    for _ in 0..ROUNDS {
        measured(players, &mut rng);
    }
    end(&players.generator, &players.discriminator)
}

/// The number that a text stands for, or another where there is no text.
pub const fn number(text: Option<&str>, otherwise: usize) -> usize {
    let Some(text) = text else {
        return otherwise;
    };
    let (mut number, mut i) = (0, 0);
    while i < text.len() {
        let digit = text.as_bytes()[i];
        assert!(digit.is_ascii_digit(), "digits");
        number = 10 * number + (digit - b'0') as usize;
        i += 1;
    }
    number
}

/// Trains a model by its recipe.
pub fn recipe<M: Model>(session: &mut Session<M>, measured: fn(&mut Session<M>)) -> ! {
    session.restart(M::RECIPE, Standardiser::IDENTITY, 1);
    for _ in 0..ROUNDS {
        measured(session);
    }
    let trainer = &session.trainer;
    end(&trainer.average, &trainer.gan.discriminator)
}

/// Has a detector that is fitted to noise score a window.
pub fn detector<M: Model>(
    Watching {
        memory,
        fit,
        detector,
    }: &mut Watching<M>,
    measured: fn(&Detector<M::Panel>, &M::Sample) -> Score,
) -> ! {
    let mut rng = Rng::new(1, 0);
    let mut window = M::Sample::ZERO;
    for _ in 0..2 * KEPT {
        window.flat_mut().fill_with(|| rng.gaussian());
        memory.push(window, &mut rng);
    }
    fit.begin(1);
    while !fit.turn(memory, &Standardiser::IDENTITY, detector) {}
    let mut digest = 0;
    for _ in 0..ROUNDS {
        digest ^= measured(detector, &window).strangeness.to_bits();
    }
    end_with(digest)
}

/// Windows that the detector is fitted to: few, because the cost of a score does not depend on it.
const KEPT: usize = 64;

/// What watching takes beside the model.
#[derive(Debug)]
pub struct Watching<M: Model> {
    memory: Replay<M::Held, KEPT>,
    fit: Fit<M::Panel>,
    detector: Detector<M::Panel>,
}

impl<M: Model> Watching<M> {
    /// Before a fit.
    pub const BLANK: Self = Self {
        memory: Replay::uniform(),
        fit: Fit::IDLE,
        detector: Detector::BLANK,
    };
}

/// Tells what the bits are and how deep the stack was, and ends.
pub fn end(generator: &impl Params, discriminator: &impl Params) -> ! {
    end_with(digest(generator, discriminator))
}

fn end_with(digest: u32) -> ! {
    let stack = cortex_m_stack::stack_size() - cortex_m_stack::stack_painted();
    println!("{digest} {stack}");
    process::exit(0)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    process::exit(1)
}
