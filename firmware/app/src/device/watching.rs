//! Whether readings belong: windows are judged, and the detector is fitted.

use ganlet::model::Model;
use ganlet::watch::{Change, Drift, Verdict};

use super::Device;
use crate::clock::Clock;
use crate::event::Event;
use crate::keeper::Store;
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
    /// Judges a window, tells what that changes, and keeps it unless an alarm holds.
    pub(super) fn judge(&mut self, window: &M::Sample) {
        let judged = self.learner.judge(window);
        if let Some((change, verdict)) = judged {
            self.tell_of(change, verdict, window);
        } else if self.learner.is_scaled() && !self.told.unwatched {
            self.told.unwatched = true;
            self.reporter.report(&Event::Unwatched {
                samples: self.learner.memory.seen(),
                needed: Learner::<M, Mem>::TO_FIT,
            });
        }
        if self.learner.watch.lets_in() && !self.keeper.is_writing() {
            self.learner.keep(*window);
        }
    }

    /// Tells what a window has changed. Its reading is left out unless it is asked for.
    fn tell_of(&mut self, change: Option<Change>, verdict: Verdict, window: &M::Sample) {
        let verdict = Verdict {
            reading: verdict.reading.filter(|_| self.habits.tell_readings),
            ..verdict
        };
        if verdict.drift > Drift::MOVED && !self.told.drift {
            self.told.drift = true;
            self.reporter.report(&Event::Drifted(verdict));
        }
        let event = match change {
            Some(Change::Began) => Event::Alarm {
                verdict,
                readings: self.learner.contributors(window),
            },
            Some(Change::Ended) => Event::Calm(verdict),
            Some(Change::Accepted) => Event::NewNormal(verdict),
            None => return,
        };
        self.reporter.report(&event);
    }

    /// A slice of the detector's fit.
    pub(super) fn fit(&mut self) {
        if self.learner.fit() {
            self.told.drift = false;
            self.reporter.report(&Event::Fitted {
                samples: self.learner.detector.windows(),
                seen: self.learner.memory.seen(),
            });
        }
    }
}
