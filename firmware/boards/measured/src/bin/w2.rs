//! W2.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ganlet_workload::{Batch, W2, step};

type Players = ganlet_workload::Players<W2, 8, 32>;

#[entry]
fn main() -> ! {
    static mut PLAYERS: Players = Players::BLANK;
    ganlet_measured::workload::<W2, 8, 32>(PLAYERS, measured)
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(players: &mut Players, batch: Batch<'static, 8, 32>) {
    step::<W2, 8, 32>(players, batch);
}
