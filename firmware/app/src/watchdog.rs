//! Who starts a device anew that gets nowhere.

use core::fmt;

/// A watchdog: it resets the device unless it is fed in time. Give it more than the longest that
/// feeding can take: a step of training, a piece of a checkpoint (a page of flash is erased in it), or
/// the wait for the next reading, [`LONGEST_WAIT`](crate::Sampler::LONGEST_WAIT) ticks of a sensor that
/// does not answer.
pub trait Watchdog {
    /// Begins its time anew.
    fn feed(&mut self);
}

/// The watchdog of a board, if it has one.
pub(crate) struct Watched<'a>(pub(crate) Option<&'a mut dyn Watchdog>);

impl Watched<'_> {
    pub(crate) fn feed(&mut self) {
        if let Some(dog) = &mut self.0 {
            dog.feed();
        }
    }
}

impl fmt::Debug for Watched<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "watched"
        } else {
            "unwatched"
        })
    }
}
