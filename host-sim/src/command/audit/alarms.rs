//! What comes of scores: false alarms, recall, delays, drift.

use ganlet::watch::{Alarm, Change, Drift, Threshold};
use rayon::prelude::*;
use serde::Serialize;

use super::protocol::{Judged, Labelled, WINDOW, spaced};
use super::rate::Rate;
use super::{fitted, mean};

/// The budgets of the tables.
pub(super) const BUDGETS: [f32; 2] = [0.01, 0.001];
/// Detectors that rates and alarms are means over.
pub(super) const DETECTORS: u64 = 5;

/// One series watched from the end of its training part on, a window for every reading, by each of
/// [`DETECTORS`].
#[derive(Debug, Clone, Serialize)]
pub(super) struct Watched {
    pub(super) series: String,
    /// Normal windows.
    pub(super) normal: usize,
    pub(super) budgets: [Rates; BUDGETS.len()],
    /// Labelled stretches, and in how many of them an alarm of the budget 1/1000 began.
    pub(super) events: usize,
    pub(super) found: f64,
    /// Windows from the first labelled reading of a found event to its alarm: the median of all
    /// detectors.
    pub(super) delay: Option<usize>,
    /// Alarms that began outside of labelled stretches.
    pub(super) false_alarms: f64,
    /// Alarms that became a new normal.
    pub(super) shifts: f64,
    /// The drift meter over normal windows and over labelled ones, in nats: the largest.
    pub(super) drift_normal: f64,
    pub(super) drift_labelled: f64,
}

/// Shares of windows above a limit.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Rates {
    /// Of normal windows above the limit that calibration gives.
    pub(super) fixed: Rate,
    /// Of labelled windows above it.
    pub(super) fixed_recall: Rate,
    /// Of normal windows above the limit that follows.
    pub(super) tracking: Rate,
    /// Of labelled windows above that one.
    pub(super) tracking_recall: Rate,
}

impl Watched {
    pub(super) fn of(series: &Labelled, capacity: usize) -> Self {
        let test = &series.test;
        let seeds = (0..DETECTORS).into_par_iter();
        let scores: Vec<Vec<f32>> = seeds
            .map(|seed| {
                let detector = fitted(&series.kept(capacity, seed), seed);
                let score = |window: &Judged| detector.score(&window.sample).strangeness;
                test.iter().map(score).collect()
            })
            .collect();
        let told: Vec<Told> = scores.iter().map(|scores| Told::of(test, scores)).collect();
        let of = |number: fn(&Told) -> f64| mean(told.iter().map(number));
        let delays = told.iter().flat_map(|told| &told.delays).copied();
        let mut delays: Vec<usize> = delays.collect();
        delays.sort_unstable();
        Self {
            series: series.name.clone(),
            normal: of_label(test, false).len(),
            budgets: BUDGETS.map(|budget| rates(test, &scores, budget)),
            events: told.first().map_or(0, |told| told.events),
            found: of(|told| told.found as f64),
            delay: delays.get(delays.len() / 2).copied(),
            false_alarms: of(|told| told.false_alarms as f64),
            shifts: of(|told| told.shifts as f64),
            drift_normal: of(|told| told.drift_normal.into()),
            drift_labelled: of(|told| told.drift_labelled.into()),
        }
    }
}

/// What one detector tells.
#[derive(Debug, Default)]
struct Told {
    events: usize,
    found: usize,
    delays: Vec<usize>,
    false_alarms: usize,
    shifts: usize,
    drift_normal: f32,
    drift_labelled: f32,
}

impl Told {
    fn of(test: &[Judged], scores: &[f32]) -> Self {
        let labelled = |window: &Judged| window.label != Some(false);
        let mut told = Self::default();
        let mut alarm = Alarm::new(Threshold::of_budget(1e-3));
        let mut drift = Drift::new();
        let mut event = None; // the window that began it, and whether it was found
        let each = test.iter().zip(scores).zip(news(test));
        for (place, ((window, &strangeness), new)) in each.enumerate() {
            let before = event.is_some();
            match (labelled(window), before) {
                (true, false) => {
                    event = Some((place, alarm.holds()));
                    told.events += 1;
                    told.found += usize::from(alarm.holds());
                }
                // An alarm that is late by less than a window still is about it.
                (false, true) => event = None,
                _ => {}
            }
            if !alarm.holds() {
                drift.push(strangeness);
            }
            let most = if labelled(window) {
                &mut told.drift_labelled
            } else {
                &mut told.drift_normal
            };
            *most = most.max(drift.js_bound());
            match alarm.judge(strangeness, new, WINDOW, false) {
                Some(Change::Began) => match &mut event {
                    Some((began, found)) if !*found => {
                        *found = true;
                        told.found += 1;
                        told.delays.push(place - *began);
                    }
                    Some(_) => {}
                    None => told.false_alarms += 1,
                },
                Some(Change::Accepted) => told.shifts += 1,
                _ => {}
            }
        }
        told
    }
}

/// How many readings of each window no window before it has had.
pub(super) fn news(test: &[Judged]) -> impl Iterator<Item = u32> {
    let before = std::iter::once(None).chain(test.iter().map(|window| Some(window.start)));
    before.zip(test).map(|(before, window)| {
        let follows = before.is_some_and(|before| window.start == before + 1);
        if follows { 1 } else { WINDOW as u32 }
    })
}

fn of_label(test: &[Judged], label: bool) -> Vec<Judged> {
    let windows = test.iter().filter(|window| window.label == Some(label));
    windows.copied().collect()
}

fn rates(test: &[Judged], scores: &[Vec<f32>], budget: f32) -> Rates {
    let limit = Threshold::of_budget(budget);
    let fixed = |scores: &[f32]| scores.iter().map(|s| *s > limit.level()).collect();
    let tracking = |scores: &[f32]| {
        let mut alarm = Alarm::new(limit);
        let each = scores.iter().zip(news(test)).map(|(&strangeness, new)| {
            let above = strangeness > alarm.threshold.level();
            alarm.judge(strangeness, new, WINDOW, false);
            above
        });
        each.collect()
    };
    let fixed: Vec<Vec<bool>> = scores.iter().map(|scores| fixed(scores)).collect();
    let tracking: Vec<Vec<bool>> = scores.iter().map(|scores| tracking(scores)).collect();
    let of = |detectors: &[Vec<bool>], label: bool| {
        let only = |above: &Vec<bool>| {
            let each = above.iter().zip(test);
            let labelled = each.filter(|(_, window)| window.label == Some(label));
            labelled.map(|(above, _)| *above).collect()
        };
        let apart = spaced(&of_label(test, label), WINDOW).count();
        Rate::of(&detectors.iter().map(only).collect::<Vec<_>>(), apart)
    };
    Rates {
        fixed: of(&fixed, false),
        fixed_recall: of(&fixed, true),
        tracking: of(&tracking, false),
        tracking_recall: of(&tracking, true),
    }
}
