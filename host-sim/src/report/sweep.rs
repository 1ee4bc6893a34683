//! The page of `ganlet sweep`: every setting a row, every seed a dot in it or a share of its histogram.

use super::chart::{Chart, Point, Role};
use super::data::{Sweep, SweepRow};
use super::number::{count, short_or_dash};
use super::outcomes::{self, Outcomes};
use super::page::{Figure, Page, escape};
use super::quantile::median;

/// Seeds from which on a row is drawn as a histogram: fewer dots tell more one by one.
const MANY: usize = 20;

/// The sweep page, of one or more measures, as one self-contained HTML document.
#[must_use]
pub fn page(title: &str, sweeps: &[Sweep]) -> String {
    let page = Page::new("sweep", title).lead(
        "Every seed is a run of its own: a dot where they are few, a share of a histogram where they are many; the \
         upright stroke is their median. The spread is as much a result as the middle: what is promised is the \
         worst seed.",
    );
    sweeps
        .iter()
        .fold(page, |page, sweep| {
            let figures = std::iter::once(picture(sweep));
            let rows = sweep.rows.iter().filter(|row| is_many(row));
            let closer = rows.filter_map(|row| outcomes::figure(row, &sweep.measure));
            page.section(&sweep.title, "", figures.chain(closer))
        })
        .render()
}

fn is_many(row: &SweepRow) -> bool {
    row.seeds.len() >= MANY
}

/// The seeds of each row, with medians, baselines and the noise floor.
#[must_use]
pub fn picture(sweep: &Sweep) -> Figure {
    let rows = &sweep.rows;
    let chart = Chart::new(format!("{}: {} for each seed", sweep.title, sweep.measure))
        .rows(rows.iter().map(|row| row.name.clone()))
        .wide()
        .x(sweep.measure.clone())
        .x_log();
    let many = rows.iter().any(is_many);
    let chart = if many { chart.high_rows() } else { chart };
    let chart = chart.ticks(
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
    let chart = if many {
        hills(chart, rows)
    } else {
        chart.dots(Role::Generated, "a seed", dots(rows))
    };
    let chart = chart.ticks(Role::Truth, "median", marks(rows, |row| median(&row.seeds)));
    Figure::new(sweep.measure.clone(), &chart, caption(rows)).wide()
}

/// Where the ground of a row's histogram lies below its middle, and how high its peak stands above that.
const GROUND: f64 = 0.40;
const HEIGHT: f64 = 0.78;

/// A histogram in each row, all of one height, with the worst seed on its ground.
fn hills(mut chart: Chart, rows: &[SweepRow]) -> Chart {
    let mut label = "all seeds";
    for (number, row) in rows.iter().enumerate() {
        let ground = number as f64 + GROUND;
        let Some(outline) = Outcomes::new(row).in_decades() else {
            continue;
        };
        let top = outline.iter().map(|(_, y)| *y).fold(0.0, f64::max);
        let hill = || {
            let at = |&(x, y): &Point| (x, ground - HEIGHT * y / top);
            outline.iter().map(at)
        };
        chart = chart
            .band(Role::Generated, label, hill().map(|(x, y)| (x, y, ground)))
            .line(Role::Generated.thin(), "", hill());
        label = "";
    }
    let worst = rows.iter().enumerate().filter_map(|(number, row)| {
        let worst = Outcomes::new(row).worst()?;
        Some((worst.1, number as f64 + GROUND))
    });
    chart.dots(Role::Alarm, "worst seed", worst)
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
    let runs: usize = rows.iter().map(|row| row.seeds.len()).sum();
    let worst = rows
        .iter()
        .filter_map(|row| Some((Outcomes::new(row).worst()?, row)))
        .max_by(|a, b| a.0.1.total_cmp(&b.0.1));
    let hidden: usize = rows.iter().map(|row| Outcomes::new(row).hidden()).sum();
    let mut caption = format!(
        "{} runs in {} rows, in decades; left is better.",
        count(runs as u64),
        count(rows.len() as u64)
    );
    if let Some(((seed, value), row)) = worst {
        caption += &format!(
            " The worst seed of all stands at <b>{}</b>: seed {} of “{}”.",
            short_or_dash(Some(value)),
            count(seed),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep(seeds: usize) -> Sweep {
        let value = |seed: usize| 0.02 + 0.0001 * (seed * 7 % 11) as f64;
        let mut seeds: Vec<f64> = (1..=seeds).map(value).collect();
        seeds[2] = 0.05;
        Sweep {
            title: "a suite".into(),
            measure: "W1".into(),
            rows: vec![SweepRow {
                name: "a row".into(),
                seeds,
                floor: Some(0.003),
                baseline: Some(0.3),
            }],
        }
    }

    #[test]
    fn few_seeds_are_dots_and_many_a_histogram_with_a_closer_look() {
        let few = page("", &[sweep(MANY - 1)]);
        assert!(few.contains("a seed") && !few.contains("all seeds"));
        assert!(!few.contains("<h3>a row</h3>"));
        let many = page("", &[sweep(MANY)]);
        assert!(many.contains("all seeds") && !many.contains("a seed<"));
        assert!(many.contains("<h3>a row</h3>") && many.contains("worst, seed 3"));
        for page in [few, many] {
            assert!(page.contains("stands at <b>0.0500</b>: seed 3 of “a row”"));
        }
    }
}
