//! The table of a sweep, for people and for machines.

use std::io::{self, Write};

use serde::Serialize;

use super::outcome::{Outcome, Row};
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
    within_3_sigma: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modes_found: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mass_error: Option<Spread>,
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
        let modes = || all().filter_map(|outcome| outcome.modes);
        Self {
            row,
            w1: Spread::low_is_good(all().map(|o| o.w1)).unwrap_or(none),
            js: Spread::low_is_good(all().map(|o| o.js)).unwrap_or(none),
            sliced_w1: Spread::low_is_good(all().filter_map(|o| o.sliced_w1)),
            within_3_sigma: Spread::high_is_good(modes().map(|m| m.within_3_sigma)),
            modes_found: Spread::high_is_good(modes().map(|m| m.found as f64)),
            mass_error: Spread::low_is_good(modes().map(|m| m.mass_error)),
        }
    }
}

/// Writes the table: median / worst seed.
pub(super) fn write(to: &mut dyn Write, suite: Suite, rows: &[Row]) -> io::Result<()> {
    let width = rows.iter().map(|row| row.name.chars().count()).max();
    let width = width.unwrap_or(0).max(8);
    match suite {
        Suite::Scalars => scalars(to, width, rows),
        Suite::Windows | Suite::Real => windows(to, width, rows),
    }
}

fn scalars(to: &mut dyn Write, width: usize, rows: &[Row]) -> io::Result<()> {
    writeln!(
        to,
        "{:width$}  {:>14}  {:>7}  {:>7}  {:>15}  {:>13}  {:>11}  {:>8}",
        "target", "W1", "floor", "Gauss", "JS", "within 3 sd", "mass error", "modes"
    )?;
    for row in rows {
        let told = Told::new(row);
        let dash = || "-".to_owned();
        let of = row.outcomes.iter().find_map(|o| o.modes.map(|m| m.of));
        writeln!(
            to,
            "{:width$}  {:>14}  {:>7}  {:>7}  {:>15}  {:>13}  {:>11}  {:>8}",
            row.name,
            pair(told.w1, 4),
            row.floor.map_or_else(dash, |y| format!("{:.4}", y.w1)),
            row.gaussian.map_or_else(dash, |y| format!("{:.4}", y.w1)),
            pair(told.js, 5),
            told.within_3_sigma.map_or_else(dash, |s| pair(s, 3)),
            told.mass_error.map_or_else(dash, |s| pair(s, 3)),
            told.modes_found
                .zip(of)
                .map_or_else(dash, |(s, of)| format!("{} of {of}", s.worst)),
        )?;
    }
    writeln!(
        to,
        "median / worst of {} seeds; W1 in standard deviations of the data, JS in nats",
        rows.first().map_or(0, |row| row.outcomes.len())
    )
}

fn windows(to: &mut dyn Write, width: usize, rows: &[Row]) -> io::Result<()> {
    writeln!(
        to,
        "{:width$}  {:>14}  {:>7}  {:>15}  {:>14}  {:>7}  {:>7}",
        "series", "W1", "Gauss", "JS", "sliced W1", "floor", "Gauss"
    )?;
    for row in rows {
        let told = Told::new(row);
        let dash = || "-".to_owned();
        let sliced = |y: Option<super::outcome::Yardstick>| {
            y.and_then(|y| y.sliced_w1)
                .map_or_else(dash, |w1| format!("{w1:.4}"))
        };
        writeln!(
            to,
            "{:width$}  {:>14}  {:>7}  {:>15}  {:>14}  {:>7}  {:>7}",
            row.name,
            pair(told.w1, 4),
            row.gaussian.map_or_else(dash, |y| format!("{:.4}", y.w1)),
            pair(told.js, 5),
            told.sliced_w1.map_or_else(dash, |s| pair(s, 4)),
            sliced(row.floor),
            sliced(row.gaussian),
        )?;
    }
    writeln!(
        to,
        "median / worst of {} seeds; W1 in standard deviations of the data, JS in nats",
        rows.first().map_or(0, |row| row.outcomes.len())
    )
}

fn pair(spread: Spread, decimals: usize) -> String {
    format!("{:.decimals$}/{:.decimals$}", spread.median, spread.worst)
}

/// The pictures: each measure with every seed as a dot.
pub(super) fn pictures(suite: Suite, rows: &[Row]) -> Vec<Sweep> {
    let seeds = rows.first().map_or(0, |row| row.outcomes.len());
    let picture = |measure: &str, pick: &dyn Fn(&Outcome) -> Option<f64>, floor: bool| Sweep {
        title: format!("{}, {seeds} seeds", suite.name()),
        measure: measure.to_owned(),
        rows: rows
            .iter()
            .filter(|row| row.outcomes.iter().any(|o| pick(o).is_some()))
            .map(|row| {
                let yard =
                    |y: &super::outcome::Yardstick| if floor { Some(y.w1) } else { y.sliced_w1 };
                SweepRow {
                    name: row.name.clone(),
                    seeds: row.outcomes.iter().filter_map(pick).collect(),
                    floor: row.floor.as_ref().and_then(yard),
                    baseline: row.gaussian.as_ref().and_then(yard),
                }
            })
            .collect(),
    };
    let w1 = picture("W1, standard deviations of the data", &|o| Some(o.w1), true);
    let sliced = picture(
        "sliced W1, standard deviations of the data",
        &|o| o.sliced_w1,
        false,
    );
    [w1, sliced]
        .into_iter()
        .filter(|sweep| !sweep.rows.is_empty())
        .collect()
}
