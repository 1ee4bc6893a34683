//! The panel of single readings.

use super::Panel;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::rng::Rng;
use crate::watch::mixture::Mixture;

/// Two parts for single readings: a mixture of four Gaussians, which knows gaps between modes, and
/// the distance from the mean, which knows how far is far. 12 numbers.
///
/// What takes several readings to see (a step, a drift, silence) it does not see; a model of windows
/// does, and [`Flatline`](crate::watch::Flatline) knows a sensor that is stuck.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingPanel {
    mixture: Mixture<4, 1, 1>,
}

impl ReadingPanel {
    /// Samples of unit variance that the prior of a component counts as: a mode may be narrow.
    const PRIOR: f32 = 0.05;
}

impl Panel for ReadingPanel {
    type Sample = [f32; 1];
    /// 96 readings are enough for 12 numbers.
    type Numbers = [f32; 96];
    type Scores = [[u16; 96]; 1];
    const PARTS: &'static [&'static str] = &["mixture", "distance"];
    const MIXTURES: usize = 1;
    const COUNTS: usize = 0;
    const PARAMETERS: usize = Mixture::<4, 1, 1>::PARAMETERS;
    /// One dimension: 6 of 96 readings are behind the last quantile.
    const SHAPE: f32 = 8.0;
    const STEPS: u32 = 16;
    const BLANK: Self = Self {
        mixture: Mixture::BLANK,
    };

    fn orient(&mut self, _: impl Iterator<Item = [f32; 1]> + Clone) {}

    fn start(&mut self, _: usize, windows: impl Iterator<Item = [f32; 1]> + Clone, rng: &mut Rng) {
        self.mixture.start(windows, rng);
    }

    fn improve(&mut self, _: usize, windows: impl Iterator<Item = [f32; 1]>) -> f32 {
        self.mixture.improve(windows, Self::PRIOR)
    }

    fn strangeness(&self, part: usize, window: &[f32; 1]) -> f32 {
        match part {
            0 => self.mixture.strangeness(window),
            _ => window.iter().fold(0.0, |far, x| x.abs().max(far)),
        }
    }
}

impl Persist for ReadingPanel {
    const BYTES: usize = Mixture::<4, 1, 1>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.mixture.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.mixture.load(from)
    }
}
