//! Programs that train and do nothing else: no sensor, no interrupt, no log but one line at the end.
//! What they cost is what training costs. `blank` trains nothing: the others less `blank` are net.

#![no_std]

use core::panic::PanicInfo;

use ganlet::{model::Model, params::Params, session::Session, stream::Standardiser};
use ganlet_workload::{Batch, Players, ROUNDS, Seeded, Workload, digest};
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

/// Trains a model by its recipe.
pub fn recipe<M: Model>(session: &mut Session<M>, measured: fn(&mut Session<M>)) -> ! {
    session.restart(M::RECIPE, Standardiser::IDENTITY, 1);
    for _ in 0..ROUNDS {
        measured(session);
    }
    let trainer = &session.trainer;
    end(&trainer.average, &trainer.gan.discriminator)
}

/// Tells what the bits are and how deep the stack was, and ends.
pub fn end(generator: &impl Params, discriminator: &impl Params) -> ! {
    let stack = cortex_m_stack::stack_size() - cortex_m_stack::stack_painted();
    println!("{} {stack}", digest(generator, discriminator));
    process::exit(0)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    process::exit(1)
}
