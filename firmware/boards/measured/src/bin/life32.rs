//! The life of a device with the model `window32`, whose memory and stack are to fit 96 KB: it learns,
//! remembers, watches, fits a detector, is examined, keeps checkpoints and settles.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use ganlet::{
    model::Window32,
    stream::{Coded, Replay},
};
use ganlet_app::{Activity, Learner};
use ganlet_measured::life::{self, Readings};

/// All that the detector can be fitted to.
type Memory = Replay<Coded<32>, 384>;
type Device = life::Device<Window32, Memory>;

#[entry]
fn main() -> ! {
    static mut LEARNER: Learner<Window32, Memory> = Learner::new(Replay::uniform());
    life::live(LEARNER, measured)
}

// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(device: &mut Device, readings: &mut Readings) -> Activity {
    device.turn(readings)
}
