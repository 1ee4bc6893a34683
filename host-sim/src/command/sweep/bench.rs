//! What the generators of a row are measured on, and what else is measured there: the noise floor,
//! the Gaussian fit, the mixture.

use ganlet::rng::Rng;
use ganlet::session::Session;
use serde::Serialize;

use super::likeness::{Likeness, Real, Samples};
use super::mixture;
use super::suite::Setting;
use crate::gaussian::GaussianWindow;
use crate::network::Network;
use crate::source::stream;

/// Readings of either kind that are compared.
const READINGS: usize = 100_000;
/// Windows of either kind that are compared.
const WINDOWS: usize = 100_000;
/// Generated windows that are compared with the few of a recording.
const AGAINST_RECORDED: usize = 8000;
/// Windows that a simple model is fitted to, where there is no end of them.
pub(super) const FITTED: usize = 65_536;
/// Parts of a recording, each left out once to tell the sampling error.
const PARTS: usize = 8;

/// Seeds of samples that are real, and of others that are.
pub(super) const SEED: u64 = 1;
const AGAIN: u64 = 0xF100;

/// Real samples, with what simple models make of them.
#[derive(Debug)]
pub(super) struct Bench {
    real: Real,
    /// The same without one part of it each; for a recording.
    parts: Vec<Real>,
    /// Samples to be generated.
    pub(super) count: usize,
    pub(super) baselines: Baselines,
    /// Samples of the Gaussian fit, for a recording.
    gaussian: Samples,
    /// Their distance on every part.
    gaussian_parts: Vec<f64>,
}

/// What else than the GAN was measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Baselines {
    /// Two real samples; for a recording, its training part against its held-out tail.
    pub(super) floor: Likeness,
    /// The Gaussian fit: a mean and a covariance.
    pub(super) gaussian: Likeness,
    /// The mixture of Gaussians by expectation-maximisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mixture: Option<Likeness>,
}

/// A difference of two distances with its standard error.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Difference {
    pub(super) mean: f64,
    pub(super) error: f64,
}

impl Bench {
    /// Measures the simple models of a setting.
    pub(super) fn of<M: Network>(setting: &Setting) -> Self {
        let window = Session::<M>::WINDOW;
        let simulated = if window > 1 { WINDOWS } else { READINGS };
        let (real, fitted, count) = match &setting.held_out {
            Some(held_out) => (
                rows(held_out.all::<M::Sample>()),
                rows(setting.source.all::<M::Sample>()),
                if window > 1 {
                    AGAINST_RECORDED
                } else {
                    READINGS
                },
            ),
            None => (
                rows(setting.source.windows::<M::Sample>(simulated, SEED)),
                rows(
                    setting
                        .source
                        .windows::<M::Sample>(if window > 1 { FITTED } else { READINGS }, AGAIN),
                ),
                simulated,
            ),
        };
        let again = match setting.held_out {
            Some(_) => None,
            None => Some(rows(
                setting.source.windows::<M::Sample>(simulated, AGAIN + 1),
            )),
        };
        let parts = setting.held_out.as_ref().map_or_else(Vec::new, |_| {
            let length = real.len().div_ceil(PARTS);
            (0..PARTS)
                .map(|part| {
                    let left = |i: &usize| i / length != part;
                    let rest = (0..real.len()).filter(left).map(|i| real[i].clone());
                    Real::new(&rest.collect())
                })
                .collect()
        });
        let real = Real::new(&real);
        let gaussian = gaussian(&fitted, count);
        let mixture = mixture::draw(&fitted, count);
        Self {
            baselines: Baselines {
                floor: real.likeness(again.as_ref().unwrap_or(&fitted)),
                gaussian: real.likeness(&gaussian),
                mixture: mixture.map(|drawn| real.likeness(&drawn)),
            },
            gaussian_parts: parts.iter().map(|part| part.distance(&gaussian)).collect(),
            gaussian: if parts.is_empty() {
                Samples::new()
            } else {
                gaussian
            },
            real,
            parts,
            count,
        }
    }

    /// How alike generated samples are.
    pub(super) fn likeness(&self, samples: &Samples) -> Likeness {
        self.real.likeness(samples)
    }

    /// The distance alone.
    pub(super) fn distance(&self, samples: &[Vec<f64>]) -> f64 {
        self.real.distance(samples)
    }

    /// The distance of generated samples less that of the Gaussian fit. The error is that of the
    /// recording (the jackknife's over contiguous parts of it) and that of drawing from either model.
    /// `None` where the samples are no recording.
    pub(super) fn beside_gaussian(&self, samples: &Samples) -> Option<Difference> {
        if self.parts.is_empty() {
            return None;
        }
        let recorded = self
            .parts
            .iter()
            .zip(&self.gaussian_parts)
            .map(|(part, gaussian)| part.distance(samples) - gaussian);
        let parts = PARTS as f64;
        let of_recording = (parts - 1.0).powi(2) / parts * variance(recorded);
        let chunk = |samples: &Samples| samples.len().div_ceil(PARTS).max(1);
        let drawn = samples
            .chunks(chunk(samples))
            .zip(self.gaussian.chunks(chunk(&self.gaussian)))
            .map(|(ours, theirs)| self.distance(ours) - self.distance(theirs));
        let of_drawing = variance(drawn) / parts;
        Some(Difference {
            mean: self.distance(samples) - self.baselines.gaussian.distance(),
            error: (of_recording + of_drawing).sqrt(),
        })
    }
}

/// The unbiased variance.
fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)
}

/// Samples of the Gaussian fit.
fn gaussian(fitted: &Samples, count: usize) -> Samples {
    let fit = GaussianWindow::fit(fitted);
    let mut rng = Rng::new(SEED, stream::FLOOR);
    (0..count).map(|_| fit.draw(&mut rng)).collect()
}

/// Samples as rows of `f64`.
pub(super) fn rows<S: ganlet::layer::Row>(samples: Vec<S>) -> Samples {
    let row = |sample: S| sample.flat().iter().map(|&x| f64::from(x)).collect();
    samples.into_iter().map(row).collect()
}
