//! The fit of a detector, in slices that fit between two readings.

use super::calibrate::{Tail, Unit};
use super::detector::{Detector, MOST_PARTS};
use super::features::Features;
use super::panel::Panel;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::{Row, Zero as _};
use crate::rng::Rng;
use crate::stream::Standardiser;

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
const FOLDS: u32 = 4;
/// The stream of random numbers that mixtures begin with.
const STARTING: u64 = 5;

/// Fits a [`Detector`] to the windows of a memory, a slice at a time.
///
/// For each mixture: fitted to three of four stretches of time and asked about the fourth, in turn;
/// then fitted to all. The numbers from the stretches that were left out calibrate
/// ([cross-fitting](https://doi.org/10.1111/ectj.12097)): a mixture of a thousand parameters finds
/// the very windows that it was fitted to ever so normal, and limits from those would give many
/// times the false alarms that were asked for.
///
/// A slice is an iteration over the windows, or some over readings: about as long as a step of
/// training. The windows may change between slices. Until the last slice the detector that serves is untouched.
#[derive(Clone, Debug)]
pub struct Fit<P: Panel> {
    next: P,
    /// What each mixture makes of each window that it was not fitted to.
    scores: P::Scores,
    /// Arrivals at which the second and further folds begin.
    borders: [f32; FOLDS as usize - 1],
    /// Windows that it is made from: those that were there when it began.
    count: u32,
    stage: Stage,
    rng: Rng,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Idle,
    Orient,
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

    /// The most windows that it is made from.
    pub const MOST: usize = <P::Scores as Row>::LEN / P::MIXTURES;

    /// No fit under way.
    pub const IDLE: Self = {
        Self {
            next: P::BLANK,
            scores: P::Scores::ZERO,
            borders: [0.0; FOLDS as usize - 1],
            count: 0,
            stage: Stage::Idle,
            rng: Rng::BLANK,
        }
    };

    /// Begins a fit, or begins it anew.
    pub fn begin(&mut self, seed: u64) {
        self.stop(seed);
        self.stage = Stage::Orient;
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
        if self.stage == Stage::Orient {
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
            Stage::Orient => {
                self.borders = source.borders::<P::Sample, P::Scores>();
                self.next.orient(source.all());
                Stage::first(0, P::MIXTURES)
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
                } else if turn.fold < FOLDS {
                    Stage::Ask(turn)
                } else {
                    Stage::first(turn.part + 1, P::MIXTURES)
                }
            }
            Stage::Ask(turn) => {
                self.ask(turn, &source);
                Stage::Start(Turn {
                    fold: turn.fold + 1,
                    ..turn
                })
            }
            Stage::Calibrate => {
                self.calibrate(&source, detector);
                self.stage = Stage::Idle;
                return true;
            }
        };
        false
    }

    /// Has a mixture look at the windows of the fold that it was fitted without.
    fn ask<W: Windows<P::Sample>>(&mut self, turn: Turn, source: &Source<'_, W>) {
        let scores = self.scores.flat_mut().chunks_mut(Self::MOST).nth(turn.part);
        let scores = scores.unwrap_or_default();
        for (place, score) in scores.iter_mut().enumerate().take(source.count) {
            if source.fold(place) == turn.fold
                && let Some(window) = source.window(place)
            {
                *score = self.next.strangeness(turn.part, &window);
            }
        }
    }

    /// The new detector: units of the parts, and then the tail of their maximum, from what the folds
    /// said.
    fn calibrate<W: Windows<P::Sample>>(&self, source: &Source<'_, W>, detector: &mut Detector<P>) {
        let Self { next, scores, .. } = self;
        let number = |part: usize, place: usize| match scores.flat().chunks(Self::MOST).nth(part) {
            Some(scores) if part < P::MIXTURES => scores.get(place).copied().unwrap_or(0.0),
            // No fit, no fold.
            _ => source
                .window(place)
                .map_or(0.0, |window| next.strangeness(part, &window)),
        };
        let mut units = [Unit::BLANK; MOST_PARTS];
        for (part, unit) in units.iter_mut().enumerate().take(P::PARTS.len()) {
            *unit = sorted::<P::Scores, _>(source.count, |place| number(part, place), Unit::of);
        }
        let strangest = |place: usize| {
            let parts = units.iter().enumerate().take(P::PARTS.len());
            parts.fold(f32::NEG_INFINITY, |largest, (part, unit)| {
                largest.max(unit.decades(number(part, place)))
            })
        };
        let tail = sorted::<P::Scores, _>(source.count, strangest, Tail::of);
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
    fn first(part: usize, mixtures: usize) -> Self {
        if part < mixtures {
            Self::Start(Turn { part, fold: 0 })
        } else {
            Self::Calibrate
        }
    }
}

/// What numbers come to in ascending order.
fn sorted<Scores: Row, T>(
    count: usize,
    number: impl Fn(usize) -> f32,
    of: impl Fn(&[f32]) -> T,
) -> T {
    let mut numbers = Scores::ZERO;
    let numbers = numbers.flat_mut().get_mut(..count).unwrap_or_default();
    for (place, x) in numbers.iter_mut().enumerate() {
        *x = number(place);
    }
    ascend(numbers);
    of(numbers)
}

/// Sorts by insertion: a few hundred numbers, and the sort of `core` may panic.
fn ascend(numbers: &mut [f32]) {
    for end in 1..numbers.len() {
        for at in (1..=end).rev() {
            let Some([a, b]) = numbers.get_mut(at - 1..=at) else {
                return;
            };
            if *a <= *b {
                break;
            }
            core::mem::swap(a, b);
        }
    }
}

/// The windows, standardised, and their folds.
struct Source<'a, W> {
    memory: &'a W,
    scale: &'a Standardiser,
    borders: [f32; FOLDS as usize - 1],
    count: usize,
}

impl<W> Source<'_, W> {
    fn window<S>(&self, place: usize) -> Option<S>
    where
        S: Row,
        W: Windows<S>,
    {
        self.memory
            .window(place)
            .map(|window| self.scale.to_row(window))
    }

    fn all<S>(&self) -> impl Iterator<Item = S> + Clone
    where
        S: Row,
        W: Windows<S>,
    {
        self.all_but(FOLDS)
    }

    /// Those outside a fold.
    fn all_but<S>(&self, fold: u32) -> impl Iterator<Item = S> + Clone
    where
        S: Row,
        W: Windows<S>,
    {
        (0..self.count)
            .filter(move |&place| fold == FOLDS || self.fold(place) != fold)
            .filter_map(|place| self.window(place))
    }

    fn fold<S>(&self, place: usize) -> u32
    where
        W: Windows<S>,
    {
        let arrival = self.memory.arrival(place);
        let begun = self.borders.iter().filter(|&&border| arrival >= border);
        begun.count() as u32
    }

    /// Arrivals that part the windows into folds of one size.
    fn borders<S, Scores: Row>(&self) -> [f32; FOLDS as usize - 1]
    where
        W: Windows<S>,
    {
        let mut arrivals = Scores::ZERO;
        let arrivals = arrivals
            .flat_mut()
            .get_mut(..self.count)
            .unwrap_or_default();
        for (place, arrival) in arrivals.iter_mut().enumerate() {
            *arrival = self.memory.arrival(place);
        }
        ascend(arrivals);
        core::array::from_fn(|i| {
            let place = (i + 1) * self.count / FOLDS as usize;
            arrivals.get(place).copied().unwrap_or(f32::MAX)
        })
    }
}

/// A fit under way goes on where it was.
impl<P: Panel> Persist for Fit<P> {
    const BYTES: usize = P::BYTES
        + <P::Scores as Row>::LEN * f32::BYTES
        + <[f32; FOLDS as usize - 1]>::BYTES
        + 5 * u32::BYTES
        + f32::BYTES
        + Rng::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.next.save(out);
        self.scores.flat().iter().for_each(|score| score.save(out));
        self.borders.save(out);
        self.count.save(out);
        let (kind, turn, done, before) = self.stage.fields();
        kind.save(out);
        (turn.part as u32).save(out);
        turn.fold.save(out);
        done.save(out);
        before.save(out);
        self.rng.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.next.load(from)?;
        let mut scores = self.scores.flat_mut().iter_mut();
        scores.try_for_each(|score| score.load(from))?;
        self.borders.load(from)?;
        self.count.load(from)?;
        let kind = from.read(0u32)?;
        let part = from.read(0u32)? as usize;
        let fold = from.read(0u32)?;
        let (done, before) = (from.read(0u32)?, from.read(0.0f32)?);
        let stage = Stage::of_fields(kind, Turn { part, fold }, done, before)
            .filter(|_| part < P::MIXTURES && fold <= FOLDS)
            .ok_or(Invalid("a fit at a stage that there is not"))?;
        from.set(&mut self.stage, stage);
        self.rng.load(from)
    }
}

impl Stage {
    /// As numbers for a checkpoint.
    fn fields(self) -> (u32, Turn, u32, f32) {
        let none = Turn { part: 0, fold: 0 };
        match self {
            Self::Idle => (0, none, 0, 0.0),
            Self::Orient => (1, none, 0, 0.0),
            Self::Start(turn) => (2, turn, 0, 0.0),
            Self::Improve(turn, done, before) => (3, turn, done, before),
            Self::Ask(turn) => (4, turn, 0, 0.0),
            Self::Calibrate => (5, none, 0, 0.0),
        }
    }

    fn of_fields(kind: u32, turn: Turn, done: u32, before: f32) -> Option<Self> {
        Some(match kind {
            0 => Self::Idle,
            1 => Self::Orient,
            2 => Self::Start(turn),
            3 => Self::Improve(turn, done, before),
            4 => Self::Ask(turn),
            5 => Self::Calibrate,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{ReadingPanel, WindowPanel};
    use std::boxed::Box;
    use std::vec::Vec;

    type Sixteen = WindowPanel<16, 8, 9, 45>;

    struct Held<S>(Vec<S>);

    impl<S: Copy> Windows<S> for Held<S> {
        fn count(&self) -> usize {
            self.0.len()
        }
        fn window(&self, place: usize) -> Option<S> {
            self.0.get(place).copied()
        }
        fn arrival(&self, place: usize) -> f32 {
            place as f32
        }
    }

    fn fitted<P: Panel>(held: &Held<P::Sample>) -> Detector<P> {
        let mut detector = Detector::BLANK;
        let mut fit = Box::new(Fit::<P>::IDLE);
        fit.begin(1);
        while fit.is_under_way() {
            fit.turn(held, &Standardiser::IDENTITY, &mut detector);
        }
        detector
    }

    /// Windows of a noisy oscillation, each of its own phase.
    fn waves(n: usize, seed: u64) -> Vec<[f32; 16]> {
        let mut rng = Rng::new(seed, 0);
        let mut one = || {
            let phase = 6.3 * rng.uniform();
            core::array::from_fn(|i| {
                1.4 * crate::math::cos(0.5 * i as f32 + phase) + 0.1 * rng.gaussian()
            })
        };
        (0..n).map(|_| one()).collect()
    }

    #[test]
    fn probabilities_of_fresh_normal_windows_are_what_they_say() {
        let detector = fitted::<Sixteen>(&Held(waves(400, 1)));
        let fresh = waves(4000, 2);
        for (decades, least, most) in [(1.0, 0.05, 0.2), (2.0, 0.002, 0.025)] {
            let above = |w: &&[f32; 16]| detector.score(w).strangeness > decades;
            let share = fresh.iter().filter(above).count() as f32 / fresh.len() as f32;
            assert!((least..most).contains(&share), "10^-{decades}: {share}");
        }
    }

    #[test]
    fn loud_quiet_and_bent_windows_are_strange_and_a_part_says_so() {
        let detector = fitted::<Sixteen>(&Held(waves(400, 1)));
        let normal = waves(1, 3)[0];
        assert!(detector.score(&normal).strangeness < 2.0);
        let quiet = normal.map(|x| 0.1 * x);
        let loud = normal.map(|x| 3.0 * x);
        let mut step = normal;
        step[8..].iter_mut().for_each(|x| *x += 2.0);
        for (what, window) in [("quiet", quiet), ("loud", loud), ("step", step)] {
            let score = detector.score(&window);
            assert!(score.strangeness > 3.0, "{what}: {score:?}");
        }
        assert_eq!(
            Sixteen::PARTS[detector.score(&normal.map(|x| 50.0 * x)).part()],
            "features"
        );
        assert_ne!(Sixteen::PARTS[detector.score(&quiet).part()], "distance");
    }

    #[test]
    fn a_gap_between_modes_is_strange_to_single_readings() {
        let mut rng = Rng::new(1, 0);
        let mut one = || [rng.rademacher() + 0.1 * rng.gaussian()];
        let detector = fitted::<ReadingPanel>(&Held((0..300).map(|_| one()).collect()));
        assert!(detector.score(&[1.0]).strangeness < 1.0);
        assert!(detector.score(&[0.0]).strangeness > 3.0, "between");
        assert!(detector.score(&[4.0]).strangeness > 3.0, "beyond");
    }

    #[test]
    fn too_few_windows_give_no_detector() {
        assert!(!fitted::<Sixteen>(&Held(waves(63, 1))).is_fitted());
        assert!(fitted::<Sixteen>(&Held(waves(64, 1))).is_fitted());
    }

    #[test]
    fn windows_without_any_spread_still_give_finite_scores() {
        let detector = fitted::<Sixteen>(&Held(std::vec![[0.5; 16]; 80]));
        for level in [0.5, 0.6, 1e20] {
            assert!(detector.score(&[level; 16]).strangeness.is_finite());
        }
        assert!(detector.score(&[5.0; 16]).strangeness > 3.0);
    }

    #[test]
    fn a_fit_goes_on_from_a_checkpoint_to_the_same_bits() {
        use crate::checkpoint::{self, Name};
        let name = Name::new("fit").unwrap();
        let held = Held(waves(70, 1));
        let (mut fit, mut detector) = (Box::new(Fit::<Sixteen>::IDLE), Detector::BLANK);
        fit.begin(7);
        for _ in 0..40 {
            fit.turn(&held, &Standardiser::IDENTITY, &mut detector);
        }
        let mut bytes = std::vec![0; checkpoint::bytes::<Fit<Sixteen>>()];
        checkpoint::save(name, &*fit, &mut bytes).unwrap();
        let mut again = Box::new(Fit::<Sixteen>::IDLE);
        checkpoint::load(name, &mut *again, &bytes).unwrap();
        let mut other = detector.clone();
        while fit.is_under_way() {
            fit.turn(&held, &Standardiser::IDENTITY, &mut detector);
            again.turn(&held, &Standardiser::IDENTITY, &mut other);
        }
        assert!(detector.is_fitted() && detector == other && !again.is_under_way());
    }
}
