//! ganlet on an emulated machine: it learns what a host sends over the UART, or a thermometer on the
//! I2C bus that the host heats and cools, as the host's first line tells it to.
#![no_std]
#![no_main]

mod clock;
mod decimal;
mod ending;
mod inlet;
mod life;
#[cfg_attr(machine = "microbit", path = "microbit/mod.rs")]
#[cfg_attr(not(machine = "microbit"), path = "mps2/mod.rs")]
mod machine;
mod orders;
mod register;
mod sampling;

use cortex_m::{
    interrupt::InterruptNumber,
    peripheral::{NVIC, SYST, syst::SystClkSource},
};
use cortex_m_rt::{entry, exception};
use defmt_semihosting as _;
use ganlet::{model::Scalar, stream::Replay};
#[cfg(not(machine = "microbit"))]
use ganlet::{model::Window32, stream::Coded};
use ganlet_app::{Learner, Sample};
use heapless::spsc::Queue;
use memclr as _;

use clock::Clock;
use orders::{Crash, Orders};

#[entry]
fn main() -> ! {
    static mut WAITING: Queue<Sample, { machine::QUEUE }> = Queue::new();
    static mut SCALAR: Learner<Scalar, Replay<[f32; 1], { machine::MEMORY }>> =
        Learner::new(Replay::uniform());
    #[cfg(not(machine = "microbit"))] // whose 16 KB of RAM do not hold it
    static mut WINDOW32: Learner<Window32, Replay<Coded<32>, { machine::WINDOWS }>> =
        Learner::new(Replay::uniform());

    let clock = Clock::start();
    machine::uart::start();
    let orders = hear();
    match orders.crash {
        Some(Crash::Panic) => panic!("as ordered"),
        Some(Crash::Fault) => cortex_m::asm::udf(),
        None => {}
    }

    let (outbox, inbox) = WAITING.split();
    let thermometer = orders
        .bus
        .then(|| machine::thermometer().expect("a thermometer on the bus"));
    sampling::begin(thermometer, &orders, outbox);
    // SAFETY: no critical section relies on this interrupt being masked.
    unsafe { NVIC::unmask(Received) };
    if let Some(core) = cortex_m::Peripherals::take()
        && orders.rate > 0
    {
        beat(core.SYST, orders.rate);
    }
    #[cfg(not(machine = "microbit"))]
    if orders.window {
        life::live(WINDOW32, &orders, &clock, inbox);
    }
    #[cfg(machine = "microbit")]
    assert!(!orders.window, "this machine has no room for window32");
    life::live(SCALAR, &orders, &clock, inbox)
}

/// Waits for the host's orders. Not inlined: the line takes stack that learning needs afterwards.
#[inline(never)]
fn hear() -> Orders {
    let line = inlet::first_line();
    Orders::read(&line).unwrap_or_else(|word| panic!("no order: {word}"))
}

/// Makes the processor's own timer call for a reading so often a second.
fn beat(mut timer: SYST, per_second: u32) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(machine::CORE_HZ / per_second - 1);
    timer.clear_current();
    timer.enable_interrupt();
    timer.enable_counter();
}

#[exception]
fn SysTick() {
    sampling::tick();
}

/// The interrupt "the UART has received", the only one that is not masked.
#[derive(Clone, Copy)]
struct Received;

// SAFETY: every machine has an interrupt of this number.
unsafe impl InterruptNumber for Received {
    fn number(self) -> u16 {
        machine::RECEIVED
    }
}

#[exception]
unsafe fn DefaultHandler(_: i16) {
    inlet::receive();
}
