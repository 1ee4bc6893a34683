//! W1.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ganlet_workload::{Batch, W1, step};

type Players = ganlet_workload::Players<W1, 4, 1>;

#[entry]
fn main() -> ! {
    static mut PLAYERS: Players = Players::BLANK;
    ganlet_measured::workload::<W1, 4, 1>(PLAYERS, measured)
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(players: &mut Players, batch: Batch<'static, 4, 1>) {
    step::<W1, 4, 1>(players, batch);
}
