//! How the readings are distributed: histograms, and quantiles against quantiles.

use std::f64::consts::TAU;

use super::super::chart::{Chart, Role};
use super::super::data::{Curve, Facts, Samples};
use super::super::histogram::{Bins, Histogram};
use super::super::number::{beside, count, short};
use super::super::page::Figure;
use super::super::quantile::{Sorted, quantile};
use super::{unit_after, with_unit};

/// Quantiles compared, at probabilities 1/200 … 199/200.
const QUANTILES: u32 = 199;
/// A known density may rise this far above the highest bar before it is cut.
const HEADROOM: f64 = 1.35;

/// Histograms of data and generated readings, with the known density and the Gaussian fit.
pub(in super::super) fn histograms(facts: &Facts, samples: &Samples) -> Figure {
    let (chart, caption) = drawn_histograms(facts, samples);
    Figure::new("Readings, real and generated", &chart, caption)
}

/// The same as a file of its own.
pub(in super::super) fn histograms_svg(facts: &Facts, samples: &Samples) -> String {
    drawn_histograms(facts, samples).0.standalone_svg()
}

/// The chart and its caption.
fn drawn_histograms(facts: &Facts, samples: &Samples) -> (Chart, String) {
    let (data, generated) = (Sorted::new(&samples.data), Sorted::new(&samples.generated));
    let unit = facts.unit.as_deref();
    let chart = Chart::new(histogram_alt(facts))
        .x(with_unit("reading", unit))
        .y(match unit {
            Some(unit) if !unit.is_empty() => format!("density, 1/{unit}"),
            _ => "density".to_owned(),
        });
    let Some(bins) = Bins::new(&data, &generated) else {
        return (chart, "No reading was kept.".to_owned());
    };
    let real = Histogram::new(&bins, &data);
    let made = Histogram::new(&bins, &generated);
    let (lo, hi) = bins.span();
    let mut chart = chart
        .x_range(lo, hi)
        .y_range(0.0, ceiling(&real, &made, samples.density.as_ref()))
        .bars(Role::Data, "data", real.bars());
    if let Some(fit) = gaussian(&data, lo, hi) {
        chart = chart.line(Role::Baseline.dashed(), "Gaussian fit", fit.points());
    }
    if let Some(density) = &samples.density {
        chart = chart.line(Role::Truth.thin(), "known density", density.points());
    }
    if generated.len() > 0 {
        chart = chart.line(Role::Generated, "generated", made.outline());
    }
    let beyond = real.beyond + made.beyond;
    let caption = histogram_caption(facts, &data, &generated, beyond);
    (chart, caption)
}

fn histogram_alt(facts: &Facts) -> String {
    let divergence = facts.js.map_or_else(String::new, |js| {
        format!("; JS divergence {} nats", short(js))
    });
    format!("Histograms of data and generated readings{divergence}")
}

fn ceiling(real: &Histogram, made: &Histogram, density: Option<&Curve>) -> f64 {
    let bars = real.peak().max(made.peak().min(2.0 * real.peak()));
    let curve = density.map_or(0.0, |density| {
        density
            .y
            .iter()
            .copied()
            .filter(|y| y.is_finite())
            .fold(0.0, f64::max)
    });
    1.06 * bars.max(curve.min(HEADROOM * bars))
}

/// The normal density with the sample's mean and standard deviation.
fn gaussian(data: &Sorted, lo: f64, hi: f64) -> Option<Curve> {
    let (mean, deviation) = data.moments()?;
    let density = |x: f64| {
        let z = (x - mean) / deviation;
        (-0.5 * z * z).exp() / (deviation * TAU.sqrt())
    };
    (deviation > 0.0).then(|| Curve::sampled(lo, hi, 301, density))
}

fn histogram_caption(facts: &Facts, data: &Sorted, generated: &Sorted, beyond: usize) -> String {
    let mut caption = format!(
        "{} real and {} generated readings in the same bins.",
        count(data.len() as u64),
        count(generated.len() as u64)
    );
    if let Some(js) = facts.js {
        caption += &format!(
            " Their Jensen-Shannon divergence, JS = ½ KL(<i>p</i>, <i>m</i>) + ½ KL(<i>q</i>, <i>m</i>) \
             with <i>m</i> = ½ (<i>p</i> + <i>q</i>), is <b>{} nats</b>",
            short(js)
        );
        caption += &facts.js_floor.map_or_else(
            || ".".into(),
            |floor| {
                format!(
                    "; two real samples of this size lie {} apart.",
                    short(floor)
                )
            },
        );
    }
    if let Some((mean, deviation)) = data.moments() {
        let unit = unit_after(facts.unit.as_deref());
        caption += &format!(
            " The Gaussian fit has mean {}{unit} and standard deviation {}{unit}.",
            beside(mean, deviation),
            short(deviation)
        );
    }
    if beyond > 0 {
        caption += &format!(" {} readings lie beyond the frame.", count(beyond as u64));
    }
    caption
}

/// Quantiles of the generated readings against those of the data.
pub(in super::super) fn quantiles(facts: &Facts, samples: &Samples) -> Figure {
    let (data, generated) = (Sorted::new(&samples.data), Sorted::new(&samples.generated));
    let pairs: Vec<(f64, f64)> = (1..=QUANTILES)
        .map(|i| f64::from(i) / f64::from(QUANTILES + 1))
        .filter_map(|p| Some((quantile(&data, p)?, quantile(&generated, p)?)))
        .collect();
    let diagonal = [pairs.first(), pairs.last()];
    let diagonal = diagonal.into_iter().flatten().map(|&(x, _)| (x, x));
    let unit = facts.unit.as_deref();
    let chart = Chart::new("Quantiles of generated readings against quantiles of the data")
        .x(with_unit("data", unit))
        .y(with_unit("generated", unit))
        .x_slack()
        .line(Role::Truth.dashed(), "equal", diagonal)
        .dots(Role::Generated, "quantiles", pairs);
    let mut caption = format!(
        "The {QUANTILES} quantiles at 0.5 %, 1 %, … 99.5 %. On the diagonal both distributions agree; \
         a step along it is a gap between modes that one of them fills."
    );
    if let Some(w1) = facts.w1 {
        caption += &format!(
            " The mean distance from the diagonal, <i>W</i><sub>1</sub> = ∫ |<i>F</i><sup>−1</sup>(<i>u</i>) − \
             <i>G</i><sup>−1</sup>(<i>u</i>)| <i>du</i>, is <b>{} standard deviations</b> of the data",
            short(w1)
        );
        caption += &comparisons(facts);
    }
    Figure::new("Quantile against quantile", &chart, caption)
}

fn comparisons(facts: &Facts) -> String {
    let against = [
        (facts.w1_floor, "for two real samples"),
        (facts.w1_gaussian, "for the Gaussian fit"),
    ];
    let parts: Vec<String> = against
        .into_iter()
        .filter_map(|(value, whose)| Some(format!("{} {whose}", short(value?))))
        .collect();
    if parts.is_empty() {
        return ".".into();
    }
    format!(" ({}).", parts.join(", "))
}
