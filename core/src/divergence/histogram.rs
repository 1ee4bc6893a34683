//! Counts over equal bins, and divergences of two of them.

use core::fmt;

use crate::math::reference as math;

/// N equal bins over [low, high) and one cell on either side.
///
/// What lies below or above is counted in a cell of its own, so the N + 2 cells cover the line and
/// no reading is lost to a divergence. A divergence of histograms is at most that of the
/// distributions themselves (data processing), and sampling noise adds about
/// (occupied cells) (1/n + 1/m) / 8 to JS.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram<const N: usize> {
    low: f64,
    high: f64,
    below: u32,
    counts: [u32; N],
    above: u32,
    rejected: u32,
}

/// Why histograms cannot be made or compared.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HistogramError {
    /// The range is not finite, or its lower end is not below its upper end.
    Range {
        /// The first end given.
        low: f64,
        /// The second end given.
        high: f64,
    },
    /// The two histograms have different ranges.
    DifferentRanges,
    /// A histogram has counted nothing.
    Empty,
}

impl fmt::Display for HistogramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range { low, high } => {
                write!(
                    f,
                    "no histogram from {low:?} to {high:?}; give finite ends, the lower one first"
                )
            }
            Self::DifferentRanges => {
                f.write_str("the histograms have different ranges; bin both alike")
            }
            Self::Empty => f.write_str("a histogram is empty; count at least one reading"),
        }
    }
}

impl core::error::Error for HistogramError {}

impl<const N: usize> Histogram<N> {
    /// An empty histogram over [low, high).
    ///
    /// # Errors
    /// If the range is empty or not finite.
    pub fn new(low: f64, high: f64) -> Result<Self, HistogramError> {
        const { assert!(N > 0, "a histogram needs a bin") };
        if low.is_finite() && high.is_finite() && (high - low).is_finite() && low < high {
            Ok(Self {
                low,
                high,
                below: 0,
                counts: [0; N],
                above: 0,
                rejected: 0,
            })
        } else {
            Err(HistogramError::Range { low, high })
        }
    }

    /// Counts one reading; one that is not finite is only counted as rejected.
    pub fn push(&mut self, x: f32) {
        let share = (f64::from(x) - self.low) / (self.high - self.low);
        let cell = if !x.is_finite() {
            &mut self.rejected
        } else if share < 0.0 {
            &mut self.below
        } else if share >= 1.0 {
            &mut self.above
        } else {
            // Rounding may carry a share just below 1 into bin N.
            let bin = ((share * N as f64) as usize).min(N - 1);
            match self.counts.get_mut(bin) {
                Some(count) => count,
                None => &mut self.above,
            }
        };
        *cell = cell.saturating_add(1);
    }

    /// Lower and upper end of the range.
    pub fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Counts by bin.
    pub fn counts(&self) -> &[u32; N] {
        &self.counts
    }

    /// How many readings lay below and above the range.
    pub fn outside(&self) -> (u32, u32) {
        (self.below, self.above)
    }

    /// How many readings were not finite.
    pub fn rejected(&self) -> u32 {
        self.rejected
    }

    /// How many finite readings were counted, inside and outside of the range.
    pub fn total(&self) -> u64 {
        self.cells().map(u64::from).sum()
    }

    /// The width of a bin.
    pub fn bin_width(&self) -> f64 {
        (self.high - self.low) / N as f64
    }

    /// (centre of the bin, estimated density count / (total width)) in ascending order, for a plot
    /// over the true density; all densities are 0 while the histogram is empty.
    pub fn densities(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let width = self.bin_width();
        let mass = (self.total() as f64).max(1.0) * width;
        (0u32..).zip(&self.counts).map(move |(bin, &count)| {
            let centre = self.low + (f64::from(bin) + 0.5) * width;
            (centre, f64::from(count) / mass)
        })
    }

    /// JS(P, Q) = ½ Σ P ln(P / M) + ½ Σ Q ln(Q / M), M = (P + Q) / 2, over the relative frequencies
    /// of the N + 2 cells in ascending order; in nats, at most ln 2.
    ///
    /// # Errors
    /// If the ranges differ or one histogram is empty.
    pub fn js(&self, other: &Self) -> Result<f64, HistogramError> {
        self.sum_over_cells(other, 0.0, |p, q| {
            let m = 0.5 * (p + q);
            0.5 * (surprise(p, m) + surprise(q, m))
        })
    }

    /// KL(P ‖ Q) = Σ P ln(P / Q) over the N + 2 cells, in nats, with half a count added to every cell
    /// of both (Krichevsky and Trofimov): P = (count + ½) / (total + (N + 2) / 2). Without it one
    /// empty cell of Q would make the sum infinite.
    ///
    /// # Errors
    /// If the ranges differ or one histogram is empty.
    pub fn kl(&self, other: &Self) -> Result<f64, HistogramError> {
        self.sum_over_cells(other, 0.5, surprise)
    }

    /// TV(P, Q) = ½ Σ |P - Q| over the relative frequencies of the N + 2 cells.
    ///
    /// # Errors
    /// If the ranges differ or one histogram is empty.
    pub fn total_variation(&self, other: &Self) -> Result<f64, HistogramError> {
        self.sum_over_cells(other, 0.0, |p, q| 0.5 * (p - q).abs())
    }

    fn cells(&self) -> impl Iterator<Item = u32> + '_ {
        let inside = self.counts.iter().copied();
        core::iter::once(self.below)
            .chain(inside)
            .chain(core::iter::once(self.above))
    }

    /// Σ f(P, Q) over the cells, with `pseudo` added to every count.
    fn sum_over_cells(
        &self,
        other: &Self,
        pseudo: f64,
        f: impl Fn(f64, f64) -> f64,
    ) -> Result<f64, HistogramError> {
        if self.range() != other.range() {
            return Err(HistogramError::DifferentRanges);
        }
        let (n, m) = (self.total(), other.total());
        if n == 0 || m == 0 {
            return Err(HistogramError::Empty);
        }
        let added = pseudo * (N + 2) as f64;
        let (n, m) = (n as f64 + added, m as f64 + added);
        let cells = self.cells().zip(other.cells());
        Ok(cells
            .map(|(a, b)| f((f64::from(a) + pseudo) / n, (f64::from(b) + pseudo) / m))
            .sum())
    }
}

/// p ln(p / q), 0 for p = 0.
fn surprise(p: f64, q: f64) -> f64 {
    if p == 0.0 { 0.0 } else { p * math::ln(p / q) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::{Target, js, kl, total_variation};
    use crate::rng::Rng;

    fn of<const N: usize>(low: f64, high: f64, readings: &[f32]) -> Histogram<N> {
        let mut histogram = Histogram::new(low, high).unwrap();
        readings.iter().for_each(|&x| histogram.push(x));
        histogram
    }

    #[test]
    fn every_reading_has_its_cell() {
        let readings = [
            -0.1,
            0.0,
            0.24,
            0.25,
            0.5,
            0.99,
            1.0,
            7.0,
            f32::NAN,
            f32::INFINITY,
        ];
        let histogram = of::<4>(0.0, 1.0, &readings);
        assert_eq!(histogram.counts(), &[2, 1, 1, 1]);
        assert_eq!(histogram.outside(), (1, 2));
        assert_eq!(histogram.rejected(), 2);
        assert_eq!(histogram.total(), 8);
        // The largest value below the end stays inside, though its share rounds to N.
        let edge = of::<3>(0.0, 1e30, &[1e30f32.next_down()]);
        assert_eq!(edge.counts(), &[0, 0, 1]);
    }

    #[test]
    fn densities_have_the_mass_that_lies_inside() {
        let histogram = of::<4>(-1.0, 1.0, &[-0.9, -0.9, 0.3, 5.0]);
        let densities: std::vec::Vec<_> = histogram.densities().collect();
        assert_eq!(
            densities,
            [(-0.75, 1.0), (-0.25, 0.0), (0.25, 0.5), (0.75, 0.0)]
        );
        let empty = Histogram::<2>::new(0.0, 1.0).unwrap();
        assert!(empty.densities().all(|(_, density)| density == 0.0));
    }

    #[test]
    fn divergences_by_hand() {
        // P = (1/2, 1/2, 0), Q = (1/4, 1/4, 1/2): the last cell is the one above the range.
        let p = of::<2>(0.0, 2.0, &[0.5, 1.5]);
        let q = of::<2>(0.0, 2.0, &[0.5, 1.5, 2.5, 3.5]);
        let exact = 0.215_761_686_388_140_78;
        let found = p.js(&q).unwrap();
        let ln = math::ln;
        let by_hand = 0.5 * ln(4.0 / 3.0) + 0.5 * (0.5 * ln(2.0 / 3.0) + 0.5 * ln(2.0));
        assert!(
            (found - by_hand).abs() < 1e-15,
            "{found} against {by_hand} {exact}"
        );
        assert!((p.total_variation(&q).unwrap() - 0.5).abs() < 1e-15);
        // Smoothed: P = (.5, 1.5, 1.5, .5) / 4, Q = (.5, 1.5, 1.5, 2.5) / 6.
        let smoothed = 0.125 * ln(0.125 * 12.0) + 0.75 * ln(0.375 * 4.0) + 0.125 * ln(0.125 * 2.4);
        assert!((p.kl(&q).unwrap() - smoothed).abs() < 1e-15);
        assert_eq!(p.kl(&p), Ok(0.0));
        assert_eq!(p.js(&p), Ok(0.0));
    }

    #[test]
    fn nothing_in_common_is_ln_two_apart() {
        let (p, q) = (
            of::<8>(0.0, 1.0, &[0.1, 0.2]),
            of::<8>(0.0, 1.0, &[0.8, 3.0]),
        );
        assert!((p.js(&q).unwrap() - core::f64::consts::LN_2).abs() < 1e-15);
        assert_eq!(p.total_variation(&q), Ok(1.0));
    }

    #[test]
    fn many_samples_approach_the_divergence_of_the_densities() {
        let (p, q): (Target, Target) =
            ("normal:0:1".parse().unwrap(), "normal:1:1".parse().unwrap());
        let mut rng = Rng::new(2, 0);
        let mut sampled = |target: &Target| {
            let mut histogram = Histogram::<64>::new(-4.0, 5.0).unwrap();
            (0..200_000).for_each(|_| histogram.push(target.draw(&mut rng)));
            histogram
        };
        let (a, b) = (sampled(&p), sampled(&q));
        assert!((a.js(&b).unwrap() - js(&p, &q)).abs() < 2e-3);
        assert!((a.kl(&b).unwrap() - kl(&p, &q)).abs() < 1e-2);
        assert!((a.total_variation(&b).unwrap() - total_variation(&p, &q)).abs() < 5e-3);
        // Two samples of one distribution: (64 cells) (1/n + 1/m) / 8.
        let floor = a.js(&sampled(&p)).unwrap();
        assert!((4e-5..1.2e-4).contains(&floor), "{floor}");
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let empty = Histogram::<4>::new(0.0, 1.0).unwrap();
        let full = of::<4>(0.0, 1.0, &[0.5]);
        assert_eq!(full.js(&empty), Err(HistogramError::Empty));
        assert_eq!(
            full.kl(&of::<4>(0.0, 2.0, &[0.5])),
            Err(HistogramError::DifferentRanges)
        );
        for (low, high) in [
            (1.0, 1.0),
            (2.0, 1.0),
            (0.0, f64::INFINITY),
            (f64::MIN, f64::MAX),
        ] {
            assert_eq!(
                Histogram::<4>::new(low, high),
                Err(HistogramError::Range { low, high })
            );
        }
        assert!(Histogram::<4>::new(f64::NAN, 1.0).is_err());
    }
}
