//! The page of `ganlet score`: a series, how strange it is, and where the alarm rang.

use super::chart::{Chart, Point, Role};
use super::data::Scores;
use super::figure::with_unit;
use super::number::{count, short, short_or_dash};
use super::page::{Figure, Page};

/// The score page as one self-contained HTML document.
#[must_use]
pub fn page(scores: &Scores) -> String {
    let rung = scores.alarm.iter().filter(|&&alarm| alarm).count();
    let scored = scores
        .score
        .iter()
        .filter(|score| score.is_finite())
        .count();
    let share = 100.0 * rung as f64 / scored.max(1) as f64;
    Page::new("score", scores.source.clone())
        .lead(format!(
            "<b>{}</b> readings scored; the alarm rang at <b>{}</b> of them, <b>{} %</b>.",
            count(scored as u64),
            count(rung as u64),
            short(share)
        ))
        .tile(
            "ROC-AUC",
            &short_or_dash(scores.roc_auc),
            "share of (strange, normal) pairs in the right order",
        )
        .tile(
            "Average precision",
            &short_or_dash(scores.average_precision),
            "area under precision over recall",
        )
        .tile(
            "Threshold",
            &short_or_dash(scores.threshold),
            "scores above it ring the alarm",
        )
        .section(
            "Over time",
            "The series above, its score below, on one time axis.",
            [series(scores), score(scores), parts(scores)],
        )
        .render()
}

/// The series, with labels and alarms behind it.
#[must_use]
pub fn series(scores: &Scores) -> Figure {
    let chart = Chart::new("The series over time, with alarms")
        .wide()
        .x("t")
        .y(with_unit("reading", scores.unit.as_deref()));
    let chart = backdrop(chart, scores).line(
        Role::Data.thin(),
        "readings",
        over_time(scores, &scores.series),
    );
    let caption = "The readings, with a tint where the alarm rang and, where labels exist, where it should have.";
    Figure::new("Series", &chart, caption).wide()
}

/// The score with its threshold.
#[must_use]
pub fn score(scores: &Scores) -> Figure {
    let chart = Chart::new("The score over time, with its threshold")
        .wide()
        .x("t")
        .y("score");
    let mut chart = backdrop(chart, scores).line(
        Role::Generated.thin(),
        "score",
        over_time(scores, &scores.score),
    );
    if let Some(threshold) = scores.threshold {
        chart = chart.level(Role::Alarm.dashed(), "threshold", threshold);
    }
    let caption = "Of normal windows one in 10 to the power of the score is as strange. Several in a row above the threshold ring the alarm; the threshold follows slow drift, and is drawn where it ended.";
    Figure::new("Score", &chart, caption).wide()
}

/// What each part makes of it.
#[must_use]
pub fn parts(scores: &Scores) -> Figure {
    let chart = Chart::new("The score of each part over time")
        .wide()
        .x("t")
        .y("score");
    let mut chart = backdrop(chart, scores);
    for (role, (name, score)) in (0u8..).map(Role::Series).zip(&scores.parts) {
        chart = chart.line(role.thin(), name, over_time(scores, score));
    }
    let caption = "Each part's own probability: the strangest speaks for the window.";
    Figure::new("Parts", &chart, caption).wide()
}

fn backdrop(chart: Chart, scores: &Scores) -> Chart {
    let mut chart = chart;
    if scores.label.contains(&true) {
        chart = chart.spans(
            Role::Truth,
            "labelled",
            stretches(&scores.time, &scores.label),
        );
    }
    chart.spans(Role::Alarm, "alarm", stretches(&scores.time, &scores.alarm))
}

fn over_time<'a>(scores: &'a Scores, values: &'a [f64]) -> impl Iterator<Item = Point> + 'a {
    scores.time.iter().copied().zip(values.iter().copied())
}

/// Runs of `true` as stretches of time, from their first to their last reading.
fn stretches(time: &[f64], flags: &[bool]) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = Vec::new();
    let mut open = false;
    for (&t, &flag) in time.iter().zip(flags) {
        match found.last_mut() {
            Some(last) if flag && open => last.1 = t,
            _ if flag => found.push((t, t)),
            _ => {}
        }
        open = flag;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_alarms_are_one_stretch() {
        let time = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let flags = [true, true, false, true, false, true];
        assert_eq!(
            stretches(&time, &flags),
            [(0.0, 1.0), (3.0, 3.0), (5.0, 5.0)]
        );
        assert!(stretches(&time, &[]).is_empty());
    }
}
