//! A run that is looked after: an exam now and then, and a cure where it is called for.

use super::best::Standing;
use super::{Best, Cure, Exam, Illness, LEAST_SPREAD};
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::model::Model;
use crate::rng::Rng;
use crate::session::Session;

/// The first stream of random numbers that draws networks anew; that of round n is n further on.
const RENEWING: u64 = 4 << 32;

/// Blocks of samples by which a collapsed generator is held against the Gaussian fit.
const BLOCKS: u32 = 16;

/// What an exam has found, and what was done.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Treated {
    /// Rounds played.
    pub step: u32,
    /// What is wrong.
    pub illness: Illness,
    /// What was done about it.
    pub cure: Cure,
}

/// Looks after a run, by twelve bytes of notes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Doctor {
    /// Cures so far.
    treated: u16,
    /// Exams since the best generator that found it collapsed, or clearly worse.
    fading: u16,
    /// Exams in a row that found the generator far from the data.
    far: u32,
    /// The least distance among them.
    nearest: f32,
}

impl Doctor {
    /// Rounds between two exams, each of which takes as long as a few rounds (by its operations).
    pub const EVERY: u32 = 500;
    /// Cures in a run; what is still ill then is stopped.
    pub const MOST: u16 = 8;
    /// Exams in a row, far from the data, after which a run that comes no nearer has stalled.
    const PATIENCE: u32 = 6;
    /// Exams since the best one after which a generator that has collapsed or become worse will not come
    /// back by itself. Many do: one that leaves the Gaussian fit for a shape of its own is worse for a
    /// while.
    const GRACE: u16 = 4;
    /// Standard errors that are far.
    const FAR: f32 = 5.0;
    /// What counts as nearer, as a share of the distance before.
    const NEARER: f32 = 0.9;

    /// Before the first exam.
    pub const fn new() -> Self {
        Self {
            treated: 0,
            fading: 0,
            far: 0,
            nearest: 0.0,
        }
    }

    /// Examines a run, treats it where it is ill, and keeps its best generator where there is room for
    /// one. `real` draws a sample in the sensor's units. A healthy run is left as it is, to the bit.
    pub fn visit<M: Model>(
        &mut self,
        session: &mut Session<M>,
        mut best: Option<&mut Best<M>>,
        mut real: impl FnMut(&mut Rng) -> M::Sample,
    ) -> Option<Treated> {
        let exam = session.examine(&mut real);
        let illness = match Illness::at_sight(&exam) {
            Some(illness) => Some(illness),
            None => self.lasting(&exam, session, best.as_deref_mut(), &mut real),
        }?;
        let cure = match self.treated < Self::MOST {
            true => illness.cure(),
            false => Cure::Stop,
        };
        *self = Self {
            treated: self.treated.saturating_add(1),
            ..Self::new()
        };
        let step = session.trainer.step();
        let mut rng = Rng::new(session.seed, RENEWING + u64::from(step));
        session.treat(
            cure,
            best.as_ref().and_then(|best| best.generator()),
            &mut rng,
        );
        Some(Treated {
            step,
            illness,
            cure,
        })
    }

    /// The illness that shows by lasting. The best generator is renewed on the way.
    fn lasting<M: Model>(
        &mut self,
        exam: &Exam,
        session: &mut Session<M>,
        best: Option<&mut Best<M>>,
        real: &mut impl FnMut(&mut Rng) -> M::Sample,
    ) -> Option<Illness> {
        let standing = best.map(|best| best.renew(session, &mut *real));
        let collapsed =
            exam.spread < LEAST_SPREAD && !session.compare(BLOCKS, &mut *real).is_better();
        let fading = match (collapsed, standing) {
            (true, _) => Some(Illness::Collapsed),
            (false, Some(Standing::Worse)) => Some(Illness::Worsened),
            (false, _) => None,
        };
        if fading.is_some() {
            self.fading = self.fading.saturating_add(1);
        } else if standing != Some(Standing::Alike) {
            self.fading = 0;
        }
        let stalled = self.stalled(exam).then_some(Illness::Stalled);
        fading.filter(|_| self.fading >= Self::GRACE).or(stalled)
    }

    /// Whether the generator stays far from the data.
    fn stalled(&mut self, exam: &Exam) -> bool {
        let far = exam.distance > Self::FAR * exam.error;
        if !far || self.far == 0 || exam.distance < Self::NEARER * self.nearest {
            self.far = u32::from(far);
            self.nearest = exam.distance;
            return false;
        }
        self.far += 1;
        self.far > Self::PATIENCE
    }
}

impl Persist for Doctor {
    const BYTES: usize = 2 * u32::BYTES + f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        (u32::from(self.treated) | u32::from(self.fading) << 16).save(out);
        self.far.save(out);
        self.nearest.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let counts = from.read(0u32)?;
        from.set(&mut self.treated, counts as u16);
        from.set(&mut self.fading, (counts >> 16) as u16);
        self.far.load(from)?;
        self.nearest.load(from)
    }
}
