//! Microseconds since boot.

use core::cell::Cell;

use crate::machine::timer;

/// Reads the machine's 32-bit counter and remembers what has wrapped, if it is asked at least once a
/// wrap: in two minutes and a half.
pub(crate) struct Clock {
    last: Cell<u32>,
    total: Cell<u64>,
}

impl Clock {
    /// Starts the counter.
    pub(crate) fn start() -> Self {
        timer::start();
        Self {
            last: Cell::new(timer::counts()),
            total: Cell::new(0),
        }
    }
}

impl ganlet_app::Clock for Clock {
    fn micros(&self) -> u64 {
        let now = timer::counts();
        let passed = now.wrapping_sub(self.last.replace(now));
        self.total.set(self.total.get() + u64::from(passed));
        self.total.get() / u64::from(timer::PER_MICROSECOND)
    }
}
