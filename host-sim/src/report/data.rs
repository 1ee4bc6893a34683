//! What the pages are made from: plain values, free of training code, so that a
//! simulation and the decoded log of a device fill the same report.
//!
//! `None` and an empty list mean "not measured"; the page then leaves that part
//! out or says so. A non-finite number inside a list is drawn as a gap. (JSON
//! has no word for it: `serde_json` writes `null`, which does not read back.)

use serde::{Deserialize, Serialize};

use crate::bad_sensor::Toll;

/// One training run: everything `report.html` shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// What was run, and the numbers it ended with.
    pub facts: Facts,
    /// The run over its steps, in the order of steps.
    pub metrics: Vec<Metric>,
    /// Readings of the data and of the generator after the last step.
    pub samples: Samples,
    /// The trained discriminator of a scalar model, beside the best there is.
    pub discriminator: Option<Discriminator>,
    /// The generator as a function of its latent coordinates.
    pub latent: Option<Latent>,
    /// Whole windows, for the models that learn windows.
    pub windows: Option<Windows>,
}

/// What was run, and the numbers it ended with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Where the readings came from: a file and its column, or a target such as `normal:3:0.5`.
    pub source: String,
    /// Physical unit of the readings, `°C` say.
    pub unit: Option<String>,
    /// Name of the model: `scalar`, `window32`, say.
    pub model: String,
    /// Name of the loss pair, `relativistic` say.
    pub loss: String,
    /// Seed of every random stream of the run.
    pub seed: u64,
    /// Generator steps taken.
    pub steps: u64,
    /// Readings or windows that training could draw from.
    pub samples: u64,
    /// Readings left out because they were empty, not numbers, or infinite.
    pub rejected: u64,
    /// What became of the readings, where the sensor was made to fail.
    pub faults: Option<Toll>,
    /// Trained numbers in both networks.
    pub parameters: u64,
    /// CRC-32 over the bits of every parameter, 8 hex digits.
    pub fingerprint: String,
    /// Wall-clock time of training, in seconds.
    pub seconds: Option<f64>,
    /// Wasserstein-1 distance of generated from real readings, in standard deviations of the data.
    pub w1: Option<f64>,
    /// The same distance between two real samples of the same size.
    pub w1_floor: Option<f64>,
    /// The same distance of the Gaussian fit from the data.
    pub w1_gaussian: Option<f64>,
    /// Jensen-Shannon divergence of the histograms, in nats.
    pub js: Option<f64>,
    /// The same divergence between two real samples of the same size.
    pub js_floor: Option<f64>,
    /// Value of the game V(G, D) at the end, in nats.
    pub value: Option<f64>,
    /// Lower bound V / 2 + ln 2 of the divergence, from the trained discriminator, in nats.
    pub js_bound: Option<f64>,
    /// Standard error of that bound, in nats.
    pub js_bound_se: Option<f64>,
    /// What went wrong and what was done about it: `step 500: the generator collapsed; ...`.
    pub treated: Vec<String>,
}

/// The run at one step; a row of `metrics.csv` (see [`super::metrics`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Generator steps taken so far.
    pub step: u64,
    /// The discriminator's adversarial loss.
    pub d_loss: Option<f64>,
    /// The generator's adversarial loss.
    pub g_loss: Option<f64>,
    /// V(G, D) = E log D(x) + E log(1 - D(G(z))), in nats.
    pub value: Option<f64>,
    /// Lower bound V / 2 + ln 2 of the Jensen-Shannon divergence, in nats.
    pub js_bound: Option<f64>,
    /// Standard error of that bound, in nats.
    pub js_bound_se: Option<f64>,
    /// Wasserstein-1 distance, in standard deviations of the data.
    pub w1: Option<f64>,
    /// Jensen-Shannon divergence of the histograms, in nats.
    pub js: Option<f64>,
    /// Euclidean norm of the discriminator's gradient.
    pub d_gradient: Option<f64>,
    /// Euclidean norm of the generator's gradient.
    pub g_gradient: Option<f64>,
}

/// What a device's record says beyond a [`Metric`]; the further cells of a monitored `metrics.csv`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceMetric {
    /// Mean value of the penalties.
    pub penalty: Option<f64>,
    /// Steps skipped in the interval because a gradient was not finite.
    pub skipped: u32,
    /// Readings taken since boot.
    pub seen: u32,
    /// Of these, readings that were rejected.
    pub rejected: u32,
    /// Of these, readings lost because training was busy and the queue full.
    pub dropped: u32,
    /// Mean cost of a round in the interval, in microseconds.
    pub cost_us: Option<f64>,
    /// The deepest the stack has been, in bytes.
    pub stack: Option<u32>,
}

/// A run on a device, as its log told it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// What the log is called.
    pub source: String,
    /// Records in the log.
    pub records: u64,
    /// Records that could not be read.
    pub broken: u64,
    /// How often the device went back to an earlier step.
    pub restarts: u64,
    /// Steps that were skipped because a gradient was not finite.
    pub skipped: u64,
    /// The run over its steps, by ascending step.
    pub metrics: Vec<Metric>,
    /// What the device said of itself at each of these steps.
    pub device: Vec<DeviceMetric>,
    /// The events of the log by their names.
    pub events: Vec<Told>,
    /// The device's last words, where the log ends in a panic or a hard fault.
    pub crash: Option<String>,
    /// Lines to quote, by ascending place: how the log begins, what went wrong, how it ends.
    pub quoted: Vec<Line>,
}

/// The events of one name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The name.
    pub name: String,
    /// How many there were.
    pub count: u64,
    /// The text of the last one.
    pub last: String,
}

/// A line of a log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its place in the log.
    pub number: u64,
    /// Its text.
    pub text: String,
}

/// Readings, in the sensor's units. For windows: all their readings, pooled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// Real readings.
    pub data: Vec<f64>,
    /// Generated readings.
    pub generated: Vec<f64>,
    /// The density the data was drawn from, where it is known.
    pub density: Option<Curve>,
}

/// A function of one variable, given by its values: `y[i]` at `x[i]`, x ascending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Abscissae, ascending.
    pub x: Vec<f64>,
    /// Values.
    pub y: Vec<f64>,
}

/// D as a function of a reading, in the sensor's units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Discriminator {
    /// The trained D(x) = sigmoid(logit(x)), in 0..1; for a loss that fixes the
    /// logit only up to a constant, with that constant taken off.
    pub trained: Curve,
    /// D*(x) = p(x) / (p(x) + q(x)) where both densities are known. Without it
    /// the page takes D* from the histograms of the samples.
    pub optimal: Option<Curve>,
}

/// The generator as a function of its latent coordinates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Latent {
    /// Output against the first Gaussian coordinate, the others held at zero:
    /// one curve for each sign pattern of the Rademacher coordinates.
    Branches(Vec<Branch>),
    /// Output over two variables, two latent coordinates, say, or the place in
    /// the window and one latent coordinate.
    Plane(Plane),
}

/// One sign pattern of the Rademacher coordinates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The pattern, `+ + −` say.
    pub signs: String,
    /// Output in the sensor's units over the first latent coordinate.
    pub output: Curve,
}

/// A function of two variables on a grid: `value[row][column]` at `y[row]`, `x[column]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// What x is.
    pub x_label: String,
    /// What y is.
    pub y_label: String,
    /// Abscissae of the columns, ascending.
    pub x: Vec<f64>,
    /// Ordinates of the rows, ascending.
    pub y: Vec<f64>,
    /// One row of values for each ordinate.
    pub value: Vec<Vec<f64>>,
}

/// Windows of a signal, in the sensor's units: some hundreds of each, so that
/// their averages mean something; the page shows the first few.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Windows {
    /// Real windows.
    pub real: Vec<Vec<f64>>,
    /// Generated windows.
    pub generated: Vec<Vec<f64>>,
    /// Windows drawn from the Gaussian fit (mean and covariance of the real ones).
    pub gaussian: Vec<Vec<f64>>,
    /// Readings a second, in hertz.
    pub rate: Option<f64>,
}

/// Many seeds and settings: one row for each setting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// What was run, `scalars, 6 seeds` say.
    pub title: String,
    /// What is measured of each seed, with its unit.
    pub measure: String,
    /// The settings, from top to bottom.
    pub rows: Vec<SweepRow>,
}

/// One setting of a sweep.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SweepRow {
    /// Name of the setting.
    pub name: String,
    /// The measure for each of the seeds 1, 2, 3, ….
    pub seeds: Vec<f64>,
    /// The same measure between two real samples: nothing can be below it but by luck.
    pub floor: Option<f64>,
    /// The simple baseline (a Gaussian fit), where there is one.
    pub baseline: Option<f64>,
}

/// Two known distributions and the discriminator between them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Theory {
    /// Name of P, the data's distribution.
    pub p_name: String,
    /// Name of Q, the generator's distribution.
    pub q_name: String,
    /// Density p(x).
    pub p: Curve,
    /// Density q(x).
    pub q: Curve,
    /// D*(x) = p(x) / (p(x) + q(x)).
    pub optimal: Curve,
    /// A trained D(x).
    pub trained: Option<Curve>,
    /// The numbers, each with its formula or meaning.
    pub numbers: Vec<Number>,
}

/// A number with its name and what it means.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// Its name: `JS(P, Q)`.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Formula, unit or meaning, in one line.
    pub meaning: String,
}

/// A series, how strange each moment of it is, and where the alarm rang.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Name of the series.
    pub source: String,
    /// Physical unit of the readings.
    pub unit: Option<String>,
    /// Times or indices of the readings, ascending.
    pub time: Vec<f64>,
    /// The readings.
    pub series: Vec<f64>,
    /// The score at each time; higher is stranger.
    pub score: Vec<f64>,
    /// Scores above it ring the alarm.
    pub threshold: Option<f64>,
    /// The score of each part by itself, by its name.
    pub parts: Vec<(String, Vec<f64>)>,
    /// True where the alarm rang.
    pub alarm: Vec<bool>,
    /// True where a person says that something was wrong, if anybody did.
    pub label: Vec<bool>,
    /// Area under the ROC curve, where there are labels.
    pub roc_auc: Option<f64>,
    /// Average precision, where there are labels.
    pub average_precision: Option<f64>,
}

impl Curve {
    /// `f` at `count` equally spaced places from `lo` to `hi`, both included.
    #[must_use]
    pub fn sampled(lo: f64, hi: f64, count: usize, f: impl Fn(f64) -> f64) -> Self {
        let step = (hi - lo) / (count.max(2) - 1) as f64;
        let x: Vec<f64> = (0..count).map(|i| lo + step * i as f64).collect();
        let y = x.iter().map(|&x| f(x)).collect();
        Self { x, y }
    }

    /// The points (x, y), as many as both lists have.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.x.iter().copied().zip(self.y.iter().copied())
    }

    /// The value at `x` by linear interpolation; `None` outside the curve.
    #[must_use]
    pub fn at(&self, x: f64) -> Option<f64> {
        let right = self.x.partition_point(|&known| known < x);
        let (&x1, &y1) = (self.x.get(right)?, self.y.get(right)?);
        if x1 == x {
            return Some(y1);
        }
        let left = right.checked_sub(1)?;
        let (x0, y0) = (self.x[left], self.y[left]);
        Some(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_interpolates_inside_and_is_silent_outside() {
        let line = Curve::sampled(0.0, 4.0, 5, |x| 2.0 * x + 1.0);
        assert_eq!(line.at(0.0), Some(1.0));
        assert_eq!(line.at(2.5), Some(6.0));
        assert_eq!(line.at(4.0), Some(9.0));
        assert_eq!(line.at(-0.1), None);
        assert_eq!(line.at(4.1), None);
        assert_eq!(line.at(f64::NAN), None);
        assert_eq!(Curve::default().at(0.0), None);
    }

    #[test]
    fn a_curve_of_no_or_one_point_is_no_division_by_zero() {
        assert_eq!(Curve::sampled(1.0, 2.0, 0, |x| x), Curve::default());
        assert_eq!(Curve::sampled(1.0, 2.0, 1, |x| x).x, [1.0]);
    }

    #[test]
    fn a_run_survives_json() {
        let run = Training {
            facts: Facts {
                source: "normal:0:1".into(),
                w1: Some(0.02),
                ..Facts::default()
            },
            metrics: vec![Metric {
                step: 3,
                value: Some(-1.4),
                ..Metric::default()
            }],
            latent: Some(Latent::Branches(vec![Branch::default()])),
            ..Training::default()
        };
        let text = serde_json::to_string(&run).unwrap();
        assert_eq!(serde_json::from_str::<Training>(&text).unwrap(), run);
    }
}
