//! What training draws its real samples from.

use ganlet::checkpoint::Persist;
use ganlet::layer::Row;
use ganlet::rng::Rng;
use ganlet::stream::Replay;

/// A memory of real samples, in the sensor's unit.
///
/// A checkpoint holds it; one [saved](Persist) by [`Replay`] can be loaded by any that reads it alike.
pub trait Memory<S>: Persist {
    /// Offers a sample; the memory may keep it in the place of another.
    fn offer(&mut self, sample: S, rng: &mut Rng);

    /// One of the samples held, each equally likely; `None` while there is none.
    fn draw(&self, rng: &mut Rng) -> Option<S>;

    /// How many samples are held.
    fn held(&self) -> usize;
}

/// The memory of a device: bounded, without a heap.
impl<S: Row, const CAP: usize> Memory<S> for Replay<S, CAP> {
    fn offer(&mut self, sample: S, rng: &mut Rng) {
        self.push(sample, rng);
    }

    fn draw(&self, rng: &mut Rng) -> Option<S> {
        Replay::draw(self, rng).copied()
    }

    fn held(&self) -> usize {
        self.len()
    }
}
