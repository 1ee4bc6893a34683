//! What the report of a run is made from.

use ganlet::layer::Row;
use ganlet::rng::Rng;
use ganlet::session::Session;

use super::Summary;
use crate::gaussian::GaussianWindow;
use crate::measure::{self, Reference};
use crate::network::Network;
use crate::report::data::{Curve, Discriminator, Facts, Metric, Samples, Training, Windows};
use crate::source::{Source, stream};

/// Readings of either kind in the report's histograms.
const READINGS: usize = 20_000;
/// Windows of either kind.
const WINDOWS: usize = 256;
/// Real windows that the Gaussian baseline is fitted to.
const FITTED: usize = 2000;
/// Points of a curve.
const POINTS: usize = 401;

/// Everything that `report.html` shows.
pub(super) fn training<M: Network>(
    summary: &Summary,
    metrics: &[Metric],
    source: &Source,
    reference: &Reference,
    session: &Session<M>,
) -> Training {
    let mut rng = measure::rng(summary.seed);
    let generated = measure::readings(session, READINGS, &mut rng);
    Training {
        facts: facts(summary, metrics, source, reference, session),
        metrics: metrics.to_vec(),
        samples: Samples {
            data: thin(reference.sorted(), READINGS),
            generated: generated.iter().map(|&x| f64::from(x)).collect(),
            density: source.target().map(|target| {
                let (low, high) = (target.quantile(1e-4), target.quantile(1.0 - 1e-4));
                let margin = 0.1 * (high - low);
                Curve::sampled(low - margin, high + margin, POINTS, |x| target.density(x))
            }),
        },
        discriminator: discriminator(reference, session),
        latent: M::latent(session),
        windows: (Session::<M>::WINDOW > 1).then(|| windows(source, session, &mut rng, summary)),
    }
}

fn facts<M: Network>(
    summary: &Summary,
    metrics: &[Metric],
    source: &Source,
    reference: &Reference,
    session: &Session<M>,
) -> Facts {
    let floor = source.target().map(|target| {
        let mut rng = Rng::new(summary.seed, stream::FLOOR);
        let again = (0..reference.sorted().len())
            .map(|_| target.draw(&mut rng))
            .collect();
        reference.distance(again)
    });
    Facts {
        source: source.name(),
        unit: None,
        model: summary.model.clone(),
        loss: session.recipe.loss.to_string(),
        seed: summary.seed,
        steps: summary.steps.into(),
        samples: summary.samples,
        rejected: summary.rejected,
        faults: summary.faults,
        parameters: summary.parameters as u64,
        fingerprint: summary.fingerprint.clone(),
        seconds: Some(summary.seconds),
        w1: summary.w1,
        w1_floor: floor.map(|floor| floor.w1),
        w1_gaussian: reference.gaussian_w1(),
        js: summary.js,
        js_floor: floor.map(|floor| floor.js),
        value: summary.value,
        js_bound: summary.js_bound,
        js_bound_se: metrics.last().and_then(|metric| metric.js_bound_se),
        treated: summary.treated.iter().map(ToString::to_string).collect(),
    }
}

/// The trained D over the range of the data; only a reading can be an abscissa.
fn discriminator<M: Network>(reference: &Reference, session: &Session<M>) -> Option<Discriminator> {
    if Session::<M>::WINDOW != 1 {
        return None;
    }
    let sorted = reference.sorted();
    let (low, high) = (f64::from(*sorted.first()?), f64::from(*sorted.last()?));
    let margin = 0.1 * (high - low);
    let trained = Curve::sampled(low - margin, high + margin, POINTS, |x| {
        use ganlet::layer::Zero;
        let mut sample = M::Sample::ZERO;
        sample.flat_mut().fill(x as f32);
        let [strangeness] = session.strangeness(&[sample]);
        1.0 / (1.0 + f64::from(strangeness).exp())
    });
    Some(Discriminator {
        trained,
        optimal: None,
    })
}

fn windows<M: Network>(
    source: &Source,
    session: &Session<M>,
    rng: &mut Rng,
    summary: &Summary,
) -> Windows {
    let list = |samples: Vec<M::Sample>| -> Vec<Vec<f64>> {
        let row = |sample: &M::Sample| sample.flat().iter().map(|&x| f64::from(x)).collect();
        samples.iter().map(row).collect()
    };
    let real = list(source.windows(FITTED, summary.seed));
    let fit = GaussianWindow::fit(&real);
    Windows {
        generated: list(measure::samples(session, WINDOWS, rng)),
        gaussian: (0..WINDOWS).map(|_| fit.draw(rng)).collect(),
        real: real.into_iter().take(WINDOWS).collect(),
        rate: source.series().and_then(rate),
    }
}

/// Readings a second: the inverse of the median step in time.
fn rate(series: &crate::series::Series) -> Option<f64> {
    let mut steps: Vec<f64> = series.t.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.retain(|step| *step > 0.0);
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).map(|step| 1.0 / step)
}

/// At most `count` of the sorted readings, evenly spread over their ranks.
fn thin(sorted: &[f32], count: usize) -> Vec<f64> {
    let every = sorted.len().div_ceil(count).max(1);
    sorted
        .iter()
        .step_by(every)
        .map(|&x| f64::from(x))
        .collect()
}
