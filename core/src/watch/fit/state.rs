//! A fit under way as a checkpoint holds it.

use super::{Borders, FOLDS, Fit, Stage, Turn};
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::rng::Rng;
use crate::watch::panel::Panel;

/// A fit under way goes on where it was. It begins anew where an older format holds it, which had
/// four folds and scores of 32 bits, or where it took the axes of all its windows for every fold.
impl<P: Panel> Persist for Fit<P> {
    const BYTES: usize =
        P::BYTES + P::Scores::BYTES + Borders::BYTES + 5 * u32::BYTES + f32::BYTES + Rng::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.next.save(out);
        if out.has(6) {
            self.scores.save(out);
            self.borders.save(out);
        } else {
            (0..Self::OLD_SCORES).for_each(|_| 0.0f32.save(out));
            OldBorders::default().save(out);
        }
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
        if from.has(6) {
            self.scores.load(from)?;
            self.borders.load(from)?;
        } else {
            (0..Self::OLD_SCORES).try_for_each(|_| from.read(0.0f32).map(drop))?;
            from.read(OldBorders::default())?;
        }
        self.count.load(from)?;
        let kind = from.read(0u32)?;
        let part = from.read(0u32)? as usize;
        let fold = from.read(0u32)?;
        let (done, before) = (from.read(0u32)?, from.read(0.0f32)?);
        let stage = Stage::of_fields(kind, Turn { part, fold }, done, before)
            .filter(|_| part < P::MIXTURES && fold <= FOLDS)
            .ok_or(Invalid("a fit at a stage that there is not"))?;
        let stage = match stage {
            Stage::Idle => Stage::Idle,
            _ if !from.has(6) => Stage::Orient(0),
            stage => stage,
        };
        from.set(&mut self.stage, stage);
        self.rng.load(from)
    }
}

/// Arrivals at which the second to fourth fold began.
type OldBorders = [f32; 3];

impl<P: Panel> Fit<P> {
    /// Scores of 32 bits that an older format holds.
    const OLD_SCORES: usize = P::MIXTURES * Self::MOST;
}

impl Stage {
    /// As numbers for a checkpoint.
    fn fields(self) -> (u32, Turn, u32, f32) {
        let none = Turn { part: 0, fold: 0 };
        match self {
            Self::Idle => (0, none, 0, 0.0),
            Self::Calibrate => (5, none, 0, 0.0),
            Self::Orient(fold) => (6, Turn { fold, ..none }, 0, 0.0),
            Self::Start(turn) => (7, turn, 0, 0.0),
            Self::Improve(turn, done, before) => (8, turn, done, before),
            Self::Ask(turn) => (9, turn, 0, 0.0),
        }
    }

    pub(super) fn of_fields(kind: u32, turn: Turn, done: u32, before: f32) -> Option<Self> {
        Some(match kind {
            0 => Self::Idle,
            // Of a fit that had oriented itself by the windows of all folds.
            1..=4 => Self::Orient(0),
            5 => Self::Calibrate,
            6 => Self::Orient(turn.fold),
            7 => Self::Start(turn),
            8 => Self::Improve(turn, done, before),
            9 => Self::Ask(turn),
            _ => return None,
        })
    }
}
