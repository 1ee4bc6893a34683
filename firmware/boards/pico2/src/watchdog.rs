//! The chip's watchdog.

use board_kit::life::PATIENCE_MILLIS;
use ganlet_app::Watchdog;
use rp235x_hal::fugit::MicrosDurationU32;

/// A watchdog that runs. It stands still while a debugger halts the chip.
pub(crate) struct Dog(rp235x_hal::Watchdog);

impl Dog {
    /// Starts it; its clock ticks since the others were set up.
    pub(crate) fn new(mut watchdog: rp235x_hal::Watchdog) -> Self {
        watchdog.pause_on_debug(true);
        watchdog.start(MicrosDurationU32::millis(PATIENCE_MILLIS));
        Self(watchdog)
    }
}

impl Watchdog for Dog {
    fn feed(&mut self) {
        self.0.feed();
    }
}
