//! The processor's own timer (SysTick), as a clock and as the beat that samples.
//!
//! Every Cortex-M has it, and every emulator models it. It ticks a thousand times a second; every
//! so many ticks it asks for a PendSV, and there the board takes its sample. PendSV has the lowest
//! priority, so a slow sensor delays no tick, and the clock stays true; it is still above the main
//! loop, so training delays no sample.

use core::{
    cell::Cell,
    sync::atomic::{AtomicU32, Ordering},
};

use cortex_m::peripheral::{SCB, SYST, scb::SystemHandler, syst::SystClkSource};
use cortex_m_rt::exception;
use critical_section::Mutex;
use ganlet_app::Clock;

const TICKS_PER_SECOND: u32 = 1000;
const MICROS_PER_TICK: u64 = 1000;

/// Ticks since the metronome was started.
static TICKS: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

/// Ticks between two beats; 0 for no beat.
static PERIOD: AtomicU32 = AtomicU32::new(0);

/// Beats that were missed and not asked for yet.
static MISSED: AtomicU32 = AtomicU32::new(0);

/// Beats that were missed since this was last asked, which the interrupt of the beat does.
pub fn missed() -> u32 {
    MISSED.swap(0, Ordering::Relaxed)
}

/// A running SysTick.
#[derive(Clone, Copy)]
pub struct Metronome {
    cycles_per_micro: u32,
}

impl Metronome {
    /// Starts the clock on a processor of `hertz`, a multiple of a megahertz below 16 GHz.
    ///
    /// The interrupts of the chip's peripherals go before it unless the board says otherwise.
    pub fn start(mut timer: SYST, scb: &mut SCB, hertz: u32) -> Self {
        // SAFETY: no critical section relies on these two priorities.
        unsafe {
            scb.set_priority(SystemHandler::SysTick, 0xc0);
            scb.set_priority(SystemHandler::PendSV, 0xff);
        }
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(hertz / TICKS_PER_SECOND - 1);
        timer.clear_current();
        timer.enable_interrupt();
        timer.enable_counter();
        Self {
            cycles_per_micro: hertz / 1_000_000,
        }
    }

    /// Makes up for ticks that were missed in so many cycles in which no interrupt was served: the
    /// last of them waits, the others are lost.
    pub fn make_up_for(self, cycles: u32) {
        let missed = (cycles / (SYST::get_reload() + 1)).saturating_sub(1);
        critical_section::with(|cs| {
            let ticks = TICKS.borrow(cs);
            ticks.set(ticks.get() + u64::from(missed));
        });
        let beats = missed.checked_div(PERIOD.load(Ordering::Relaxed));
        MISSED.fetch_add(beats.unwrap_or(0), Ordering::Relaxed);
    }

    /// Asks for a PendSV `per_second` times a second, 1 to 1000.
    pub fn beat(self, per_second: u32) {
        let period = TICKS_PER_SECOND / per_second.clamp(1, TICKS_PER_SECOND);
        PERIOD.store(period, Ordering::Relaxed);
    }
}

impl Clock for Metronome {
    fn micros(&self) -> u64 {
        critical_section::with(|cs| {
            let seen = SYST::get_current();
            // The counter may have turned over while the tick waits for the critical section.
            let owed = SCB::is_pendst_pending();
            let left = if owed { SYST::get_current() } else { seen };
            let ticks = TICKS.borrow(cs).get() + u64::from(owed);
            let elapsed = (SYST::get_reload() - left) / self.cycles_per_micro;
            ticks * MICROS_PER_TICK + u64::from(elapsed)
        })
    }
}

#[exception]
fn SysTick() {
    static mut UNTIL_BEAT: u32 = 0;
    critical_section::with(|cs| {
        let ticks = TICKS.borrow(cs);
        ticks.set(ticks.get() + 1);
    });
    let period = PERIOD.load(Ordering::Relaxed);
    *UNTIL_BEAT = (*UNTIL_BEAT + 1).min(period);
    if *UNTIL_BEAT == period && period > 0 {
        *UNTIL_BEAT = 0;
        SCB::set_pendsv();
    }
}
