//! The log of an unmodified firmware, read out of an emulated chip as a debug probe would.
//!
//! The firmware writes defmt frames into a ring in its memory (SEGGER's RTT, by `defmt-rtt`). QEMU
//! lets nobody look while the processor runs, so it is halted, drained and set going again, some
//! hundred times a second. Before `main` the ring is set to block: where it is full the program
//! waits, and no frame is lost.

mod gdb;

use std::{
    cell::Cell,
    io::{self, Read},
    net::TcpStream,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context, Result};

use self::gdb::Debugger;
use crate::elf::Elf;

/// Between two looks at a ring that has been found empty.
const PAUSE: Duration = Duration::from_millis(10);

/// Between two looks at a ring that fills.
const HASTE: Duration = Duration::from_millis(1);

/// From the control block to the first ring, past the block's name and the numbers of rings.
const FIRST_RING: u32 = 24;

// Fields of a ring: its name, its buffer, its size, where to write, where to read, its mode.
const BUFFER: u32 = 4;
const WRITE: u32 = 12;
const READ: u32 = 16;
const MODE: u32 = 20;
const BLOCK_WHEN_FULL: u32 = 2;

/// The log, as a stream that ends with the program.
pub(crate) struct Rtt {
    debugger: Debugger,
    ring: Ring,
    /// Where the program stops that has failed.
    failed: u32,
    ending: Ending,
    bytes: io::Cursor<Vec<u8>>,
}

/// The ring of the log.
#[derive(Clone, Copy, Debug)]
struct Ring {
    fields: u32,
    buffer: u32,
    size: u32,
}

/// How the program has come to its end, for whoever has not read the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending(Rc<Cell<Option<Stopped>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    Over,
    Failed,
}

impl Ending {
    /// Whether the program has panicked or come to a fault.
    pub(crate) fn has_failed(&self) -> bool {
        self.0.get() == Some(Stopped::Failed)
    }
}

impl Rtt {
    /// Starts the processor, which waits at its reset, and takes hold of the ring.
    ///
    /// # Errors
    /// If the emulator does not do as told, or the program has no ring, or no ends.
    pub(crate) fn start(gdb: TcpStream, elf: &Elf<'_>) -> Result<Self> {
        let mut debugger = Debugger::new(gdb)?;
        let [main, over, failed] = [
            elf.address("main")?,
            elf.address("the_end")?,
            elf.address("failed")?,
        ];
        debugger.set_breakpoint(main)?;
        debugger.go_on()?;
        debugger.wait(None)?;
        debugger.clear_breakpoint(main)?;
        debugger.set_breakpoint(over)?;
        debugger.set_breakpoint(failed)?;
        let ring = Ring::of(&mut debugger, elf.address("_SEGGER_RTT")?)?;
        debugger.go_on()?;
        Ok(Self {
            debugger,
            ring,
            failed,
            ending: Ending::default(),
            bytes: io::Cursor::default(),
        })
    }

    /// How the program ends, once it has.
    pub(crate) fn ending(&self) -> Ending {
        self.ending.clone()
    }

    /// Lets the processor run until there is something in the ring, or it has stopped.
    fn fetch(&mut self) -> Result<Vec<u8>> {
        let mut pause = HASTE;
        loop {
            let stopped = self.debugger.wait(Some(pause))?;
            if !stopped {
                self.debugger.halt()?;
            }
            let bytes = self.ring.drain(&mut self.debugger)?;
            if stopped {
                let failed = self.debugger.program_counter()? == self.failed;
                let how = if failed {
                    Stopped::Failed
                } else {
                    Stopped::Over
                };
                self.ending.0.set(Some(how));
            } else {
                self.debugger.go_on()?;
            }
            if stopped || !bytes.is_empty() {
                return Ok(bytes);
            }
            pause = PAUSE;
        }
    }
}

impl Read for Rtt {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(into)?;
        if read > 0 || self.ending.0.get().is_some() {
            return Ok(read);
        }
        self.bytes = io::Cursor::new(self.fetch().map_err(io::Error::other)?);
        self.bytes.read(into)
    }
}

impl Ring {
    /// The first ring of a control block, set to block when it is full.
    fn of(debugger: &mut Debugger, block: u32) -> Result<Self> {
        let fields = block + FIRST_RING;
        let [buffer, size] = debugger.words(fields + BUFFER)?;
        debugger.set_word(fields + MODE, BLOCK_WHEN_FULL)?;
        Ok(Self {
            fields,
            buffer,
            size,
        })
    }

    /// Everything that is in it.
    fn drain(self, debugger: &mut Debugger) -> Result<Vec<u8>> {
        let [write, read] = debugger.words(self.fields + WRITE)?;
        let spans = unread(read, write, self.size).context("the log's ring is damaged")?;
        let mut bytes = Vec::new();
        for (from, length) in spans {
            bytes.extend(debugger.memory(self.buffer + from, length)?);
        }
        if !bytes.is_empty() {
            debugger.set_word(self.fields + READ, write)?;
        }
        Ok(bytes)
    }
}

/// The one or two spans from `read` up to `write` in a ring of `size` bytes: begin and length.
/// `None` where a place lies outside of it.
fn unread(read: u32, write: u32, size: u32) -> Option<[(u32, u32); 2]> {
    let inside = read < size && write < size;
    inside.then(|| match read <= write {
        true => [(read, write - read), (0, 0)],
        false => [(read, size - read), (0, write)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_read_in_the_order_it_was_written() {
        assert_eq!(unread(3, 3, 8), Some([(3, 0), (0, 0)]));
        assert_eq!(unread(3, 7, 8), Some([(3, 4), (0, 0)]));
        assert_eq!(unread(6, 2, 8), Some([(6, 2), (0, 2)]));
        assert_eq!(unread(6, 0, 8), Some([(6, 2), (0, 0)]));
    }

    #[test]
    fn a_place_outside_of_the_ring_is_damage() {
        assert_eq!(unread(8, 0, 8), None);
        assert_eq!(unread(0, 9, 8), None);
        assert_eq!(unread(0, 0, 0), None);
    }
}
