//! The best generator so far: early stopping, but for the stopping.

use super::exam::EXAMINED_BY;
use super::{Cure, Illness, Treated};
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::{Row, Zero as _};
use crate::math;
use crate::model::Model;
use crate::params::{Params, ParamsExt};
use crate::quality::{self, Comparison};
use crate::rng::Rng;
use crate::session::Session;

/// The first stream of random numbers that a comparison with the best draws from; that of round n is
/// n further on.
const BESIDE: u64 = 3 << 32;
/// Blocks of [`quality::BLOCK`](crate::quality::BLOCK) samples in it: 512 samples.
const BLOCKS: usize = 16;
/// Standard errors by which another one is *clearly* worse.
const CLEARLY: f32 = 5.0;
/// What it must be worse by as well, in standard deviations of the data for each root of a sample's
/// length: a shift of single readings by a fifth of a standard deviation.
const LEAST: f32 = 0.01;

/// The averaged generator of the round at which it was best: one generator's memory.
///
/// What is compared is the energy score over the same real samples, from the same latents, so that
/// two generators that are alike differ little. It tells generators that are clearly apart, no others:
/// at the end of a run that went well it changes nothing.
#[derive(Clone, Debug)]
pub struct Best<M: Model> {
    generator: M::Generator,
    taken: bool,
}

/// How a generator stands beside the best so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the best so far.
    Best,
    /// Neither is clearly better.
    Alike,
    /// It is clearly worse.
    Worse,
}

impl<M: Model> Best<M> {
    /// Before the first.
    pub const NONE: Self = Self {
        generator: M::Generator::ZERO,
        taken: false,
    };

    /// Bytes in a checkpoint, at most.
    pub const BYTES: usize = bool::BYTES + M::Generator::BYTES;

    /// Into a checkpoint, from where there is room for it and from where there is none alike.
    pub fn save(best: Option<&Self>, out: &mut Writer<'_>) {
        out.optional(best.and_then(Self::generator));
    }

    /// From a checkpoint. Where there is no room it is passed over.
    ///
    /// # Errors
    /// As [`Reader::optional`].
    pub fn load(best: Option<&mut Self>, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let Some(best) = best else {
            return from.optional::<M::Generator>(None).map(drop);
        };
        let taken = from.optional(Some(&mut best.generator))?;
        from.set(&mut best.taken, taken);
        Ok(())
    }

    /// Forgets it: another run begins.
    pub fn forget(&mut self) {
        self.taken = false;
    }

    /// The generator, if there is one.
    pub(super) fn generator(&self) -> Option<&M::Generator> {
        self.taken.then_some(&self.generator)
    }

    /// Whether there is none yet.
    pub fn is_none(&self) -> bool {
        !self.taken
    }

    /// Takes the averaged generator as it is.
    pub fn take(&mut self, session: &Session<M>) {
        self.generator.copy_from(&session.trainer.average);
        self.taken = true;
    }

    /// Holds the session's averaged generator against the best so far, and takes it where it is better
    /// or the first.
    pub(super) fn renew(
        &mut self,
        session: &mut Session<M>,
        real: impl FnMut(&mut Rng) -> M::Sample,
    ) -> Standing {
        match self.beside(session, real) {
            Some(beside) if Self::is_clearly_better(&beside) => Standing::Worse,
            Some(beside) if !beside.is_better() => Standing::Alike,
            _ => {
                self.take(session);
                Standing::Best
            }
        }
    }

    /// The energy score of the session's averaged generator less that of the best so far, each
    /// recoloured as it would be in the end; `None` where there is no best. `real` draws a sample in
    /// the sensor's units.
    pub(super) fn beside(
        &self,
        session: &mut Session<M>,
        mut real: impl FnMut(&mut Rng) -> M::Sample,
    ) -> Option<Comparison> {
        let best = self.generator()?;
        session.recolour_by(Some(best), EXAMINED_BY);
        let then = Self::scores(session, best, &mut real);
        session.recolour(EXAMINED_BY);
        let now = Self::scores(session, &session.trainer.average, &mut real);
        let mut comparison = Comparison::new();
        for (now, then) in now.into_iter().zip(then) {
            comparison.push(now - then);
        }
        Some(comparison)
    }

    /// The energy scores of a generator, block by block.
    #[inline(never)] // its blocks leave the stack before the generator is recoloured, and training goes on
    fn scores(
        session: &Session<M>,
        generator: &M::Generator,
        real: &mut impl FnMut(&mut Rng) -> M::Sample,
    ) -> [f32; BLOCKS] {
        let stream = BESIDE + u64::from(session.trainer.step());
        let mut rng = Rng::new(session.seed, stream);
        let mut seen = [M::Sample::ZERO; quality::BLOCK];
        let mut made = [M::Sample::ZERO; quality::BLOCK];
        let mut scores = [0.0; BLOCKS];
        for score in &mut scores {
            session.draw_real(&mut rng, real, &mut seen);
            session.draw_generated(generator, &mut rng, &mut made);
            *score = quality::energy_score(&seen, &made);
        }
        scores
    }

    /// At the end of a run: gives it its best generator if that is clearly better than the last.
    pub fn keep(
        &self,
        session: &mut Session<M>,
        real: impl FnMut(&mut Rng) -> M::Sample,
    ) -> Option<Treated> {
        let beside = self.beside(session, real)?;
        if !Self::is_clearly_better(&beside) {
            return None;
        }
        session.trainer.average.copy_from(&self.generator);
        Some(Treated {
            step: session.trainer.step(),
            illness: Illness::Worsened,
            cure: Cure::KeepBest,
        })
    }

    /// Whether a comparison says that the best so far is clearly better than what there is now.
    pub(super) fn is_clearly_better(comparison: &Comparison) -> bool {
        let least = LEAST * math::sqrt(<M::Sample as Row>::LEN as f32);
        comparison.difference() > least.max(CLEARLY * comparison.error())
    }
}
