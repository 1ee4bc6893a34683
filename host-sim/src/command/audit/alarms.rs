//! What comes of scores: false alarms, recall, delays, drift.

use ganlet::watch::{Alarm, Change, Drift, Threshold};
use serde::Serialize;

use super::fitted;
use super::protocol::{Judged, Labelled, WINDOW};

/// The budgets of the table.
pub(super) const BUDGETS: [f32; 2] = [0.01, 0.001];

/// One series watched from the end of its training part on, a window for every reading.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Watched {
    pub(super) series: String,
    pub(super) budgets: [Rates; BUDGETS.len()],
    /// Labelled stretches, and how many of them an alarm of the budget 1/1000 began in.
    pub(super) events: usize,
    pub(super) found: usize,
    /// Windows from the first labelled reading of a found event to its alarm: the median.
    pub(super) delay: Option<usize>,
    /// Alarms that began outside of labelled stretches.
    pub(super) false_alarms: usize,
    /// Alarms that became a new normal.
    pub(super) shifts: usize,
    /// The drift meter over normal windows and over labelled ones, in nats: the largest.
    pub(super) drift_normal: f32,
    pub(super) drift_labelled: f32,
}

/// Shares of windows above a limit.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Rates {
    /// Of normal windows above the limit that calibration gives.
    pub(super) fixed: f64,
    /// Of labelled windows above it.
    pub(super) fixed_recall: f64,
    /// Of normal windows above the limit that follows.
    pub(super) tracking: f64,
    /// Of labelled windows above that one.
    pub(super) tracking_recall: f64,
}

impl Watched {
    pub(super) fn of(series: &Labelled, capacity: usize) -> Self {
        let detector = fitted(&series.kept(capacity, 0), 0);
        let scores: Vec<f32> = series
            .test
            .iter()
            .map(|window| detector.score(&window.sample).strangeness)
            .collect();
        let labelled = |window: &Judged| window.label != Some(false);
        let mut told = Self {
            series: series.name.clone(),
            budgets: BUDGETS.map(|budget| rates(&series.test, &scores, budget)),
            events: 0,
            found: 0,
            delay: None,
            false_alarms: 0,
            shifts: 0,
            drift_normal: 0.0,
            drift_labelled: 0.0,
        };
        let mut alarm = Alarm::new(Threshold::of_budget(1e-3));
        let mut drift = Drift::new();
        let mut delays = Vec::new();
        let mut event = None; // the window that began it, and whether it was found
        let each = series.test.iter().zip(&scores).zip(news(&series.test));
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
                        delays.push(place - *began);
                    }
                    Some(_) => {}
                    None => told.false_alarms += 1,
                },
                Some(Change::Accepted) => told.shifts += 1,
                _ => {}
            }
        }
        delays.sort_unstable();
        told.delay = delays.get(delays.len() / 2).copied();
        told
    }
}

/// How many readings of each window no window before it has had.
fn news(test: &[Judged]) -> impl Iterator<Item = u32> {
    let before = std::iter::once(None).chain(test.iter().map(|window| Some(window.start)));
    before.zip(test).map(|(before, window)| {
        let follows = before.is_some_and(|before| window.start == before + 1);
        if follows { 1 } else { WINDOW as u32 }
    })
}

fn rates(test: &[Judged], scores: &[f32], budget: f32) -> Rates {
    let fixed = Threshold::of_budget(budget);
    let mut tracking = Alarm::new(fixed);
    let mut counts = [[0usize; 3]; 2]; // normal, labelled: all, above fixed, above tracking
    for ((window, &strangeness), new) in test.iter().zip(scores).zip(news(test)) {
        let above = strangeness > tracking.threshold.level();
        tracking.judge(strangeness, new, WINDOW, false);
        if let Some(label) = window.label {
            let [all, above_fixed, above_tracking] = &mut counts[usize::from(label)];
            *all += 1;
            *above_fixed += usize::from(strangeness > fixed.level());
            *above_tracking += usize::from(above);
        }
    }
    let [normal, labelled] = counts;
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    Rates {
        fixed: share(normal[1], normal[0]),
        fixed_recall: share(labelled[1], labelled[0]),
        tracking: share(normal[2], normal[0]),
        tracking_recall: share(labelled[2], labelled[0]),
    }
}
