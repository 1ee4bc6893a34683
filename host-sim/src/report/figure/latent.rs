//! The generator as a function of its latent coordinates.

use super::super::chart::{Cell, Chart, Pen, Role};
use super::super::data::{Branch, Facts, Latent, Plane};
use super::super::number::beside;
use super::super::page::{Figure, escape};
use super::super::quantile::{Sorted, quantile};
use super::{unit_after, with_unit};

/// Output against latent, as branches or as a heat map.
pub(in super::super) fn map(facts: &Facts, latent: &Latent) -> Figure {
    match latent {
        Latent::Branches(branches) => branch_map(facts, branches),
        Latent::Plane(plane) => plane_map(facts, plane),
    }
}

fn branch_map(facts: &Facts, branches: &[Branch]) -> Figure {
    let chart =
        Chart::new("Generator output over the first latent coordinate, one curve per sign pattern")
            .x("z₁")
            .y(with_unit("G(z)", facts.unit.as_deref()));
    let chart = branches
        .iter()
        .enumerate()
        .fold(chart, |chart, (number, branch)| {
            chart.line(pen(number), branch.signs.clone(), branch.output.points())
        });
    let caption = format!(
        "What the generator makes of its first Gaussian coordinate <i>z</i><sub>1</sub>, the other Gaussian ones \
         at zero: one curve for each of the <b>{}</b> sign patterns of the coin-toss (Rademacher) \
         coordinates. A flat stretch is a mode; branches at different heights are how a continuous map \
         makes separate modes without a bridge of false readings between them.",
        branches.len()
    );
    Figure::new("From latent to reading", &chart, caption)
}

/// Four colours, solid, then broken.
fn pen(number: usize) -> Pen {
    let role = Role::Series((number % 4) as u8);
    Pen {
        dashed: number / 4 % 2 == 1,
        width: 1.6,
        ..role.into()
    }
}

fn plane_map(facts: &Facts, plane: &Plane) -> Figure {
    let all: Vec<f64> = plane.value.iter().flatten().copied().collect();
    let sorted = Sorted::new(&all);
    let (middle, reach) = tones(&sorted);
    let scale = [middle - reach, middle, middle + reach]
        .map(|tone| beside(tone, reach))
        .join(" … ");
    let chart = Chart::new("Generator output over two variables, as colours")
        .x(plane.x_label.clone())
        .y(plane.y_label.clone())
        .cells(
            with_unit(&scale, facts.unit.as_deref()),
            cells(plane, middle, reach),
        );
    let (first, last) = (plane.x.first(), plane.x.last());
    let chart = match (first, last, plane.y.first(), plane.y.last()) {
        (Some(&x0), Some(&x1), Some(&y0), Some(&y1)) => {
            let (half_x, half_y) = (step(&plane.x) / 2.0, step(&plane.y) / 2.0);
            chart
                .x_range(x0 - half_x, x1 + half_x)
                .y_range(y0 - half_y, y1 + half_y)
        }
        _ => chart,
    };
    let unit = unit_after(facts.unit.as_deref());
    let caption = format!(
        "The generator’s output over {} (across) and {} (up). Blank is {}{unit}, the median; full blue is \
         {}{unit} or less, full orange {}{unit} or more.",
        escape(&plane.x_label),
        escape(&plane.y_label),
        beside(middle, reach),
        beside(middle - reach, reach),
        beside(middle + reach, reach)
    );
    Figure::new("From latent to reading", &chart, caption)
}

/// The value left blank, and how far from it a colour is full.
fn tones(values: &Sorted) -> (f64, f64) {
    let at = |p| quantile(values, p).unwrap_or(0.0);
    let middle = at(0.5);
    (middle, (at(0.99) - middle).max(middle - at(0.01)))
}

fn cells(plane: &Plane, middle: f64, reach: f64) -> Vec<Cell> {
    let (half_x, half_y) = (step(&plane.x) / 2.0, step(&plane.y) / 2.0);
    let tone = |value: f64| {
        if reach > 0.0 {
            ((value - middle) / reach).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    };
    plane
        .y
        .iter()
        .zip(&plane.value)
        .flat_map(|(&y, row)| {
            plane
                .x
                .iter()
                .zip(row)
                .map(move |(&x, &value)| (x, y, value))
        })
        .map(|(x, y, value)| Cell {
            x: (x - half_x, x + half_x),
            y: (y - half_y, y + half_y),
            tone: tone(value),
        })
        .collect()
}

/// The distance of neighbours on an equally spaced axis; 1 where there are none.
fn step(places: &[f64]) -> f64 {
    match places {
        [first, .., last] => (last - first) / (places.len() - 1) as f64,
        _ => 1.0,
    }
}
