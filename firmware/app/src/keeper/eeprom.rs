//! Checkpoints in a memory that is written byte by byte: EEPROM, FRAM.

use embedded_storage::Storage;

use super::store::{Place, Store};

/// Bytes of a place's generation: the number, and its complement.
const GENERATION: usize = 8;

/// Bytes that are read or written in one access, and never across a multiple of so many: pages of
/// the memory, and the banks that it answers for one at a time, are multiples of it.
const PAGE: usize = 64;

/// A memory in two halves. A checkpoint lies at the beginning of its half, its generation at the end.
///
/// Every byte of a half is written once in a save, so that each half wears by one cycle in two saves:
/// with a million cycles, as is common, and a save a minute for four years.
#[derive(Clone, Debug)]
pub struct Eeprom<St> {
    memory: St,
}

impl<St: Storage> Eeprom<St> {
    /// A memory that may be new, or hold anything.
    pub const fn new(memory: St) -> Self {
        Self { memory }
    }

    fn half(&self) -> usize {
        self.memory.capacity() / 2
    }

    fn address(&self, place: Place, at: usize) -> u32 {
        let base = match place {
            Place::First => 0,
            Place::Second => self.half(),
        };
        (base + at) as u32
    }

    fn write_generation(&mut self, place: Place, bytes: [[u8; 4]; 2]) -> Option<()> {
        let at = self.address(place, self.room());
        self.memory.write(at, bytes.as_flattened()).ok()
    }
}

impl<St: Storage> Store for Eeprom<St> {
    const PIECE: usize = PAGE;

    fn room(&self) -> usize {
        self.half().saturating_sub(GENERATION)
    }

    fn generation(&mut self, place: Place) -> Option<u32> {
        if self.half() < GENERATION {
            return None;
        }
        let (mut number, mut complement) = ([0; 4], [0; 4]);
        let at = self.address(place, self.room());
        self.memory.read(at, &mut number).ok()?;
        self.memory.read(at + 4, &mut complement).ok()?;
        let (number, complement) = (u32::from_le_bytes(number), u32::from_le_bytes(complement));
        (number == !complement).then_some(number)
    }

    fn read(&mut self, place: Place, at: usize, into: &mut [u8]) -> Option<()> {
        if at.checked_add(into.len())? > self.room() {
            return None;
        }
        let (mut at, mut rest) = (at, into);
        while !rest.is_empty() {
            let (now, later) = rest.split_at_mut_checked(in_page(at, rest.len()))?;
            self.memory.read(self.address(place, at), now).ok()?;
            (at, rest) = (at + now.len(), later);
        }
        Some(())
    }

    /// A number and a complement that are both 0 are no generation.
    fn clear(&mut self, place: Place) -> Option<()> {
        self.write_generation(place, [[0; 4]; 2])
    }

    fn write(&mut self, place: Place, at: usize, bytes: &[u8]) -> Option<()> {
        if at.checked_add(bytes.len())? > self.room() {
            return None;
        }
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let (now, later) = rest.split_at_checked(in_page(at, rest.len()))?;
            self.memory.write(self.address(place, at), now).ok()?;
            (at, rest) = (at + now.len(), later);
        }
        Some(())
    }

    fn seal(&mut self, place: Place, generation: u32) -> Option<()> {
        let bytes = [generation.to_le_bytes(), (!generation).to_le_bytes()];
        self.write_generation(place, bytes)
    }
}

/// How many of `length` bytes from `at` on lie in the same page.
fn in_page(at: usize, length: usize) -> usize {
    length.min(PAGE - at % PAGE)
}
