//! Memories whose power can be cut, stricter than real ones.

use std::cell::RefCell;
use std::rc::Rc;
use std::vec::Vec;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};
use embedded_storage::{ReadStorage, Storage};

use crate::keeper::{Eeprom, Flash, Store};

/// A memory that outlasts its device.
pub(crate) trait Medium {
    type Store: Store;

    /// What a device has that boots on it.
    fn store(&self) -> Self::Store;

    /// Another memory with the same contents.
    fn copy(&self) -> Self;

    /// Cuts the power after so many bytes written or erased; the byte after them is left torn.
    fn cut_after(&self, bytes: u64);

    /// Power again, for good; how many bytes were written or erased since the last cut was ordered.
    fn power_up(&self) -> u64;
}

/// The supply of power, counted in bytes.
#[derive(Clone, Debug)]
struct Supply {
    left: u64,
    used: u64,
    /// Which bits of a torn byte have changed: SplitMix64.
    torn: u64,
}

impl Supply {
    const ENDLESS: u64 = u64::MAX;

    fn new() -> Self {
        Self {
            left: Self::ENDLESS,
            used: 0,
            torn: 0,
        }
    }

    fn order(&mut self, bytes: u64) {
        (self.left, self.used) = (bytes, 0);
        self.torn = bytes;
    }

    /// What a byte becomes on its way from `old` to `new`; an error when it is the last.
    fn change(&mut self, byte: &mut u8, new: u8) -> Result<(), Cut> {
        if self.left == 0 {
            return Err(Cut);
        }
        self.left -= 1;
        self.used += 1;
        if self.left > 0 || *byte == new {
            *byte = new;
            return Ok(());
        }
        let mut z = self.torn.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let changed = (z ^ (z >> 31)) as u8;
        *byte = (*byte & !changed) | (new & changed);
        Err(Cut)
    }

    fn is_off(&self) -> bool {
        self.left == 0
    }
}

/// The power is off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut;

impl NorFlashError for Cut {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

/// A memory that is written byte by byte.
#[derive(Clone, Debug)]
pub(crate) struct Ram(Rc<RefCell<(Vec<u8>, Supply)>>);

impl Ram {
    pub(crate) const BYTES: usize = 2048;

    pub(crate) fn new() -> Self {
        Self::of(Self::BYTES)
    }

    pub(crate) fn of(bytes: usize) -> Self {
        let cells = (std::vec![0xFF; bytes], Supply::new());
        Self(Rc::new(RefCell::new(cells)))
    }

    pub(crate) fn flip(&self, at: usize, bits: u8) {
        self.0.borrow_mut().0[at] ^= bits;
    }
}

impl Medium for Ram {
    type Store = Eeprom<Self>;

    fn store(&self) -> Eeprom<Self> {
        Eeprom::new(self.clone())
    }
    fn copy(&self) -> Self {
        Self(Rc::new(RefCell::clone(&self.0)))
    }
    fn cut_after(&self, bytes: u64) {
        self.0.borrow_mut().1.order(bytes);
    }
    fn power_up(&self) -> u64 {
        let mut cells = self.0.borrow_mut();
        let used = cells.1.used;
        cells.1 = Supply::new();
        used
    }
}

impl ReadStorage for Ram {
    type Error = Cut;

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), Cut> {
        let cells = self.0.borrow();
        if cells.1.is_off() {
            return Err(Cut);
        }
        into.copy_from_slice(&cells.0[at as usize..][..into.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.borrow().0.len()
    }
}

impl Storage for Ram {
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Cut> {
        let mut cells = self.0.borrow_mut();
        let (cells, supply) = &mut *cells;
        let places = cells[at as usize..][..bytes.len()].iter_mut();
        places
            .zip(bytes)
            .try_for_each(|(place, byte)| supply.change(place, *byte))
    }
}

/// NOR flash in which only a word that is blank can be written, and any with zeros, from aligned buffers
/// only. (Real ones allow more; those with a checksum for every word allow this.)
#[derive(Clone, Debug)]
pub(crate) struct Nor(Rc<RefCell<Cells>>);

#[derive(Clone, Debug)]
struct Cells {
    bytes: Vec<u8>,
    erases: Vec<u32>,
    supply: Supply,
}

const WORD: usize = 4;
const PAGE: usize = 512;
const PAGES: usize = 8;
/// Pages before those that are used: an address is not an offset.
const BEFORE: usize = 3;

/// A store on it.
pub(crate) type NorStore = Flash<Nor, { (BEFORE * PAGE) as u32 }, PAGES, 64>;

impl Nor {
    pub(crate) fn new() -> Self {
        let bytes = PAGE * (BEFORE + PAGES);
        Self(Rc::new(RefCell::new(Cells {
            bytes: std::vec![0xFF; bytes],
            erases: std::vec![0; BEFORE + PAGES],
            supply: Supply::new(),
        })))
    }

    pub(crate) fn full_of(byte: u8) -> Self {
        let nor = Self::new();
        nor.scribble(|| byte);
        nor
    }

    pub(crate) fn scribble(&self, mut byte: impl FnMut() -> u8) {
        self.0.borrow_mut().bytes.fill_with(&mut byte);
    }

    /// How often each page in use was erased.
    pub(crate) fn erases(&self) -> Vec<u32> {
        self.0.borrow().erases[BEFORE..].to_vec()
    }
}

impl Medium for Nor {
    type Store = NorStore;

    fn store(&self) -> NorStore {
        Flash::new(self.clone())
    }
    fn copy(&self) -> Self {
        Self(Rc::new(RefCell::clone(&self.0)))
    }
    fn cut_after(&self, bytes: u64) {
        self.0.borrow_mut().supply.order(bytes);
    }
    fn power_up(&self) -> u64 {
        let mut cells = self.0.borrow_mut();
        let used = cells.supply.used;
        cells.supply = Supply::new();
        used
    }
}

impl ErrorType for Nor {
    type Error = Cut;
}

impl ReadNorFlash for Nor {
    const READ_SIZE: usize = WORD;

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), Cut> {
        let at = at as usize;
        assert!(at.is_multiple_of(WORD) && into.len().is_multiple_of(WORD));
        let cells = self.0.borrow();
        if cells.supply.is_off() {
            return Err(Cut);
        }
        into.copy_from_slice(&cells.bytes[at..][..into.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.borrow().bytes.len()
    }
}

impl NorFlash for Nor {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Cut> {
        let (from, to) = (from as usize, to as usize);
        assert!(from.is_multiple_of(PAGE) && to.is_multiple_of(PAGE) && from < to);
        assert!(from >= BEFORE * PAGE, "an erase of what is not ours");
        let mut cells = self.0.borrow_mut();
        let cells = &mut *cells;
        cells.erases[from / PAGE..to / PAGE]
            .iter_mut()
            .for_each(|count| *count += 1);
        for at in from..to {
            cells.supply.change(&mut cells.bytes[at], 0xFF)?;
        }
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Cut> {
        let at = at as usize;
        assert!(at.is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD));
        assert!(at >= BEFORE * PAGE, "a write of what is not ours");
        assert!(
            (bytes.as_ptr() as usize).is_multiple_of(4),
            "an unaligned buffer"
        );
        let mut cells = self.0.borrow_mut();
        let cells = &mut *cells;
        for (at, byte) in (at..).zip(bytes) {
            if at % WORD == 0 && !cells.supply.is_off() {
                let word = &cells.bytes[at..at + WORD];
                let blank = word == [0xFF; WORD] || bytes == [0; WORD];
                assert!(blank, "word {at:#x} is written twice");
            }
            let new = cells.bytes[at] & byte;
            cells.supply.change(&mut cells.bytes[at], new)?;
        }
        Ok(())
    }
}
