//! How the runs of one setting turned out: the distribution over seeds.

use super::chart::{Bar, Chart, Role};
use super::data::SweepRow;
use super::histogram::{Bins, Histogram};
use super::number::{count, short};
use super::page::Figure;
use super::polyline::Point;
use super::quantile::{Sorted, quantile};

/// The measures of a row's runs that can be shown: positive numbers.
pub(super) struct Outcomes<'a> {
    row: &'a SweepRow,
    shown: Vec<f64>,
}

impl<'a> Outcomes<'a> {
    pub(super) fn new(row: &'a SweepRow) -> Self {
        let shown = row.seeds.iter().copied().filter(|seed| is_shown(*seed));
        Self {
            shown: shown.collect(),
            row,
        }
    }

    /// Runs that cannot be shown.
    pub(super) fn hidden(&self) -> usize {
        self.row.seeds.len() - self.shown.len()
    }

    /// The seed whose measure is largest, and that measure.
    pub(super) fn worst(&self) -> Option<(u64, f64)> {
        let seeds = (1..).zip(self.row.seeds.iter().copied());
        seeds
            .filter(|(_, value)| is_shown(*value))
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The histogram's outline over bins of equal ratio, each with its density; `None` without a run.
    pub(super) fn in_decades(&self) -> Option<Vec<Point>> {
        let logs: Vec<f64> = self.shown.iter().map(|x| x.log10()).collect();
        let logs = Sorted::new(&logs);
        let bins = Bins::new(&logs, &Sorted::new(&[]))?;
        let outline = Histogram::new(&bins, &logs).outline();
        Some(outline.iter().map(|&(x, y)| (10f64.powf(x), y)).collect())
    }
}

fn is_shown(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// A closer look at one row: a histogram of its runs, each a dot below it, beside what they are held
/// against. `None` where there is no run to show.
pub(super) fn figure(row: &SweepRow, measure: &str) -> Option<Figure> {
    let outcomes = Outcomes::new(row);
    let sorted = Sorted::new(&outcomes.shown);
    let (seed, worst) = outcomes.worst()?;
    let at = |p: f64| quantile(&sorted, p);
    let (best, median, most) = (at(0.0)?, at(0.5)?, at(0.9)?);
    let bins = Bins::new(&sorted, &Sorted::new(&[]))?;
    let histogram = Histogram::new(&bins, &sorted);
    let runs = bins.edges().zip(histogram.counts());
    let bars = runs.map(|((lo, hi), &runs)| Bar {
        lo,
        hi,
        height: runs as f64,
    });
    let highest = histogram.counts().iter().copied().max().unwrap_or(0) as f64;
    let top = 1.12 * highest.max(1.0);

    let frame = Frame::around(best, worst, &bins);
    let floor = frame.with(row.floor);
    let (lo, hi) = floor.with(row.baseline).span();
    let shows = |value: &f64| (lo..=hi).contains(value);
    let upright = |x: f64| [(x, 0.0), (x, top)];
    let mut chart = Chart::new(format!(
        "Histogram of {measure} over the seeds of {}",
        row.name
    ))
    .x(measure)
    .y("runs")
    .x_range(lo, hi)
    .y_range(0.0, top)
    .bars(Role::Generated, "runs", bars);
    if let Some(floor) = row.floor.filter(shows) {
        chart = chart.line(Role::Floor, "two real samples", upright(floor));
    }
    if let Some(baseline) = row.baseline.filter(shows) {
        chart = chart.line(Role::Baseline.dashed(), "Gaussian fit", upright(baseline));
    }
    let ground = outcomes.shown.iter().map(|&x| (x, 0.0));
    let chart = chart
        .line(Role::Truth.thin(), "median", upright(median))
        .line(
            Role::Alarm.thin(),
            format!("worst, seed {seed}"),
            upright(worst),
        )
        .dots(Role::Generated, "", ground);
    let mut caption = format!(
        "{} runs: median <b>{}</b>, nine of ten below {}, worst <b>{}</b> (seed {}).",
        count(row.seeds.len() as u64),
        short(median),
        short(most),
        short(worst),
        count(seed)
    );
    for (value, whose) in [
        (row.floor, "Two real samples lie"),
        (row.baseline, "The Gaussian fit lies"),
    ] {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            let place = if shows(&value) {
                ""
            } else {
                ", beyond the frame"
            };
            caption += &format!(" {whose} {} from the data{place}.", short(value));
        }
    }
    Some(Figure::new(row.name.clone(), &chart, caption))
}

/// A stretch of the axis.
#[derive(Clone, Copy)]
struct Frame {
    lo: f64,
    hi: f64,
    /// How far beyond the runs it may grow.
    reach: f64,
}

impl Frame {
    /// That of the runs and their bins, with some air.
    fn around(best: f64, worst: f64, bins: &Bins) -> Self {
        let (lo, hi) = bins.span();
        let (lo, hi) = (lo.min(best), hi.max(worst));
        let air = 0.04 * (hi - lo);
        Self {
            lo: lo - air,
            hi: hi + air,
            reach: 2.0 * (hi - lo),
        }
    }

    /// Grown to show this number too, if that is near.
    fn with(self, value: Option<f64>) -> Self {
        let (lo, hi) = (self.lo - self.reach, self.hi + self.reach);
        let Some(value) = value.filter(|value| (lo..=hi).contains(value)) else {
            return self;
        };
        let air = 0.02 * (self.hi - self.lo);
        Self {
            lo: self.lo.min(value - air),
            hi: self.hi.max(value + air),
            ..self
        }
    }

    fn span(self) -> (f64, f64) {
        (self.lo, self.hi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seeds: Vec<f64>) -> SweepRow {
        SweepRow {
            name: "a row".into(),
            seeds,
            floor: Some(0.012),
            baseline: Some(0.5),
        }
    }

    #[test]
    fn the_worst_seed_is_named_whatever_stands_beside_it() {
        let row = row(vec![0.02, f64::NAN, 0.03, 0.01, f64::INFINITY, -1.0]);
        let outcomes = Outcomes::new(&row);
        assert_eq!(outcomes.worst(), Some((3, 0.03)));
        assert_eq!(outcomes.hidden(), 3);
        assert_eq!(Outcomes::new(&super::tests::row(vec![])).worst(), None);
    }

    #[test]
    fn every_run_is_in_the_outline() {
        let row = row((1..=100).map(|i| 0.01 * f64::from(i)).collect());
        let outline = Outcomes::new(&row).in_decades().unwrap();
        let (first, last) = (outline[0], outline[outline.len() - 1]);
        assert!((first.0 - 0.01).abs() < 1e-9 && last.0 > 1.0 - 1e-9);
        let pairs = outline.windows(2);
        let area: f64 = pairs
            .map(|p| (p[1].0.log10() - p[0].0.log10()) * p[1].1)
            .sum();
        assert!((area - 1.0).abs() < 1e-9, "{area}");
    }

    #[test]
    fn what_is_near_is_shown_and_what_is_far_is_told() {
        let runs = (0..40).map(|i| 0.02 + 0.0002 * f64::from(i)).collect();
        let html = format!("{:?}", figure(&row(runs), "W1").unwrap());
        assert!(html.contains("Two real samples lie 0.0120 from the data."));
        assert!(html.contains("The Gaussian fit lies 0.500 from the data, beyond the frame."));
        assert!(html.contains("two real samples") && !html.contains("Gaussian fit<"));
        assert!(html.contains("worst, seed 40"));
    }
}
