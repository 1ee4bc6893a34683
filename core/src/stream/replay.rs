//! A bounded memory of samples to train from.

use core::num::NonZeroU32;

use heapless::Vec;

use super::held::Held;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::Row as _;
use crate::rng::Rng;
use crate::watch::Windows;

/// Where the `seen`-th sample goes in a reservoir of `capacity` samples: `None` for nowhere. A place
/// at the end is a new one. See [`Replay`] for the rule.
///
/// For memories of another make than [`Replay`] that are to hold the same samples.
pub fn reservoir_place(seen: u32, capacity: u32, horizon: u32, rng: &mut Rng) -> Option<u32> {
    if seen <= capacity {
        return seen.checked_sub(1);
    }
    Some(rng.below(seen.min(horizon.max(capacity)))).filter(|place| *place < capacity)
}

/// At most `CAP` samples of all that went by, chosen at random as they came.
///
/// Reservoir sampling: the n-th sample, once the memory is full, takes the place of a random one
/// with probability `CAP` / min(n, horizon) (algorithm R: Vitter, ACM TOMS 11, 1985; with a
/// horizon, the exponentially biased reservoir of Aggarwal, VLDB 2006).
///
/// - Up to `horizon` samples, every one seen so far is equally likely to be held.
/// - After that the memory fades: a sample that came n ago is held with probability
///   `CAP` / horizon · (1 − 1 / horizon)ⁿ. Recent and old samples lie side by side, the average
///   one being `horizon` samples old. A horizon of `CAP` takes in every new sample.
///
/// A sensor that never changes wants [`uniform`](Self::uniform), one that drifts
/// [`fading`](Self::fading). `T` says how each is [`Held`].
#[derive(Clone, Debug)]
pub struct Replay<T, const CAP: usize> {
    samples: Vec<T, CAP>,
    seen: u32,
    /// `None` for none but that of the counter.
    horizon: Option<NonZeroU32>,
}

impl<T, const CAP: usize> Replay<T, CAP> {
    const CAPACITY: u32 = {
        assert!(CAP > 0, "a replay memory holds at least one sample");
        assert!(CAP <= u32::MAX as usize, "samples are counted in u32");
        CAP as u32
    };

    /// A memory of the whole life: no horizon but that of the counter, 2³² − 1.
    pub const fn uniform() -> Self {
        Self {
            samples: Vec::new(),
            seen: 0,
            horizon: None,
        }
    }

    /// A memory that fades over `horizon` samples; one below `CAP` counts as `CAP`.
    pub const fn fading(horizon: u32) -> Self {
        let longer = horizon > Self::CAPACITY;
        Self {
            samples: Vec::new(),
            seen: 0,
            horizon: NonZeroU32::new(if longer { horizon } else { Self::CAPACITY }),
        }
    }

    /// Offers a sample to the memory. One that holds a NaN or an infinity is refused: `false`, and
    /// nothing has changed.
    pub fn push(&mut self, sample: T::Sample, rng: &mut Rng) -> bool
    where
        T: Held,
    {
        if !sample.flat().iter().all(|x| x.is_finite()) {
            return false;
        }
        self.seen = self.seen.saturating_add(1);
        let horizon = self.horizon.map_or(u32::MAX, NonZeroU32::get);
        if let Some(place) = reservoir_place(self.seen, Self::CAPACITY, horizon, rng) {
            let sample = T::hold(sample, self.seen);
            match self.samples.get_mut(place as usize) {
                Some(held) => *held = sample,
                // Never full: the place is the next new one.
                None => drop(self.samples.push(sample)),
            }
        }
        true
    }

    /// One of the samples held, each equally likely; `None` while there is none.
    pub fn draw(&self, rng: &mut Rng) -> Option<T::Sample>
    where
        T: Held,
    {
        let place = rng.below(self.samples.len() as u32) as usize;
        self.samples.get(place).map(Held::sample)
    }

    /// The samples held, in no particular order.
    pub fn samples(&self) -> &[T] {
        &self.samples
    }

    /// How many samples are held.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// How many samples were offered and not refused; stays at 2³² − 1 once there.
    pub fn seen(&self) -> u32 {
        self.seen
    }

    /// Counts what is held as all that there ever was: what comes from now on takes its place as fast
    /// as if the memory had just been filled. For a sensor whose normal has changed.
    pub fn loosen(&mut self) {
        self.seen = self.seen.min(Self::CAPACITY);
    }
}

/// A detector is fitted to what is held. Where no arrivals are, the places stand for them.
impl<T: Held, const CAP: usize> Windows<T::Sample> for Replay<T, CAP> {
    fn count(&self) -> usize {
        self.samples.len()
    }

    fn window(&self, place: usize) -> Option<T::Sample> {
        self.samples.get(place).map(Held::sample)
    }

    fn arrival(&self, place: usize) -> f32 {
        let arrival = self.samples.get(place).and_then(Held::arrival);
        arrival.unwrap_or(place as u32) as f32
    }
}

/// The samples held and the count of all. The horizon is the caller's choice, and is not saved; a
/// smaller memory's samples fit in a larger one.
impl<T: Held, const CAP: usize> Persist for Replay<T, CAP> {
    const BYTES: usize = 2 * u32::BYTES + CAP * T::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.seen.save(out);
        T::save_all(&self.samples, out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.seen.load(from)?;
        if from.writes() {
            self.samples.clear();
        }
        // Never full: there is room for all that are given.
        let keep = |sample| drop(self.samples.push(sample));
        T::load_all(CAP, keep, from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec as Heap;

    /// How often each of `n` numbered samples is held, over `runs` memories.
    fn held<const CAP: usize>(memory: Replay<[f32; 1], CAP>, n: usize, runs: u64) -> Heap<u32> {
        let mut counts = std::vec![0; n];
        for run in 0..runs {
            let (mut memory, mut rng) = (memory.clone(), Rng::new(run, 0));
            (0..n).for_each(|i| assert!(memory.push([i as f32], &mut rng)));
            assert_eq!(memory.len(), CAP);
            assert_eq!(memory.seen(), n as u32);
            for &[i] in memory.samples() {
                counts[i as usize] += 1;
            }
        }
        counts
    }

    #[test]
    fn every_sample_seen_is_equally_likely_to_be_held() {
        let (n, runs) = (50, 20_000);
        let counts = held(Replay::<_, 10>::uniform(), n, runs);
        // Bernoulli(1/5): five standard deviations of a count of 20,000 are 283.
        for (i, count) in counts.iter().enumerate() {
            assert!(count.abs_diff(4_000) < 283, "sample {i}: {count}");
        }
    }

    #[test]
    fn a_fading_memory_forgets_at_the_rate_of_its_horizon() {
        const CAP: usize = 10;
        let (n, runs, horizon) = (200, 20_000, 40);
        let counts = held(Replay::<_, CAP>::fading(horizon), n, runs);
        for (i, &count) in counts.iter().enumerate().skip(horizon as usize) {
            let age = (n - 1 - i) as i32;
            let (cap, horizon) = (CAP as f64, f64::from(horizon));
            let p = cap / horizon * (1.0 - 1.0 / horizon).powi(age);
            let sd = (runs as f64 * p * (1.0 - p)).sqrt();
            let off = f64::from(count) - runs as f64 * p;
            assert!(off.abs() < 5.0 * sd, "sample {i}: {count}, off by {off}");
        }
    }

    #[test]
    fn the_shortest_horizon_takes_in_every_sample() {
        let (mut memory, mut rng) = (Replay::<[f32; 1], 8>::fading(0), Rng::new(1, 0));
        for i in 0..1_000 {
            memory.push([i as f32], &mut rng);
            assert!(memory.samples().contains(&[i as f32]));
        }
    }

    #[test]
    fn draws_are_uniform_over_what_is_held() {
        let (mut memory, mut rng) = (Replay::<[f32; 1], 8>::uniform(), Rng::new(1, 0));
        assert_eq!(memory.draw(&mut rng), None);
        (0..4).for_each(|i| assert!(memory.push([i as f32], &mut rng)));
        let mut counts = [0u32; 4];
        for _ in 0..40_000 {
            let [i] = memory.draw(&mut rng).unwrap();
            counts[i as usize] += 1;
        }
        // Five standard deviations of a count with p = 1/4 are 433.
        assert!(
            counts.iter().all(|c| c.abs_diff(10_000) < 433),
            "{counts:?}"
        );
    }

    #[test]
    fn samples_that_are_not_finite_are_refused() {
        let (mut memory, mut rng) = (Replay::<[f32; 2], 4>::uniform(), Rng::new(1, 0));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!memory.push([0.0, bad], &mut rng));
        }
        assert!(memory.is_empty());
        assert_eq!(memory.seen(), 0);
    }

    #[test]
    fn the_counter_saturates() {
        let (mut memory, mut rng) = (Replay::<[f32; 1], 2>::uniform(), Rng::new(1, 0));
        memory.seen = u32::MAX - 1;
        (0..5).for_each(|_| assert!(memory.push([1.0], &mut rng)));
        assert_eq!(memory.seen(), u32::MAX);
    }
}
