//! Nothing panics: proven by the linker.
//!
//! Where a panic would go stands the call of a function that nobody defines. The program links only
//! if the optimiser has removed every path to it, and it can only do so where it sees that none is
//! taken, whatever the sensor says and the store holds. What is proven is what [`main`] reaches:
//! all that a device's main loop does from its first reading or its checkpoint on, with each of the
//! models. It is not meant to run.
#![no_std]
#![no_main]

mod opaque;

use core::{hint::black_box, panic::PanicInfo};

use ganlet::{
    checkpoint,
    health::Shadow,
    model::{Model, Scalar, Window16, Window32},
    rng::Rng,
    session::Session,
    stream::Replay,
};
use ganlet_app::{Device, Eeprom, Learner, Settings, Tally};

use opaque::Opaque;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn a_panic_can_be_reached() -> !;
    }
    // SAFETY: a program that reaches this does not link.
    unsafe { a_panic_can_be_reached() }
}

#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    if cfg!(feature = "counter-proof") {
        black_box([1, 2, 3][black_box(3)]);
    } else {
        lives::<Scalar>();
        lives::<Window16>();
        lives::<Window32>();
    }
    loop {}
}

/// A device's life with this model, in every way that it can go.
#[inline(never)]
fn lives<M: Model>() {
    static TALLY: Tally = Tally::new();
    let mut learner = Learner::<M, Replay<M::Held, 384>>::new(Replay::uniform());
    let settings = black_box(Settings::new(M::RECIPE, 0));
    let store = Eeprom::new(Opaque);
    let mut shadow = Shadow::NONE;
    let shadow = black_box(true).then_some(&mut shadow);
    let mut device = Device::start(
        &mut learner,
        shadow,
        settings,
        &TALLY,
        Opaque,
        store,
        Opaque,
    );
    while black_box(true) {
        black_box(device.turn(&mut Opaque));
        if black_box(false) {
            device.no_more_readings();
        }
    }
    generates(&learner.session);
    is_restored_from_any_bytes(&mut learner);
}

/// Generating and scoring, apart from the device.
#[inline(never)]
fn generates<M: Model>(session: &Session<M>) {
    let mut rng = Rng::new(black_box(1), black_box(2));
    let samples: [M::Sample; 4] = session.generate(&mut rng);
    black_box(session.strangeness(black_box(&samples)));
    black_box(session.trainer.fingerprint());
}

/// A checkpoint in memory.
#[inline(never)]
fn is_restored_from_any_bytes<M: Model>(learner: &mut Learner<M, Replay<M::Held, 384>>) {
    let mut bytes = [0; 4096];
    let any = black_box(&mut bytes[..]);
    black_box(checkpoint::peek(any).is_ok());
    black_box(checkpoint::load(Session::<M>::NAME, learner, any).is_ok());
    black_box(checkpoint::save(Session::<M>::NAME, learner, any).is_ok());
}
