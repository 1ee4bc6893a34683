//! The trained discriminator beside the best one there is.

use super::super::chart::{Chart, Role};
use super::super::data::{Curve, Discriminator, Facts, Samples};
use super::super::histogram::{Bins, Histogram};
use super::super::number::short;
use super::super::page::Figure;
use super::super::quantile::Sorted;
use super::with_unit;

/// A bin with fewer readings says nothing about D*: the error of p / (p + q) is
/// up to 0.5 / sqrt(n).
const ENOUGH: u64 = 25;

/// Both samples in the same bins: where D is asked, and how often.
struct Binned {
    middles: Vec<f64>,
    real: Vec<f64>,
    made: Vec<f64>,
    readings: Vec<u64>,
    span: (f64, f64),
}

/// D(x) against D*(x) = p(x) / (p(x) + q(x)).
pub(in super::super) fn against_optimal(
    facts: &Facts,
    samples: &Samples,
    discriminator: &Discriminator,
) -> Figure {
    let binned = Binned::new(samples);
    let known = discriminator.optimal.as_ref();
    let optimal = match (known, &binned) {
        (Some(known), _) => known.clone(),
        (None, Some(binned)) => binned.optimal(),
        (None, None) => Curve::default(),
    };
    let mut chart = Chart::new("Trained discriminator and optimal discriminator over the readings")
        .x(with_unit("reading", facts.unit.as_deref()))
        .y("D, probability of being real")
        .y_range(0.0, 1.0)
        .level(Role::Baseline.dashed(), "½: cannot tell", 0.5);
    if let Some(binned) = &binned {
        chart = chart.x_range(binned.span.0, binned.span.1);
    }
    chart = if known.is_some() {
        chart.line(Role::Truth.thin(), "D*, known densities", optimal.points())
    } else {
        chart.dots(Role::Data, "D*, from the histograms", optimal.points())
    };
    let chart = chart.line(
        Role::Generated,
        "D, trained",
        discriminator.trained.points(),
    );
    let error = binned.and_then(|binned| binned.error(&discriminator.trained, &optimal));
    let mut caption = caption(error);
    if known.is_none() {
        caption += &format!(" Bins with fewer than {ENOUGH} readings are left out.");
    }
    Figure::new("The discriminator and the best there is", &chart, caption)
}

fn caption(error: Option<f64>) -> String {
    let mut caption = "For a fixed generator the value <i>V</i> is largest for \
        <i>D</i>*(<i>x</i>) = <i>p</i>(<i>x</i>) / (<i>p</i>(<i>x</i>) + <i>q</i>(<i>x</i>)), \
        <i>p</i> the data’s density, <i>q</i> the generator’s. Where the two agree, <i>D</i>* is ½."
        .to_owned();
    if let Some(error) = error {
        caption += &format!(
            " Where the readings are, E<sub><i>m</i></sub> |<i>D</i> − <i>D</i>*| with \
             <i>m</i> = ½ (<i>p</i> + <i>q</i>), the trained one is <b>{}</b> off.",
            short(error)
        );
    }
    caption
}

impl Binned {
    fn new(samples: &Samples) -> Option<Self> {
        let (data, generated) = (Sorted::new(&samples.data), Sorted::new(&samples.generated));
        let bins = Bins::new(&data, &generated)?;
        let (real, made) = (
            Histogram::new(&bins, &data),
            Histogram::new(&bins, &generated),
        );
        let readings = real.counts().iter().zip(made.counts());
        Some(Self {
            middles: bins.middles().collect(),
            readings: readings.map(|(real, made)| real + made).collect(),
            real: real.density().to_vec(),
            made: made.density().to_vec(),
            span: bins.span(),
        })
    }

    /// p / (p + q) bin by bin; a gap where there are too few readings to tell.
    fn optimal(&self) -> Curve {
        let both = self.real.iter().zip(&self.made).zip(&self.readings);
        let y = both.map(|((p, q), &readings)| {
            if readings < ENOUGH {
                f64::NAN
            } else {
                p / (p + q)
            }
        });
        Curve {
            x: self.middles.clone(),
            y: y.collect(),
        }
    }

    /// The mean of |D - D*| over both samples.
    fn error(&self, trained: &Curve, optimal: &Curve) -> Option<f64> {
        let mass = self.real.iter().zip(&self.made).map(|(p, q)| p + q);
        let (mut sum, mut total) = (0.0, 0.0);
        for (&x, mass) in self.middles.iter().zip(mass) {
            let (Some(trained), Some(optimal)) = (trained.at(x), optimal.at(x)) else {
                continue;
            };
            let off = (trained - optimal).abs();
            if mass > 0.0 && off.is_finite() {
                sum += mass * off;
                total += mass;
            }
        }
        (total > 0.0).then(|| sum / total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_weighted_by_where_the_readings_are() {
        // All mass in the first bin, where D is 0.1 off; far off where nothing is.
        let binned = Binned {
            middles: vec![0.0, 1.0],
            real: vec![1.0, 0.0],
            made: vec![1.0, 0.0],
            readings: vec![100, 0],
            span: (-0.5, 1.5),
        };
        let trained = Curve {
            x: vec![0.0, 1.0],
            y: vec![0.6, 1.0],
        };
        let error = binned.error(&trained, &binned.optimal()).unwrap();
        assert!((error - 0.1).abs() < 1e-12);
        assert_eq!(binned.error(&Curve::default(), &trained), None);
    }
}
