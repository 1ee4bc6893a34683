//! How a generator does on a mixture of modes.

use ganlet::divergence::{Mode, Target};
use serde::Serialize;

use super::likeness::Samples;

/// A mode counts as found when its neighbourhood holds this share of its mass.
const FOUND: f64 = 0.25;

/// How a generator does on a mixture.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Modes {
    /// Share of readings within three standard deviations of some mode.
    pub(super) within_3_sigma: f64,
    /// Modes with at least a quarter of their mass near them.
    pub(super) found: usize,
    /// Modes there are.
    pub(super) of: usize,
    /// Largest error of the share of readings nearest to a mode.
    pub(super) mass_error: f64,
}

impl Modes {
    /// `None` for a target without modes.
    pub(super) fn of(target: &Target, samples: &Samples) -> Option<Self> {
        let modes: Vec<Mode> = target.modes().collect();
        if modes.is_empty() {
            return None;
        }
        let readings = || samples.iter().flatten().copied();
        let count = readings().count() as f64;
        let share = |predicate: &dyn Fn(f64) -> bool| {
            readings().filter(|&x| predicate(x)).count() as f64 / count
        };
        let near = |mode: &Mode, x: f64| (x - mode.mean).abs() < 3.0 * mode.sd;
        let nearest = |mode: &Mode, x: f64| {
            let distance = (x - mode.mean).abs();
            modes.iter().all(|other| distance <= (x - other.mean).abs())
        };
        let found = |mode: &&Mode| share(&|x| near(mode, x)) >= FOUND * mode.weight;
        let errors = modes
            .iter()
            .map(|mode| (share(&|x| nearest(mode, x)) - mode.weight).abs());
        Some(Self {
            within_3_sigma: share(&|x| modes.iter().any(|mode| near(mode, x))),
            found: modes.iter().filter(found).count(),
            of: modes.len(),
            mass_error: errors.fold(0.0, f64::max),
        })
    }
}
