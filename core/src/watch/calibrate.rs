//! From numbers in units of their own to probabilities.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    median: f32,
    excess: f32,
}

impl Unit {
    pub(super) const ZERO: Self = Self {
        median: 0.0,
        excess: 0.0,
    };

    pub(super) const BLANK: Self = Self {
        median: 0.0,
        excess: 1.0,
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
        }
    }

    /// −log₁₀ p.
    pub(super) fn decades(&self, s: f32) -> f32 {
        HALF + DECADE * (s - self.median) / self.excess
    }
}

/// The average distance of numbers from a lower limit; never nought, so that it divides.
fn mean_excess(numbers: &[f32], limit: f32) -> f32 {
    let sum = numbers.iter().fold(0.0, |sum, x| sum + (x - limit));
    let least = 1e-3 * (1.0 + limit.abs());
    (sum / numbers.len().max(1) as f32).max(least)
}

/// The distribution of a number over normal windows: quantiles that halve the upper share, and an
/// exponential tail behind the last. A piecewise linear −log₁₀ p.
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

    /// −log₁₀ p of a number, 0 for what is at most as strange as nothing.
    pub(super) fn decades(&self, x: f32) -> f32 {
        let [first, .., last] = self.knots;
        if x >= last {
            return HALF * Self::KNOTS as f32 + DECADE * (x - last) / self.excess;
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

impl Persist for Unit {
    const BYTES: usize = 2 * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.median.save(out);
        self.excess.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.median.load(from)?;
        let excess = from.read(self.excess)?;
        if excess <= 0.0 {
            return Err(Invalid("a unit of nought"));
        }
        from.set(&mut self.excess, excess);
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
            assert!((tail.decades(x) - exact).abs() < 0.08 * exact, "{x}");
        }
    }

    #[test]
    fn the_probability_never_rises_with_the_number() {
        let tail = Tail::of(&exponential(300));
        let mut before = -1.0;
        for i in 0..400 {
            let decades = tail.decades(i as f32 * 0.05 - 2.0);
            assert!(decades >= before && decades >= 0.0, "{i}");
            before = decades;
        }
    }

    #[test]
    fn constants_and_nothing_give_finite_numbers() {
        for numbers in [&[][..], &[1.0], &[3.0; 50]] {
            for x in [-1e30, 0.0, 3.0, 3.1, 1e30f32] {
                assert!(Unit::of(numbers).decades(x).is_finite());
                assert!(Tail::of(numbers).decades(x).is_finite());
            }
        }
    }
}
