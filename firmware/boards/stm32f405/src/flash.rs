//! The last two sectors of the flash, 128 KB each.
//!
//! While the flash is written, the chip stands still wherever it wants to read it: 16 µs for a byte,
//! and one to two seconds for the erasure of a sector, in which readings are missed.

use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase,
    check_read, check_write,
};
use stm32f4xx_hal::{flash::FlashExt as _, pac::FLASH};

/// What `memory.x` leaves out, in sectors.
pub(crate) const SECTORS: usize = 2;
const SECTOR: usize = 128 * 1024;

unsafe extern "C" {
    /// Its first byte.
    static __checkpoints: u8;
}

/// Where it begins, from the beginning of the flash.
fn start() -> u32 {
    const FLASH: u32 = 0x0800_0000;
    &raw const __checkpoints as u32 - FLASH
}

/// The part of the flash that is kept for checkpoints.
pub(crate) struct Flash(FLASH);

impl Flash {
    pub(crate) fn new(flash: FLASH) -> Self {
        Self(flash)
    }

    /// Forgets what the data cache holds of sectors that are erased now (RM0090, 3.5.4).
    fn flush(&mut self) {
        let control = self.0.acr();
        control.modify(|_, w| w.dcen().clear_bit());
        control.modify(|_, w| w.dcrst().set_bit());
        control.modify(|_, w| w.dcrst().clear_bit());
        control.modify(|_, w| w.dcen().set_bit());
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, at, into.len())?;
        let held = self.0.read().iter().skip((start() + at) as usize);
        into.iter_mut().zip(held).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    fn capacity(&self) -> usize {
        SECTORS * SECTOR
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        let erased = NorFlash::erase(&mut self.0.unlocked(), start() + from, start() + to);
        self.flush();
        erased.map_err(|_| NorFlashErrorKind::Other)
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, at, bytes.len())?;
        let written = NorFlash::write(&mut self.0.unlocked(), start() + at, bytes);
        written.map_err(|_| NorFlashErrorKind::Other)
    }
}

impl MultiwriteNorFlash for Flash {}
