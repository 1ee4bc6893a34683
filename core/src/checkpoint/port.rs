//! Where the bytes of a checkpoint go to and come from: a buffer, or a store that is written and
//! read piece by piece, so that a device needs no second copy of its state in memory.

/// Takes the bytes of a checkpoint, in order, in pieces of any size.
pub trait Sink {
    /// Appends bytes. A sink that fails remembers that it did, and takes no more.
    fn put(&mut self, bytes: &[u8]);
}

/// Gives the bytes of a checkpoint, at any place.
pub trait Source {
    /// Fills `into` with the bytes from `at` on; `None` where they cannot be had.
    fn get(&mut self, at: usize, into: &mut [u8]) -> Option<()>;
}

/// A buffer, filled from its front; what does not fit is left out.
impl Sink for &mut [u8] {
    fn put(&mut self, bytes: &[u8]) {
        if let Some((first, rest)) = core::mem::take(self).split_at_mut_checked(bytes.len()) {
            first.copy_from_slice(bytes);
            *self = rest;
        }
    }
}

/// A block in memory.
impl Source for &[u8] {
    fn get(&mut self, at: usize, into: &mut [u8]) -> Option<()> {
        let end = at.checked_add(into.len())?;
        let bytes = <[u8]>::get(self, at..end)?;
        into.copy_from_slice(bytes);
        Some(())
    }
}
