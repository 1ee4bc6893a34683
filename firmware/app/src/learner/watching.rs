//! A learner's detector: fitted beside the networks, and asked about every window.

use ganlet::layer::Row as _;
use ganlet::model::Model;
use ganlet::watch::{Change, Detector, Fit, Places, Verdict, Watch};

use super::Learner;
use super::work::Work;
use crate::memory::Memory;

impl<M: Model, Mem> Learner<M, Mem> {
    /// Samples that the first fit of a detector waits for; each that follows waits for twice as many.
    pub const TO_FIT: u32 = Fit::<M::Panel>::MOST as u32;

    pub(super) fn begin_watch(&mut self) {
        self.detector = Detector::BLANK;
        self.watch = Watch::new();
        self.interval = 0.0;
        self.work.stop(self.session.seed);
        self.fit_at = Self::TO_FIT;
    }
}

impl<M: Model, Mem: Memory<M::Sample>> Learner<M, Mem> {
    /// Judges a window, once there is a detector; tells what it changes.
    pub fn judge(&mut self, window: &M::Sample) -> Option<(Option<Change>, Verdict)> {
        let scale = &self.session.standardiser;
        self.watch.judge(&self.detector, scale, window)
    }

    /// The readings that a strange window is strange for, beside the remembered one that is most like
    /// it.
    pub fn contributors(&self, window: &M::Sample) -> Places {
        let scale = &self.session.standardiser;
        let window = scale.to_row(*window);
        let places = 0..self.memory.count();
        let held = places.filter_map(|place| self.memory.window(place));
        let mut nearest = (f32::MAX, window);
        for other in held.map(|other| scale.to_row(other)) {
            let pairs = window.flat().iter().zip(other.flat());
            let distance = pairs.fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
            if distance < nearest.0 {
                nearest = (distance, other);
            }
        }
        self.detector.contributors(&window, &nearest.1)
    }

    /// The next slice of the detector's fit, about as long as a step of training, if one is under way
    /// or due; `true` when it was the last, and there is a new detector.
    ///
    /// The first fit comes with [`TO_FIT`](Self::TO_FIT) samples, or with the end of training; further
    /// ones whenever twice as many have been seen, and after a new normal. It rests under alarm.
    pub fn fit(&mut self) -> bool {
        if !self.wants_a_slice() {
            return false;
        }
        let Self {
            session,
            memory,
            detector,
            work: Work::Fitting(fit),
            fit_at,
            ..
        } = self
        else {
            return false;
        };
        if !fit.is_under_way() {
            fit.begin(session.seed);
            while *fit_at <= memory.seen() && *fit_at < u32::MAX {
                *fit_at = fit_at.saturating_mul(2).max(1);
            }
        }
        let fitted = fit.turn(memory, &session.standardiser, detector);
        if fitted {
            self.watch.fitted();
        }
        fitted
    }

    fn wants_a_slice(&self) -> bool {
        let Work::Fitting(fit) = &self.work else {
            return false;
        };
        !self.watch.holds() && (fit.is_under_way() || self.is_fit_due())
    }

    fn is_fit_due(&self) -> bool {
        let enough = self.memory.count() >= Fit::<M::Panel>::FEWEST;
        let at_last = self.session.done() && !self.detector.is_fitted();
        let counted = self.fit_at < u32::MAX; // which is as far as it goes
        let grown = counted && self.memory.seen() >= self.fit_at || self.watch.wants_a_fit();
        enough && (at_last || grown)
    }

    /// Brings a fit that is under way or due to its end, once training is over.
    pub fn fit_at_last(&mut self) {
        while self.session.done() && self.wants_a_slice() {
            self.fit();
        }
    }
}
