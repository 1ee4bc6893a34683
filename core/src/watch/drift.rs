//! How far normal has moved.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::math;

/// A meter of drift: a lower bound of the Jensen-Shannon divergence between the windows that a
/// detector was fitted to and those of now.
///
/// A fitted detector makes of the windows of *then* probabilities that are uniform; so the shares of
/// strangeness between 0, log₁₀ 2, log₁₀ 4, log₁₀ 8, log₁₀ 16 and beyond are 1/2, 1/4, 1/8, 1/16 and
/// 1/16. The same shares of *now* are remembered over some [`MEMORY`](Self::MEMORY) windows, and
///
/// > JS(shares then, shares now) ≤ JS(windows then, windows now) ≤ ln 2
///
/// because what is computed from two distributions is no easier to tell apart than they are (data
/// processing inequality). No discriminator has to be trained for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    now: [f32; Self::BINS],
}

impl Drift {
    const BINS: usize = 5;
    const THEN: [f32; Self::BINS] = [0.5, 0.25, 0.125, 0.0625, 0.0625];
    /// Windows over which now fades.
    pub const MEMORY: f32 = 512.0;

    /// The bound above which normal has moved, in nats: twenty times what chance makes of
    /// windows that have not.
    pub const MOVED: f32 = 0.1;

    pub(super) const ZERO: Self = Self {
        now: [0.0; Self::BINS],
    };

    /// Now as then.
    pub const fn new() -> Self {
        Self { now: Self::THEN }
    }

    /// Takes in the strangeness of a window.
    pub fn push(&mut self, strangeness: f32) {
        let mut border = core::f32::consts::LOG10_2;
        let mut bin = 0;
        while bin + 1 < Self::BINS && strangeness > border {
            border += core::f32::consts::LOG10_2;
            bin += 1;
        }
        for (i, share) in self.now.iter_mut().enumerate() {
            let hit = if i == bin { 1.0 } else { 0.0 };
            *share += (hit - *share) / Self::MEMORY;
        }
    }

    /// The bound, in nats: 0 for no drift, ln 2 for windows that have nothing in common with those
    /// of then. Of windows that do not drift it comes to some 0.005, by chance.
    pub fn js_bound(&self) -> f32 {
        let mut js = 0.0;
        for (p, q) in Self::THEN.into_iter().zip(self.now) {
            let m = 0.5 * (p + q);
            js += 0.5 * p * math::ln(p / m);
            if q > 0.0 {
                js += 0.5 * q * math::ln(q / m);
            }
        }
        js.clamp(0.0, core::f32::consts::LN_2)
    }
}

impl Default for Drift {
    fn default() -> Self {
        Self::new()
    }
}

impl Persist for Drift {
    const BYTES: usize = <[f32; Self::BINS]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.now.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.now.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn it_stays_low_without_drift_and_rises_with_it() {
        let mut rng = Rng::new(1, 0);
        let mut strangeness = || -math::ln(rng.uniform()) * core::f32::consts::LOG10_E;
        let mut drift = Drift::new();
        assert_eq!(drift.js_bound(), 0.0);
        for _ in 0..5000 {
            drift.push(strangeness());
            assert!(drift.js_bound() < 0.02, "{drift:?}");
        }
        (0..5000).for_each(|_| drift.push(strangeness() + 0.5));
        let moved = drift.js_bound();
        assert!((0.05..0.4).contains(&moved), "{moved}");
        (0..5000).for_each(|_| drift.push(9.0));
        assert!(drift.js_bound() > moved && drift.js_bound() <= core::f32::consts::LN_2);
    }
}
