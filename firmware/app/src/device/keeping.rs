//! Checkpoints: a life that goes on, and one that is kept.

use ganlet::health::Shadow;
use ganlet::model::Model;
use ganlet::session::Session;
use ganlet::trainer::Trainer;

use super::{Device, Pace, Settings};
use crate::clock::Clock;
use crate::event::{Event, Fingerprint};
use crate::keeper::{Progress, Restored, Store};
use crate::learner::{Course, Learner};
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
    pub(super) fn restore(&mut self, settings: &Settings) {
        let Settings { recipe, seed, .. } = *settings;
        self.reporter.report(&Event::Started {
            model: Session::<M>::NAME,
            seed,
            parameters: Trainer::<M>::PARAMETERS as u32,
            ram: Trainer::<M>::RAM_BYTES as u32,
        });
        let Self {
            keeper,
            learner,
            shadow,
            ..
        } = self;
        let mut course = course(learner, shadow);
        match keeper.restore(Session::<M>::NAME, &mut course) {
            Restored::Nothing => {}
            Restored::Refused(error) => {
                self.learner.restart(recipe, seed);
                if let Some(shadow) = &mut self.shadow {
                    shadow.best.forget();
                }
                self.reporter.report(&Event::NotRestored { error });
            }
            Restored::State => {
                self.learner.session.recipe.steps = recipe.steps;
                self.learner.watch.set_budget(settings.budget);
                if self.habits.pace == Pace::Free {
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
        let Self {
            keeper,
            learner,
            shadow,
            ..
        } = self;
        let course = course(learner, shadow);
        let begun = keeper.begin(Session::<M>::NAME, &course, moving);
        if begun.is_none() {
            self.tell_of_save(false);
        }
    }

    pub(super) fn keep_on(&mut self) {
        let Self {
            keeper,
            learner,
            shadow,
            ..
        } = self;
        match keeper.turn(&course(learner, shadow)) {
            Progress::Idle | Progress::Writing => {}
            Progress::Saved => self.tell_of_save(true),
            Progress::Failed => self.tell_of_save(false),
        }
    }

    #[inline(never)] // its event leaves the stack
    fn tell_of_save(&mut self, saved: bool) {
        let (step, fingerprint) = self.standing();
        self.reporter.report(&match saved {
            true => Event::Saved { step, fingerprint },
            false => Event::NotSaved { step },
        });
    }

    /// What a checkpoint of it is to hold, which is up to the caller. The device looks from now on
    /// as one that goes on from that checkpoint.
    pub fn checkpoint(&mut self) -> Course<'_, M, Mem> {
        self.take_shadow();
        course(self.learner, &mut self.shadow)
    }

    pub(super) fn standing(&self) -> (u32, Fingerprint) {
        let trainer = &self.learner.session.trainer;
        (trainer.step(), Fingerprint(trainer.fingerprint()))
    }
}

/// What a checkpoint holds of a device.
fn course<'a, M: Model, Mem>(
    learner: &'a mut Learner<M, Mem>,
    shadow: &'a mut Option<&mut Shadow<M>>,
) -> Course<'a, M, Mem> {
    let best = shadow.as_deref_mut().map(|shadow| &mut shadow.best);
    Course { learner, best }
}
