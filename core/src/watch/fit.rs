//! The fit of a detector, in slices that fit between two readings.

mod order;
mod scores;
mod source;
mod state;
#[cfg(test)]
mod tests;

use super::calibrate::{Tail, Unit};
use super::detector::{Detector, MOST_PARTS};
use super::features::Features;
use super::panel::Panel;
use crate::layer::Row;
use crate::rng::Rng;
use crate::stream::Standardiser;

use self::order::sorted;
use self::source::Source;

pub use self::scores::Scores;

/// Windows to fit to, in the sensor's unit.
pub trait Windows<S> {
    /// How many there are.
    fn count(&self) -> usize;

    /// The window at a place below the count.
    fn window(&self, place: usize) -> Option<S>;

    /// When it came, beside the others: windows of one fold have to lie together in time, because
    /// those that overlap would tell on each other.
    fn arrival(&self, place: usize) -> f32;
}

/// Parts of the windows that take turns in being left out.
const FOLDS: u32 = 8;
/// Stretches of time that windows are parted into: two for each fold, half of the time apart, so that
/// a machine that ran otherwise for a while is not left out as a whole.
const STRETCHES: u32 = 2 * FOLDS;
/// Arrivals at which the second and further stretches begin.
type Borders = [f32; STRETCHES as usize - 1];
/// The stream of random numbers that mixtures begin with.
const STARTING: u64 = 5;

/// Fits a [`Detector`] to the windows of a memory, a slice at a time.
///
/// Fold by fold, all that is learned from windows, principal axes and scales included, is learned from
/// 14 of 16 stretches of time and asked about the other two; then from all. The numbers from the
/// stretches that were left out calibrate
/// ([cross-fitting](https://doi.org/10.1111/ectj.12097)): a mixture of a thousand parameters finds
/// the very windows that it was fitted to ever so normal, and limits from those would give many
/// times the false alarms that were asked for. Axes that had seen the windows left out would err on
/// the other side: along the axes of most variance these vary more than fresh ones do.
///
/// Yet a mixture that is fitted to 7/8 of the windows finds fresh ones stranger than the one that is
/// fitted to all, and limits from it alone would give too few alarms. What a model is off by falls
/// about as the inverse of the windows that it was fitted to, and it finds those normal by as much:
/// the last mixture's number of a fresh window lies between what it says of its own windows and what
/// was said of those left out: with eight folds at 1/15 of the way from the latter (`TOWARDS`).
///
/// A slice is an iteration over the windows, or some over readings: about as long as a step of
/// training. The windows may change between slices. Until the last slice the detector that serves is untouched.
#[derive(Clone, Debug)]
pub struct Fit<P: Panel> {
    next: P,
    /// What each mixture makes of each window that it was not fitted to.
    scores: P::Scores,
    /// Arrivals at which the second and further stretches begin.
    borders: Borders,
    /// Windows that it is made from: those that were there when it began.
    count: u32,
    stage: Stage,
    rng: Rng,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Idle,
    /// Takes what the mixtures share from the windows without this fold.
    Orient(u32),
    Start(Turn),
    Improve(Turn, u32, f32),
    Ask(Turn),
    Calibrate,
}

/// Which mixture is fitted, and without which fold; without none at the end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Turn {
    part: usize,
    fold: u32,
}

impl<P: Panel> Fit<P> {
    /// Iterations of expectation-maximisation at most.
    const ITERATIONS: u32 = 30;
    /// A gain of likelihood, in nats a window, below which there is no next iteration.
    const WORTH: f32 = 1e-3;
    /// Windows that it takes at least: with fewer there are no tails.
    pub const FEWEST: usize = 64;

    /// The share of the way from what was said of a window that was left out to what is said of it when
    /// it is not.
    const TOWARDS: f32 = 1.0 / 15.0;

    /// The most windows that it is made from.
    pub const MOST: usize = <P::Numbers as Row>::LEN;

    /// No fit under way.
    pub const IDLE: Self = {
        Self {
            next: P::BLANK,
            scores: P::Scores::NONE,
            borders: [0.0; STRETCHES as usize - 1],
            count: 0,
            stage: Stage::Idle,
            rng: Rng::BLANK,
        }
    };

    /// Begins a fit, or begins it anew.
    pub fn begin(&mut self, seed: u64) {
        self.stop(seed);
        self.stage = Stage::Orient(0);
    }

    /// Gives up what is under way. A checkpoint holds it from then on.
    pub fn stop(&mut self, seed: u64) {
        self.rng = Rng::new(seed, STARTING);
        self.stage = Stage::Idle;
    }

    /// Whether a fit is under way.
    pub fn is_under_way(&self) -> bool {
        self.stage != Stage::Idle
    }

    /// The next slice; `true` when it was the last, and `detector` is the new one.
    ///
    /// Ends without a detector where there are fewer than [`FEWEST`](Self::FEWEST) windows.
    pub fn turn(
        &mut self,
        memory: &impl Windows<P::Sample>,
        scale: &Standardiser,
        detector: &mut Detector<P>,
    ) -> bool {
        (0..P::STEPS).any(|_| self.step(memory, scale, detector))
    }

    fn step(
        &mut self,
        memory: &impl Windows<P::Sample>,
        scale: &Standardiser,
        detector: &mut Detector<P>,
    ) -> bool {
        if self.stage == Stage::Orient(0) {
            self.count = memory.count().min(Self::MOST) as u32;
        }
        let source = Source {
            memory,
            scale,
            borders: self.borders,
            count: memory.count().min(self.count as usize),
        };
        if source.count < Self::FEWEST {
            self.stage = Stage::Idle;
        }
        self.stage = match self.stage {
            Stage::Idle => Stage::Idle,
            Stage::Orient(fold) => {
                if fold == 0 {
                    self.borders = source.borders::<P::Sample, P::Numbers>();
                }
                let source = Source {
                    borders: self.borders,
                    ..source
                };
                self.next.orient(source.all_but(fold));
                Stage::next(Turn { part: 0, fold }, P::MIXTURES)
            }
            Stage::Start(turn) => {
                let windows = source.all_but(turn.fold);
                self.next.start(turn.part, windows, &mut self.rng);
                Stage::Improve(turn, 0, f32::MIN)
            }
            Stage::Improve(turn, done, before) => {
                let windows = source.all_but(turn.fold);
                let likelihood = self.next.improve(turn.part, windows);
                if done + 1 < Self::ITERATIONS && likelihood - before > Self::WORTH {
                    Stage::Improve(turn, done + 1, likelihood)
                } else {
                    Stage::Ask(turn)
                }
            }
            Stage::Ask(turn) => {
                self.ask(turn, &source);
                let part = turn.part + 1;
                Stage::next(Turn { part, ..turn }, P::MIXTURES)
            }
            Stage::Calibrate => {
                self.calibrate(&source, detector);
                self.stage = Stage::Idle;
                return true;
            }
        };
        false
    }

    /// Has a mixture look at the windows of the fold that it was fitted without; the last one, at all.
    fn ask<W: Windows<P::Sample>>(&mut self, turn: Turn, source: &Source<'_, W>) {
        let last = turn.fold == FOLDS;
        for place in 0..source.count {
            if (last || source.fold(place) == turn.fold)
                && let Some(window) = source.window(place)
            {
                let mut score = self.next.strangeness(turn.part, &window);
                if last {
                    let left_out = self.scores.score(turn.part, place);
                    score = left_out + Self::TOWARDS * (score - left_out);
                }
                self.scores.set_score(turn.part, place, score);
            }
        }
    }

    /// The new detector: units of the parts, and then the tail of their maximum, from what the folds
    /// said.
    fn calibrate<W: Windows<P::Sample>>(&self, source: &Source<'_, W>, detector: &mut Detector<P>) {
        let Self { next, scores, .. } = self;
        let number = |part: usize, place: usize| {
            if part < P::MIXTURES {
                return scores.score(part, place);
            }
            // No fit, no fold.
            let window = source.window(place);
            window.map_or(0.0, |window| next.strangeness(part, &window))
        };
        let mut units = [Unit::BLANK; MOST_PARTS];
        for (part, unit) in units.iter_mut().enumerate().take(P::PARTS.len()) {
            let of = if part + P::COUNTS < P::PARTS.len() {
                Unit::of
            } else {
                Unit::of_counts
            };
            *unit = sorted::<P::Numbers, _>(source.count, |place| number(part, place), of);
        }
        let strangest = |place: usize| {
            let parts = units.iter().enumerate().take(P::PARTS.len());
            parts.fold(f32::NEG_INFINITY, |largest, (part, unit)| {
                largest.max(unit.decades(number(part, place)))
            })
        };
        let tail = sorted::<P::Numbers, _>(source.count, strangest, Tail::of);
        detector.panel.clone_from(next);
        detector.units = units;
        detector.tail = tail;
        detector.windows = source.count as u32;
        let sds = (0..source.count).filter_map(|place| source.window(place));
        detector.quietest = sds.fold(f32::MAX, |least, window: P::Sample| {
            least.min(Features::sd(window.flat()))
        });
    }
}

impl Stage {
    /// The first slice of a mixture, or of what comes after the last.
    fn next(turn: Turn, mixtures: usize) -> Self {
        if turn.part < mixtures {
            Self::Start(turn)
        } else if turn.fold < FOLDS {
            Self::Orient(turn.fold + 1)
        } else {
            Self::Calibrate
        }
    }
}
