//! From readings to a trained pair of networks: what device and host share.

mod course;
mod format_3;
mod state;
mod watching;
mod work;

use core::num::NonZeroU32;

use ganlet::checkpoint::{HEADER_BYTES, Persist as _};
use ganlet::health::{Best, Doctor, Treated};
use ganlet::layer::{Row as _, Zero};
use ganlet::model::Model;
use ganlet::recipe::Recipe;
use ganlet::rng::Rng;
use ganlet::session::{Session, Settled};
use ganlet::stream::{Axes, Moments as _, Standardiser, Unfit, Welford, Windower};
use ganlet::trainer::Round;
use ganlet::watch::{Detector, Watch};

use crate::memory::Memory;
use crate::sampler::Sample;

use self::work::Work;

pub use self::course::Course;

/// The fewest readings that a scale is learned from, unless the caller says otherwise.
pub const WARM_UP: u32 = 256;

/// The stream of random numbers that decides which samples are kept.
const KEEPING: u64 = 3;
/// The first stream that picks samples to take a new scale from; that of round n is n further on.
const FOLLOWING: u64 = 5 << 32;

/// Takes readings in, remembers samples of them, and trains on what it remembers, one player's step
/// at a time.
///
/// The first readings give the scale (mean and standard deviation, and the principal axes of
/// windows); when there are enough of them, the scale is fixed and learning begins. Beside the
/// networks a detector is fitted to what is remembered, a [slice](Self::fit) after each round, and
/// holds every window against it. The same readings between the same turns give the same bits on
/// every machine.
///
/// It is all of a device's state that must outlast a power cut, but for the best generator of a run
/// (see [`Course`]), and what a checkpoint holds. It is
/// meant to live in a `static`: [`new`](Self::new) is `const`, and [`restart`](Self::restart) makes it
/// ready in place.
#[derive(Clone, Debug)]
pub struct Learner<M: Model, Mem> {
    /// The networks, their scale and how they are trained.
    pub session: Session<M>,
    /// Real samples to train on.
    pub memory: Mem,
    /// What is normal of them.
    pub detector: Detector<M::Panel>,
    /// Whether windows belong.
    pub watch: Watch,
    /// Seconds from one reading to the next; 0 where nobody knows.
    pub interval: f32,
    /// Who looks after the run.
    doctor: Doctor,
    /// Moments of windows, or a fit.
    work: Work<M>,
    /// Samples offered to the memory at which the next fit is due.
    fit_at: u32,
    readings: Welford,
    windower: Windower<M::Sample>,
    keeping: Rng,
}

impl<M: Model, Mem> Learner<M, Mem> {
    /// The bytes at the beginning of a checkpoint that readings change; the rest changes by training
    /// and by what is remembered.
    pub const MOVING_BYTES: usize =
        HEADER_BYTES + Welford::BYTES + Windower::<M::Sample>::BYTES + Watch::BYTES + Rng::BYTES;

    /// Begins anew all that is no session's and not remembered.
    fn begin(&mut self, scaled: bool) {
        self.work.set_scaled(scaled);
        self.begin_watch();
        self.doctor = Doctor::new();
        self.readings = Welford::new();
        self.windower = Windower::new(NonZeroU32::MIN);
        self.keeping = Rng::new(self.session.seed, KEEPING);
    }
}

impl<M: Model, Mem: Memory<M::Sample>> Learner<M, Mem> {
    /// Before [`restart`](Self::restart).
    pub const fn new(memory: Mem) -> Self {
        Self {
            session: Session::BLANK,
            memory,
            detector: Detector::ZERO,
            watch: Watch::ZERO,
            interval: 0.0,
            doctor: Doctor::new(),
            work: Work::START,
            fit_at: 0,
            readings: Welford::new(),
            windower: Windower::new(NonZeroU32::MIN),
            keeping: Rng::BLANK,
        }
    }

    /// Begins anew with fresh networks. The memory is left as it is.
    pub fn restart(&mut self, recipe: Recipe, seed: u64) {
        self.session.restart(recipe, Standardiser::IDENTITY, seed);
        self.begin(false);
    }

    /// Ends the segment of readings: no window crosses to those that come.
    pub fn gap(&mut self) {
        self.windower.gap();
        self.watch.gap();
    }

    /// Takes in what the sensor says; returns the window of readings that it completes, which the
    /// caller may have it [`keep`](Self::keep).
    pub fn take(&mut self, sample: Sample) -> Option<M::Sample> {
        let x = match sample {
            Sample::Reading(x) => x,
            Sample::Gap => {
                self.gap();
                return None;
            }
        };
        self.readings.push(x);
        self.watch.read(x, !self.detector.is_fitted());
        let window = self.windower.push(x);
        if let Some(window) = &window {
            self.work.push(window);
        }
        window
    }

    /// Offers a window to the memory, to be trained on.
    pub fn keep(&mut self, window: M::Sample) {
        if self.watch.has_shifted() {
            self.memory.loosen();
        }
        self.memory.offer(window, &mut self.keeping);
    }

    /// Fixes the scale, and the axes of windows, by the readings so far.
    ///
    /// # Errors
    /// [`Unfit`] where they have none: too few, or all the same.
    pub fn scale(&mut self) -> Result<Standardiser, Unfit> {
        let standardiser = Standardiser::fit(&self.readings)?;
        self.session.standardiser = standardiser;
        if let Work::Gathering(moments) = &self.work {
            if Session::<M>::WINDOW > 1 {
                self.session.turn_to_axes(moments);
            }
            self.work.set_scaled(true);
            self.work.stop(self.session.seed);
        }
        Ok(standardiser)
    }

    /// Has the scale, and the axes of windows, follow what is remembered, by `count` samples of it.
    ///
    /// The networks are not begun anew: they see a sensor whose level or spread has changed as they
    /// saw it before, and what they generate changes with it at once. What has another shape now, they
    /// have to learn.
    ///
    /// # Errors
    /// [`Unfit`] where what is remembered has no scale: too little, or all the same. The old one
    /// stands.
    pub fn follow(&mut self, count: u32) -> Result<Standardiser, Unfit> {
        let stream = FOLLOWING + u64::from(self.session.trainer.step());
        let mut rng = Rng::new(self.session.seed, stream);
        let (mut readings, mut moments) = (Welford::new(), <M::Axes as Axes>::Moments::NONE);
        for _ in 0..count {
            if let Some(sample) = self.memory.draw(&mut rng) {
                sample.flat().iter().for_each(|x| _ = readings.push(*x));
                moments.push(&sample);
            }
        }
        let standardiser = Standardiser::fit(&readings)?;
        self.session.standardiser = standardiser;
        if Session::<M>::WINDOW > 1 {
            self.session.turn_to_axes(&moments);
        }
        Ok(standardiser)
    }

    /// Whether there is a scale.
    pub fn is_scaled(&self) -> bool {
        self.work.is_scaled()
    }

    /// Statistics of the readings since the start.
    pub fn readings(&self) -> &Welford {
        &self.readings
    }

    /// Whether there is a scale, and at least one sample to learn from.
    pub fn can_learn(&self) -> bool {
        self.is_scaled() && self.memory.held() > 0
    }

    /// One step of one player; the round, when that was its last turn. Nothing happens where there
    /// is nothing to learn from.
    pub fn turn(&mut self) -> Option<Round> {
        let Self {
            session, memory, ..
        } = self;
        if memory.held() == 0 {
            return None;
        }
        session.turn(|rng| memory.draw(rng).unwrap_or(M::Sample::ZERO))
    }

    /// Has a doctor [visit](Doctor::visit) the run, by what is remembered.
    pub fn examine(&mut self, best: Option<&mut Best<M>>) -> Option<Treated> {
        let Self {
            session,
            memory,
            doctor,
            ..
        } = self;
        doctor.visit(session, best, |rng| {
            memory.draw(rng).unwrap_or(M::Sample::ZERO)
        })
    }

    /// Ends a run with its best generator, if that is clearly better than the last, by what is
    /// remembered.
    pub fn keep_best(&mut self, best: &Best<M>) -> Option<Treated> {
        let Self {
            session, memory, ..
        } = self;
        best.keep(session, |rng| memory.draw(rng).unwrap_or(M::Sample::ZERO))
    }

    /// Ends training, or an interval of it, by `count` generated samples and what is remembered; see
    /// [`Session::settle`]. Nothing happens where nothing is remembered.
    pub fn settle(&mut self, count: u32) -> Option<Settled> {
        let Self {
            session, memory, ..
        } = self;
        (memory.held() > 0)
            .then(|| session.settle(count, |rng| memory.draw(rng).unwrap_or(M::Sample::ZERO)))
    }
}

#[cfg(test)]
mod tests;
