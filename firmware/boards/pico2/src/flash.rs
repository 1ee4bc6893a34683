//! The end of the flash, erased and programmed by functions of the boot ROM.
//!
//! While the ROM works, the flash cannot be read and nothing runs from it: interrupts wait, 45 ms for
//! a sector and 0.5 ms for a page on the board's W25Q32 (typical figures of its data sheet).

use core::{mem, ptr, slice};

use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase,
    check_read, check_write,
};
use rp235x_hal::rom_data;

/// What `memory.x` leaves out, in sectors.
pub(crate) const SECTORS: usize = 16;

unsafe extern "C" {
    /// Its first byte, where it can be read.
    static __checkpoints: u8;
}

/// Where it begins, from the beginning of the flash.
fn start() -> u32 {
    const FLASH: u32 = 0x1000_0000;
    &raw const __checkpoints as u32 - FLASH
}

/// What is erased at once, and how.
const SECTOR: usize = 4096;
const BLOCK: u32 = 0x1_0000;
const ERASE_BLOCK: u8 = 0xd8;

/// What is programmed at once.
const PAGE: usize = 256;

/// The part of the flash that is kept for checkpoints.
pub(crate) struct Flash(());

impl Flash {
    /// # Safety
    /// There is one of it, and the other core is not running.
    pub(crate) unsafe fn take() -> Self {
        Self(())
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, at, into.len())?;
        let from = (&raw const __checkpoints).wrapping_add(at as usize);
        // SAFETY: it is flash, which nobody writes meanwhile.
        into.copy_from_slice(unsafe { slice::from_raw_parts(from, into.len()) });
        Ok(())
    }

    fn capacity(&self) -> usize {
        SECTORS * SECTOR
    }
}

impl NorFlash for Flash {
    /// Of a page only the bits of these bytes are programmed, the others stay as they are.
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for sector in (from..to).step_by(SECTOR) {
            change(start() + sector, None);
        }
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, at, bytes.len())?;
        let (mut at, mut bytes) = (start() + at, bytes);
        while !bytes.is_empty() {
            let into = at as usize % PAGE;
            let (now, later) = bytes.split_at(bytes.len().min(PAGE - into));
            let mut page = [0xff; PAGE];
            page[into..into + now.len()].copy_from_slice(now);
            change(at - into as u32, Some(&page));
            (at, bytes) = (at + now.len() as u32, later);
        }
        Ok(())
    }
}

/// Bits that are 1 already may be programmed again.
impl MultiwriteNorFlash for Flash {}

/// Functions of the boot ROM, and a copy of the one that it has left to set the flash up for reading
/// as it found best (RP2350 datasheet, 5.4.8: low-level flash commands).
struct Rom {
    connect: unsafe extern "C" fn(),
    stop_reading: unsafe extern "C" fn(),
    erase: unsafe extern "C" fn(u32, usize, u32, u8),
    program: unsafe extern "C" fn(u32, *const u8, usize),
    forget: unsafe extern "C" fn(),
    set_up: [u32; 64],
}

/// Where the boot ROM has left that function.
const SET_UP: *const [u32; 64] = 0x400e_0000 as _;

impl Rom {
    fn look_up() -> Self {
        Self {
            connect: rom_data::connect_internal_flash::ptr(),
            stop_reading: rom_data::flash_exit_xip::ptr(),
            erase: rom_data::flash_range_erase::ptr(),
            program: rom_data::flash_range_program::ptr(),
            forget: rom_data::flash_flush_cache::ptr(),
            // SAFETY: the boot RAM is there, and nobody writes it.
            set_up: unsafe { SET_UP.read_volatile() },
        }
    }
}

/// Programs a page of the flash, or erases a sector.
fn change(at: u32, page: Option<&[u8; PAGE]>) {
    let rom = Rom::look_up();
    let page = page.map_or(ptr::null(), |page| page.as_ptr());
    critical_section::with(|_| {
        // SAFETY: no interrupt and no other core reads the flash now; `rom` and `page` lie in RAM.
        unsafe { change_from_ram(&rom, at, page) }
    });
}

/// # Safety
/// Nobody else reads the flash, and nothing that is given lies in it.
#[inline(never)]
#[unsafe(link_section = ".data.change_from_ram")]
unsafe fn change_from_ram(rom: &Rom, at: u32, page: *const u8) {
    // SAFETY: these are the steps that the datasheet asks for, in its order. The function in
    // `set_up` is Thumb code that does not depend on where it lies.
    unsafe {
        (rom.connect)();
        (rom.stop_reading)();
        if page.is_null() {
            (rom.erase)(at, SECTOR, BLOCK, ERASE_BLOCK);
        } else {
            (rom.program)(at, page, PAGE);
        }
        (rom.forget)();
        let set_up: unsafe extern "C" fn() = mem::transmute(rom.set_up.as_ptr() as usize | THUMB);
        set_up();
    }
}

/// The bit of an address that says which code lies there.
const THUMB: usize = 1;
