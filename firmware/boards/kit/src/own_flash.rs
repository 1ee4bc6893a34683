//! A board that lives by itself, with checkpoints in the chip's own flash, beside the program.
//!
//! While a page of it is erased the chip stands still, for a moment or for two seconds: its program
//! lies in the same flash. The clock makes up for that time, and the readings that were due in it are
//! counted as dropped.

use cortex_m::peripheral::{DCB, DWT};
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use ganlet::model::Scalar;
use ganlet_app::{Flash, Sample};
use heapless::spsc::Consumer;

use crate::{
    life::{self, Guard, Life, Readings},
    metronome::Metronome,
};

/// Learns and watches for ever, with checkpoints in all `PAGES` of `flash`.
///
/// Not inlined: the store takes stack that a board which is fed by a host needs otherwise.
#[inline(never)]
pub fn live<F: NorFlash, const PAGES: usize>(
    learner: &'static mut Readings,
    flash: F,
    clock: Metronome,
    (debug, mut counter): (&mut DCB, DWT),
    inbox: Consumer<'static, Sample>,
    guard: Guard<Scalar>,
) -> ! {
    debug.enable_trace();
    counter.enable_cycle_counter();
    let store = Flash::<_, 0, PAGES>::new(Timed { flash, clock });
    Life::begin(learner, life::settings(), clock, store, inbox, Some(guard)).forever()
}

/// A flash whose erasures the clock knows of.
struct Timed<F> {
    flash: F,
    clock: Metronome,
}

impl<F: ErrorType> ErrorType for Timed<F> {
    type Error = F::Error;
}

impl<F: ReadNorFlash> ReadNorFlash for Timed<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), F::Error> {
        self.flash.read(at, into)
    }

    fn capacity(&self) -> usize {
        self.flash.capacity()
    }
}

impl<F: NorFlash> NorFlash for Timed<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), F::Error> {
        let begun = DWT::cycle_count();
        let erased = self.flash.erase(from, to);
        let cycles = DWT::cycle_count().wrapping_sub(begun);
        self.clock.make_up_for(cycles);
        erased
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), F::Error> {
        self.flash.write(at, bytes)
    }
}
