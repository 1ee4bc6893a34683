//! The main loop's side: take in, learn, watch, keep, tell.

mod keeping;
mod settings;
mod watching;

use ganlet::health::Shadow;
use ganlet::model::Model;
use ganlet::record::{Interval, Vitals};
use ganlet::rng::Rng;
use ganlet::trainer::Round;

use crate::clock::Clock;
use crate::event::{Event, Fingerprint};
use crate::fault::Fault;
use crate::keeper::{Keeper, Store};
use crate::learner::Learner;
use crate::memory::Memory;
use crate::reporter::Reporter;
use crate::sampler::{Inbox, Sample};
use crate::tally::Tally;
use crate::watchdog::{Watchdog, Watched};

use settings::Habits;
pub use settings::{Pace, Settings};

/// What a turn of the main loop has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Nothing: it waits for readings. The processor may sleep until the next interrupt.
    Waiting,
    /// One step of one player.
    Learned,
    /// One piece of a checkpoint, which takes a store's time and not the processor's. Training waits
    /// for the last one.
    Saving,
    /// The recipe's rounds are played; windows are still judged.
    Watching,
}

/// A device's life, but for its interrupt.
#[derive(Debug)]
pub struct Device<'a, M: Model, Mem, C, St, R> {
    learner: &'a mut Learner<M, Mem>,
    habits: Habits,
    tally: &'a Tally,
    clock: C,
    keeper: Keeper<St>,
    reporter: R,
    interval: Interval,
    /// Readings to be taken in before training goes on, in lockstep.
    owed: u32,
    /// Readings at which the scale is tried for.
    scale_at: u32,
    spent: u64,
    rounds: u32,
    told: Told,
    finished: bool,
    shadow: Option<&'a mut Shadow<M>>,
    /// Rounds in a row without a generator step.
    skipped: u32,
    rolled_back: u32,
    watchdog: Watched<'a>,
}

/// Totals at the last time that something was told of them.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    faults: [u32; Fault::ALL.len()],
    rejected: u32,
    dropped: u32,
    /// That nothing is watched yet.
    unwatched: bool,
    /// Drift, of the detector that serves.
    drift: bool,
}

/// Rounds between two looks back at what to go back to.
const SHADOW_EVERY: u32 = 100;

/// Rounds in a row without a step of the generator, or of the discriminator, after which it goes back.
const SKIPPED: u32 = 16;

/// The first stream that draws a network anew, where there is no shadow.
const RENEWING: u64 = 1 << 32;

impl<'a, M, Mem, C, St, R> Device<'a, M, Mem, C, St, R>
where
    M: Model,
    Mem: Memory<M::Sample>,
    C: Clock,
    St: Store,
    R: Reporter,
{
    /// A device that begins its life: with fresh networks, or with those of the store if there are
    /// any that fit; with a [shadow](Self::with_shadow) where the RAM allows.
    ///
    /// A restored session keeps its own recipe, but for the number of rounds.
    pub fn start(
        learner: &'a mut Learner<M, Mem>,
        shadow: Option<&'a mut Shadow<M>>,
        settings: Settings,
        tally: &'a Tally,
        clock: C,
        store: St,
        reporter: R,
    ) -> Self {
        learner.restart(settings.recipe, settings.seed);
        let mut device = Self::with(learner, settings, tally, clock, store, reporter);
        device.shadow = shadow;
        if let Some(shadow) = &mut device.shadow {
            shadow.best.forget();
        }
        device.restore(&settings);
        device.take_shadow();
        device
    }

    /// A device that goes on with a learner as it is.
    pub fn with(
        learner: &'a mut Learner<M, Mem>,
        settings: Settings,
        tally: &'a Tally,
        clock: C,
        store: St,
        reporter: R,
    ) -> Self {
        learner.watch.set_budget(settings.budget);
        Self {
            learner,
            tally,
            clock,
            keeper: Keeper::new(store),
            reporter,
            interval: Interval::default(),
            owed: settings.pace.readings(),
            scale_at: settings.warm_up.max(2),
            spent: 0,
            rounds: 0,
            told: Told::default(),
            finished: false,
            shadow: None,
            skipped: 0,
            rolled_back: 0,
            watchdog: Watched(None),
            habits: Habits::of(&settings),
        }
    }

    /// The same with room for networks to go back to, where the RAM allows: without it, it goes back
    /// to the averaged generator and a fresh discriminator.
    #[must_use]
    pub fn with_shadow(mut self, shadow: &'a mut Shadow<M>) -> Self {
        shadow.take(&self.learner.session.trainer);
        self.shadow = Some(shadow);
        self
    }

    /// The same with a watchdog, which is fed by a step of training, by a piece of a checkpoint and by
    /// a reading that is taken in or rejected, and by nothing else.
    #[must_use]
    pub fn with_watchdog(mut self, watchdog: &'a mut dyn Watchdog) -> Self {
        self.watchdog = Watched(Some(watchdog));
        self
    }

    /// One turn of the main loop: takes in what is queued, has one player take one step or writes one
    /// piece of a checkpoint, tells what is due.
    ///
    /// While a checkpoint is written, readings are taken in and judged as ever, but not learned.
    pub fn turn(&mut self, inbox: &mut impl Inbox) -> Activity {
        let took = self.take_in(inbox) | self.has_rejected();
        self.tell_of_losses();
        let activity = self.act();
        if took || matches!(activity, Activity::Learned | Activity::Saving) {
            self.watchdog.feed();
        }
        activity
    }

    /// Whether readings were rejected since this was last asked: a sensor that fails is at work, and
    /// the device that counts its failures too.
    fn has_rejected(&mut self) -> bool {
        let total = self.tally.rejected_in_all();
        core::mem::replace(&mut self.told.rejected, total) != total
    }

    /// The turn's work, once the readings are taken in.
    fn act(&mut self) -> Activity {
        if self.keeper.is_writing() {
            self.keep_on();
            return Activity::Saving;
        }
        if self.finished {
            self.fit();
            return Activity::Watching;
        }
        if self.learner.session.done() {
            self.finish();
            return Activity::Watching;
        }
        if self.owed > 0 || !self.is_warm() {
            return Activity::Waiting;
        }
        let begun = self.clock.micros();
        let round = self.learner.turn();
        self.spent += self.clock.micros().saturating_sub(begun);
        if let Some(round) = round {
            self.after(&round);
        }
        Activity::Learned
    }

    /// Tells the device that no more readings will come: training no longer waits for any.
    pub fn no_more_readings(&mut self) {
        self.habits.pace = Pace::Free;
        self.habits.warm_up = 0;
        self.owed = 0;
        if !self.learner.is_scaled() {
            self.scale();
        }
    }

    /// Whether readings are still awaited.
    pub fn is_waiting_for_readings(&self) -> bool {
        self.habits.pace != Pace::Free || self.habits.warm_up > 0
    }

    /// What it has learned.
    pub fn learner(&self) -> &Learner<M, Mem> {
        self.learner
    }

    /// Takes in what it wants of the queue; tells whether there was anything.
    #[inline(never)] // its windows leave the stack before a step of training comes
    fn take_in(&mut self, inbox: &mut impl Inbox) -> bool {
        let mut took = false;
        while self.is_hungry()
            && let Some(sample) = inbox.next()
        {
            took = true;
            if let Some(window) = self.learner.take(sample) {
                self.judge(&window);
            }
            if matches!(sample, Sample::Reading(_)) {
                self.owed = self.owed.saturating_sub(u32::from(self.is_warm()));
                if !self.learner.is_scaled() && self.learner.readings().count() >= self.scale_at {
                    self.scale();
                }
            }
        }
        took
    }

    /// Whether readings are to be taken in now.
    fn is_hungry(&self) -> bool {
        match self.habits.pace {
            Pace::Free => true,
            Pace::Lockstep { .. } if self.keeper.is_writing() => false,
            Pace::Lockstep { .. } => self.finished || self.owed > 0 || !self.is_warm(),
        }
    }

    /// Whether it has enough to learn from.
    fn is_warm(&self) -> bool {
        self.learner.can_learn() && self.learner.readings().count() >= self.habits.warm_up
    }

    /// Fixes the scale, or says why not and tries again when there are twice as many readings.
    fn scale(&mut self) {
        match self.learner.scale() {
            Ok(scale) => self.reporter.report(&Event::Scaled {
                mean: scale.mean(),
                sd: scale.sd(),
                readings: self.learner.readings().count(),
            }),
            Err(reason) => {
                self.scale_at = self.scale_at.saturating_mul(2);
                self.reporter.report(&Event::Unscaled { reason });
            }
        }
    }

    fn after(&mut self, round: &Round) {
        self.guard(round);
        self.interval.push(round);
        self.rounds += 1;
        self.examine();
        let step = self.learner.session.trainer.step();
        let done = self.learner.session.done();
        // After the last round nothing waits for readings: what has been judged until then is told.
        self.owed = u32::from(!done) * self.habits.pace.readings();
        self.fit();
        if done || due(step, self.habits.report_every) {
            self.tell();
        }
        if done && let Some(settled) = self.learner.settle(self.habits.settled_by) {
            self.reporter.report(&Event::Settled(settled));
        }
        if done && self.keeper.room() > 0 || !done && due(step, self.habits.save_every) {
            self.keep();
        }
    }

    /// Sees that networks which are not sound are not trained on, nor kept.
    fn guard(&mut self, round: &Round) {
        let skipped = round.discriminator.step.skipped || round.generator.skipped;
        self.skipped = if skipped { self.skipped + 1 } else { 0 };
        let session = &mut self.learner.session;
        if !session.trainer.is_sound() || self.skipped >= SKIPPED {
            self.rolled_back = self.rolled_back.saturating_add(1);
            self.skipped = 0;
            let mut rng = Rng::new(session.seed, RENEWING + u64::from(self.rolled_back));
            session.trainer.go_back(self.shadow.as_deref(), &mut rng);
            self.reporter.report(&Event::RolledBack {
                step: session.trainer.step(),
                total: self.rolled_back,
            });
        } else if !skipped && due(session.trainer.step(), SHADOW_EVERY) {
            self.take_shadow();
        }
    }

    /// Has the doctor see a run that goes on, and the best of it kept when it is over.
    fn examine(&mut self) {
        let (every, session) = (self.habits.examine_every, &self.learner.session);
        let mut best = self.shadow.as_deref_mut().map(|shadow| &mut shadow.best);
        let treated = match session.done() {
            true if every > 0 => best.and_then(|best| self.learner.keep_best(best)),
            false if due(session.trainer.step(), every) => self.learner.examine(best.take()),
            _ => None,
        };
        if let Some(treated) = treated {
            self.reporter.report(&Event::Treated(treated));
        }
    }

    fn take_shadow(&mut self) {
        if let Some(shadow) = &mut self.shadow {
            shadow.take(&self.learner.session.trainer);
        }
    }

    /// Tells the interval of training so far, if there is any of it.
    pub fn tell(&mut self) {
        let step = self.learner.session.trainer.step();
        let vitals = Vitals {
            seen: self.tally.seen(),
            rejected: self.tally.rejected_in_all(),
            dropped: self.tally.dropped(),
            cost_us: self.spent as f32 / self.rounds.max(1) as f32,
            stack: (self.habits.stack)(),
        };
        (self.spent, self.rounds) = (0, 0);
        if let Some(record) = self.interval.finish(step) {
            self.reporter.report(&Event::Progress(record.with(vitals)));
        }
    }

    #[inline(never)] // as below
    fn finish(&mut self) {
        let (step, fingerprint) = self.standing();
        self.finished = true;
        let verdicts = Fingerprint(self.learner.watch.digest());
        self.reporter.report(&Event::Finished {
            step,
            fingerprint,
            verdicts,
        });
    }

    /// Faults and drops, at their 1st, 2nd, 4th, 8th, … time.
    #[inline(never)] // its events leave the stack before a step of training comes
    fn tell_of_losses(&mut self) {
        for (fault, told) in Fault::ALL.into_iter().zip(&mut self.told.faults) {
            let total = self.tally.rejected(fault);
            if doubled(told, total) {
                self.reporter.report(&Event::FaultSeen { fault, total });
            }
        }
        let total = self.tally.dropped();
        if doubled(&mut self.told.dropped, total) {
            self.reporter.report(&Event::Dropped { total });
        }
    }
}

/// Whether something that comes every so many rounds, 0 for never, is due at `step`.
fn due(step: u32, every: u32) -> bool {
    every > 0 && step.is_multiple_of(every)
}

/// Whether a total is at least twice what it was when last told; notes it if so.
fn doubled(told: &mut u32, total: u32) -> bool {
    let due = total > 0 && total >= told.saturating_mul(2);
    if due {
        *told = total;
    }
    due
}

#[cfg(test)]
mod tests;
