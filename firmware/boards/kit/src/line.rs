//! Readings as lines of text, one byte at a time, until the line `end`.

use heapless::String;

use crate::decimal;

/// What a line says.
#[derive(Clone, Copy)]
pub enum Word {
    /// A reading; NaN for a text that is no number, which the sampler rejects and counts.
    Reading(f32),
    /// Nothing will follow.
    End,
}

/// Collects the characters of a line of up to `N` bytes.
pub struct Line<const N: usize> {
    text: String<N>,
    spoilt: bool,
}

impl<const N: usize> Line<N> {
    /// An empty line.
    pub const fn new() -> Self {
        Self {
            text: String::new(),
            spoilt: false,
        }
    }

    /// Takes one byte; the line, if that was its end. A spoilt line has no text.
    pub fn push(&mut self, byte: u8) -> Option<String<N>> {
        match byte {
            b'\n' => return Some(self.finish()),
            b'\r' => {}
            byte => self.spoilt |= self.text.push(char::from(byte)).is_err(),
        }
        None
    }

    /// Marks that a byte was lost.
    pub fn spoil(&mut self) {
        self.spoilt = true;
    }

    fn finish(&mut self) -> String<N> {
        let mut done = core::mem::take(self);
        if done.spoilt {
            done.text.clear();
        }
        done.text
    }
}

impl<const N: usize> Default for Line<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl Word {
    /// What a line means.
    pub fn of(text: &str) -> Self {
        match text.trim() {
            "end" => Self::End,
            text => Self::Reading(decimal::parse(text)),
        }
    }
}
