//! What training on the host draws its real samples from.

use ganlet::checkpoint::{Invalid, Persist, Reader, Writer};
use ganlet::layer::Row;
use ganlet::rng::Rng;
use ganlet::stream::reservoir_place;
use ganlet::watch::Windows;
use ganlet_app::Memory;

use crate::source::{Source, stream};

/// A memory whose size is chosen at run time.
#[derive(Debug)]
pub enum Supply<'a, S> {
    /// A simulated sensor, which gives a fresh sample whenever one is asked for.
    Endless(&'a Source),
    /// All samples of a recording.
    Whole(Vec<S>),
    /// Samples that came by; with less room than samples, those that a device's memory
    /// ([`ganlet::stream::Replay::uniform`]) of that size would hold.
    Kept {
        /// The samples held.
        samples: Vec<S>,
        /// How many came by.
        seen: u32,
        /// The most that may be held.
        capacity: u32,
    },
}

impl<'a, S> Supply<'a, S> {
    /// The memory that suits a source: all of a recording.
    pub fn of(source: &'a Source) -> Self {
        match source {
            Source::Recorded { .. } => Self::Whole(Vec::new()),
            Source::Simulated(_) | Source::Signal(_) => Self::Endless(source),
        }
    }

    /// A memory of at most so many samples.
    pub fn bounded(capacity: u32) -> Self {
        Self::Kept {
            samples: Vec::new(),
            seen: 0,
            capacity,
        }
    }
}

impl<S: Row> Memory<S> for Supply<'_, S> {
    fn offer(&mut self, sample: S, rng: &mut Rng) {
        let (samples, seen, capacity) = match self {
            Self::Endless(_) => return,
            Self::Whole(samples) => return samples.push(sample),
            Self::Kept {
                samples,
                seen,
                capacity,
            } => (samples, seen, capacity),
        };
        *seen = seen.saturating_add(1);
        if let Some(place) = reservoir_place(*seen, *capacity, u32::MAX, rng) {
            match samples.get_mut(place as usize) {
                Some(held) => *held = sample,
                None => samples.push(sample),
            }
        }
    }

    fn draw(&self, rng: &mut Rng) -> Option<S> {
        match self {
            Self::Endless(source) => Some(source.draw(rng)),
            Self::Whole(samples) | Self::Kept { samples, .. } => samples
                .get(rng.below(samples.len() as u32) as usize)
                .copied(),
        }
    }

    fn held(&self) -> usize {
        match self {
            Self::Endless(_) => usize::MAX,
            Self::Whole(samples) | Self::Kept { samples, .. } => samples.len(),
        }
    }
}

/// As a device's memory is saved. Samples that come from the source whenever they are wanted are left
/// out, and those of a checkpoint are left alone.
impl<S: Row> Persist for Supply<'_, S> {
    const BYTES: usize = u32::MAX as usize;

    fn save(&self, out: &mut Writer<'_>) {
        let (samples, seen): (&[S], u32) = match self {
            Self::Endless(_) | Self::Whole(_) => (&[], 0),
            Self::Kept { samples, seen, .. } => (samples, *seen),
        };
        seen.save(out);
        out.rows(samples);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let Self::Kept {
            samples,
            seen,
            capacity,
        } = self
        else {
            from.read(0u32)?;
            return from.rows(usize::MAX, |_: S| {});
        };
        seen.load(from)?;
        if from.writes() {
            samples.clear();
        }
        from.rows(*capacity as usize, |sample| samples.push(sample))
    }
}

/// Windows that a detector is fitted to where there are more than enough.
const PLENTY: usize = 512;

/// Of a whole recording windows at even distances, of an endless source fresh ones.
impl<S: Row> Windows<S> for Supply<'_, S> {
    fn count(&self) -> usize {
        match self {
            Self::Endless(_) => PLENTY,
            Self::Whole(samples) => samples.len().min(PLENTY),
            Self::Kept { samples, .. } => samples.len(),
        }
    }

    fn window(&self, place: usize) -> Option<S> {
        match self {
            Self::Endless(source) => {
                Some(source.draw(&mut Rng::new(place as u64, stream::FITTING)))
            }
            Self::Whole(samples) => {
                let count = samples.len().clamp(1, PLENTY);
                samples.get(place * samples.len() / count).copied()
            }
            Self::Kept { samples, .. } => samples.get(place).copied(),
        }
    }

    fn arrival(&self, place: usize) -> f32 {
        place as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::stream::Replay;

    #[test]
    fn a_bounded_supply_holds_what_a_devices_memory_holds() {
        let (mut device, mut host) = (Replay::<[f32; 1], 16>::uniform(), Supply::bounded(16));
        let (mut a, mut b) = (Rng::new(1, 0), Rng::new(1, 0));
        for i in 0..1000 {
            Memory::offer(&mut device, [i as f32], &mut a);
            host.offer([i as f32], &mut b);
        }
        assert_eq!(a, b);
        for _ in 0..100 {
            assert_eq!(Memory::draw(&device, &mut a), host.draw(&mut b));
        }
    }
}
