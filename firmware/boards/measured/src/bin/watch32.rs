//! The detector of the model `window32`, a window.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ganlet::{
    model::{Model, Window32},
    watch::{Detector, Score},
};

type Watching = ganlet_measured::Watching<Window32>;

#[entry]
fn main() -> ! {
    static mut WATCHING: Watching = Watching::BLANK;
    ganlet_measured::detector(WATCHING, measured)
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(detector: &Detector<<Window32 as Model>::Panel>, window: &[f32; 32]) -> Score {
    detector.score(window)
}
