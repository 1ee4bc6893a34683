//! How many normal windows of a recording lie above the limit of detectors that have not seen them.

use std::ops::Range;

use ganlet::stream::{Standardiser, Welford};
use ganlet::watch::{Alarm, Change, Threshold};
use rayon::prelude::*;
use serde::Serialize;

use super::alarms::{BUDGETS, DETECTORS, news};
use super::protocol::{Judged, Labelled, Sample, TRAIN_STRIDE, WINDOW, keep, spaced};
use super::rate::{PARTS, Pooled, Rate};
use super::stationary::{FEWEST, Wander};
use super::{fitted, mean};
use crate::jackknife::parts;

/// All normal windows of a recording, its training part and what is unlabelled behind it, in
/// [`PARTS`] contiguous parts: each is judged by detectors that are fitted to the others, as far as
/// a window's length lies between.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Normal {
    pub(super) series: String,
    pub(super) windows: usize,
    /// How many of them do not overlap.
    pub(super) apart: usize,
    pub(super) wander: Wander,
    pub(super) stationary: bool,
    /// Shares above the limit of each of [`BUDGETS`].
    pub(super) rates: [Rate; BUDGETS.len()],
    /// Alarms that began, in 1,000 windows: the mean over the detectors.
    pub(super) alarms: [f64; BUDGETS.len()],
}

/// What the detectors of one seed say of all windows in order.
struct Said {
    above: [Vec<bool>; BUDGETS.len()],
    began: [usize; BUDGETS.len()],
}

impl Normal {
    /// `None` of a recording that is too short.
    pub(super) fn of(series: &Labelled, capacity: usize) -> Option<Self> {
        let windows = &series.normal;
        let apart: Vec<Sample> = spaced(windows, WINDOW)
            .map(|window| window.sample)
            .collect();
        if apart.len() < FEWEST {
            return None;
        }
        let seeds = (0..DETECTORS).into_par_iter();
        let said: Vec<Said> = seeds
            .map(|seed| Said::of(windows, capacity, seed))
            .collect();
        let wander = Wander::of(&apart);
        let each = |budget: usize| {
            said.iter()
                .map(move |said| (&said.above[budget], said.began[budget]))
        };
        Some(Self {
            series: series.name.clone(),
            windows: windows.len(),
            apart: apart.len(),
            wander,
            stationary: wander.is_stationary(),
            rates: [0, 1].map(|budget| {
                let above: Vec<Vec<bool>> = each(budget).map(|(above, _)| above.clone()).collect();
                Rate::of(&above, apart.len())
            }),
            alarms: [0, 1].map(|budget| {
                1e3 * mean(each(budget).map(|(_, began)| began as f64)) / windows.len() as f64
            }),
        })
    }

    /// The rate of all stationary recordings beside each budget.
    pub(super) fn pooled(all: &[Self]) -> [Pooled; BUDGETS.len()] {
        [0, 1].map(|budget| {
            let stationary = all.iter().filter(|normal| normal.stationary);
            let rates = stationary.map(|it| (it.series.clone(), it.rates[budget]));
            Pooled::of(BUDGETS[budget], rates.collect())
        })
    }
}

impl Said {
    fn of(windows: &[Judged], capacity: usize, seed: u64) -> Self {
        let mut said = Self {
            above: Default::default(),
            began: [0; BUDGETS.len()],
        };
        for part in parts(windows.len(), PARTS) {
            let strangeness = left_out(windows, part.clone(), capacity, seed);
            for (budget, limit) in BUDGETS.map(Threshold::of_budget).into_iter().enumerate() {
                said.above[budget].extend(strangeness.iter().map(|s| *s > limit.level()));
                let mut alarm = Alarm::new(limit);
                let each = strangeness.iter().zip(news(&windows[part.clone()]));
                let changes = each.map(|(s, new)| alarm.judge(*s, new, WINDOW, false));
                said.began[budget] += changes.filter(|it| *it == Some(Change::Began)).count();
            }
        }
        said
    }
}

/// The strangeness of the windows of one part to a detector that is fitted to the others.
fn left_out(windows: &[Judged], part: Range<usize>, capacity: usize, seed: u64) -> Vec<f32> {
    let part = &windows[part];
    let (first, last) = match part {
        [first, .., last] => (first.start, last.start),
        _ => return Vec::new(),
    };
    let others = spaced(windows, TRAIN_STRIDE)
        .filter(|w| w.start + 2 * WINDOW <= first || w.start >= last + 2 * WINDOW)
        .map(|window| window.sample);
    let others: Vec<Sample> = others.collect();
    let mut moments = Welford::new();
    others.iter().flatten().for_each(|&x| {
        moments.push(x);
    });
    let scale = Standardiser::fit(&moments).unwrap_or(Standardiser::IDENTITY);
    let others: Vec<Sample> = others.into_iter().map(|w| scale.to_row(w)).collect();
    let detector = fitted(&keep(&others, capacity, seed), seed);
    let strangeness = |window: &Judged| detector.score(&scale.to_row(window.sample)).strangeness;
    part.iter().map(strangeness).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::rng::Rng;

    /// Noise in windows one reading apart; what is beyond a window's length of a part is all that its
    /// detector has seen.
    #[test]
    fn a_part_is_strange_to_detectors_that_have_not_seen_it() {
        let mut rng = Rng::new(8, 0);
        let readings: Vec<f32> = (0..3300).map(|_| rng.gaussian()).collect();
        let judged = |readings: &[f32]| -> Vec<Judged> {
            let windows = readings.windows(WINDOW).enumerate();
            let each = windows.map(|(start, window)| Judged {
                start,
                sample: window.try_into().expect("a window"),
                label: Some(false),
            });
            each.collect()
        };
        let (windows, mut other) = (judged(&readings), readings.clone());
        other[1500..1600].iter_mut().for_each(|x| *x += 40.0);
        let part = 1500..1569;
        let alone = left_out(&windows, part.clone(), 128, 0);
        let strange = left_out(&judged(&other), part, 128, 0);
        assert!(alone.iter().all(|s| *s < 6.0), "{alone:?}");
        assert!(strange.iter().all(|s| *s > 6.0), "{strange:?}");
    }
}
