//! TIMER0, counting microseconds.

use crate::register::Register;

/// Counts in a microsecond.
pub(crate) const PER_MICROSECOND: u32 = 1;

const TIMER: usize = 0x4000_8000;

// SAFETY: these are tasks and registers of TIMER0.
const TASK_START: Register = unsafe { Register::at(TIMER) };
// SAFETY: as above.
const TASK_CAPTURE: Register = unsafe { Register::at(TIMER + 0x40) };
// SAFETY: as above.
const BIT_MODE: Register = unsafe { Register::at(TIMER + 0x508) };
// SAFETY: as above.
const PRESCALER: Register = unsafe { Register::at(TIMER + 0x510) };
// SAFETY: as above.
const CAPTURED: Register = unsafe { Register::at(TIMER + 0x540) };

/// Starts it over all 32 bits.
pub(crate) fn start() {
    BIT_MODE.write(3); // 32 bits
    PRESCALER.write(4); // 16 MHz / 2⁴
    TASK_START.write(1);
}

/// Counts since the start, wrapping at 2³².
pub(crate) fn counts() -> u32 {
    TASK_CAPTURE.write(1);
    CAPTURED.read()
}
