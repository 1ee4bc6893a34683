//! From a stream of readings to windows.

use core::num::NonZeroU32;

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::Row;

/// Cuts a stream into windows of consecutive readings, as many as a sample `S` holds, one every
/// `hop` readings.
///
/// A *segment* is a run of readings without a gap. Its windows start at its readings 0, hop,
/// 2 hop, …: a hop of 1 gives every window there is, a hop of a window's length windows side by side, a larger one
/// leaves readings out between them. No window crosses a gap.
///
/// Memory: one window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windower<S> {
    /// Readings between two that complete a window.
    between: u32,
    ring: S,
    /// Where the next reading goes, over the oldest one.
    next: u32,
    /// Readings until a window is full, this one included; 0 for a whole window of them.
    wait: u32,
    rejected: u32,
}

impl<S: Row> Windower<S> {
    const LENGTH: u32 = {
        assert!(S::LEN > 0, "a window holds at least one reading");
        assert!(S::LEN <= u32::MAX as usize, "a window is counted in u32");
        S::LEN as u32
    };

    /// Before the first reading.
    pub const fn new(hop: NonZeroU32) -> Self {
        Self {
            between: hop.get() - 1,
            ring: S::ZERO,
            next: 0,
            wait: 0,
            rejected: 0,
        }
    }

    /// Takes in the next reading; returns the window that it completes, oldest reading first.
    ///
    /// A reading that is NaN or infinite is no reading: it is counted and ends the segment, as
    /// [`gap`](Self::gap) does.
    pub fn push(&mut self, x: f32) -> Option<S> {
        if !x.is_finite() {
            self.rejected = self.rejected.saturating_add(1);
            self.gap();
            return None;
        }
        if let Some(oldest) = self.ring.flat_mut().get_mut(self.next as usize) {
            *oldest = x;
        }
        self.next = self.next.wrapping_add(1) % Self::LENGTH;
        self.wait = self.left() - 1;
        if self.wait > 0 {
            return None;
        }
        self.wait = self.between + 1;
        Some(self.window())
    }

    /// Ends the segment: what was read so far shares no window with what comes.
    pub fn gap(&mut self) {
        self.wait = 0;
    }

    /// Readings until a window is full, the next one included: never 0.
    fn left(&self) -> u32 {
        match self.wait {
            0 => Self::LENGTH,
            wait => wait,
        }
    }

    /// Readings refused.
    pub fn rejected(&self) -> u32 {
        self.rejected
    }

    fn window(&self) -> S {
        let oldest_first = self.ring.flat().iter().cycle().skip(self.next as usize);
        let mut window = S::ZERO;
        window
            .flat_mut()
            .iter_mut()
            .zip(oldest_first)
            .for_each(|(w, &x)| *w = x);
        window
    }
}

/// Where the stream stands. The hop is the caller's choice, and is not saved.
impl<S: Row> Persist for Windower<S> {
    const BYTES: usize = S::LEN * f32::BYTES + 3 * u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        out.leaf(&[S::LEN], self.ring.flat());
        self.next.save(out);
        self.left().save(out);
        self.rejected.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        from.leaf(self.ring.flat_mut())?;
        let next = from.read(self.next)?;
        let wait = from.read(self.wait)?;
        if next >= Self::LENGTH || wait == 0 {
            return Err(Invalid("a place outside of the window"));
        }
        from.set(&mut self.next, next);
        from.set(
            &mut self.wait,
            wait.min((self.between + 1).max(Self::LENGTH)),
        );
        self.rejected.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn every(hop: u32) -> NonZeroU32 {
        NonZeroU32::new(hop).unwrap()
    }

    /// What the windows should be: those of each run of finite readings.
    fn expected<const N: usize>(readings: &[f32], hop: usize) -> Vec<[f32; N]> {
        let segments = readings.split(|x| !x.is_finite());
        segments
            .flat_map(|segment| segment.windows(N).step_by(hop))
            .map(|window| window.try_into().unwrap())
            .collect()
    }

    fn windows<const N: usize>(readings: &[f32], hop: u32) -> Vec<[f32; N]> {
        let mut windower = Windower::<[f32; N]>::new(every(hop));
        readings.iter().filter_map(|&x| windower.push(x)).collect()
    }

    proptest! {
        #[test]
        fn windows_are_those_of_each_segment(
            readings in prop::collection::vec(
                prop_oneof![20 => -1e3f32..1e3, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)],
                0..200,
            ),
            hop in 1u32..12,
        ) {
            prop_assert_eq!(windows::<1>(&readings, hop), expected(&readings, hop as usize));
            prop_assert_eq!(windows::<5>(&readings, hop), expected(&readings, hop as usize));
            prop_assert_eq!(windows::<8>(&readings, hop), expected(&readings, hop as usize));
        }
    }

    #[test]
    fn a_gap_ends_a_segment_as_a_bad_reading_does() {
        let (mut told, mut bad) = (
            Windower::<[f32; 3]>::new(every(1)),
            Windower::<[f32; 3]>::new(every(1)),
        );
        for i in 0..20 {
            if i % 7 == 4 {
                told.gap();
                assert_eq!(bad.push(f32::NAN), None);
            }
            assert_eq!(told.push(i as f32), bad.push(i as f32));
        }
        assert_eq!((told.rejected(), bad.rejected()), (0, 3));
    }

    #[test]
    fn hops_longer_than_a_window_leave_readings_out() {
        let readings: Vec<f32> = (0..12).map(|i| i as f32).collect();
        assert_eq!(
            windows::<2>(&readings, 5),
            [[0.0, 1.0], [5.0, 6.0], [10.0, 11.0]]
        );
    }
}
