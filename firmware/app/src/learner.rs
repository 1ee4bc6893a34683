//! From readings to a trained pair of networks: what device and host share.

use core::num::NonZeroU32;

use ganlet::model::Model;
use ganlet::recipe::Recipe;
use ganlet::rng::Rng;
use ganlet::session::Session;
use ganlet::stream::{Standardiser, Unfit, Welford, Windower};
use ganlet::trainer::Round;

use crate::memory::Memory;
use crate::sampler::Sample;

/// The fewest readings that a scale is learned from, unless the caller says otherwise.
pub const WARM_UP: u32 = 256;

/// The stream of random numbers that decides which samples are kept.
const KEEPING: u64 = 3;

/// Takes readings in, remembers samples of them, and trains on what it remembers, one player's step
/// at a time.
///
/// The first readings give the scale (mean and standard deviation); when there are enough of them,
/// the scale is fixed and learning begins. The same readings between the same turns give the same
/// bits on every machine.
///
/// It is the large part of a device's state, and meant to live in a `static`:
/// [`new`](Self::new) is `const`, and [`restart`](Self::restart) makes it ready in place.
#[derive(Clone, Debug)]
pub struct Learner<M: Model, Mem> {
    /// The networks, their scale and how they are trained.
    pub session: Session<M>,
    /// Real samples to train on.
    pub memory: Mem,
    readings: Welford,
    windower: Windower<M::Sample>,
    keeping: Option<Rng>,
    scaled: bool,
}

impl<M: Model, Mem: Memory<M::Sample>> Learner<M, Mem> {
    /// Before [`restart`](Self::restart).
    pub const fn new(memory: Mem) -> Self {
        Self {
            session: Session::BLANK,
            memory,
            readings: Welford::new(),
            windower: Windower::new(NonZeroU32::MIN),
            keeping: None,
            scaled: false,
        }
    }

    /// Begins anew with fresh networks. The memory is left as it is.
    pub fn restart(&mut self, recipe: Recipe, seed: u64) {
        self.session.restart(recipe, Standardiser::IDENTITY, seed);
        self.begin();
        self.scaled = false;
    }

    /// Goes on with the session as it is, networks and scale, once the caller has loaded a
    /// checkpoint into it.
    pub fn resume(&mut self) {
        self.begin();
        self.scaled = true;
    }

    fn begin(&mut self) {
        self.readings = Welford::new();
        self.windower = Windower::new(NonZeroU32::MIN);
        self.keeping = Some(Rng::new(self.session.seed, KEEPING));
    }

    /// Takes in what the sensor says; returns the window of readings that it completes, which the
    /// caller may have it [`keep`](Self::keep).
    pub fn take(&mut self, sample: Sample) -> Option<M::Sample> {
        let x = match sample {
            Sample::Reading(x) => x,
            Sample::Gap => {
                self.windower.gap();
                return None;
            }
        };
        self.readings.push(x);
        self.windower.push(x)
    }

    /// Offers a window to the memory, to be trained on.
    pub fn keep(&mut self, window: M::Sample) {
        let seed = self.session.seed;
        let rng = self.keeping.get_or_insert_with(|| Rng::new(seed, KEEPING));
        self.memory.offer(window, rng);
    }

    /// Fixes the scale by the readings so far.
    ///
    /// # Errors
    /// [`Unfit`] where they have none: too few, or all the same.
    pub fn scale(&mut self) -> Result<Standardiser, Unfit> {
        let standardiser = Standardiser::fit(&self.readings)?;
        self.session.standardiser = standardiser;
        self.scaled = true;
        Ok(standardiser)
    }

    /// Whether there is a scale.
    pub fn is_scaled(&self) -> bool {
        self.scaled
    }

    /// Statistics of the readings since the start.
    pub fn readings(&self) -> &Welford {
        &self.readings
    }

    /// Whether there is a scale, and at least one sample to learn from.
    pub fn can_learn(&self) -> bool {
        self.scaled && self.memory.held() > 0
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
        use ganlet::layer::Zero as _;
        session.turn(|rng| memory.draw(rng).unwrap_or(M::Sample::ZERO))
    }
}
