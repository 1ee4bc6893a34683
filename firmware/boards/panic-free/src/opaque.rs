//! Readings, a clock, a store and a reporter of which the optimiser knows nothing.

use core::hint::black_box;

use embedded_storage::{ReadStorage, Storage};
use ganlet_app::{Clock, Event, Inbox, Reporter, Sample};

/// May say and hold anything.
pub(crate) struct Opaque;

impl Inbox for Opaque {
    fn next(&mut self) -> Option<Sample> {
        black_box(None)
    }
}

impl Clock for Opaque {
    fn micros(&self) -> u64 {
        black_box(0)
    }
}

impl Reporter for Opaque {
    fn report(&mut self, event: &Event) {
        black_box(event);
    }
}

impl ReadStorage for Opaque {
    type Error = ();

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), ()> {
        black_box((at, into));
        black_box(Ok(()))
    }

    fn capacity(&self) -> usize {
        black_box(0)
    }
}

impl Storage for Opaque {
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), ()> {
        black_box((at, bytes));
        black_box(Ok(()))
    }
}
