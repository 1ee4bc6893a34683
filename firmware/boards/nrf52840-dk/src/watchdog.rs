//! The chip's watchdog.

use board_kit::life::PATIENCE_MILLIS;
use ganlet_app::Watchdog;
use nrf52840_hal::{
    pac::WDT,
    wdt::{self, WatchdogHandle, count::One, handles::Hdl0},
};

/// Ticks of its clock in a second.
const TICKS_PER_SECOND: u32 = 32_768;

/// A watchdog that runs. It stands still while a debugger halts the chip.
pub(crate) struct Dog(WatchdogHandle<Hdl0>);

impl Dog {
    /// Starts it, or takes over one that has run before a reset.
    pub(crate) fn new(watchdog: WDT) -> Self {
        let parts = match wdt::Watchdog::try_new(watchdog) {
            Ok(mut watchdog) => {
                watchdog.set_lfosc_ticks(PATIENCE_MILLIS / 1000 * TICKS_PER_SECOND);
                watchdog.run_during_debug_halt(false);
                watchdog.activate::<One>()
            }
            Err(running) => match wdt::Watchdog::try_recover::<One>(running) {
                Ok(parts) => parts,
                Err(_) => panic!("a watchdog runs that is not this program's"),
            },
        };
        Self(parts.handles.0)
    }
}

impl Watchdog for Dog {
    fn feed(&mut self) {
        self.0.pet();
    }
}
