//! The page of a training run: `report.html`.

use super::data::{Facts, Training};
use super::figure::{discriminator, distribution, history, latent, windows};
use super::number::{count, short, short_or_dash, significant, with_error};
use super::page::{Figure, Page, escape};

/// The report of a training run as one self-contained HTML document.
#[must_use]
pub fn page(run: &Training) -> String {
    let facts = &run.facts;
    let page = Page::new("training run", facts.source.clone()).lead(lead(facts));
    tiles(page, facts)
        .section(
            "What it learned",
            "Readings of the generator beside those it learned from.",
            [
                distribution::histograms(facts, &run.samples),
                distribution::quantiles(facts, &run.samples),
            ],
        )
        .section(
            "The two players",
            "One network makes readings out of noise, the other tells them from real ones. \
             Here is what each of them computes.",
            players(run),
        )
        .section(
            "Windows of the signal",
            "A window is learned as a whole: its shape, its rhythm, and how its readings hang together.",
            signal(run),
        )
        .section(
            "How training went",
            "The quantities that steer and judge the run, over generator steps.",
            progress(run),
        )
        .table("The run", facts_table(facts))
        .render()
}

/// The histograms of data and generated readings as an SVG file of their own.
#[must_use]
pub fn picture(run: &Training) -> String {
    distribution::histograms_svg(&run.facts, &run.samples)
}

fn lead(facts: &Facts) -> String {
    let treated = facts
        .treated
        .iter()
        .map(|text| format!(" At {}.", escape(text)));
    let treated: String = treated.collect();
    format!(
        "A <b>{}</b> model of <b>{}</b> parameters, trained for <b>{}</b> steps with the <b>{}</b> loss from seed <b>{}</b>.{treated}",
        escape(&facts.model),
        count(facts.parameters),
        count(facts.steps),
        escape(&facts.loss),
        facts.seed
    )
}

fn tiles(page: Page, facts: &Facts) -> Page {
    let floor = |floor: Option<f64>| {
        floor.map_or_else(String::new, |floor| {
            format!("<br>two real samples: {}", short(floor))
        })
    };
    let bound = facts.js_bound.map_or_else(
        || short_or_dash(None),
        |bound| with_error(bound, facts.js_bound_se.unwrap_or(f64::NAN)),
    );
    let (bound, error) = match bound.split_once(" ± ") {
        Some((bound, error)) => (bound, format!("± {error} nats, ")),
        None => (bound.as_str(), "nats, ".to_owned()),
    };
    let value = facts
        .value
        .map_or_else(|| short_or_dash(None), |value| significant(value, 4));
    page.tile(
        "Wasserstein-1",
        &short_or_dash(facts.w1),
        &format!("standard deviations of the data{}", floor(facts.w1_floor)),
    )
    .tile(
        "Jensen-Shannon, histograms",
        &short_or_dash(facts.js),
        &format!("nats{}", floor(facts.js_floor)),
    )
    .tile(
        "Jensen-Shannon, lower bound",
        bound,
        &format!("{error}from the discriminator"),
    )
    .tile(
        "Value of the game",
        &value,
        "nats; −1.386 is a perfect generator",
    )
}

fn players(run: &Training) -> Vec<Figure> {
    let facts = &run.facts;
    let judge = run
        .discriminator
        .as_ref()
        .map(|curves| discriminator::against_optimal(facts, &run.samples, curves));
    let maker = run.latent.as_ref().map(|map| latent::map(facts, map));
    judge.into_iter().chain(maker).collect()
}

fn signal(run: &Training) -> Vec<Figure> {
    let Some(shown) = &run.windows else {
        return Vec::new();
    };
    vec![
        windows::gallery(&run.facts, shown),
        windows::autocorrelation(shown),
        windows::spectrum(&run.facts, shown),
    ]
}

fn progress(run: &Training) -> Vec<Figure> {
    let (facts, rows) = (&run.facts, run.metrics.as_slice());
    let always = [
        history::value(facts, rows),
        history::divergence(facts, rows),
        history::losses(facts, rows),
    ];
    let measured = [history::distance(facts, rows), history::gradients(rows)];
    always
        .into_iter()
        .chain(measured.into_iter().flatten())
        .collect()
}

fn facts_table(facts: &Facts) -> Vec<(&'static str, String, &'static str)> {
    let speed = facts
        .seconds
        .filter(|seconds| *seconds > 0.0)
        .map(|seconds| facts.steps as f64 / seconds);
    let unit = facts.unit.clone().unwrap_or_else(|| "–".into());
    let mut rows = vec![
        (
            "Source",
            facts.source.clone(),
            "where the readings came from",
        ),
        ("Unit", unit, "of the readings"),
        (
            "Samples",
            count(facts.samples),
            "readings or windows to learn from",
        ),
        (
            "Rejected",
            count(facts.rejected),
            "readings left out: empty, not numbers, or infinite",
        ),
        ("Model", facts.model.clone(), "shape of the two networks"),
        (
            "Parameters",
            count(facts.parameters),
            "trained numbers in both",
        ),
        (
            "Loss",
            facts.loss.clone(),
            "the pair of losses the players minimise",
        ),
        ("Steps", count(facts.steps), "of the generator"),
        ("Seed", facts.seed.to_string(), "of every random stream"),
        (
            "Fingerprint",
            facts.fingerprint.clone(),
            "CRC-32 over the bits of every parameter: the same seed and data give the same",
        ),
        (
            "Seconds",
            short_or_dash(facts.seconds),
            "of training, by the clock on the wall",
        ),
        ("Steps a second", short_or_dash(speed), ""),
    ];
    if let Some(toll) = facts.faults {
        let meaning = "what became of its readings; distances are from those of the sound sensor";
        rows.push(("Failing sensor", toll.to_string(), meaning));
    }
    rows
}
