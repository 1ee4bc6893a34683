//! How a memory holds a sample: as it is, or in a quarter of the bytes.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::Row;

/// A sample as it is remembered.
pub trait Held: Persist + Clone {
    /// The sample.
    type Sample: Row;

    /// Holds a sample, the `arrival`-th that was offered.
    fn hold(sample: Self::Sample, arrival: u32) -> Self;

    /// The sample, as far as it is held.
    fn sample(&self) -> Self::Sample;

    /// Which of all that were offered it is, where that is held.
    fn arrival(&self) -> Option<u32>;

    /// Saves those that a memory holds.
    fn save_all(held: &[Self], out: &mut Writer<'_>);

    /// Loads them, at most `room`; see [`Reader::rows`].
    fn load_all(room: usize, each: impl FnMut(Self), from: &mut Reader<'_>) -> Result<(), Invalid>;
}

/// As it is. When it came is not held: single readings do not overlap.
impl<const N: usize> Held for [f32; N] {
    type Sample = Self;

    fn hold(sample: Self, _: u32) -> Self {
        sample
    }

    fn sample(&self) -> Self {
        *self
    }

    fn arrival(&self) -> Option<u32> {
        None
    }

    fn save_all(held: &[Self], out: &mut Writer<'_>) {
        out.rows(held);
    }

    fn load_all(room: usize, each: impl FnMut(Self), from: &mut Reader<'_>) -> Result<(), Invalid> {
        from.rows(room, each)
    }
}

/// A window in N + 12 bytes: each reading is one of 256 levels between the window's least and its
/// largest, so that a quiet window is held as finely as a loud one.
///
/// > x ≈ low + step · code,  step = (high − low) / 255
///
/// The error is half a step at most, about a thousandth of the window's range in the mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Coded<const N: usize> {
    low: f32,
    step: f32,
    arrival: u32,
    codes: [u8; N],
}

impl<const N: usize> Held for Coded<N> {
    type Sample = [f32; N];

    fn hold(sample: [f32; N], arrival: u32) -> Self {
        let low = sample.iter().copied().fold(f32::MAX, f32::min);
        let high = sample.iter().copied().fold(f32::MIN, f32::max);
        // By halves: the range of a window may be beyond f32.
        let step = (0.5 * high - 0.5 * low) / 127.5;
        let code = |x: f32| {
            let half = (0.5 * x - 0.5 * low) / step;
            (2.0 * half + 0.5) as u8 // saturates; 0 / 0 is 0
        };
        Self {
            low,
            step,
            arrival,
            codes: sample.map(code),
        }
    }

    fn sample(&self) -> [f32; N] {
        self.codes.map(|code| {
            let half = 0.5 * self.step * f32::from(code);
            self.low + half + half
        })
    }

    fn arrival(&self) -> Option<u32> {
        Some(self.arrival)
    }

    /// Up to format 3 windows were held as they are.
    fn save_all(held: &[Self], out: &mut Writer<'_>) {
        if out.has(4) {
            out.items(held);
        } else {
            out.rows::<[f32; N]>(&[]);
        }
    }

    fn load_all(
        room: usize,
        mut each: impl FnMut(Self),
        from: &mut Reader<'_>,
    ) -> Result<(), Invalid> {
        if from.has(4) {
            return from.items(room, &Self::hold([0.0; N], 0), each);
        }
        let mut arrival = 0;
        from.rows(room, |sample| {
            each(Self::hold(sample, arrival));
            arrival += 1;
        })
    }
}

impl<const N: usize> Persist for Coded<N> {
    const BYTES: usize = 2 * f32::BYTES + u32::BYTES + N;

    fn save(&self, out: &mut Writer<'_>) {
        self.low.save(out);
        self.step.save(out);
        self.arrival.save(out);
        self.codes.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.low.load(from)?;
        self.step.load(from)?;
        self.arrival.load(from)?;
        self.codes.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn a_window_comes_back_to_half_a_step_whatever_its_level_and_size() {
        let mut rng = Rng::new(1, 0);
        for (level, size) in [(0.0, 1.0), (20.0, 0.01), (-3e8, 1e7), (0.0, 1e38)] {
            let window: [f32; 32] = core::array::from_fn(|_| level + size * rng.gaussian());
            let held = Coded::hold(window, 7);
            // What rounding of f32 adds at that level.
            let most = 0.5001 * held.step + 4.0 * f32::EPSILON * level.abs();
            for (x, y) in window.iter().zip(held.sample()) {
                assert!((x - y).abs() <= most, "{x} {y} {}", held.step);
            }
            assert_eq!(held.arrival(), Some(7));
        }
    }

    #[test]
    fn a_checkpoint_of_any_number_of_windows_brings_them_back_to_the_bit() {
        use crate::checkpoint::{self, Name, bytes};
        use crate::stream::Replay;
        type Memory = Replay<Coded<8>, 5>;
        let name = Name::new("held").unwrap();
        let (mut memory, mut rng) = (Memory::uniform(), Rng::new(1, 0));
        for offered in 1..20 {
            memory.push(core::array::from_fn(|_| rng.gaussian()), &mut rng);
            let mut block = [0; bytes::<Memory>()];
            let saved = checkpoint::save(name, &memory, &mut block).unwrap();
            let mut again = Memory::uniform();
            checkpoint::load(name, &mut again, saved).unwrap();
            assert_eq!(again.samples(), memory.samples());
            assert_eq!(
                (again.len(), again.seen()),
                (offered.min(5), offered as u32)
            );
        }
    }

    #[test]
    fn a_flat_window_is_held_exactly() {
        assert_eq!(Coded::hold([21.375; 16], 0).sample(), [21.375; 16]);
        let edges = [f32::MAX, f32::MIN, 0.0, 1.0];
        assert!(Coded::hold(edges, 0).sample().iter().all(|x| x.is_finite()));
    }
}
