//! From numbers in units of their own to probabilities.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::math;

/// log₁₀ e.
const DECADE: f32 = core::f32::consts::LOG10_E;
/// log₁₀ 2.
const HALF: f32 = core::f32::consts::LOG10_2;

/// How a part's numbers lie on normal windows that it was not fitted to: an exponential tail beyond
/// the median.
///
/// > −log₁₀ p(s) = log₁₀ 2 + log₁₀ e · (s − m) / b,  b the mean of s − m where s > m
///
/// Below the median the line goes on: no probability there, but the order of windows is kept.
///
/// A count (of readings in a row that are the same) is not strange up to the largest that has been
/// seen; beyond it −log₁₀ p is on the line through the median and that largest, of which 1/(n + 1) of
/// n + 1 windows are the strangest:
///
/// > −log₁₀ p(s) = log₁₀ 2 + (log₁₀ (n + 1) − log₁₀ 2) (s − m) / (largest − m),  0 for s ≤ largest
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    median: f32,
    excess: f32,
    /// What is not above it says nothing.
    seen: f32,
}

impl Unit {
    pub(super) const ZERO: Self = Self {
        median: 0.0,
        excess: 0.0,
        seen: 0.0,
    };

    pub(super) const BLANK: Self = Self {
        median: 0.0,
        excess: 1.0,
        seen: f32::MIN,
    };

    /// Of a part that a detector was fitted without.
    pub(super) const MUTE: Self = Self {
        seen: f32::MAX,
        ..Self::BLANK
    };

    /// Of numbers in ascending order.
    pub(super) fn of(sorted: &[f32]) -> Self {
        let upper = sorted.get(sorted.len() / 2..).unwrap_or(&[]);
        let Some(&median) = upper.first() else {
            return Self::BLANK;
        };
        Self {
            median,
            excess: mean_excess(upper, median),
            seen: f32::MIN,
        }
    }

    /// Of counts in ascending order.
    pub(super) fn of_counts(sorted: &[f32]) -> Self {
        let median = sorted.get(sorted.len() / 2).copied();
        let (Some(median), Some(&seen)) = (median, sorted.last()) else {
            return Self::BLANK;
        };
        // At least 1: of a single window half a decade of natural logarithms.
        let nats = math::ln(0.5 * (sorted.len() as f32 + 1.0)).max(1.0);
        Self {
            median,
            excess: (seen - median).max(1.0) / nats,
            seen,
        }
    }

    /// −log₁₀ p.
    pub(super) fn decades(&self, s: f32) -> f32 {
        if s <= self.seen {
            return 0.0;
        }
        HALF + DECADE * (s - self.median) / self.excess
    }
}

/// The average distance of numbers from a lower limit; never nought, so that it divides.
fn mean_excess(numbers: &[f32], limit: f32) -> f32 {
    let sum = numbers.iter().fold(0.0, |sum, x| sum + (x - limit));
    let least = 1e-3 * (1.0 + limit.abs());
    (sum / numbers.len().max(1) as f32).max(least)
}

/// The distribution of a number over normal windows: quantiles that halve the upper share, between
/// which −log₁₀ p is linear, and behind the last a tail that is nearly exponential,
///
/// > p(x) = 1/16 · (1 + y / a)⁻ᵃ,  y = (x − the last) / b,  b the mean excess over it
///
/// What is known of an exponential distribution from n of its numbers is that with a = n: b is not
/// known, but estimated (Aitchison and Dunsmore 1975, table 2.3). Of 384 windows 24 are behind the
/// last quantile, of fewer windows fewer; those that overlap tell less than others, and density in
/// many dimensions falls off more slowly than it seems to from so few. Hence less than that, how
/// much less is for the [panel](super::panel::Panel::SHAPE) to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tail {
    /// The numbers that 1/2, 1/4, 1/8, 1/16 of the windows exceed.
    knots: [f32; Self::KNOTS],
    /// Mean excess over the last knot.
    excess: f32,
}

impl Tail {
    const KNOTS: usize = 4;

    pub(super) const ZERO: Self = Self {
        knots: [0.0; Self::KNOTS],
        excess: 0.0,
    };

    pub(super) const BLANK: Self = Self {
        knots: [0.0; Self::KNOTS],
        excess: 1.0,
    };

    /// Of numbers in ascending order.
    pub(super) fn of(sorted: &[f32]) -> Self {
        let mut tail = Self::BLANK;
        let mut upper = sorted;
        for knot in &mut tail.knots {
            upper = upper.get(upper.len() / 2..).unwrap_or(&[]);
            *knot = upper.first().copied().unwrap_or(0.0);
        }
        let [.., last] = tail.knots;
        tail.excess = mean_excess(upper, last);
        tail
    }

    /// −log₁₀ p of a number, 0 for what is at most as strange as nothing; `shape` is a.
    pub(super) fn decades(&self, x: f32, shape: f32) -> f32 {
        let [first, .., last] = self.knots;
        if x >= last {
            let y = (x - last) / self.excess;
            let behind = shape * math::ln(1.0 + y / shape);
            return HALF * Self::KNOTS as f32 + DECADE * behind.min(f32::MAX);
        }
        let mut decades = HALF;
        for (low, high) in self.knots.iter().zip(self.knots.iter().skip(1)) {
            if x < *high {
                let part = (x - low) / (high - low).max(1e-6);
                // Below the first knot the first stretch goes on, down to nought.
                return (decades + HALF * part).max(if x < first { 0.0 } else { decades });
            }
            decades += HALF;
        }
        decades
    }
}

/// Up to format 5 no part was a count. What there was no part for is mute.
impl Persist for Unit {
    const BYTES: usize = 3 * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.median.save(out);
        self.excess.save(out);
        if out.has(6) {
            self.seen.save(out);
        }
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.median.load(from)?;
        let excess = from.read(self.excess)?;
        if excess <= 0.0 {
            return Err(Invalid("a unit of nought"));
        }
        from.set(&mut self.excess, excess);
        if from.has(6) {
            return self.seen.load(from);
        }
        from.set(&mut self.seen, f32::MIN);
        Ok(())
    }
}

impl Persist for Tail {
    const BYTES: usize = <[f32; Self::KNOTS]>::BYTES + f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.knots.save(out);
        self.excess.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let knots = from.read(self.knots)?;
        let excess = from.read(self.excess)?;
        if excess <= 0.0 || !knots.is_sorted() {
            return Err(Invalid("a tail that does not fall"));
        }
        from.set(&mut self.knots, knots);
        from.set(&mut self.excess, excess);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use std::vec::Vec;

    const SHAPE: f32 = 8.0;

    fn exponential(n: usize) -> Vec<f32> {
        let mut rng = Rng::new(1, 0);
        let mut numbers: Vec<f32> = (0..n)
            .map(|_| -2.0 * crate::math::ln(rng.uniform()))
            .collect();
        numbers.sort_by(f32::total_cmp);
        numbers
    }

    #[test]
    fn an_exponential_gets_its_probabilities() {
        let numbers = exponential(20_000);
        let (unit, tail) = (Unit::of(&numbers), Tail::of(&numbers));
        for x in [1.5f32, 3.0, 6.0, 10.0, 20.0] {
            let exact = x / 2.0 * DECADE;
            assert!((unit.decades(x) - exact).abs() < 0.02 * exact + 0.02, "{x}");
            // Behind 1/16 the tail allows for what is not known of it: here, where all is known, by some
            // tenths of what it says.
            let behind = (exact - 4.0 * HALF).max(0.0) / DECADE;
            let allowed = SHAPE * math::ln(1.0 + behind / SHAPE);
            let told = exact - DECADE * (behind - allowed);
            assert!((tail.decades(x, SHAPE) - told).abs() < 0.08 * told, "{x}");
        }
    }

    #[test]
    fn a_limit_from_few_numbers_keeps_its_budget_on_average() {
        let mut above = [0u32; 2];
        let (fits, fresh) = (400, 2000);
        let mut rng = Rng::new(2, 0);
        let mut draw = |n: usize| -> Vec<f32> {
            let each = (0..n).map(|_| -crate::math::ln(rng.uniform()));
            each.collect()
        };
        for _ in 0..fits {
            let mut few = draw(384);
            few.sort_by(f32::total_cmp);
            let tail = Tail::of(&few);
            for x in draw(fresh) {
                let decades = tail.decades(x, SHAPE);
                above[0] += u32::from(decades > 2.0);
                above[1] += u32::from(decades > 3.0);
            }
        }
        let times = [100.0, 1000.0].map(|times: f64| times / f64::from(fits * fresh as u32));
        let [hundredth, thousandth] = [0, 1].map(|i| f64::from(above[i]) * times[i]);
        assert!((0.7..1.2).contains(&hundredth), "{hundredth}");
        assert!((0.4..1.2).contains(&thousandth), "{thousandth}");
    }

    #[test]
    fn a_count_is_strange_only_beyond_what_has_been_seen() {
        let mut counts = std::vec![1.0; 300];
        counts.extend([2.0; 80]);
        counts.extend([3.0; 19]);
        let unit = Unit::of_counts(&counts);
        assert_eq!([1.0, 2.0, 3.0].map(|s| unit.decades(s)), [0.0; 3]);
        // On the line through (1, log 2) and (3, log 400).
        let slope = 0.5 * (400.0f32.log10() - HALF);
        for s in [4.0, 5.0, 32.0] {
            let expected = HALF + slope * (s - 1.0);
            assert!((unit.decades(s) - expected).abs() < 1e-3, "{s}");
        }
        assert!((0..99).all(|s| Unit::MUTE.decades(s as f32) == 0.0));
        // All windows alike, one window, none.
        for counts in [&[2.0; 384][..], &[2.0], &[]] {
            let unit = Unit::of_counts(counts);
            assert!(unit.decades(3.0) > 0.5 && unit.decades(3.0).is_finite());
        }
    }

    #[test]
    fn the_probability_never_rises_with_the_number() {
        let tail = Tail::of(&exponential(300));
        let mut before = -1.0;
        for i in 0..400 {
            let decades = tail.decades(i as f32 * 0.05 - 2.0, SHAPE);
            assert!(decades >= before && decades >= 0.0, "{i}");
            before = decades;
        }
    }

    #[test]
    fn constants_and_nothing_give_finite_numbers() {
        for numbers in [&[][..], &[1.0], &[3.0; 50]] {
            for x in [-1e30, 0.0, 3.0, 3.1, 1e30f32] {
                assert!(Unit::of(numbers).decades(x).is_finite());
                assert!(Tail::of(numbers).decades(x, SHAPE).is_finite());
            }
        }
    }
}
