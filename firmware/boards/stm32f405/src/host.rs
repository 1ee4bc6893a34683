//! A host that sends the readings, over USART1 (PA9 and PA10, 115,200 baud).
//!
//! The board asks with `?` after its reset. A host says what it wants in a first line; then come the
//! readings, a line each, and `end`. Where nobody speaks, the board reads its own sensor.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use board_kit::{
    handover::Handover,
    last_words,
    life::{self, Life},
    line::{Line, Word},
    metronome::Metronome,
};
use cortex_m::peripheral::NVIC;
use ganlet::model::Model;
use ganlet_app::{
    Activity, Clock, Fault, Learner, Memory, Sample, Sampler, Sensor, Settings, Store,
};
use heapless::{String, spsc::Consumer};
use stm32f4xx_hal::{
    interrupt, nb,
    pac::{Interrupt, USART1},
    prelude::*,
    serial::{Rx, Tx},
};

use crate::orders::Orders;

/// How long a host may take for its first line.
const PATIENCE_MICROS: u64 = 500_000;

/// The longest first line.
const FIRST_LINE: usize = 200;

/// The reading that the host has just sent, as bits.
static SAID: AtomicU32 = AtomicU32::new(0);

/// Whether it has sent `end`.
static ENDED: AtomicBool = AtomicBool::new(false);

/// What the interrupt works with.
struct Feed {
    receiver: Rx<USART1>,
    line: Line<32>,
    sampler: Sampler<'static, Said>,
}

static FEED: Handover<Feed> = Handover::new();

/// Reads what the host has said.
pub(crate) struct Said;

impl Sensor for Said {
    fn read(&mut self) -> Result<f32, Fault> {
        Ok(f32::from_bits(SAID.load(Relaxed)))
    }
}

/// Asks whether there is a host, and waits for its first line.
pub(crate) fn ask(
    sender: &mut Tx<USART1>,
    receiver: &mut Rx<USART1>,
    clock: &impl Clock,
) -> Option<String<FIRST_LINE>> {
    for byte in *b"?\n" {
        nb::block!(sender.write(byte)).ok()?;
    }
    let mut line = Line::new();
    while clock.micros() < PATIENCE_MICROS {
        if let Ok(byte) = receiver.read()
            && let Some(text) = line.push(byte)
        {
            return text.contains('=').then_some(text); // all else is noise on an open pin
        }
    }
    None
}

/// How the device is to live, as the host wants it.
fn settings<M: Model>(orders: &Orders) -> Settings {
    Settings {
        seed: orders.seed,
        warm_up: orders.warm_up,
        pace: orders.pace(),
        report_every: orders.report,
        save_every: orders.save,
        ..life::settings_of::<M>(orders.steps)
    }
}

/// Samples what the host sends from now on.
pub(crate) fn listen(mut receiver: Rx<USART1>, sampler: Sampler<'static, Said>) {
    receiver.listen();
    FEED.give(Feed {
        receiver,
        line: Line::new(),
        sampler,
    });
    go_on();
}

/// Goes on where the interrupt has stopped for want of room.
pub(crate) fn go_on() {
    // SAFETY: no critical section relies on this interrupt being masked.
    unsafe { NVIC::unmask(Interrupt::USART1) };
}

/// Lives until the orders are carried out. Not inlined: one frame for two models would take the
/// stack of both.
#[inline(never)]
pub(crate) fn live<M: Model, Mem: Memory<M::Sample>>(
    learner: &'static mut Learner<M, Mem>,
    orders: &Orders,
    clock: Metronome,
    store: impl Store,
    inbox: Consumer<'static, Sample>,
) -> ! {
    let mut life = Life::begin(learner, settings::<M>(orders), clock, store, inbox, None);
    let mut told = false;
    loop {
        let activity = life.turn();
        go_on();
        let ended = ENDED.load(Relaxed) && life.is_idle();
        match activity {
            Activity::Watching if ended || !orders.watch => last_words::the_end(),
            Activity::Waiting if ended && told => panic!("too few readings to learn from"),
            Activity::Waiting if ended => {
                told = true;
                life.no_more_readings();
            }
            _ => {}
        }
    }
}

impl Feed {
    /// Takes bytes while there are any and the queue has room. The line of an emulator waits until
    /// there is room again; a real one overruns, and the reading that is cut counts as rejected.
    fn serve(&mut self) {
        while self.sampler.has_room() {
            match self.receiver.read() {
                Ok(byte) => self.take(byte),
                Err(nb::Error::WouldBlock) => return,
                Err(nb::Error::Other(_)) => self.line.spoil(),
            }
        }
        NVIC::mask(Interrupt::USART1);
    }

    fn take(&mut self, byte: u8) {
        let Some(text) = self.line.push(byte) else {
            return;
        };
        match Word::of(&text) {
            Word::Reading(reading) => {
                SAID.store(reading.to_bits(), Relaxed);
                self.sampler.sample();
            }
            Word::End => ENDED.store(true, Relaxed),
        }
    }
}

#[interrupt]
fn USART1() {
    static mut OWN: Option<Feed> = None;
    if let Some(feed) = FEED.fetch(OWN) {
        feed.serve();
    }
}
