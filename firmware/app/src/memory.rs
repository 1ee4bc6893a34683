//! What training draws its real samples from.

use ganlet::checkpoint::Persist;
use ganlet::rng::Rng;
use ganlet::stream::{Held, Replay};
use ganlet::watch::Windows;

/// A memory of real samples, in the sensor's unit.
///
/// A checkpoint holds it; one [saved](Persist) by [`Replay`] can be loaded by any that reads it alike.
pub trait Memory<S>: Persist + Windows<S> {
    /// Offers a sample; the memory may keep it in the place of another.
    fn offer(&mut self, sample: S, rng: &mut Rng);

    /// One of the samples held, each equally likely; `None` while there is none.
    fn draw(&self, rng: &mut Rng) -> Option<S>;

    /// How many samples are held.
    fn held(&self) -> usize;

    /// How many samples were offered.
    fn seen(&self) -> u32;

    /// Makes room for a new normal: what is held counts as all that was ever offered.
    fn loosen(&mut self);
}

/// The memory of a device: bounded, without a heap.
impl<T: Held, const CAP: usize> Memory<T::Sample> for Replay<T, CAP> {
    fn offer(&mut self, sample: T::Sample, rng: &mut Rng) {
        self.push(sample, rng);
    }

    fn draw(&self, rng: &mut Rng) -> Option<T::Sample> {
        Replay::draw(self, rng)
    }

    fn held(&self) -> usize {
        self.len()
    }

    fn seen(&self) -> u32 {
        Replay::seen(self)
    }

    fn loosen(&mut self) {
        Replay::loosen(self);
    }
}
