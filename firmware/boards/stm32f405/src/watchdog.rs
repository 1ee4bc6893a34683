//! The chip's watchdog.

use board_kit::life::PATIENCE_MILLIS;
use ganlet_app::Watchdog;
use stm32f4xx_hal::{
    pac::{DBGMCU, IWDG},
    prelude::*,
    watchdog::IndependentWatchdog,
};

/// A watchdog that runs. It stands still while a debugger halts the chip.
pub(crate) struct Dog(IndependentWatchdog);

impl Dog {
    /// Starts it.
    pub(crate) fn new(watchdog: IWDG, debug: &DBGMCU) -> Self {
        let mut watchdog = IndependentWatchdog::new(watchdog);
        watchdog.stop_on_debug(debug, true);
        watchdog.start(PATIENCE_MILLIS.millis());
        Self(watchdog)
    }
}

impl Watchdog for Dog {
    fn feed(&mut self) {
        self.0.feed();
    }
}
