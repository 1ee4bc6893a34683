//! The part of the flash that is kept for checkpoints: its last 16 pages of 4 KB.
//!
//! While the flash is written, the chip stands still: 41 µs for a word, 85 ms for the erasure of a
//! page.

use core::slice;

use nrf52840_hal::{nvmc::Nvmc, pac::NVMC};

/// What `memory.x` leaves out, in pages of 4 KB.
pub(crate) const PAGES: usize = 16;

unsafe extern "C" {
    /// Its first byte.
    static __checkpoints: u8;
}

/// The flash, by its controller.
pub(crate) type Flash = Nvmc<NVMC>;

/// Takes it.
pub(crate) fn flash(controller: NVMC) -> Flash {
    // SAFETY: there is one controller, so this runs once; no program lies there.
    Nvmc::new(controller, unsafe {
        slice::from_raw_parts_mut((&raw const __checkpoints).cast_mut(), PAGES * 4096)
    })
}
