//! Samples in units of their own spread, as expectation-maximisation sees them.

use crate::divergence::{Mode, Normal};

/// Samples in units of their own spread.
pub(super) struct Standardised<'a> {
    samples: &'a [f32],
    mean: f64,
    sd: f64,
}

impl<'a> Standardised<'a> {
    /// The samples, by the mean and deviation of the Gaussian fitted to them.
    pub(super) fn new(samples: &'a [f32], overall: &Normal) -> Self {
        Self {
            samples,
            mean: overall.mean(),
            sd: overall.sd(),
        }
    }

    /// The unit: the samples' standard deviation.
    pub(super) fn sd(&self) -> f64 {
        self.sd
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        self.samples
            .iter()
            .map(|&x| (f64::from(x) - self.mean) / self.sd)
    }

    pub(super) fn count(&self) -> f64 {
        self.samples.len() as f64
    }

    /// A mode in the samples' own units.
    pub(super) fn original(&self, mode: Mode) -> Mode {
        Mode {
            weight: mode.weight,
            mean: self.mean + self.sd * mode.mean,
            sd: self.sd * mode.sd,
        }
    }

    /// The step between neighbouring `f32` at the largest sample: no component is narrower.
    pub(super) fn grid(&self) -> f64 {
        let largest = self
            .samples
            .iter()
            .fold(0.0f32, |largest, x| largest.max(x.abs()));
        let step = f64::from(largest) * f64::from(f32::EPSILON);
        step.max(f64::from(f32::MIN_POSITIVE)) / self.sd
    }
}
