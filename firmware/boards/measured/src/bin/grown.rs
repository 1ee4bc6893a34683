//! A game of any size: that which the environment names when it is built, see `cargo xtask growth`.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ganlet::rng::Rng;
use ganlet_measured::number;
use ganlet_workload::growth::{self, Size};

const SIZE: Size = Size {
    width: number(option_env!("GANLET_WIDTH"), Size::MIDDLE.width),
    window: number(option_env!("GANLET_WINDOW"), Size::MIDDLE.window),
    batch: number(option_env!("GANLET_BATCH"), Size::MIDDLE.batch),
};

type Players = growth::Players<{ SIZE.width }, { SIZE.window }>;

#[entry]
fn main() -> ! {
    static mut PLAYERS: Players = Players::BLANK;
    ganlet_measured::grown(PLAYERS, measured)
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(players: &mut Players, rng: &mut Rng) {
    growth::step(players, rng, SIZE.batch);
}
