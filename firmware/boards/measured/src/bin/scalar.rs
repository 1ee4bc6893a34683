//! The model `scalar` by its recipe.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ganlet::model::Scalar;

type Session = ganlet::session::Session<Scalar>;

#[entry]
fn main() -> ! {
    static mut SESSION: Session = Session::BLANK;
    ganlet_measured::recipe(SESSION, measured)
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(session: &mut Session) {
    session.round(|rng| [rng.gaussian()]);
}
