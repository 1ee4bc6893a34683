//! The run over its steps.

use std::f64::consts::LN_2;

use super::super::chart::{Chart, Point, Role};
use super::super::data::{Facts, Metric};
use super::super::number::{short, short_or_dash, significant, with_error};
use super::super::page::{Figure, escape};

/// What was measured, at the steps where it was.
fn measured(rows: &[Metric], pick: impl Fn(&Metric) -> Option<f64>) -> Vec<Point> {
    rows.iter()
        .filter_map(|row| Some((row.step as f64, pick(row)?)))
        .filter(|(_, value)| value.is_finite())
        .collect()
}

/// V over the steps, with the limit for two equal distributions.
pub(in super::super) fn value_chart(rows: &[Metric]) -> Chart {
    let value = measured(rows, |row| row.value);
    let last = short_or_dash(value.last().map(|point| point.1));
    Chart::new(format!(
        "Value of the game over steps, ending at {last} nats"
    ))
    .x("step")
    .y("V, nats")
    .line(Role::Generated, "V(G, D)", value)
    .level(Role::Truth.dashed(), "−2 ln 2", -2.0 * LN_2)
}

/// The value of the game.
pub(in super::super) fn value(facts: &Facts, rows: &[Metric]) -> Figure {
    let mut caption = "<i>V</i>(<i>G</i>, <i>D</i>) = E log <i>D</i>(<i>x</i>) + \
        E log(1 − <i>D</i>(<i>G</i>(<i>z</i>))). With the best <i>D</i> it is −2 ln 2 + 2 JS(<i>p</i>, <i>q</i>): \
        it stands at −2 ln 2 = −1.386 when the generator is perfect, and at 0 when nothing overlaps."
        .to_owned();
    let last = measured(rows, |row| row.value).last().map(|point| point.1);
    if let Some(last) = facts.value.or(last) {
        caption += &format!(" It ends at <b>{} nats</b>.", significant(last, 4));
    }
    Figure::new("Value of the game", &value_chart(rows), caption)
}

/// The lower bound of the divergence, with its standard error, beside the histogram's.
pub(in super::super) fn divergence_chart(rows: &[Metric]) -> Chart {
    let histogram = measured(rows, |row| row.js);
    let error = rows.iter().filter_map(|row| {
        let (bound, se) = (row.js_bound?, row.js_bound_se?);
        Some((row.step as f64, bound - se, bound + se))
    });
    let chart = Chart::new("Jensen-Shannon divergence over steps, with its error")
        .x("step")
        .y("JS, nats")
        .level(Role::Baseline.dashed(), "0: equal", 0.0)
        .band(Role::Generated, "± one standard error", error)
        .line(
            Role::Generated,
            "bound ½ V + ln 2",
            measured(rows, |row| row.js_bound),
        );
    if histogram.is_empty() {
        chart
    } else {
        chart.line(Role::Data, "from histograms", histogram)
    }
}

/// The divergence, estimated in one way or two.
pub(in super::super) fn divergence(facts: &Facts, rows: &[Metric]) -> Figure {
    let mut caption = "Any <i>D</i> gives a lower bound, JS(<i>p</i>, <i>q</i>) ≥ ½ <i>V</i>(<i>G</i>, <i>D</i>) + ln 2; \
        it touches for <i>D</i>*, and its sampling error can carry it below zero."
        .to_owned();
    if rows.iter().any(|row| row.js.is_some()) {
        caption += " A histogram errs the other way: its own noise is counted as divergence.";
    }
    if let Some(bound) = facts.js_bound {
        let bound = with_error(bound, facts.js_bound_se.unwrap_or(f64::NAN));
        caption += &format!(" The bound ends at <b>{bound} nats</b>");
        caption += &facts.js.map_or_else(
            || ".".into(),
            |js| format!(", the histograms at <b>{}</b>.", short(js)),
        );
    }
    Figure::new(
        "Divergence, estimated live",
        &divergence_chart(rows),
        caption,
    )
}

/// Both players' losses over the steps.
pub(in super::super) fn losses_chart(rows: &[Metric]) -> Chart {
    Chart::new("Losses of discriminator and generator over steps")
        .x("step")
        .y("loss")
        .line(
            Role::Data,
            "discriminator",
            measured(rows, |row| row.d_loss),
        )
        .line(
            Role::Generated,
            "generator",
            measured(rows, |row| row.g_loss),
        )
}

/// Both players' losses.
pub(in super::super) fn losses(facts: &Facts, rows: &[Metric]) -> Figure {
    let name = match facts.loss.as_str() {
        "" => String::new(),
        name => format!("{} ", escape(name)),
    };
    let caption = format!(
        "The {name}loss of each player. They pull against each other: a steady pair is balance, \
         not an end of learning; one running to zero is a game that one side has won."
    );
    Figure::new("Losses of the two players", &losses_chart(rows), caption)
}

/// The Wasserstein distance; `None` where it was not measured on the way.
pub(in super::super) fn distance(facts: &Facts, rows: &[Metric]) -> Option<Figure> {
    let distance = measured(rows, |row| row.w1);
    if distance.len() < 2 {
        return None;
    }
    let mut chart = Chart::new("Wasserstein-1 distance over steps")
        .x("step")
        .y("W1, standard deviations")
        .y_log();
    if let Some(gaussian) = facts.w1_gaussian {
        chart = chart.level(Role::Baseline.dashed(), "Gaussian fit", gaussian);
    }
    if let Some(floor) = facts.w1_floor {
        chart = chart.level(Role::Floor.dashed(), "two real samples", floor);
    }
    let chart = chart.line(Role::Generated, "generated", distance);
    let mut caption = format!(
        "<i>W</i><sub>1</sub> between generated and real readings, in standard deviations of the data. \
         It ends at <b>{}</b>.",
        short_or_dash(facts.w1)
    );
    if let Some(floor) = facts.w1_floor {
        caption += &format!(
            " Two real samples of this size are {} apart: nothing lower can be expected.",
            short(floor)
        );
    }
    Some(Figure::new("Distance from the data", &chart, caption))
}

/// Norms of both gradients; `None` where they were not measured.
pub(in super::super) fn gradients(rows: &[Metric]) -> Option<Figure> {
    let discriminator = measured(rows, |row| row.d_gradient);
    let generator = measured(rows, |row| row.g_gradient);
    if discriminator.len().max(generator.len()) < 2 {
        return None;
    }
    let chart = Chart::new("Gradient norms of discriminator and generator over steps")
        .x("step")
        .y("‖gradient‖")
        .y_log()
        .line(Role::Data, "discriminator", discriminator)
        .line(Role::Generated, "generator", generator);
    let caption = "The Euclidean norm of each player’s gradient, in decades. A generator whose gradient \
        dies while the discriminator’s lives has stopped learning; one that climbs without end is about to diverge.";
    Some(Figure::new("Gradients", &chart, caption))
}
