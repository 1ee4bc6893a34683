//! Timer 0 (CMSDK APB timer), counting the core's clock.

use super::{CORE_HZ, TIMER};
use crate::register::Register;

/// Counts in a microsecond.
pub(crate) const PER_MICROSECOND: u32 = CORE_HZ / 1_000_000;

// SAFETY: these are the registers of timer 0.
const CONTROL: Register = unsafe { Register::at(TIMER) };
// SAFETY: as above.
const VALUE: Register = unsafe { Register::at(TIMER + 0x4) };
// SAFETY: as above.
const RELOAD: Register = unsafe { Register::at(TIMER + 0x8) };

/// Starts it over all 32 bits.
pub(crate) fn start() {
    RELOAD.write(u32::MAX);
    VALUE.write(u32::MAX);
    CONTROL.write(1);
}

/// Counts since the start, wrapping at 2³².
pub(crate) fn counts() -> u32 {
    !VALUE.read() // it counts down from 2³² - 1
}
