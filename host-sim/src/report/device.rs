//! The page of a run on a device, and its picture: `report.html` and `monitor.svg` of `ganlet monitor`.

use super::chart::{Chart, HEAD, Point, Role, standalone};
use super::data::{Device, DeviceMetric, Facts};
use super::figure::history;
use super::number::{count, short_or_dash, significant, with_error};
use super::page::{Figure, Page, escape};
use super::terminal;

/// Size of a chart in the picture, in CSS pixels.
const PANEL: (u32, u32) = (440, 230);
/// Space around the parts of the picture.
const GAP: u32 = 20;

/// The report of a device's run as one self-contained HTML document.
#[must_use]
pub fn page(run: &Device) -> String {
    let (facts, rows) = (facts(run), run.metrics.as_slice());
    let training = [
        Some(history::value(&facts, rows)),
        Some(history::divergence(&facts, rows)),
        Some(history::losses(&facts, rows)),
        history::gradients(rows),
    ];
    let page = Page::new("device run", run.source.clone()).lead(lead(run));
    let page = tiles(page, run, &facts)
        .section(
            "How training went",
            "The quantities that steer and judge the run, over generator steps.",
            training.into_iter().flatten(),
        )
        .section(
            "How the device fared",
            "What it says of itself beside its training.",
            [cost(run), losses_of_readings(run)],
        );
    let page = match run.events.is_empty() {
        true => page,
        false => page.table("Events", events(run)),
    };
    page.table("The run", facts_table(run)).render()
}

/// The log and its curves as an SVG file.
#[must_use]
pub fn picture(run: &Device) -> String {
    let rows = run.metrics.as_slice();
    let (width, height) = (PANEL.0, PANEL.1 + HEAD);
    let across = 2 * width + 3 * GAP;
    let (log, log_height) = terminal::picture(&run.quoted, across);
    let charts = [
        history::value_chart(rows),
        history::divergence_chart(rows),
        history::losses_chart(rows),
        cost_chart(run),
    ];
    let panels: String = charts
        .into_iter()
        .zip(0..)
        .map(|(chart, place)| {
            let x = GAP + place % 2 * (width + GAP);
            let y = log_height + GAP + place / 2 * (height + GAP);
            chart.sized(PANEL.0, PANEL.1).panel(x, y)
        })
        .collect();
    let size = (across, log_height + GAP + 2 * (height + GAP));
    let alt = "The decoded log of a device that trains: its lines, the value of the game, the \
        bound of the divergence, both losses, and the cost of a round";
    standalone(alt, size, &(log + &panels))
}

fn facts(run: &Device) -> Facts {
    let last = run.metrics.last().copied().unwrap_or_default();
    Facts {
        source: run.source.clone(),
        steps: last.step,
        value: last.value,
        js_bound: last.js_bound,
        js_bound_se: last.js_bound_se,
        ..Facts::default()
    }
}

fn lead(run: &Device) -> String {
    let steps = run.metrics.last().map_or(0, |row| row.step);
    let mut lead = format!(
        "Trained on the device for <b>{}</b> steps; its log holds <b>{}</b> records.",
        count(steps),
        count(run.records)
    );
    if let Some(words) = &run.crash {
        lead += &format!(" It ends in a crash: <b>{}</b>", escape(words));
    }
    lead
}

fn tiles(page: Page, run: &Device, facts: &Facts) -> Page {
    let last = last(run);
    let bound = facts.js_bound.map_or_else(
        || short_or_dash(None),
        |bound| with_error(bound, facts.js_bound_se.unwrap_or(f64::NAN)),
    );
    let (bound, error) = bound.split_once(" ± ").unwrap_or((&bound, ""));
    let error = match error {
        "" => "nats, from the discriminator".to_owned(),
        error => format!("± {error} nats, from the discriminator"),
    };
    let value = facts
        .value
        .map_or_else(|| short_or_dash(None), |value| significant(value, 4));
    page.tile(
        "Value of the game",
        &value,
        "nats; −1.386 is a perfect generator",
    )
    .tile("Jensen-Shannon, lower bound", bound, &error)
    .tile(
        "Cost of a round",
        &short_or_dash(last.cost_us),
        "microseconds, in the last interval",
    )
    .tile(
        "Readings lost",
        &count(last.dropped.into()),
        &format!("of {} since boot", count(last.seen.into())),
    )
}

fn last(run: &Device) -> DeviceMetric {
    run.device.last().copied().unwrap_or_default()
}

fn over_steps(run: &Device, pick: impl Fn(&DeviceMetric) -> Option<f64>) -> Vec<Point> {
    let steps = run.metrics.iter().map(|row| row.step as f64);
    steps
        .zip(&run.device)
        .filter_map(|(step, row)| Some((step, pick(row)?)))
        .collect()
}

fn cost_chart(run: &Device) -> Chart {
    let cost = over_steps(run, |row| row.cost_us);
    let most = cost.iter().map(|point| point.1).fold(0.0, f64::max);
    Chart::new("Cost of a round over steps, in microseconds")
        .x("step")
        .y("µs")
        .y_range(0.0, 1.1 * most)
        .line(Role::Data, "cost of a round", cost)
}

fn cost(run: &Device) -> Figure {
    let caption = "The mean time of a round (the discriminator’s steps, then the generator’s), \
        interruptions by the sampling included. It should not depend on what is learned.";
    Figure::new("Cost of a round", &cost_chart(run), caption)
}

fn losses_of_readings(run: &Device) -> Figure {
    let chart = Chart::new("Readings rejected and dropped over steps")
        .x("step")
        .y("readings")
        .line(
            Role::Data,
            "rejected",
            over_steps(run, |row| Some(row.rejected.into())),
        )
        .line(
            Role::Alarm,
            "dropped",
            over_steps(run, |row| Some(row.dropped.into())),
        );
    let caption = "Readings since boot that did not reach training: rejected, because the sensor \
        failed or the reading is not plausible; dropped, because training was busy for longer than \
        the queue lasts.";
    Figure::new("Readings left out", &chart, caption)
}

fn events(run: &Device) -> Vec<(&str, String, &str)> {
    let told = run.events.iter();
    told.map(|told| (told.name.as_str(), count(told.count), told.last.as_str()))
        .collect()
}

fn facts_table(run: &Device) -> Vec<(&'static str, String, &'static str)> {
    let last = last(run);
    let row = |name, number: u64, meaning| (name, count(number), meaning);
    let stack = last
        .stack
        .map_or_else(|| short_or_dash(None), |bytes| count(bytes.into()));
    vec![
        row("Records", run.records, "in the log"),
        row("Broken records", run.broken, "that could not be read"),
        row("Restarts", run.restarts, "to an earlier step"),
        row("Readings", last.seen.into(), "since boot"),
        row(
            "Rejected",
            last.rejected.into(),
            "by the sensor’s driver or as not plausible",
        ),
        row("Dropped", last.dropped.into(), "because the queue was full"),
        row(
            "Skipped steps",
            run.skipped,
            "because a gradient was not finite",
        ),
        ("Stack", stack, "bytes at its deepest"),
    ]
}
