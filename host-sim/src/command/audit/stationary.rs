//! Whether a recording stays as it is.

use ganlet::watch::Features;
use serde::Serialize;

use super::protocol::Sample;
use super::rate::PARTS;
use crate::jackknife::{parts, variance};

/// Blocks of each part, by which its own variation is told.
const BLOCKS: usize = 4;

/// Windows that do not overlap, below which nothing can be said: two for each block.
pub(super) const FEWEST: usize = 2 * BLOCKS * PARTS;

/// How much more the [`PARTS`] of a recording differ than what varies within them makes them: F, the
/// mean square between parts over the mean square between the blocks of a part, of three things that
/// do not change in a (weakly) stationary series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Wander {
    /// Of the mean of a window.
    pub(super) level: f64,
    /// Of ln of its standard deviation.
    pub(super) loudness: f64,
    /// Of its autocorrelation at lag 1.
    pub(super) rhythm: f64,
}

impl Wander {
    /// What F with 9 and 30 degrees of freedom exceeds in one of 100 stationary series (any table of
    /// the F distribution).
    pub(super) const MOST: f64 = 3.07;

    /// Of windows that do not overlap, in order.
    pub(super) fn of(windows: &[Sample]) -> Self {
        let f = |number: fn(&Sample) -> f32| {
            let numbers: Vec<f64> = windows.iter().map(|w| f64::from(number(w))).collect();
            f_of_parts(&numbers)
        };
        Self {
            level: f(|w| w.iter().sum::<f32>() / w.len() as f32),
            loudness: f(|w| Features::of(w).loudness),
            rhythm: f(|w| Features::of(w).autocorrelation),
        }
    }

    /// The largest.
    pub(super) fn most(&self) -> f64 {
        self.level.max(self.loudness).max(self.rhythm)
    }

    pub(super) fn is_stationary(&self) -> bool {
        self.most() <= Self::MOST
    }
}

/// The one-way analysis of variance (Fisher 1925) of block means; blocks rather than windows, since
/// neighbours depend on each other.
fn f_of_parts(numbers: &[f64]) -> f64 {
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len().max(1) as f64;
    let of_part = |part: &[f64]| -> Vec<f64> {
        let blocks = parts(part.len(), BLOCKS);
        blocks.map(|block| mean(&part[block])).collect()
    };
    let each: Vec<Vec<f64>> = parts(numbers.len(), PARTS)
        .map(|part| of_part(&numbers[part]))
        .collect();
    let between = BLOCKS as f64 * variance(each.iter().map(|part| mean(part)));
    let within = each
        .iter()
        .map(|part| variance(part.iter().copied()))
        .sum::<f64>()
        / PARTS as f64;
    if between > 0.0 { between / within } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::rng::Rng;

    /// Shares of 300 drawn recordings that are told to be stationary; an autoregressive series of
    /// windows of noise, of which `change` alters one by its place.
    fn stationary(correlation: f32, change: impl Fn(f32, &mut Sample)) -> f64 {
        let mut rng = Rng::new(6, 0);
        let mut told = 0;
        for _ in 0..300 {
            let mut level = 0.0;
            let windows: Vec<Sample> = (0..200)
                .map(|i| {
                    level = correlation * level + rng.gaussian();
                    let mut window = std::array::from_fn(|_| level + rng.gaussian());
                    change(i as f32 / 200.0, &mut window);
                    window
                })
                .collect();
            told += u32::from(Wander::of(&windows).is_stationary());
        }
        f64::from(told) / 300.0
    }

    #[test]
    fn a_stationary_series_is_told_so() {
        for correlation in [0.0, 0.4] {
            let share = stationary(correlation, |_, _| ());
            assert!(share > 0.88, "{correlation}: {share}");
        }
    }

    #[test]
    fn drift_regimes_and_loudness_are_found() {
        let drift = stationary(0.0, |place, w| w.iter_mut().for_each(|x| *x += 3.0 * place));
        let regimes = stationary(0.0, |place, w| {
            let shift = if ((4.0 * place) as u32).is_multiple_of(2) {
                0.0
            } else {
                2.0
            };
            w.iter_mut().for_each(|x| *x += shift);
        });
        let loud = stationary(0.0, |place, w| {
            w.iter_mut().for_each(|x| *x *= 1.0 + 0.5 * place)
        });
        assert!(
            drift < 0.02 && regimes < 0.02 && loud < 0.02,
            "{drift} {regimes} {loud}"
        );
        let same = [[1.0; 32]; 100];
        assert_eq!(Wander::of(&same).most(), 0.0);
    }
}
