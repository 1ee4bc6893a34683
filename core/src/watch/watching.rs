//! Whether readings belong: a detector at work.

use super::alarm::{Alarm, Change};
use super::detector::Detector;
use super::drift::Drift;
use super::flatline::{Flat, Flatline};
use super::panel::Panel;
use super::threshold::Threshold;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::Row;
use crate::stream::Standardiser;

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kind {
    /// Windows that are not as normal ones are.
    Event,
    /// Windows that are stranger than they have been, for longer than chance has it, though none of
    /// them is beyond the limit.
    Lasting,
    /// Windows far more quiet than normal ones.
    Silent,
    /// The same reading over and over.
    Stuck,
    /// The same, at the end of the range.
    Saturated,
}

/// How strange a window is, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Verdict {
    /// Its last reading, in the sensor's unit. A device leaves it out unless it is asked for it.
    pub reading: Option<f32>,
    /// What is wrong with it, if something is.
    pub kind: Kind,
    /// The part of the panel that finds it strangest.
    pub part: &'static str,
    /// −log₁₀ p: of normal windows one in 10ˢ is at least as strange.
    pub strangeness: f32,
    /// The limit of strangeness.
    pub threshold: f32,
    /// A lower bound of the Jensen-Shannon divergence between normal then and now, in nats.
    pub drift: f32,
}

/// Holds windows against what is remembered as normal, once a detector has been fitted to it; before,
/// it is silent.
///
/// [`Alarm`] says when an alarm begins and ends. While one holds, windows are not learned; one that
/// has held for [`Alarm::TO_ACCEPT`] readings is taken for a new normal, learned, and the detector
/// fitted anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    alarm: Alarm,
    flatline: Flatline,
    drift: Drift,
    /// Windows until a detector is fitted anew; 0 for never.
    refit_in: u32,
    /// A new normal has been accepted, and nobody has been told.
    shifted: bool,
    /// Readings since the last window, or since the last gap.
    new: u32,
    digest: u32,
}

impl Watch {
    /// Windows of a new normal that are remembered before the detector is fitted to it.
    pub const TO_REFIT: u32 = 512;

    /// Zeros throughout, for a static before it is set to [`new`](Self::new).
    pub const ZERO: Self = Self {
        alarm: Alarm::ZERO,
        flatline: Flatline::ZERO,
        drift: Drift::ZERO,
        refit_in: 0,
        shifted: false,
        new: 0,
        digest: 0,
    };

    /// One normal window in a thousand may be strange.
    pub const fn new() -> Self {
        Self {
            alarm: Alarm::new(Threshold::ONE_IN_A_THOUSAND),
            flatline: Flatline::new(),
            drift: Drift::new(),
            ..Self::ZERO
        }
    }

    /// Sets the false-alarm budget, the share of normal windows that may be strange. Another one than
    /// before ends the alarm, and the limit begins anew.
    pub fn set_budget(&mut self, budget: f32) {
        let threshold = Threshold::of_budget(budget);
        if threshold.budget() != self.alarm.threshold.budget() {
            self.alarm = Alarm::new(threshold);
        }
    }

    /// Whether windows are to be learned now.
    pub fn lets_in(&self) -> bool {
        self.alarm.lets_in()
    }

    /// Whether an alarm holds.
    pub fn holds(&self) -> bool {
        self.alarm.holds()
    }

    /// Adds a word to the checksum.
    fn add(&mut self, word: u32) {
        self.digest = (self.digest.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B1);
    }

    /// A checksum over every verdict so far, the strangeness of a window and whether an alarm holds:
    /// the same on every machine.
    pub fn digest(&self) -> u32 {
        self.digest
    }

    /// Whether the detector is to be fitted anew to a new normal.
    pub fn wants_a_fit(&self) -> bool {
        self.refit_in == 1
    }

    /// Whether a new normal has been accepted since this was last asked: what is remembered is to make
    /// room for it.
    pub fn has_shifted(&mut self) -> bool {
        core::mem::take(&mut self.shifted)
    }

    /// Begins anew with a detector that has just been fitted.
    pub fn fitted(&mut self) {
        self.alarm = Alarm::new(Threshold::of_budget(self.alarm.threshold.budget()));
        self.drift = Drift::new();
        self.refit_in = 0;
    }

    /// Readings are missing.
    pub fn gap(&mut self) {
        self.flatline.gap();
        self.new = 0;
    }

    /// Takes in a reading; `learns` before there is a detector.
    pub fn read(&mut self, x: f32, learns: bool) {
        self.flatline.push(x, learns);
        self.new = self.new.saturating_add(1);
    }

    /// Judges one window, once there is a detector; tells what it changes.
    pub fn judge<P: Panel>(
        &mut self,
        detector: &Detector<P>,
        scale: &Standardiser,
        window: &P::Sample,
    ) -> Option<(Option<Change>, Verdict)> {
        let new = core::mem::take(&mut self.new);
        if !detector.is_fitted() {
            return None;
        }
        let standardised = scale.to_row(*window);
        let score = detector.score(&standardised);
        self.refit_in = self.refit_in.saturating_sub(u32::from(self.refit_in > 1));
        let flat = self.flatline.fault();
        // What an alarm is about is an event, unless it lasts: then it is followed, and is drift.
        if flat.is_none() && !self.holds() {
            self.drift.push(score.strangeness);
        }
        let threshold = self.alarm.threshold.level();
        let length = window.flat().len();
        let sure = flat.is_some();
        let change = self.alarm.judge(score.strangeness, new, length, sure);
        if change == Some(Change::Accepted) {
            self.refit_in = Self::TO_REFIT;
            self.shifted = true;
        }
        self.add(score.strangeness.to_bits());
        self.add(u32::from(self.holds()));
        let verdict = Verdict {
            reading: window.flat().last().copied(),
            kind: match flat {
                Some(Flat::Stuck) => Kind::Stuck,
                Some(Flat::Saturated) => Kind::Saturated,
                None if detector.is_silent(&standardised) => Kind::Silent,
                None if self.alarm.lasts() => Kind::Lasting,
                None => Kind::Event,
            },
            part: P::PARTS.get(score.part()).copied().unwrap_or(""),
            strangeness: score.strangeness,
            threshold,
            drift: self.drift.js_bound(),
        };
        Some((change, verdict))
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Persist for Watch {
    const BYTES: usize =
        Alarm::BYTES + Flatline::BYTES + Drift::BYTES + 3 * u32::BYTES + bool::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.alarm.save(out);
        self.flatline.save(out);
        self.drift.save(out);
        self.refit_in.save(out);
        self.shifted.save(out);
        self.new.save(out);
        self.digest.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.alarm.load(from)?;
        self.flatline.load(from)?;
        self.drift.load(from)?;
        self.refit_in.load(from)?;
        self.shifted.load(from)?;
        self.new.load(from)?;
        self.digest.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::stream::Replay;
    use crate::watch::{Fit, ReadingPanel};

    fn fitted(rng: &mut Rng) -> Detector<ReadingPanel> {
        let mut memory = Replay::<[f32; 1], 96>::uniform();
        for _ in 0..96 {
            memory.push([rng.gaussian()], rng);
        }
        let (mut fit, mut detector) = (Fit::IDLE, Detector::BLANK);
        fit.begin(1);
        while !fit.turn(&memory, &Standardiser::IDENTITY, &mut detector) {}
        detector
    }

    /// Alarms that began, and the drift at the end, of 800 readings about a mean.
    fn after(mean: f32) -> (usize, f32) {
        let mut rng = Rng::new(5, 0);
        let detector = fitted(&mut rng);
        let (mut watch, mut began, mut drift) = (Watch::new(), 0, 0.0);
        for i in 0..1600 {
            let x = rng.gaussian();
            let x = if i < 800 { x } else { mean + x };
            watch.read(x, i < 800);
            let judged = watch.judge(&detector, &Standardiser::IDENTITY, &[x]);
            let (change, verdict) = judged.expect("a fitted detector");
            began += usize::from(change == Some(Change::Began));
            drift = verdict.drift;
        }
        (began, drift)
    }

    #[test]
    fn an_event_is_an_alarm_and_no_drift_and_drift_is_no_alarm() {
        let (alarms, drift) = after(0.0);
        assert!(
            alarms == 0 && drift < 0.5 * Drift::MOVED,
            "{alarms} {drift}"
        );
        let (alarms, drift) = after(15.0);
        assert!(
            alarms == 1 && drift < 0.5 * Drift::MOVED,
            "{alarms} {drift}"
        );
        let (alarms, drift) = after(2.0);
        assert!(alarms == 0 && drift > Drift::MOVED, "{alarms} {drift}");
    }
}
