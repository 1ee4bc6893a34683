//! What training on the host draws its real samples from.

use ganlet::checkpoint::{Invalid, Persist, Reader, Writer};
use ganlet::rng::Rng;
use ganlet::stream::{Held, reservoir_place};
use ganlet::watch::Windows;
use ganlet_app::Memory;

use crate::source::{Source, stream};

/// A memory whose size is chosen at run time.
#[derive(Debug)]
pub enum Supply<'a, T: Held> {
    /// A simulated sensor, which gives a fresh sample whenever one is asked for.
    Endless(&'a Source),
    /// All samples of a recording.
    Whole(Vec<T::Sample>),
    /// Samples that came by; with less room than samples, those that a device's memory
    /// ([`ganlet::stream::Replay`]) of that size and horizon would hold.
    Kept {
        /// The samples held.
        samples: Vec<T>,
        /// How many came by.
        seen: u32,
        /// The most that may be held.
        capacity: u32,
        /// Samples over which the memory fades.
        horizon: u32,
    },
}

impl<'a, T: Held> Supply<'a, T> {
    /// The memory that suits a source: all of a recording.
    pub fn of(source: &'a Source) -> Self {
        match source {
            Source::Recorded { .. } => Self::Whole(Vec::new()),
            Source::Simulated(_) | Source::Signal(_) => Self::Endless(source),
        }
    }

    /// A memory of at most so many samples of the whole life.
    pub fn bounded(capacity: u32) -> Self {
        Self::fading(capacity, u32::MAX)
    }

    /// A memory of at most so many samples that fades over `horizon` of them.
    pub fn fading(capacity: u32, horizon: u32) -> Self {
        Self::Kept {
            samples: Vec::new(),
            seen: 0,
            capacity,
            horizon,
        }
    }
}

impl<T: Held> Memory<T::Sample> for Supply<'_, T> {
    fn offer(&mut self, sample: T::Sample, rng: &mut Rng) {
        let (samples, seen, capacity, horizon) = match self {
            Self::Endless(_) => return,
            Self::Whole(samples) => return samples.push(sample),
            Self::Kept {
                samples,
                seen,
                capacity,
                horizon,
            } => (samples, seen, *capacity, *horizon),
        };
        *seen = seen.saturating_add(1);
        if let Some(place) = reservoir_place(*seen, capacity, horizon, rng) {
            let sample = T::hold(sample, *seen);
            match samples.get_mut(place as usize) {
                Some(held) => *held = sample,
                None => samples.push(sample),
            }
        }
    }

    fn draw(&self, rng: &mut Rng) -> Option<T::Sample> {
        let mut place = |count: usize| rng.below(count as u32) as usize;
        match self {
            Self::Endless(source) => Some(source.draw(rng)),
            Self::Whole(samples) => samples.get(place(samples.len())).copied(),
            Self::Kept { samples, .. } => samples.get(place(samples.len())).map(Held::sample),
        }
    }

    fn held(&self) -> usize {
        match self {
            Self::Endless(_) => usize::MAX,
            Self::Whole(samples) => samples.len(),
            Self::Kept { samples, .. } => samples.len(),
        }
    }

    fn seen(&self) -> u32 {
        match self {
            Self::Kept { seen, .. } => *seen,
            Self::Endless(_) | Self::Whole(_) => self.count() as u32,
        }
    }

    fn loosen(&mut self) {
        if let Self::Kept { seen, capacity, .. } = self {
            *seen = (*seen).min(*capacity);
        }
    }
}

/// As a device's memory is saved. Samples that come from the source whenever they are wanted are left
/// out, and those of a checkpoint are left alone.
impl<T: Held> Persist for Supply<'_, T> {
    const BYTES: usize = u32::MAX as usize;

    fn save(&self, out: &mut Writer<'_>) {
        let (samples, seen): (&[T], u32) = match self {
            Self::Endless(_) | Self::Whole(_) => (&[], 0),
            Self::Kept { samples, seen, .. } => (samples, *seen),
        };
        seen.save(out);
        T::save_all(samples, out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let Self::Kept {
            samples,
            seen,
            capacity,
            ..
        } = self
        else {
            from.read(0u32)?;
            return T::load_all(usize::MAX, drop, from);
        };
        seen.load(from)?;
        if from.writes() {
            samples.clear();
        }
        T::load_all(*capacity as usize, |sample| samples.push(sample), from)
    }
}

/// Windows that a detector is fitted to where there are more than enough.
const PLENTY: usize = 384;

/// Of a whole recording windows at even distances, of an endless source fresh ones.
impl<T: Held> Windows<T::Sample> for Supply<'_, T> {
    fn count(&self) -> usize {
        match self {
            Self::Endless(_) => PLENTY,
            Self::Whole(samples) => samples.len().min(PLENTY),
            Self::Kept { samples, .. } => samples.len(),
        }
    }

    fn window(&self, place: usize) -> Option<T::Sample> {
        match self {
            Self::Endless(source) => {
                Some(source.draw(&mut Rng::new(place as u64, stream::FITTING)))
            }
            Self::Whole(samples) => {
                let count = samples.len().clamp(1, PLENTY);
                samples.get(place * samples.len() / count).copied()
            }
            Self::Kept { samples, .. } => samples.get(place).map(Held::sample),
        }
    }

    fn arrival(&self, place: usize) -> f32 {
        let held = match self {
            Self::Kept { samples, .. } => samples.get(place).and_then(Held::arrival),
            _ => None,
        };
        held.unwrap_or(place as u32) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::stream::{Coded, Replay};

    /// Offers the same windows to both, and compares what they hold.
    fn compare<T: Held, const CAP: usize>(
        mut device: Replay<T, CAP>,
        mut host: Supply<'_, T>,
        window: impl Fn(u32) -> T::Sample,
    ) where
        T::Sample: PartialEq + std::fmt::Debug,
    {
        let (mut a, mut b) = (Rng::new(1, 0), Rng::new(1, 0));
        for i in 0..1000 {
            Memory::offer(&mut device, window(i), &mut a);
            host.offer(window(i), &mut b);
            if i == 700 {
                Memory::loosen(&mut device);
                host.loosen();
            }
        }
        assert_eq!(a, b);
        assert_eq!(Memory::seen(&device), host.seen());
        for _ in 0..100 {
            assert_eq!(Memory::draw(&device, &mut a), host.draw(&mut b));
        }
        for place in 0..=CAP {
            assert_eq!(Windows::window(&device, place), host.window(place));
            assert_eq!(Windows::arrival(&device, place), host.arrival(place));
        }
    }

    #[test]
    fn a_bounded_supply_holds_what_a_devices_memory_holds() {
        let reading = |i| [i as f32];
        compare::<[f32; 1], 16>(Replay::uniform(), Supply::bounded(16), reading);
        compare::<[f32; 1], 16>(Replay::fading(40), Supply::fading(16, 40), reading);
        let window = |i| [0.0, 1.0, 2.5, i as f32];
        compare::<Coded<4>, 16>(Replay::uniform(), Supply::bounded(16), window);
    }
}
