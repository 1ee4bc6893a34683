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
    /// Labelled stretches.
    pub(super) events: usize,
    pub(super) budgets: [Told; BUDGETS.len()],
    /// The drift meter over normal windows and over labelled ones, in nats: the largest, at 1/1000.
    pub(super) drift_normal: f64,
    pub(super) drift_labelled: f64,
}

/// What is told with one budget.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Told {
    pub(super) rates: Rates,
    /// Labelled stretches that an alarm began in, or held at the beginning of.
    pub(super) found: f64,
    /// Windows from the first labelled reading of a found event to its alarm: the median of all
    /// detectors.
    pub(super) delay: Option<usize>,
    /// Alarms that began outside of labelled stretches.
    pub(super) false_alarms: f64,
    /// Alarms that became a new normal.
    pub(super) shifts: f64,
}

/// Shares of windows.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Rates {
    /// Of normal windows, those above the limit that calibration gives.
    pub(super) fixed: Rate,
    /// Of labelled windows, the same.
    pub(super) fixed_recall: Rate,
    /// Of normal windows, those above the limit that follows.
    pub(super) tracking: Rate,
    /// Of labelled windows, the same.
    pub(super) tracking_recall: Rate,
    /// Of normal windows, those above the limit that follows while an alarm holds, which it does not
    /// follow: one alarm's worth each time.
    pub(super) tracking_alarmed: Rate,
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
        let lives = BUDGETS.map(|budget| -> Vec<Life> {
            let lives = scores.iter().map(|scores| Life::of(test, scores, budget));
            lives.collect()
        });
        let [_, last] = &lives;
        Self {
            series: series.name.clone(),
            normal: test.iter().filter(|w| w.label == Some(false)).count(),
            events: last.first().map_or(0, |life| life.events),
            drift_normal: mean(last.iter().map(|life| life.drift_normal.into())),
            drift_labelled: mean(last.iter().map(|life| life.drift_labelled.into())),
            budgets: lives.map(|lives| Told::of(test, &lives)),
        }
    }
}

impl Told {
    fn of(test: &[Judged], lives: &[Life]) -> Self {
        let of = |number: fn(&Life) -> usize| mean(lives.iter().map(|life| number(life) as f64));
        let delays = lives.iter().flat_map(|life| &life.delays).copied();
        let mut delays: Vec<usize> = delays.collect();
        delays.sort_unstable();
        let rate = |above: fn(&Seen) -> bool, label: bool| {
            let windows = test.iter().filter(|window| window.label == Some(label));
            let windows: Vec<Judged> = windows.copied().collect();
            let each = lives.iter().map(|life| {
                let each = life.seen.iter().zip(test);
                let labelled = each.filter(|(_, window)| window.label == Some(label));
                labelled.map(|(seen, _)| above(seen)).collect()
            });
            Rate::of(&each.collect::<Vec<_>>(), spaced(&windows, WINDOW).count())
        };
        Self {
            rates: Rates {
                fixed: rate(|seen| seen.fixed, false),
                fixed_recall: rate(|seen| seen.fixed, true),
                tracking: rate(|seen| seen.tracking, false),
                tracking_recall: rate(|seen| seen.tracking, true),
                tracking_alarmed: rate(|seen| seen.tracking && seen.alarmed, false),
            },
            found: of(|life| life.found),
            delay: delays.get(delays.len() / 2).copied(),
            false_alarms: of(|life| life.false_alarms),
            shifts: of(|life| life.shifts),
        }
    }
}

/// What one detector makes of a series.
#[derive(Debug, Default)]
struct Life {
    seen: Vec<Seen>,
    events: usize,
    found: usize,
    delays: Vec<usize>,
    false_alarms: usize,
    shifts: usize,
    drift_normal: f32,
    drift_labelled: f32,
}

/// A window: whether it is above either limit, and whether an alarm has held before it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    fixed: bool,
    tracking: bool,
    alarmed: bool,
}

impl Life {
    fn of(test: &[Judged], scores: &[f32], budget: f32) -> Self {
        let labelled = |window: &Judged| window.label != Some(false);
        let mut life = Self::default();
        let limit = Threshold::of_budget(budget);
        let mut alarm = Alarm::new(limit);
        let mut drift = Drift::new();
        let mut event = None; // the window that began it, and whether it was found
        let each = test.iter().zip(scores).zip(news(test));
        for (place, ((window, &strangeness), new)) in each.enumerate() {
            let before = event.is_some();
            match (labelled(window), before) {
                (true, false) => {
                    event = Some((place, alarm.holds()));
                    life.events += 1;
                    life.found += usize::from(alarm.holds());
                }
                // An alarm that is late by less than a window still is about it.
                (false, true) => event = None,
                _ => {}
            }
            if !alarm.holds() {
                drift.push(strangeness);
            }
            let most = if labelled(window) {
                &mut life.drift_labelled
            } else {
                &mut life.drift_normal
            };
            *most = most.max(drift.js_bound());
            life.seen.push(Seen {
                fixed: strangeness > limit.level(),
                tracking: strangeness > alarm.threshold.level(),
                alarmed: alarm.holds(),
            });
            match alarm.judge(strangeness, new, WINDOW, false) {
                Some(Change::Began) => match &mut event {
                    Some((began, found)) if !*found => {
                        *found = true;
                        life.found += 1;
                        life.delays.push(place - *began);
                    }
                    Some(_) => {}
                    None => life.false_alarms += 1,
                },
                Some(Change::Accepted) => life.shifts += 1,
                _ => {}
            }
        }
        life
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Two recordings of 100 windows each, the last 40 of the first labelled; an alarm in either.
    #[test]
    fn a_life_counts_what_is_above_what_is_told_and_when() {
        let test: Vec<Judged> = (0..200)
            .map(|i| Judged {
                start: if i < 100 { i } else { i + 1000 },
                sample: [0.0; WINDOW],
                label: Some((60..100).contains(&i)),
            })
            .collect();
        let strange = |i: usize| (70..90).contains(&i) || (150..160).contains(&i);
        let scores: Vec<f32> = (0..200)
            .map(|i| if strange(i) { 9.0 } else { 0.1 })
            .collect();
        let life = Life::of(&test, &scores, 1e-3);
        assert_eq!((life.events, life.found, life.false_alarms), (1, 1, 1));
        assert_eq!(life.delays, [13]);
        let told = Told::of(&test, &[life]);
        let Rates {
            fixed,
            fixed_recall,
            tracking_alarmed,
            ..
        } = told.rates;
        assert_eq!((fixed.share, fixed.apart), (10.0 / 160.0, 6));
        assert_eq!((fixed_recall.share, fixed_recall.apart), (0.5, 2));
        // Four begin the alarm.
        assert_eq!(tracking_alarmed.share, 6.0 / 160.0);
        assert_eq!(
            (told.found, told.delay, told.false_alarms),
            (1.0, Some(13), 1.0)
        );
    }
}
