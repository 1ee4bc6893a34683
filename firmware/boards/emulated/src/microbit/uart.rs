//! The UART: a queue of six received bytes. The emulator hands over the next byte when there is room,
//! so that a slow reader loses nothing.

use crate::register::Register;

const UART: usize = 0x4000_2000;

// SAFETY: these are tasks, events and registers of the UART.
const TASK_RECEIVE: Register = unsafe { Register::at(UART) };
// SAFETY: as above.
const TASK_TRANSMIT: Register = unsafe { Register::at(UART + 0x8) };
// SAFETY: as above.
const EVENT_RECEIVED: Register = unsafe { Register::at(UART + 0x108) };
// SAFETY: as above.
const EVENT_SENT: Register = unsafe { Register::at(UART + 0x11c) };
// SAFETY: as above.
const INTERRUPT_SET: Register = unsafe { Register::at(UART + 0x304) };
// SAFETY: as above.
const INTERRUPT_CLEAR: Register = unsafe { Register::at(UART + 0x308) };
// SAFETY: as above.
const ENABLE: Register = unsafe { Register::at(UART + 0x500) };
// SAFETY: as above.
const RECEIVED: Register = unsafe { Register::at(UART + 0x518) };
// SAFETY: as above.
const SENT: Register = unsafe { Register::at(UART + 0x51c) };

const RECEIVE_INTERRUPT: u32 = 1 << 2;

/// Switches both directions on.
pub(crate) fn start() {
    ENABLE.write(4);
    TASK_RECEIVE.write(1);
    TASK_TRANSMIT.write(1);
}

/// The byte that has come.
pub(crate) fn receive() -> Option<u8> {
    let come = EVENT_RECEIVED.read() != 0;
    come.then(|| {
        EVENT_RECEIVED.write(0); // before the byte is read: reading it raises the next one's event
        RECEIVED.read() as u8
    })
}

/// Sends a byte and waits until it is gone.
pub(crate) fn send(byte: u8) {
    EVENT_SENT.write(0);
    SENT.write(u32::from(byte));
    while EVENT_SENT.read() == 0 {}
}

/// Whether a byte that comes calls the interrupt.
pub(crate) fn listen(on: bool) {
    let register = if on { INTERRUPT_SET } else { INTERRUPT_CLEAR };
    register.write(RECEIVE_INTERRUPT);
}
