//! A learner as a checkpoint holds it.

use ganlet::checkpoint::{HEADER_BYTES, Invalid, Persist, Reader, Writer};
use ganlet::health::{Best, Doctor};
use ganlet::model::Model;
use ganlet::session::Session;
use ganlet::watch::{Detector, Fit};

use super::Learner;
use super::format_3::OldWatch;

/// Statistics of the readings first, and their count first of all.
///
/// What an older format does not hold begins anew: format 2 held the session alone, format 3 no
/// detector, but a watch of its own and its random stream, format 4 nothing of a doctor's.
impl<M: Model, Mem: Persist> Persist for Learner<M, Mem> {
    const BYTES: usize = Self::MOVING_BYTES - HEADER_BYTES
        + bool::BYTES
        + Session::<M>::BYTES
        + Mem::BYTES
        + Detector::<M::Panel>::BYTES
        + Fit::<M::Panel>::BYTES
        + u32::BYTES
        + f32::BYTES
        + Doctor::BYTES
        + Best::<M>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.save_with(None, out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.load_with(None, from)
    }
}

impl<M: Model, Mem: Persist> Learner<M, Mem> {
    /// Saves it with the best generator, where there is one.
    pub(super) fn save_with(&self, best: Option<&Best<M>>, out: &mut Writer<'_>) {
        if out.has(3) {
            self.readings.save(out);
            self.windower.save(out);
            if out.has(4) {
                self.watch.save(out);
            } else {
                OldWatch.save(out);
            }
            self.keeping.save(out);
            if !out.has(4) {
                self.keeping.save(out);
            }
            self.work.is_scaled().save(out);
        }
        self.session.save(out);
        if out.has(3) {
            self.memory.save(out);
        }
        if out.has(4) {
            self.detector.save(out);
            self.work.save(self.session.seed, out);
            self.fit_at.save(out);
            self.interval.save(out);
        }
        if out.has(5) {
            self.doctor.save(out);
            Best::save(best, out);
        }
    }

    /// Loads it with the best generator, where there is one and room for it.
    pub(super) fn load_with(
        &mut self,
        mut best: Option<&mut Best<M>>,
        from: &mut Reader<'_>,
    ) -> Result<(), Invalid> {
        if from.writes()
            && let Some(best) = best.as_mut()
        {
            best.forget();
        }
        if !from.has(3) {
            self.session.load(from)?;
            if from.writes() {
                self.begin(true);
            }
            return Ok(());
        }
        self.readings.load(from)?;
        self.windower.load(from)?;
        if from.has(4) {
            self.watch.load(from)?;
        } else {
            from.read(OldWatch)?;
        }
        self.keeping.load(from)?;
        if !from.has(4) {
            from.read(self.keeping.clone())?;
        }
        let scaled = from.read(false)?;
        if from.writes() {
            self.work.set_scaled(scaled);
        }
        self.session.load(from)?;
        self.memory.load(from)?;
        if from.has(4) {
            self.detector.load(from)?;
            self.work.load(from)?;
            self.fit_at.load(from)?;
            self.interval.load(from)?;
        } else if from.writes() {
            self.begin_watch();
        }
        if from.has(5) {
            self.doctor.load(from)?;
            return Best::load(best, from);
        }
        if from.writes() {
            self.doctor = Doctor::new();
        }
        Ok(())
    }
}
