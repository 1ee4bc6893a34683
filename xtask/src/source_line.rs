//! Where in the source a hard fault has come from: its message holds an address alone.

use std::path::Path;

use addr2line::Loader;

use crate::log::Message;

/// The debug information of one ELF, read when it is asked for.
pub(crate) struct SourceLines<'elf>(pub(crate) &'elf Path);

impl SourceLines<'_> {
    /// The message; that of a hard fault with its place in the source, as far as the ELF knows it.
    pub(crate) fn added_to(&self, message: &Message) -> Message {
        let mut message = message.clone();
        for place in counter(&message.text)
            .and_then(|counter| self.of(counter))
            .unwrap_or_default()
        {
            message.text += &format!("\n  at {place}");
        }
        message
    }

    /// The line of an address, and those that it is inlined in.
    fn of(&self, address: u64) -> Option<Vec<String>> {
        let loader = Loader::new(self.0).ok()?;
        let mut frames = loader.find_frames(address).ok()?;
        let mut places = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let at = frame.location;
            let Some((file, line)) = at.and_then(|at| at.file.zip(at.line)) else {
                continue;
            };
            let function = frame
                .function
                .and_then(|it| it.demangle().ok().map(String::from));
            places.push(format!("{file}:{line} {}", function.unwrap_or_default()));
        }
        Some(places)
    }
}

/// The program counter in the message of a hard fault.
fn counter(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("hard fault: pc 0x")?;
    let digits = rest.split(',').next()?;
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_counter_of_a_fault_is_found() {
        let text = "hard fault: pc 0x0001d4de, lr 0x00000001, cfsr 0x00010000";
        assert_eq!(counter(text), Some(0x1_d4de));
        assert_eq!(counter("panicked at main.rs:44: as ordered"), None);
    }
}
