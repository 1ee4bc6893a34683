//! Where a run's real samples come from: a known distribution, or a recorded series.

use ganlet::divergence::Target;
use ganlet::layer::Row;
use ganlet::model::Model;
use ganlet::recipe::Recipe;
use ganlet::rng::Rng;
use ganlet_app::{Learner, Sample};

use crate::error::Failure;
use crate::network::Network;
use crate::series::Series;
use crate::signal::Signal;
use crate::supply::Supply;

/// A learner on the host.
pub type Pupil<'a, M> = Learner<M, Supply<'a, <M as Model>::Held>>;

/// Readings that a simulated sensor gives before training, to learn its scale from.
const WARM_UP: u32 = 4096;
/// Windows of a simulated signal that it gives before training: a covariance has more to it.
const WARM_UP_WINDOWS: u32 = 65_536;
/// The fewest samples that a recorded series may offer: with fewer there is no distribution.
const FEWEST: usize = 16;

/// An endless supply of real samples, in the sensor's units.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of them in a run")]
pub enum Source {
    /// A simulated sensor: every reading is drawn afresh, independent of the others.
    Simulated(Target),
    /// A simulated process: every window is drawn afresh.
    Signal(Signal),
    /// A recording: samples are windows of it, drawn at random with replacement.
    Recorded {
        /// The recording.
        series: Series,
        /// Readings in a window.
        window: usize,
        /// Where a window can begin.
        starts: Vec<usize>,
    },
}

impl Source {
    /// Windows of `window` readings of a recording; none of them crosses a gap.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] when there are too few of them.
    pub fn recorded(series: Series, window: usize) -> Result<Self, Failure> {
        let starts: Vec<usize> = series
            .segments
            .iter()
            .flat_map(|segment| segment.start..(segment.end + 1).saturating_sub(window))
            .collect();
        if starts.len() < FEWEST {
            return Err(Failure::input(
                format!(
                    "{} to learn from, of {window} consecutive readings each",
                    counted(starts.len(), "window")
                ),
                series.path.display(),
                format!("give at least {FEWEST}, or a model with a shorter window"),
            ));
        }
        Ok(Self::Recorded {
            series,
            window,
            starts,
        })
    }

    /// What the sensor says before training: all of a recording, with the gaps in it, or as much of
    /// a simulated sensor as its scale is learned from.
    pub fn readings(&self, seed: u64) -> Vec<Sample> {
        let mut rng = Rng::new(seed, stream::WARM_UP);
        match self {
            Self::Simulated(target) => (0..WARM_UP)
                .map(|_| Sample::Reading(target.draw(&mut rng)))
                .collect(),
            Self::Signal(signal) => {
                let mut readings = Vec::new();
                let mut window = [0.0; 32];
                for _ in 0..WARM_UP_WINDOWS {
                    signal.draw(&mut rng, &mut window);
                    readings.extend(window.map(Sample::Reading));
                    readings.push(Sample::Gap);
                }
                readings
            }
            Self::Recorded { series, .. } => {
                let runs = series
                    .runs()
                    .map(|run| run.iter().copied().map(Sample::Reading));
                runs.flat_map(|run| run.chain([Sample::Gap])).collect()
            }
        }
    }

    /// A learner that has seen all [`readings`](Self::readings), and knows their scale.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] for a constant series, or one whose scale is beyond `f32`.
    pub fn learner<M: Network>(&self, recipe: Recipe, seed: u64) -> Result<Pupil<'_, M>, Failure> {
        let mut learner = self.shown(recipe, seed);
        learner
            .scale()
            .map_err(|unfit| Failure::told(&unfit, self.name()))?;
        Ok(learner)
    }

    /// A learner that has seen all [`readings`](Self::readings).
    pub fn shown<M: Network>(&self, recipe: Recipe, seed: u64) -> Pupil<'_, M> {
        let mut learner = Learner::new(Supply::of(self));
        learner.restart(recipe, seed);
        for sample in self.readings(seed) {
            if let Some(window) = learner.take(sample) {
                learner.keep(window);
            }
        }
        learner
    }

    /// Draws one sample.
    pub fn draw<S: Row>(&self, rng: &mut Rng) -> S {
        let mut sample = S::ZERO;
        let row = sample.flat_mut();
        match self {
            Self::Simulated(target) => row.fill_with(|| target.draw(rng)),
            Self::Signal(signal) => signal.draw(rng, row),
            Self::Recorded {
                series,
                window,
                starts,
            } => {
                let start = starts[rng.below(starts.len() as u32) as usize];
                row.copy_from_slice(&series.values[start..start + window]);
            }
        }
        sample
    }

    /// A real sample of readings to compare generated ones with: all readings of a recording, or
    /// `count` fresh ones.
    pub fn reference(&self, count: usize, seed: u64) -> Vec<f32> {
        match self {
            Self::Recorded { series, .. } => series.values.clone(),
            Self::Simulated(target) => {
                let mut rng = Rng::new(seed, stream::REFERENCE);
                (0..count).map(|_| target.draw(&mut rng)).collect()
            }
            Self::Signal(signal) => {
                let mut rng = Rng::new(seed, stream::REFERENCE);
                let mut readings = vec![0.0; count];
                for window in readings.chunks_mut(32) {
                    signal.draw(&mut rng, window);
                }
                readings
            }
        }
    }

    /// Every sample of a recording, in its order; of a simulated source, which has no end, none.
    pub fn all<S: Row>(&self) -> Vec<S> {
        match self {
            Self::Simulated(_) | Self::Signal(_) => Vec::new(),
            Self::Recorded {
                series,
                window,
                starts,
            } => starts
                .iter()
                .filter_map(|&start| series.values.get(start..start + window))
                .map(|readings| {
                    let mut sample = S::ZERO;
                    sample.flat_mut().copy_from_slice(readings);
                    sample
                })
                .collect(),
        }
    }

    /// `count` real samples, drawn at random.
    pub fn windows<S: Row>(&self, count: usize, seed: u64) -> Vec<S> {
        let mut rng = Rng::new(seed, stream::REFERENCE);
        (0..count).map(|_| self.draw(&mut rng)).collect()
    }

    /// The distribution, where it is known.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Simulated(target) => Some(target),
            Self::Signal(_) | Self::Recorded { .. } => None,
        }
    }

    /// The recording, where there is one.
    pub fn series(&self) -> Option<&Series> {
        match self {
            Self::Simulated(_) | Self::Signal(_) => None,
            Self::Recorded { series, .. } => Some(series),
        }
    }

    /// Different samples that can be drawn; `None` where there is no end of them.
    pub fn choices(&self) -> Option<usize> {
        match self {
            Self::Simulated(_) | Self::Signal(_) => None,
            Self::Recorded { starts, .. } => Some(starts.len()),
        }
    }

    /// Readings that were left out of a recording.
    pub fn rejected(&self) -> u64 {
        self.series()
            .map_or(0, |series| series.rejected.total() as u64)
    }

    /// The name, for messages and reports.
    pub fn name(&self) -> String {
        match self {
            Self::Simulated(target) => target.to_string(),
            Self::Signal(signal) => signal.to_string(),
            Self::Recorded { series, .. } => {
                let file = series.path.file_name().unwrap_or(series.path.as_os_str());
                format!("{}, column {}", file.to_string_lossy(), series.column)
            }
        }
    }
}

/// Streams of random numbers beside those of training.
pub mod stream {
    /// The readings from which a simulated sensor's scale is learned.
    pub const WARM_UP: u64 = 16;
    /// Real samples to compare with.
    pub const REFERENCE: u64 = 17;
    /// Generated samples that are measured.
    pub const MEASURE: u64 = 18;
    /// Generated samples that a user asked for.
    pub const GENERATE: u64 = 19;
    /// A second real sample, for the noise floor.
    pub const FLOOR: u64 = 20;
    /// Samples of a simulated sensor that a detector is fitted to.
    pub const FITTING: u64 = 22;
    /// Readings of a simulated sensor that fails.
    pub const RECORDING: u64 = 23;
}

/// `1 window`, `2 windows`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
