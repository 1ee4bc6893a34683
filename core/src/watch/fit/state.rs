//! A fit under way as a checkpoint holds it.

use super::{Borders, FOLDS, Fit, Stage, Turn};
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::Row;
use crate::rng::Rng;
use crate::watch::panel::Panel;

/// A fit under way goes on where it was.
impl<P: Panel> Persist for Fit<P> {
    const BYTES: usize = P::BYTES
        + <P::Scores as Row>::LEN * f32::BYTES
        + Borders::BYTES
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
