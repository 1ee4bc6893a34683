//! Sums in twice the precision of `f32`, made of `f32` alone.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};

/// An unevaluated sum `high + low` with |low| at most half a unit in the last place of `high`:
/// about 48 significant bits (Dekker 1971).
///
/// A Cortex-M4F has no `f64`; this costs eleven additions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Twofold {
    /// The sum, rounded to `f32`.
    pub(crate) high: f32,
    /// What the rounding left over.
    pub(crate) low: f32,
}

impl Twofold {
    pub(crate) const ZERO: Self = Self {
        high: 0.0,
        low: 0.0,
    };

    /// self + x.
    pub(crate) fn plus(self, x: f32) -> Self {
        let (sum, error) = two_sum(self.high, x);
        let (high, low) = two_sum(sum, self.low + error);
        Self { high, low }
    }

    /// self · 2ᵏ, exact short of underflow.
    pub(crate) fn times(self, power_of_two: f32) -> Self {
        Self {
            high: self.high * power_of_two,
            low: self.low * power_of_two,
        }
    }

    pub(crate) fn is_finite(self) -> bool {
        self.high.is_finite() && self.low.is_finite()
    }
}

impl Persist for Twofold {
    const BYTES: usize = 2 * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.high.save(out);
        self.low.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.high.load(from)?;
        self.low.load(from)
    }
}

/// a + b as rounded, and the exact error of that rounding (Knuth, TAOCP 2, section 4.2.2).
fn two_sum(a: f32, b: f32) -> (f32, f32) {
    let sum = a + b;
    let b_seen = sum - a;
    let a_seen = sum - b_seen;
    (sum, (a - a_seen) + (b - b_seen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_sum_loses_nothing(a in -1e30f32..1e30, b in -1e-3f32..1e3) {
            let (sum, error) = two_sum(a, b);
            // An f64 holds the sum of two floats whose exponents differ by less than 29; what it
            // cannot hold, the pair must still carry.
            prop_assert_eq!(sum, a + b);
            if a.abs() < 1e6 {
                prop_assert_eq!(f64::from(sum) + f64::from(error), f64::from(a) + f64::from(b));
            } else if b.abs() < a.abs() * 1e-9 {
                prop_assert_eq!(error, b);
            }
        }
    }

    #[test]
    fn a_million_small_terms_are_not_lost_beside_a_large_one() {
        let mut sum = Twofold {
            high: 1e6,
            low: 0.0,
        };
        for _ in 0..1_000_000 {
            sum = sum.plus(1e-3);
        }
        let exact = 1e6 + 1e6 * f64::from(1e-3f32);
        let got = f64::from(sum.high) + f64::from(sum.low);
        assert!((got - exact).abs() < 1e-4, "{got} against {exact}");
        assert_eq!(1e6f32 + 1e-3, 1e6, "plain f32 loses every one of them");
    }
}
