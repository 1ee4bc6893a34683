//! Strangeness that lasts: no window beyond the limit, and too many of them near it.

use super::threshold::Threshold;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};

/// A cumulative sum (Page 1954) of how far windows are stranger than they should be,
///
/// > S ← max(0, S + w (min(s, θ) − r)),  r = max(θ − 2, u + 1)
///
/// in decades, where s is a window's strangeness, θ the limit, u what has been usual of late (a moving
/// mean of min(s, θ)), and w the share of a window's readings that no window before it has had: windows
/// that overlap tell little that is new.
///
/// It calls when S exceeds θ + 1, by a window that adds to it. Normal windows that do not overlap have
/// an exponential s, of mean 0.43: they come to that in a stretch that begins with any one of them with
/// a probability of (1 − κ) 10^−κ(θ + 1), κ the root of 1 − κ = 10^−κr (Wald's identity, since what is in
/// excess of any level is exponential again). With r = u + 1 that is κ = 0.957, and 1/150 of the budget
/// where θ is 3; 1/7 of it where a detector makes windows stranger than they are by a third. Slow
/// drift, less than a decade in [`MEMORY`](Self::MEMORY) readings, raises u along with s and does not
/// call; a change that stays does, before u has caught up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lasting {
    usual: f32,
    sum: f32,
}

impl Lasting {
    /// Readings over which what is usual is averaged.
    const MEMORY: f32 = 512.0;

    pub(super) const ZERO: Self = Self {
        usual: 0.0,
        sum: 0.0,
    };

    /// The mean of −log₁₀ p where p is uniform.
    pub(super) const NEW: Self = Self {
        usual: core::f32::consts::LOG10_E,
        sum: 0.0,
    };

    /// What a window is to stay below on average.
    fn reference(&self, threshold: &Threshold) -> f32 {
        (threshold.level() - 2.0).max(self.usual + 1.0)
    }

    /// Whether a window is no stranger than that.
    pub(super) fn is_over(&self, threshold: &Threshold, strangeness: f32) -> bool {
        strangeness < self.reference(threshold)
    }

    /// Takes in a window, `new` of whose `length` readings are new; tells whether it calls.
    pub(super) fn calls(
        &mut self,
        threshold: &Threshold,
        strangeness: f32,
        new: u32,
        length: usize,
    ) -> bool {
        let (level, new) = (threshold.level(), new as f32);
        let capped = strangeness.min(level);
        let more = capped - self.reference(threshold);
        self.sum = (self.sum + more * (new / length as f32).min(1.0)).max(0.0);
        self.usual += (capped - self.usual) * (new / Self::MEMORY).min(1.0);
        more > 0.0 && self.sum > level + 1.0
    }

    /// Takes in a window of a shift that is being followed, which is usual at once.
    pub(super) fn follow(&mut self, threshold: &Threshold, strangeness: f32) {
        self.forget();
        self.usual = strangeness.min(threshold.level());
    }

    /// What has been summed is about something that is known.
    pub(super) fn forget(&mut self) {
        self.sum = 0.0;
    }
}

impl Persist for Lasting {
    const BYTES: usize = 2 * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.usual.save(out);
        self.sum.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.usual.load(from)?;
        self.sum.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;
    use crate::rng::Rng;

    const LIMIT: Threshold = Threshold::ONE_IN_A_THOUSAND;

    /// Calls among windows of 32 readings of such strangeness that do not overlap.
    fn calls(windows: impl IntoIterator<Item = f32>) -> usize {
        let (mut lasting, mut calls) = (Lasting::NEW, 0);
        for strangeness in windows {
            if lasting.calls(&LIMIT, strangeness, 32, 32) {
                calls += 1;
                lasting.forget();
            }
        }
        calls
    }

    #[test]
    fn normal_windows_call_less_than_one_in_a_thousand_exceeds_the_limit() {
        let mut rng = Rng::new(7, 0);
        let normal =
            (0..200_000).map(|_| -math::ln(1.0 - rng.uniform()) * core::f32::consts::LOG10_E);
        let calls = calls(normal);
        assert!(calls < 20, "{calls} of 200,000");
    }

    #[test]
    fn a_change_below_the_limit_calls_within_four_windows() {
        assert_eq!(calls([0.4; 40].into_iter().chain([2.8; 3])), 0);
        assert_eq!(calls([0.4; 40].into_iter().chain([2.8; 4])), 1);
    }

    #[test]
    fn one_window_does_not_call_however_strange() {
        assert_eq!(calls([0.4, 1e9, 0.4]), 0);
    }

    #[test]
    fn slow_drift_does_not_call() {
        let drift = (0..400).map(|i| 0.4 + 0.006 * i as f32);
        assert_eq!(calls(drift), 0);
    }

    #[test]
    fn windows_that_overlap_count_for_what_is_new_in_them() {
        let mut lasting = Lasting::NEW;
        let first = (1..).find(|_| lasting.calls(&LIMIT, 2.8, 1, 32));
        assert!((80..130).contains(&first.unwrap()), "{first:?}");
    }
}
