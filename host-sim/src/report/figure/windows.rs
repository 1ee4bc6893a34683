//! Windows of a signal: some of each, and what they have in common.

use super::super::chart::{Chart, Point, Role};
use super::super::data::{Facts, Windows};
use super::super::number::{beside, count, short};
use super::super::page::Figure;
use super::super::quantile::{Sorted, quantile};
use super::super::signal::Centred;
use super::{unit_after, with_unit};

/// Windows shown of each kind.
const SHOWN: usize = 12;

/// The first windows of each kind, all to one scale.
pub(in super::super) fn gallery(facts: &Facts, windows: &Windows) -> Figure {
    let (real, made) = (&windows.real, &windows.generated);
    let (lo, hi) = scale(real.iter().take(SHOWN).chain(made.iter().take(SHOWN)));
    let panel = |name: &str, role: Role, windows: &[Vec<f64>]| {
        let pictures: String = windows
            .iter()
            .take(SHOWN)
            .enumerate()
            .map(|(number, window)| {
                Chart::new(format!("{name} window {}", number + 1))
                    .bare()
                    .y_range(lo, hi)
                    .line(role.thin(), "", indexed(window))
                    .svg()
            })
            .collect();
        let count = windows.len().min(SHOWN);
        format!(
            "<div><h4>{name}</h4><div role=\"img\" aria-label=\"{count} windows, {name}\">\n{pictures}</div></div>\n"
        )
    };
    let picture = format!(
        "<div class=\"multiples\">\n{}{}</div>\n",
        panel("data", Role::Data, real),
        panel("generated", Role::Generated, made)
    );
    let unit = unit_after(facts.unit.as_deref());
    let length = real.first().map_or(0, Vec::len);
    let caption = format!(
        "The first windows of each kind, not chosen: {length} readings across, from {}{unit} to {}{unit} upwards \
         in every frame.",
        beside(lo, hi - lo),
        beside(hi, hi - lo)
    );
    Figure::of("Windows, real and generated", picture, caption).wide()
}

/// A scale that most of the readings fit, with a little room.
fn scale<'a>(windows: impl Iterator<Item = &'a Vec<f64>>) -> (f64, f64) {
    let all: Vec<f64> = windows.flatten().copied().collect();
    let sorted = Sorted::new(&all);
    let at = |p| quantile(&sorted, p).unwrap_or(0.0);
    let (lo, hi) = (at(0.002), at(0.998));
    let room = 0.06 * (hi - lo);
    (lo - room, hi + room)
}

fn indexed(window: &[f64]) -> impl Iterator<Item = Point> + '_ {
    window.iter().enumerate().map(|(t, &x)| (t as f64, x))
}

/// Autocorrelation of each kind.
pub(in super::super) fn autocorrelation(windows: &Windows) -> Figure {
    let curve = |windows: &[Vec<f64>]| {
        let curve = Centred::new(windows).map(|kept| kept.autocorrelation());
        indexed(&curve.unwrap_or_default()).collect::<Vec<_>>()
    };
    let (real, made) = (curve(&windows.real), curve(&windows.generated));
    let apart = furthest(&real, &made);
    let chart = Chart::new("Autocorrelation of real and generated windows over the lag")
        .x("lag, readings")
        .y("r")
        .level(Role::Baseline.thin(), "", 0.0);
    let chart = compare(chart, real, made, curve(&windows.gaussian));
    let mut caption = "<i>r</i>(<i>k</i>) = E <i>x</i>(<i>t</i>) <i>x</i>(<i>t</i> + <i>k</i>) / E <i>x</i>(<i>t</i>)², \
        over all windows, their common mean taken off."
        .to_owned();
    if let Some((lag, apart)) = apart {
        caption += &format!(
            " The curves are furthest apart, <b>{}</b>, at lag {lag}.",
            short(apart)
        );
    }
    Figure::new("Autocorrelation", &chart, caption)
}

/// Mean spectrum of each kind.
pub(in super::super) fn spectrum(facts: &Facts, windows: &Windows) -> Figure {
    let rate = windows.rate.filter(|rate| rate.is_finite() && *rate > 0.0);
    let curve = |windows: &[Vec<f64>]| -> Vec<Point> {
        let curve = Centred::new(windows).map(|kept| kept.spectrum());
        let hertz = |(f, power): (f64, f64)| (f * rate.unwrap_or(1.0), power);
        curve.unwrap_or_default().into_iter().map(hertz).collect()
    };
    let (real, made) = (curve(&windows.real), curve(&windows.generated));
    let apart = mean_distance(&real, &made);
    let unit = facts.unit.as_deref().filter(|unit| !unit.is_empty());
    let chart = Chart::new("Power spectrum of real and generated windows")
        .x(with_unit(
            "frequency",
            Some(if rate.is_some() {
                "Hz"
            } else {
                "cycles a reading"
            }),
        ))
        .y(with_unit(
            "power",
            Some(&format!("dB re 1 {}²", unit.unwrap_or("unit"))),
        ));
    let chart = compare(chart, real, made, curve(&windows.gaussian));
    let mut caption =
        "The mean of |DFT|² over windows under a Hann taper (Welch’s method), in decibels: \
        10 dB is ten times the power."
            .to_owned();
    if let Some(apart) = apart {
        caption += &format!(
            " The curves are <b>{} dB</b> apart on average",
            short(apart)
        );
        caption += &format!(
            ", over {} real and {} generated windows.",
            count(windows.real.len() as u64),
            count(windows.generated.len() as u64)
        );
    }
    Figure::new("Spectrum", &chart, caption)
}

fn compare(chart: Chart, real: Vec<Point>, made: Vec<Point>, gaussian: Vec<Point>) -> Chart {
    let chart = chart.line(Role::Data, "data", real);
    let chart = if gaussian.is_empty() {
        chart
    } else {
        chart.line(Role::Baseline.dashed(), "Gaussian fit", gaussian)
    };
    chart.line(Role::Generated, "generated", made)
}

fn furthest(a: &[Point], b: &[Point]) -> Option<(usize, f64)> {
    distances(a, b)
        .enumerate()
        .filter(|(_, apart)| apart.is_finite())
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

fn mean_distance(a: &[Point], b: &[Point]) -> Option<f64> {
    let apart: Vec<f64> = distances(a, b).filter(|apart| apart.is_finite()).collect();
    (!apart.is_empty()).then(|| apart.iter().sum::<f64>() / apart.len() as f64)
}

fn distances<'a>(a: &'a [Point], b: &'a [Point]) -> impl Iterator<Item = f64> + 'a {
    a.iter().zip(b).map(|(a, b)| (a.1 - b.1).abs())
}
