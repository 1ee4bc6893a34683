//! Counters between an interrupt and the main loop.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::fault::Fault;

/// What became of the readings since the start. The sampler alone writes, everyone reads.
///
/// Each counter wraps at 2³². One writer needs no read-modify-write, which a Cortex-M0 does not
/// have.
#[derive(Debug)]
pub struct Tally {
    taken: AtomicU32,
    dropped: AtomicU32,
    rejected: [AtomicU32; Fault::ALL.len()],
}

impl Tally {
    /// All zero.
    pub const fn new() -> Self {
        Self {
            taken: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
            rejected: [const { AtomicU32::new(0) }; Fault::ALL.len()],
        }
    }

    /// Attempts to take a reading, whatever became of them.
    pub fn seen(&self) -> u32 {
        let lost = self.dropped().wrapping_add(self.rejected_in_all());
        self.taken().wrapping_add(lost)
    }

    /// Readings that were put into the queue.
    pub fn taken(&self) -> u32 {
        self.taken.load(Relaxed)
    }

    /// Good readings that found the queue full.
    pub fn dropped(&self) -> u32 {
        self.dropped.load(Relaxed)
    }

    /// Attempts that ended in this fault.
    pub fn rejected(&self, fault: Fault) -> u32 {
        self.rejected
            .get(fault as usize)
            .map_or(0, |counter| counter.load(Relaxed))
    }

    /// Attempts that ended in any fault.
    pub fn rejected_in_all(&self) -> u32 {
        self.rejected
            .iter()
            .fold(0, |sum, counter| sum.wrapping_add(counter.load(Relaxed)))
    }

    pub(crate) fn take(&self) {
        increment(&self.taken);
    }

    pub(crate) fn drop(&self) {
        increment(&self.dropped);
    }

    pub(crate) fn reject(&self, fault: Fault) {
        if let Some(counter) = self.rejected.get(fault as usize) {
            increment(counter);
        }
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

/// Without a read-modify-write instruction: there is one writer.
fn increment(counter: &AtomicU32) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}
