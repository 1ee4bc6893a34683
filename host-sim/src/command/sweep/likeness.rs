//! How alike samples are to real ones: the measures of a sweep, the same for generators, for real
//! samples and for simple models.

use serde::Serialize;

use crate::measure::{Distance, Reference};
use crate::second_order::SecondOrder;
use crate::sliced::Slices;

/// Real samples that others are held against.
#[derive(Debug)]
pub(super) struct Real {
    readings: Reference,
    windows: Option<Windows>,
}

#[derive(Debug)]
struct Windows {
    slices: Slices,
    second_order: SecondOrder,
}

/// Samples in the sensor's units, a row each; a reading is a row of one.
pub(super) type Samples = Vec<Vec<f64>>;

/// How far samples are from real ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Likeness {
    /// Wasserstein-1 of pooled readings, in standard deviations of the data.
    pub(super) w1: f64,
    /// Jensen-Shannon divergence of histograms of pooled readings, in nats.
    pub(super) js: f64,
    /// Sliced Wasserstein-1 of windows, in standard deviations of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sliced_w1: Option<f64>,
    /// Largest error of a bin of the mean spectrum of windows, in dB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spectrum_error: Option<f64>,
    /// Largest error of the autocorrelation at a lag within a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) autocorrelation_error: Option<f64>,
}

impl Likeness {
    /// The distance that the model is there to make small: between windows where there are windows.
    pub(super) fn distance(&self) -> f64 {
        self.sliced_w1.unwrap_or(self.w1)
    }
}

impl Real {
    /// From real samples, all of one width.
    pub(super) fn new(samples: &Samples) -> Self {
        let readings = Reference::new(pooled(samples));
        let sd = readings.sd();
        let windows = samples.first().is_some_and(|row| row.len() > 1);
        Self {
            windows: windows.then(|| Windows {
                slices: Slices::new(samples, sd),
                second_order: SecondOrder::of(samples),
            }),
            readings,
        }
    }

    /// How alike `samples` are.
    pub(super) fn likeness(&self, samples: &Samples) -> Likeness {
        let Distance { w1, js } = self.readings.distance(pooled(samples));
        let windows = self.windows.as_ref();
        let errors = windows.map(|real| real.second_order.errors(&SecondOrder::of(samples)));
        Likeness {
            w1,
            js,
            sliced_w1: windows.map(|real| real.slices.wasserstein(samples)),
            spectrum_error: errors.map(|errors| errors.spectrum),
            autocorrelation_error: errors.map(|errors| errors.autocorrelation),
        }
    }

    /// The distance alone; see [`Likeness::distance`].
    pub(super) fn distance(&self, samples: &[Vec<f64>]) -> f64 {
        match &self.windows {
            Some(real) => real.slices.wasserstein(samples),
            None => self.readings.distance(pooled(samples)).w1,
        }
    }
}

/// All readings of all samples.
fn pooled(samples: &[Vec<f64>]) -> Vec<f32> {
    samples.iter().flatten().map(|&x| x as f32).collect()
}
