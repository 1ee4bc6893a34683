//! The page of `ganlet sweep`: every seed a dot, every setting a row.

use super::chart::{Chart, Point, Role};
use super::data::{Sweep, SweepRow};
use super::number::{count, short_or_dash};
use super::page::{Figure, Page, escape};
use super::quantile::median;

/// The sweep page, of one or more measures, as one self-contained HTML document.
#[must_use]
pub fn page(title: &str, sweeps: &[Sweep]) -> String {
    let page = Page::new("sweep", title).lead(
        "Every seed is a dot, the upright stroke is their median. The spread is as much a result as the middle: \
         what is promised is the worst seed.",
    );
    sweeps
        .iter()
        .fold(page, |page, sweep| {
            page.section(&sweep.title, "", [picture(sweep)])
        })
        .render()
}

/// Dots per seed and row, with medians, baselines and the noise floor.
#[must_use]
pub fn picture(sweep: &Sweep) -> Figure {
    let rows = &sweep.rows;
    let chart = Chart::new(format!("{}: {} for each seed", sweep.title, sweep.measure))
        .rows(rows.iter().map(|row| row.name.clone()))
        .wide()
        .x(sweep.measure.clone())
        .x_log()
        .ticks(
            Role::Floor,
            "two real samples",
            marks(rows, |row| row.floor),
        );
    let baselines = marks(rows, |row| row.baseline);
    let chart = if baselines.is_empty() {
        chart
    } else {
        chart.ticks(Role::Baseline, "Gaussian fit", baselines)
    };
    let chart = chart.dots(Role::Generated, "a seed", dots(rows)).ticks(
        Role::Truth,
        "median",
        marks(rows, |row| median(&row.seeds)),
    );
    Figure::new(sweep.measure.clone(), &chart, caption(rows)).wide()
}

fn marks(rows: &[SweepRow], pick: impl Fn(&SweepRow) -> Option<f64>) -> Vec<Point> {
    rows.iter()
        .enumerate()
        .filter_map(|(number, row)| Some((pick(row)?, number as f64)))
        .collect()
}

fn dots(rows: &[SweepRow]) -> Vec<Point> {
    rows.iter()
        .enumerate()
        .flat_map(|(number, row)| row.seeds.iter().map(move |&seed| (seed, number as f64)))
        .collect()
}

fn caption(rows: &[SweepRow]) -> String {
    let seeds: usize = rows.iter().map(|row| row.seeds.len()).sum();
    let shown = |value: &f64| value.is_finite() && *value > 0.0;
    let worst = rows
        .iter()
        .flat_map(|row| row.seeds.iter().map(move |&seed| (seed, row)))
        .filter(|(seed, _)| shown(seed))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hidden = rows
        .iter()
        .flat_map(|row| &row.seeds)
        .filter(|&seed| !shown(seed))
        .count();
    let mut caption = format!(
        "{} runs in {} rows, in decades; left is better.",
        count(seeds as u64),
        count(rows.len() as u64)
    );
    if let Some((seed, row)) = worst {
        caption += &format!(
            " The worst seed of all stands at <b>{}</b>, in “{}”.",
            short_or_dash(Some(seed)),
            escape(&row.name)
        );
    }
    if hidden > 0 {
        caption += &format!(
            " {} runs are not shown: not a positive number.",
            count(hidden as u64)
        );
    }
    caption
}
