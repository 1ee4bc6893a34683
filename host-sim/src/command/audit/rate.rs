//! A share of windows, and what a recording can say of it.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use crate::jackknife::{jackknife, parts, variance};

/// Contiguous parts of a recording, each left out once to tell a sampling error.
pub(super) const PARTS: usize = 10;

/// The share of windows above a limit, the mean over several detectors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Rate {
    pub(super) share: f64,
    /// One standard error: the jackknife's over [`PARTS`] of the windows, and that of the mean over
    /// the detectors. Windows that overlap exceed a limit together: a part is many times their length.
    pub(super) error: f64,
    /// How many of the windows do not overlap.
    pub(super) apart: usize,
}

impl Rate {
    /// By what each detector says of the same windows, in order: whether one is above its limit.
    pub(super) fn of(detectors: &[Vec<bool>], apart: usize) -> Self {
        let windows = detectors.first().map_or(0, Vec::len);
        let count = |above: &[bool]| above.iter().filter(|above| **above).count() as f64;
        let shares = detectors.iter().map(|above| share(count(above), windows));
        let mean = |part: Range<usize>| {
            let counts = detectors.iter().map(|above| count(&above[part.clone()]));
            counts.sum::<f64>() / detectors.len().max(1) as f64
        };
        let all = mean(0..windows);
        let of_windows = jackknife(parts(windows, PARTS).map(|part| {
            let left = windows - part.len();
            share(all - mean(part), left)
        }));
        let of_detectors = variance(shares.clone()) / detectors.len().max(1) as f64;
        Self {
            share: share(all, windows),
            error: if detectors.len() > 1 {
                (of_windows + of_detectors).sqrt()
            } else {
                of_windows.sqrt()
            },
            apart,
        }
    }
}

/// Where none is above the limit, 3/n has it that the share is less, with a probability of 0.95 (Hanley
/// and Lippman-Hand 1983).
impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            share,
            error,
            apart,
        } = self;
        if *share > 0.0 {
            write!(out, "{share:.4} ± {error:.4}")
        } else {
            write!(out, "0 (< {:.4})", 3.0 / (*apart).max(3) as f64)
        }
    }
}

fn share(count: f64, of: usize) -> f64 {
    count / of.max(1) as f64
}

/// A rate of several recordings, held against its budget.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Pooled {
    pub(super) budget: f32,
    pub(super) recordings: Vec<String>,
    pub(super) rate: Rate,
    /// The rate less two standard errors, and with two more.
    pub(super) least: f64,
    pub(super) most: f64,
    /// Whether the rate is within a factor of 2 of the budget.
    pub(super) within: bool,
    /// Whether least and most are so, too.
    pub(super) surely: bool,
}

impl Pooled {
    /// Recordings weigh as many windows as each has that do not overlap: what a rate is known by. Where
    /// none is above the limit its error is what it would be at the budget.
    pub(super) fn of(budget: f32, recordings: Vec<(String, Rate)>) -> Self {
        let apart: usize = recordings.iter().map(|(_, rate)| rate.apart).sum();
        let of_budget = |n: usize| share(f64::from(budget), n).sqrt();
        let (mut mean, mut square) = (0.0, 0.0);
        for (_, rate) in &recordings {
            let weight = share(rate.apart as f64, apart);
            let none = rate.share == 0.0;
            mean += weight * rate.share;
            square += (weight
                * if none {
                    of_budget(rate.apart)
                } else {
                    rate.error
                })
            .powi(2);
        }
        let error = square.sqrt();
        let (least, most) = ((mean - 2.0 * error).max(0.0), mean + 2.0 * error);
        let [low, high] = [0.5, 2.0].map(|factor| factor * f64::from(budget));
        let within = |rate: f64| (low..=high).contains(&rate);
        Self {
            budget,
            recordings: recordings.into_iter().map(|(name, _)| name).collect(),
            rate: Rate {
                share: mean,
                error,
                apart,
            },
            least,
            most,
            within: within(mean),
            surely: within(least) && within(most),
        }
    }
}

impl fmt::Display for Pooled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            budget,
            rate,
            least,
            most,
            ..
        } = self;
        let within = if self.within { "within" } else { "not within" };
        let surely = match (self.within, self.surely) {
            (true, true) => " are, too",
            (true, false) => " are not",
            (false, _) => "",
        };
        write!(
            out,
            "budget {budget}: {rate} of {} windows that do not overlap, {within} a factor of 2; two errors either way, {least:.4} to {most:.4}{surely}",
            rate.apart
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::rng::Rng;

    /// Windows of which a share is above a limit, `run` of them together.
    fn drawn(rng: &mut Rng, windows: usize, share: f32, run: usize) -> Vec<bool> {
        let each = (0..windows.div_ceil(run)).map(|_| rng.uniform() < share);
        let each: Vec<bool> = each.flat_map(|above| vec![above; run]).collect();
        each[..windows].to_vec()
    }

    /// Of runs of `run` windows that exceed a limit together there are so many times fewer to count:
    /// √(p (1 − p) run / n), however many detectors agree.
    #[test]
    fn a_known_share_has_its_share_and_its_error() {
        let mut rng = Rng::new(4, 0);
        for run in [1, 25] {
            let (windows, p, draws) = (20_000, 0.05, 200);
            let of = |above: Vec<bool>| Rate::of(&[above.clone(), above], windows / run);
            let drawn = (0..draws).map(|_| of(drawn(&mut rng, windows, p, run)));
            let rates: Vec<Rate> = drawn.collect();
            let mean = |of: fn(&Rate) -> f64| rates.iter().map(of).sum::<f64>() / draws as f64;
            let (share, square) = (mean(|it| it.share), mean(|it| it.error.powi(2)));
            let spread = variance(rates.iter().map(|rate| rate.share));
            let exact = 0.05 * 0.95 * run as f64 / windows as f64;
            let off = (share - 0.05) / (exact / draws as f64).sqrt();
            assert!(off.abs() < 4.0, "{run}: {share}");
            assert!((0.8..1.25).contains(&(square / exact)), "{run}: {square}");
            assert!((0.7..1.4).contains(&(spread / exact)), "{run}: {spread}");
        }
    }

    /// Where windows are many and detectors few, the error is theirs.
    #[test]
    fn detectors_that_disagree_are_an_error_of_their_own() {
        let every = |nth: usize| (0..100_000).map(|i| i % nth == 0).collect::<Vec<_>>();
        let rate = Rate::of(&[every(50), every(100)], 100);
        assert!((rate.share - 0.015).abs() < 1e-9);
        assert!((rate.error - 0.005).abs() < 1e-4, "{}", rate.error);
        assert_eq!(Rate::of(&[], 0), Rate::default());
        assert_eq!(
            Rate::of(&[vec![false; 900]], 30).to_string(),
            "0 (< 0.1000)"
        );
    }

    fn pooled(recordings: &[(usize, f64, f64)]) -> Pooled {
        let each = recordings.iter().map(|&(apart, share, error)| {
            (
                String::new(),
                Rate {
                    share,
                    error,
                    apart,
                },
            )
        });
        Pooled::of(0.01, each.collect())
    }

    #[test]
    fn recordings_weigh_what_they_know() {
        let both = pooled(&[(300, 0.01, 0.004), (100, 0.03, 0.008)]);
        assert!((both.rate.share - 0.015).abs() < 1e-12);
        assert!((both.rate.error - (9e-6f64 + 4e-6).sqrt()).abs() < 1e-12);
        let none = pooled(&[(100, 0.0, 0.0), (100, 0.02, 0.0)]);
        assert!((none.rate.error - 0.005).abs() < 1e-9, "{none:?}");
    }

    #[test]
    fn a_verdict_says_what_the_errors_allow() {
        let verdict = |share, error| {
            let pooled = pooled(&[(100, share, error)]);
            (pooled.within, pooled.surely)
        };
        assert_eq!(verdict(0.01, 0.002), (true, true));
        assert_eq!(verdict(0.01, 0.004), (true, false));
        assert_eq!(verdict(0.021, 0.002), (false, false));
        assert_eq!(verdict(0.001, 0.001), (false, false));
        assert!(!pooled(&[]).within);
    }
}
