//! What a board learns, and how it lives.

use ganlet::{
    health::Shadow,
    model::{Model, Scalar},
    recipe::Recipe,
    stream::Replay,
};
use ganlet_app::{
    Activity, DefmtReporter, Device, Learner, Memory, Plausible, Sample, Settings, Store, Tally,
    Watchdog,
};
use heapless::spsc::{Consumer, Queue};

use crate::metronome::Metronome;

/// Readings a second.
pub const PER_SECOND: u32 = 10;

/// The readings that wait while a step runs.
pub type Waiting = Queue<Sample, 64>;

/// A learner of single readings, of which it remembers 512.
pub type Readings = Learner<Scalar, Replay<[f32; 1], 512>>;

/// Room for the networks of that learner.
pub type Aside = Shadow<Scalar>;

/// A learner that has not begun.
pub const NEW: Readings = Learner::new(Replay::uniform());

/// What a board has against accidents.
pub struct Guard<M: Model + 'static> {
    /// Room for networks to go back to.
    pub shadow: &'static mut Shadow<M>,
    /// Who starts the board anew that gets nowhere for [`PATIENCE_MILLIS`].
    pub watchdog: &'static mut dyn Watchdog,
}

/// How long a board may get nowhere. The longest that it has to wait is for a sensor that does not
/// answer, every 64th tick: 6.4 s. RP2350's watchdog is given 8.3 s at most.
pub const PATIENCE_MILLIS: u32 = 8_000;

/// What the readings came to.
pub static TALLY: Tally = Tally::new();

/// What a thermometer can say. One that has said the same for an hour is stuck.
pub const TEMPERATURE: Plausible = Plausible {
    low: -55.0,
    high: 125.0,
    stuck_after: 3600 * PER_SECOND,
};

/// What a board does that nobody has told otherwise: it learns its scale in 13 seconds, trains for
/// 20,000 rounds, and watches from then on.
pub fn settings() -> Settings {
    Settings {
        warm_up: 128,
        ..settings_of::<Scalar>(20_000)
    }
}

/// What suits most, for so many rounds of a model's own recipe.
pub fn settings_of<M: Model>(steps: u32) -> Settings {
    let recipe = Recipe { steps, ..M::RECIPE };
    Settings {
        stack: deepest_stack,
        ..Settings::new(recipe, 0)
    }
}

/// A board's life.
pub struct Life<M: Model + 'static, Mem: 'static, St> {
    device: Device<'static, M, Mem, Metronome, St, DefmtReporter>,
    inbox: Consumer<'static, Sample>,
}

impl<M: Model, Mem: Memory<M::Sample>, St: Store> Life<M, Mem, St> {
    /// Begins it, or goes on from the store. Not inlined: drawing the networks takes stack that
    /// learning needs afterwards.
    #[inline(never)]
    pub fn begin(
        learner: &'static mut Learner<M, Mem>,
        settings: Settings,
        clock: Metronome,
        store: St,
        inbox: Consumer<'static, Sample>,
        guard: Option<Guard<M>>,
    ) -> Self {
        let (shadow, watchdog) = match guard {
            Some(Guard { shadow, watchdog }) => (Some(shadow), Some(watchdog)),
            None => (None, None),
        };
        let mut device = Device::start(
            learner,
            shadow,
            settings,
            &TALLY,
            clock,
            store,
            DefmtReporter,
        );
        if let Some(watchdog) = watchdog {
            device = device.with_watchdog(watchdog);
        }
        Self { device, inbox }
    }

    /// One turn of the main loop.
    pub fn turn(&mut self) -> Activity {
        self.device.turn(&mut self.inbox)
    }

    /// Whether every reading that has come is taken in.
    pub fn is_idle(&self) -> bool {
        self.inbox.is_empty()
    }

    /// No more readings will come.
    pub fn no_more_readings(&mut self) {
        self.device.no_more_readings();
    }

    /// Lives on; the processor sleeps while there is nothing to learn.
    pub fn forever(mut self) -> ! {
        loop {
            if matches!(self.turn(), Activity::Waiting | Activity::Watching) {
                cortex_m::asm::wfi(); // the clock's next tick wakes it, at the latest
            }
        }
    }
}

/// Bytes of the stack that have been used so far.
fn deepest_stack() -> u32 {
    cortex_m_stack::stack_size() - cortex_m_stack::stack_painted()
}
