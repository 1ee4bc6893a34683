//! UART 0 (CMSDK APB UART): one byte each way. The emulator hands over the next byte when the last
//! one has been read, so that a slow reader loses nothing.

use super::UART;
use crate::register::Register;

// SAFETY: these are the registers of UART 0.
const DATA: Register = unsafe { Register::at(UART) };
// SAFETY: as above.
const STATE: Register = unsafe { Register::at(UART + 0x4) };
// SAFETY: as above.
const CONTROL: Register = unsafe { Register::at(UART + 0x8) };
// SAFETY: as above.
const INTERRUPT_CLEAR: Register = unsafe { Register::at(UART + 0xc) };
// SAFETY: as above.
const DIVIDER: Register = unsafe { Register::at(UART + 0x10) };

const TRANSMITTER_FULL: u32 = 1 << 0;
const RECEIVER_FULL: u32 = 1 << 1;
const TRANSMIT: u32 = 1 << 0;
const RECEIVE: u32 = 1 << 1;
const RECEIVE_INTERRUPT: u32 = 1 << 3;
const RECEIVE_INTERRUPT_STATE: u32 = 1 << 1;

/// Switches both directions on.
pub(crate) fn start() {
    DIVIDER.write(16); // the fastest there is
    CONTROL.write(TRANSMIT | RECEIVE);
}

/// The byte that has come.
pub(crate) fn receive() -> Option<u8> {
    INTERRUPT_CLEAR.write(RECEIVE_INTERRUPT_STATE);
    (STATE.read() & RECEIVER_FULL != 0).then(|| DATA.read() as u8)
}

/// Sends a byte when there is room for it.
pub(crate) fn send(byte: u8) {
    while STATE.read() & TRANSMITTER_FULL != 0 {}
    DATA.write(u32::from(byte));
}

/// Whether a byte that comes calls the interrupt.
pub(crate) fn listen(on: bool) {
    let interrupt = if on { RECEIVE_INTERRUPT } else { 0 };
    CONTROL.write(TRANSMIT | RECEIVE | interrupt);
    if !on {
        INTERRUPT_CLEAR.write(RECEIVE_INTERRUPT_STATE); // or it would be called without end
    }
}
