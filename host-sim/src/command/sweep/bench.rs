//! What the generators of a row are measured on, and what else is measured there: the noise floor,
//! the Gaussian fit, the mixture.

use ganlet::rng::Rng;
use ganlet::session::Session;
use serde::Serialize;

use super::likeness::{Likeness, Real, Samples};
use super::mixture;
use super::suite::Setting;
use crate::gaussian::GaussianWindow;
use crate::jackknife::{jackknife, variance};
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
/// Contiguous parts of a recording, each left out once to tell the sampling error.
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
    /// The variance of a difference of distances that comes of what was learned, for a recording.
    of_learning: f64,
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
        let parts = match setting.held_out {
            Some(_) => rests(&real).map(|rest| Real::new(&rest)).collect(),
            None => Vec::new(),
        };
        let real = Real::new(&real);
        let of_learning = match setting.held_out {
            Some(_) => jackknife(
                rests(&fitted)
                    .map(|rest| real.distance(&rest) - real.distance(&gaussian(&rest, count))),
            ),
            None => 0.0,
        };
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
            of_learning,
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

    /// The distance of generated samples less that of the Gaussian fit; `None` where the samples are
    /// no recording.
    ///
    /// The error is that of the held-out tail (the jackknife's over contiguous parts of it), that of
    /// what was learned (the same over its parts, with the samples themselves in place of a network
    /// that has learned them to perfection), and that of drawing from either model.
    pub(super) fn beside_gaussian(&self, samples: &Samples) -> Option<Difference> {
        if self.parts.is_empty() {
            return None;
        }
        let recorded = self
            .parts
            .iter()
            .zip(&self.gaussian_parts)
            .map(|(part, gaussian)| part.distance(samples) - gaussian);
        let of_recording = jackknife(recorded);
        let chunk = |samples: &Samples| samples.len().div_ceil(PARTS).max(1);
        let drawn = samples
            .chunks(chunk(samples))
            .zip(self.gaussian.chunks(chunk(&self.gaussian)))
            .map(|(ours, theirs)| self.distance(ours) - self.distance(theirs));
        let of_drawing = variance(drawn) / PARTS as f64;
        Some(Difference {
            mean: self.distance(samples) - self.baselines.gaussian.distance(),
            error: (of_recording + self.of_learning + of_drawing).sqrt(),
        })
    }
}

/// What is left of a recording without each of its contiguous parts in turn.
fn rests(samples: &Samples) -> impl Iterator<Item = Samples> + '_ {
    let length = samples.len().div_ceil(PARTS).max(1);
    (0..PARTS).map(move |part| {
        let (before, rest) = samples.split_at(samples.len().min(part * length));
        let after = rest.get(length..).unwrap_or_default();
        [before, after].concat()
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_left_out_once() {
        for length in [8, 100, 801] {
            let samples: Samples = (0..length).map(|i| vec![f64::from(i)]).collect();
            let kept: usize = rests(&samples).map(|rest| rest.len()).sum();
            assert_eq!(kept, (PARTS - 1) * samples.len());
        }
    }
}
