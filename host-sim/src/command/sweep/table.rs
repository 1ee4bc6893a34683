//! The table of a sweep, for people and for machines.

use std::io::{self, Write};

use serde::Serialize;

use super::care::Told as Trouble;
use super::grid;
use super::likeness::Likeness;
use super::outcome::{Outcome, Reached, Row};
use super::{Args, Suite};
use crate::report::data::{Sweep, SweepRow};

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    suite: &'static str,
    seeds: u64,
    rows: Vec<Told<'a>>,
}

/// A row with the figures that count: the median and the worst seed.
#[derive(Debug, Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    row: &'a Row,
    w1: Spread,
    js: Spread,
    #[serde(skip_serializing_if = "Option::is_none")]
    sliced_w1: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spectrum_error: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    autocorrelation_error: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within_3_sigma: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modes_found: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mass_error: Option<Spread>,
    /// Seeds for which the Gaussian fit stands in.
    fallbacks: usize,
    /// What went wrong, counted.
    care: Trouble,
}

/// The median and the worst of several seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Spread {
    median: f64,
    worst: f64,
}

impl Spread {
    /// The worst value is the largest.
    fn low_is_good(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let worst = *sorted.last()?;
        let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Self {
            median: 0.5 * (low + high),
            worst,
        })
    }

    /// The worst value is the smallest.
    fn high_is_good(values: impl Iterator<Item = f64>) -> Option<Self> {
        Self::low_is_good(values.map(|x| -x)).map(|Self { median, worst }| Self {
            median: -median,
            worst: -worst,
        })
    }
}

impl<'a> Summary<'a> {
    /// The summary of all rows.
    pub(super) fn new(args: &Args, rows: &'a [Row]) -> Self {
        Self {
            suite: args.suite.name(),
            seeds: args.seeds,
            rows: rows.iter().map(Told::new).collect(),
        }
    }
}

impl<'a> Told<'a> {
    fn new(row: &'a Row) -> Self {
        let none = Spread {
            median: f64::NAN,
            worst: f64::NAN,
        };
        let all = || row.outcomes.iter();
        let of = |pick: fn(&Likeness) -> Option<f64>| {
            Spread::low_is_good(all().filter_map(|o| pick(&o.likeness)))
        };
        let modes = || all().filter_map(|outcome| outcome.modes);
        Self {
            row,
            w1: of(|l| Some(l.w1)).unwrap_or(none),
            js: of(|l| Some(l.js)).unwrap_or(none),
            sliced_w1: of(|l| l.sliced_w1),
            spectrum_error: of(|l| l.spectrum_error),
            autocorrelation_error: of(|l| l.autocorrelation_error),
            within_3_sigma: Spread::high_is_good(modes().map(|m| m.within_3_sigma)),
            modes_found: Spread::high_is_good(modes().map(|m| m.found as f64)),
            mass_error: Spread::low_is_good(modes().map(|m| m.mass_error)),
            fallbacks: all().filter(|outcome| outcome.fallback).count(),
            care: Trouble::of(row),
        }
    }
}

/// What a row says in a column, if anything.
type Cell = dyn Fn(&Told<'_>) -> Option<String>;

/// A table of text: a heading and a cell for every row.
struct Column {
    heading: &'static str,
    cell: Box<Cell>,
}

impl Column {
    fn new(heading: &'static str, cell: impl Fn(&Told<'_>) -> Option<String> + 'static) -> Self {
        Self {
            heading,
            cell: Box::new(cell),
        }
    }

    /// Median and worst seed.
    fn spread(
        heading: &'static str,
        decimals: usize,
        pick: impl Fn(&Told<'_>) -> Option<Spread> + 'static,
    ) -> Self {
        Self::new(heading, move |told| {
            let Spread { median, worst } = pick(told)?;
            Some(format!("{median:.decimals$}/{worst:.decimals$}"))
        })
    }

    fn number(heading: &'static str, pick: impl Fn(&Row) -> Option<f64> + 'static) -> Self {
        Self::new(heading, move |told| Some(format!("{:.4}", pick(told.row)?)))
    }
}

/// The columns that a suite has.
fn columns(suite: Suite) -> Vec<Column> {
    let scalars = vec![
        Column::spread("W1", 4, |t| Some(t.w1)),
        Column::number("floor", |row| Some(row.baselines.floor.w1)),
        Column::number("Gauss", |row| Some(row.baselines.gaussian.w1)),
        Column::number("mixture", |row| row.baselines.mixture.map(|l| l.w1)),
        Column::spread("JS", 5, |t| Some(t.js)),
        Column::spread("within 3 sd", 3, |t| t.within_3_sigma),
        Column::spread("mass error", 3, |t| t.mass_error),
        Column::new("modes", |t| {
            let of = t.row.outcomes.iter().find_map(|o| o.modes)?.of;
            Some(format!("{} of {of}", t.modes_found?.worst))
        }),
    ];
    let windows = vec![
        Column::spread("sliced W1", 4, |t| t.sliced_w1.or(Some(t.w1))),
        Column::number("floor", |row| Some(row.baselines.floor.distance())),
        Column::number("Gauss", |row| Some(row.baselines.gaussian.distance())),
        Column::number("mixture", |row| row.baselines.mixture.map(|l| l.distance())),
        Column::spread("spectrum dB", 2, |t| t.spectrum_error),
        Column::spread("autocorr.", 4, |t| t.autocorrelation_error),
    ];
    let rounds = |it: Reached| it.steps.to_string();
    let seconds = |it: Reached| format!("{:.2}", it.seconds);
    let last = vec![
        Column::spread("own fit", 4, |t| {
            Spread::low_is_good(t.row.outcomes.iter().map(|outcome| outcome.own_fit))
        }),
        Column::new("Gaussian stands in", |t| {
            Some(format!("{} of {}", t.fallbacks, t.row.outcomes.len()))
        }),
        Column::new("rounds to 0.1", move |t| reached(t.row, 0, rounds)),
        Column::new("to 0.05", move |t| reached(t.row, 1, rounds)),
        Column::new("s to 0.1", move |t| reached(t.row, 0, seconds)),
        Column::new("to 0.05", move |t| reached(t.row, 1, seconds)),
        Column::new("seconds", |t| {
            let seconds = t.row.outcomes.iter().map(|o| o.seconds);
            Some(format!("{:.1}", Spread::low_is_good(seconds)?.median))
        }),
    ];
    let mut columns = match suite {
        Suite::Scalars => scalars,
        Suite::Windows | Suite::Drift => windows,
        Suite::Real => windows.into_iter().chain([beside_gaussian()]).collect(),
    };
    columns.extend(last);
    columns
}

/// The seed that does worst beside the Gaussian fit, counted in sampling errors.
fn beside_gaussian() -> Column {
    Column::new("less Gauss (error)", |t| {
        let differences = t.row.outcomes.iter().filter_map(|o| o.beside_gaussian);
        let worst = differences.max_by(|a, b| a.mean.total_cmp(&b.mean))?;
        Some(format!("{:+.4} ({:.4})", worst.mean, worst.error))
    })
}

/// Rounds, or seconds, to a distance: the median and the worst seed, `-` for a seed that never got there.
fn reached(row: &Row, goal: usize, told: impl Fn(Reached) -> String) -> Option<String> {
    let of = |outcome: &Outcome| outcome.reached.get(goal).copied().flatten();
    let mut reached: Vec<Option<Reached>> = row.outcomes.iter().map(of).collect();
    reached.sort_by_key(|reached| reached.map_or(u32::MAX, |it| it.steps));
    let told = |reached: Option<Reached>| reached.map_or_else(|| "-".to_owned(), &told);
    let median = *reached.get((reached.len().saturating_sub(1)) / 2)?;
    Some(format!("{}/{}", told(median), told(*reached.last()?)))
}

/// Writes the table: median / worst seed.
pub(super) fn write(to: &mut dyn Write, suite: Suite, rows: &[Row]) -> io::Result<()> {
    let told: Vec<Told<'_>> = rows.iter().map(Told::new).collect();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let columns: Vec<grid::Column> = columns(suite)
        .iter()
        .map(|column| grid::Column {
            heading: column.heading,
            cells: told.iter().map(&column.cell).collect(),
        })
        .collect();
    grid::write(to, suite.name(), &names, &columns)?;
    writeln!(
        to,
        "median / worst of {} seeds; W1 in standard deviations of the data, JS in nats",
        rows.first().map_or(0, |row| row.outcomes.len())
    )
}

/// The pictures: each measure with every seed as a dot.
pub(super) fn pictures(suite: Suite, rows: &[Row]) -> Vec<Sweep> {
    let seeds = rows.first().map_or(0, |row| row.outcomes.len());
    let picture = |measure: &str, pick: fn(&Likeness) -> Option<f64>| Sweep {
        title: format!("{}, {seeds} seeds", suite.name()),
        measure: measure.to_owned(),
        rows: rows
            .iter()
            .filter(|row| pick(&row.baselines.floor).is_some())
            .map(|row| SweepRow {
                name: row.name.clone(),
                seeds: dots(row, pick),
                floor: pick(&row.baselines.floor),
                baseline: pick(&row.baselines.gaussian),
            })
            .collect(),
    };
    [
        picture("W1, standard deviations of the data", |l| Some(l.w1)),
        picture("sliced W1, standard deviations of the data", |l| {
            l.sliced_w1
        }),
        picture("largest error of a spectrum's bin, dB", |l| {
            l.spectrum_error
        }),
    ]
    .into_iter()
    .filter(|sweep| !sweep.rows.is_empty())
    .collect()
}

fn dots(row: &Row, pick: fn(&Likeness) -> Option<f64>) -> Vec<f64> {
    let of = |outcome: &Outcome| pick(&outcome.likeness);
    row.outcomes.iter().filter_map(of).collect()
}
