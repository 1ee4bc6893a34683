//! GDB's remote serial protocol, as far as an emulator's processor is halted, looked into and set
//! going with it.

use std::{
    fmt::Write as _,
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

/// Bytes of memory in one answer: QEMU's longest holds 2,048.
const AT_ONCE: u32 = 1024;

/// Stands for "halt", outside of any packet.
const INTERRUPT: [u8; 1] = [0x03];

/// A debugger at the emulator's door.
#[derive(Debug)]
pub(crate) struct Debugger {
    stream: TcpStream,
}

impl Debugger {
    /// Takes over a connection; the processor is halted.
    pub(crate) fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream })
    }

    /// Has the processor halt before it executes the instruction at `address`.
    pub(crate) fn set_breakpoint(&mut self, address: u32) -> Result<()> {
        self.order(&format!("Z0,{address:x},2"))
    }

    /// Takes a breakpoint away.
    pub(crate) fn clear_breakpoint(&mut self, address: u32) -> Result<()> {
        self.order(&format!("z0,{address:x},2"))
    }

    /// Sets the processor going.
    pub(crate) fn go_on(&mut self) -> Result<()> {
        self.send("c")
    }

    /// Waits until the processor has halted of itself, for ever or for a while; whether it has.
    pub(crate) fn wait(&mut self, patience: Option<Duration>) -> Result<bool> {
        self.stream.set_read_timeout(patience)?;
        let first = self.byte();
        self.stream.set_read_timeout(None)?;
        match first {
            Ok(byte) => {
                self.answer_from(byte)?;
                Ok(true)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(false)
            }
            Err(error) => Err(error).context("the emulator has gone"),
        }
    }

    /// Halts the processor.
    pub(crate) fn halt(&mut self) -> Result<()> {
        self.stream.write_all(&INTERRUPT)?;
        self.wait(None).map(drop)
    }

    /// Two neighbouring words of memory.
    pub(crate) fn words(&mut self, address: u32) -> Result<[u32; 2]> {
        let bytes = self.memory(address, 8)?;
        match bytes.as_chunks() {
            ([a, b], []) => Ok([u32::from_le_bytes(*a), u32::from_le_bytes(*b)]),
            _ => bail!(
                "the emulator has answered {} bytes instead of 8",
                bytes.len()
            ),
        }
    }

    /// Memory from `address` on.
    pub(crate) fn memory(&mut self, address: u32, length: u32) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length as usize);
        while bytes.len() < length as usize {
            let at = address + bytes.len() as u32;
            let count = AT_ONCE.min(address + length - at);
            let answer = self.ask(&format!("m{at:x},{count:x}"))?;
            let part = from_hex(&answer)
                .with_context(|| format!("memory at {at:#x} cannot be read: {answer}"))?;
            ensure!(!part.is_empty(), "memory at {at:#x} is empty");
            bytes.extend(part);
        }
        Ok(bytes)
    }

    /// Writes one word of memory.
    pub(crate) fn set_word(&mut self, address: u32, word: u32) -> Result<()> {
        let bytes = to_hex(&word.to_le_bytes());
        self.order(&format!("M{address:x},4:{bytes}"))
    }

    /// The address of the next instruction.
    pub(crate) fn program_counter(&mut self) -> Result<u32> {
        let answer = self.ask("g")?; // all registers, of which the first 16 are words
        let registers = from_hex(&answer).unwrap_or_default();
        match registers.as_chunks().0.get(15) {
            Some(counter) => Ok(u32::from_le_bytes(*counter)),
            None => bail!("no program counter in `{answer}`"),
        }
    }

    fn order(&mut self, order: &str) -> Result<()> {
        let answer = self.ask(order)?;
        ensure!(answer == "OK", "the emulator refuses `{order}`: `{answer}`");
        Ok(())
    }

    fn ask(&mut self, question: &str) -> Result<String> {
        self.send(question)?;
        let first = self.byte()?;
        self.answer_from(first)
    }

    fn send(&mut self, text: &str) -> Result<()> {
        let packet = format!("${text}#{:02x}", checksum(text.as_bytes()));
        self.stream.write_all(packet.as_bytes())?;
        ensure!(self.byte()? == b'+', "the emulator did not understand");
        Ok(())
    }

    /// Reads a packet of which the first byte is known, and acknowledges it.
    fn answer_from(&mut self, first: u8) -> Result<String> {
        ensure!(first == b'$', "the emulator answers no packet");
        let mut text = Vec::new();
        loop {
            match self.byte()? {
                b'#' => break,
                byte => text.push(byte),
            }
        }
        let told = String::from_utf8(vec![self.byte()?, self.byte()?])?;
        let told = u8::from_str_radix(&told, 16).context("no checksum")?;
        ensure!(
            told == checksum(&text),
            "a packet of the emulator is damaged"
        );
        self.stream.write_all(b"+")?;
        Ok(String::from_utf8(text)?)
    }

    fn byte(&mut self) -> std::io::Result<u8> {
        let mut byte = [0];
        self.stream.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

/// The sum of the bytes of a packet, modulo 256.
fn checksum(text: &[u8]) -> u8 {
    text.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}"); // a String has room
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = match text.as_bytes().as_chunks() {
        (pairs, []) => pairs,
        _ => return None,
    };
    pairs
        .iter()
        .map(|[high, low]| Some((digit(*high)? << 4 | digit(*low)?) as u8))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_hexadecimal() {
        let bytes = [0x00, 0x7f, 0xa5, 0xff];
        assert_eq!(to_hex(&bytes), "007fa5ff");
        assert_eq!(from_hex("007fa5FF").unwrap(), bytes);
        assert_eq!(from_hex("E14"), None);
        assert_eq!(from_hex("0x"), None);
    }

    #[test]
    fn the_checksum_is_that_of_the_protocol() {
        assert_eq!(checksum(b"OK"), 0x9a); // the standard's own example: $OK#9a
    }
}
