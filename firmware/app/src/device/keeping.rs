//! Checkpoints: a life that goes on, and one that is kept.

use ganlet::model::Model;
use ganlet::session::Session;
use ganlet::trainer::Trainer;

use super::{Device, Pace, Settings};
use crate::clock::Clock;
use crate::event::{Event, Fingerprint};
use crate::keeper::{Progress, Restored, Store};
use crate::learner::Learner;
use crate::memory::Memory;
use crate::reporter::Reporter;

impl<M, Mem, C, St, R> Device<'_, M, Mem, C, St, R>
where
    M: Model,
    Mem: Memory<M::Sample>,
    C: Clock,
    St: Store,
    R: Reporter,
{
    pub(super) fn restore(&mut self) {
        let Settings { recipe, seed, .. } = self.settings;
        self.reporter.report(&Event::Started {
            model: Session::<M>::NAME,
            seed,
            parameters: Trainer::<M>::PARAMETERS as u32,
            ram: Trainer::<M>::RAM_BYTES as u32,
        });
        match self.keeper.restore(Session::<M>::NAME, self.learner) {
            Restored::Nothing => {}
            Restored::Refused(error) => {
                self.learner.restart(recipe, seed);
                self.reporter.report(&Event::NotRestored { error });
            }
            Restored::State => {
                self.learner.session.recipe.steps = recipe.steps;
                self.learner.watch.set_budget(self.settings.budget);
                if self.settings.pace == Pace::Free {
                    self.learner.gap(); // time has passed, and nobody knows how much
                }
                let (step, fingerprint) = self.standing();
                self.reporter.report(&Event::Restored {
                    step,
                    fingerprint,
                    readings: self.learner.readings().count(),
                    samples: self.learner.memory.held() as u32,
                });
            }
        }
    }

    /// Begins a checkpoint. What readings change is in it when they are next taken in.
    pub(super) fn keep(&mut self) {
        self.take_shadow(); // as one that goes on from here does
        let moving = Learner::<M, Mem>::MOVING_BYTES;
        let begun = self
            .keeper
            .begin(Session::<M>::NAME, &*self.learner, moving);
        if begun.is_none() {
            self.tell_of_save(false);
        }
    }

    pub(super) fn keep_on(&mut self) {
        match self.keeper.turn(&*self.learner) {
            Progress::Idle | Progress::Writing => {}
            Progress::Saved => self.tell_of_save(true),
            Progress::Failed => self.tell_of_save(false),
        }
    }

    fn tell_of_save(&mut self, saved: bool) {
        let (step, fingerprint) = self.standing();
        self.reporter.report(&match saved {
            true => Event::Saved { step, fingerprint },
            false => Event::NotSaved { step },
        });
    }

    pub(super) fn standing(&self) -> (u32, Fingerprint) {
        let trainer = &self.learner.session.trainer;
        (trainer.step(), Fingerprint(trainer.fingerprint()))
    }
}
