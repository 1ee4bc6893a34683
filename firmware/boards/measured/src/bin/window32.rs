//! The model `window32` by its recipe.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ganlet::model::Window32;

type Session = ganlet::session::Session<Window32>;

#[entry]
fn main() -> ! {
    static mut SESSION: Session = Session::BLANK;
    ganlet_measured::recipe(SESSION, measured)
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(session: &mut Session) {
    session.round(|rng| core::array::from_fn(|_| rng.gaussian()));
}
