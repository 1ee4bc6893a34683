//! What comes in over the UART: lines of text, each a number, until the line `end`.
//!
//! The receive interrupt reads them. When there is no room for another number, the next byte is left
//! in the UART, and the host waits.

use core::cell::RefCell;

use critical_section::Mutex;
use heapless::{Deque, String};

use crate::{decimal, machine::uart};

/// Numbers that may wait.
const WAITING: usize = 16;
/// The longest line that is a number.
const LONGEST: usize = 16;
/// The longest first line.
const FIRST_LINE: usize = 200;

static INLET: Mutex<RefCell<Inlet>> = Mutex::new(RefCell::new(Inlet {
    line: String::new(),
    numbers: Deque::new(),
    ended: false,
}));

struct Inlet {
    line: String<LONGEST>,
    /// NaN for a line that is no number.
    numbers: Deque<f32, WAITING>,
    ended: bool,
}

/// Waits for the first line, before the interrupt is on.
pub(crate) fn first_line() -> String<FIRST_LINE> {
    let mut line = String::new();
    loop {
        match uart::receive() {
            Some(b'\n') => return line,
            Some(byte) => line.push(char::from(byte)).unwrap_or_default(),
            None => {}
        }
    }
}

/// Whether a number waits.
pub(crate) fn has_number() -> bool {
    with(|inlet| !inlet.numbers.is_empty())
}

/// The next number, if one has come; NaN for a line that is none.
pub(crate) fn take() -> Option<f32> {
    with(|inlet| inlet.numbers.pop_front())
}

/// Whether no more numbers will come.
pub(crate) fn has_ended() -> bool {
    with(|inlet| inlet.ended && inlet.numbers.is_empty())
}

/// Serves the receive interrupt.
pub(crate) fn receive() {
    with(|_| ());
}

/// Asks the host for a line.
pub(crate) fn ask() {
    b"?\n".iter().copied().for_each(uart::send);
}

fn with<T>(job: impl FnOnce(&mut Inlet) -> T) -> T {
    critical_section::with(|cs| {
        let mut inlet = INLET.borrow_ref_mut(cs);
        let done = job(&mut inlet);
        inlet.fill(); // also what has come while nobody listened, and has called no interrupt
        done
    })
}

impl Inlet {
    fn fill(&mut self) {
        while !self.numbers.is_full() {
            match uart::receive() {
                Some(b'\n') => self.finish(),
                Some(byte) => self.push(char::from(byte)),
                None => return uart::listen(true),
            }
        }
        uart::listen(false);
    }

    /// A line that is too long ends in a character that makes it no number.
    fn push(&mut self, character: char) {
        if self.line.push(character).is_err() {
            self.line.pop();
            _ = self.line.push('?');
        }
    }

    fn finish(&mut self) {
        match self.line.as_str() {
            "end" => self.ended = true,
            text => _ = self.numbers.push_back(decimal::parse(text)), // there is room
        }
        self.line.clear();
    }
}
