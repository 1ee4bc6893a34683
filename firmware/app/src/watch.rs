//! Whether readings belong.

use ganlet::checkpoint::{Invalid, Persist, Reader, Writer};
use ganlet::layer::Row;
use ganlet::model::Model;
use ganlet::rng::Rng;
use ganlet::session::Session;

use crate::memory::Memory;

/// How strange a window is, and the limits it is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Verdict {
    /// Its last reading, in the sensor's unit. A raw reading leaves the device only where
    /// [`Settings::tell_readings`](crate::Settings::tell_readings) says so.
    pub reading: Option<f32>,
    /// Minus the discriminator's logit: 0 is as likely real as generated, higher is stranger.
    pub strangeness: f32,
    /// The limit of strangeness.
    pub threshold: f32,
    /// Its largest distance from the mean, in standard deviations.
    pub farthest: f32,
    /// The limit of distance.
    pub limit: f32,
}

impl Verdict {
    /// Whether either limit is exceeded.
    pub fn is_strange(&self) -> bool {
        self.strangeness > self.threshold || self.farthest > self.limit
    }
}

/// Holds windows against what is remembered as normal.
///
/// The limits come from [`SAMPLES`](Self::SAMPLES) remembered windows, after every interval of
/// training: the highest strangeness among them and the largest distance, each with a
/// [`MARGIN`](Self::MARGIN). A discriminator says little about readings far from all that it was
/// trained on; the distance is there for those.
///
/// An alarm takes [`TO_ALARM`](Self::TO_ALARM) strange windows in a row, and
/// [`TO_CALM`](Self::TO_CALM) others end it. Before the first limits there is none. While it holds,
/// windows are not learned; one that has held for [`TO_ACCEPT`](Self::TO_ACCEPT) windows is taken
/// for a new normal, and learned.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    limit: f32,
    row: u32,
    /// Windows since the alarm began, while there is one.
    alarmed: Option<u32>,
}

impl Watch {
    /// Remembered windows that the limits come from.
    pub const SAMPLES: u32 = 128;
    /// A limit lies this many times as far from the mean of the remembered windows as the farthest
    /// of them.
    pub const MARGIN: f32 = 1.5;
    /// Strange windows in a row that raise an alarm.
    pub const TO_ALARM: u32 = 4;
    /// Windows in a row that are not strange and end it.
    pub const TO_CALM: u32 = 16;
    /// Windows of an alarm after which they count as normal.
    pub const TO_ACCEPT: u32 = 1024;

    /// Zeros throughout, for a static before it is set.
    pub(crate) const BLANK: Self = Self {
        limit: 0.0,
        row: 0,
        alarmed: None,
    };

    /// Before the first limits.
    pub const fn new() -> Self {
        Self {
            limit: f32::MAX,
            row: 0,
            alarmed: None,
        }
    }

    /// Sets the limits by what `memory` holds; that of strangeness is the session's
    /// [`threshold`](Session::threshold).
    pub fn calibrate<M: Model>(
        &mut self,
        session: &mut Session<M>,
        memory: &impl Memory<M::Sample>,
        rng: &mut Rng,
    ) {
        let (mut sum, mut highest, mut farthest) = (0.0, f32::NEG_INFINITY, 0.0f32);
        for _ in 0..Self::SAMPLES {
            let Some(window) = memory.draw(rng) else {
                return;
            };
            let [strangeness] = session.strangeness(&[window]);
            sum += strangeness;
            highest = highest.max(strangeness);
            farthest = farthest.max(distance(session, &window));
        }
        let mean = sum / Self::SAMPLES as f32;
        let threshold = mean + Self::MARGIN * (highest - mean);
        if threshold.is_finite() {
            session.threshold = threshold;
            self.limit = (Self::MARGIN * farthest).min(f32::MAX);
        }
    }

    /// Whether windows are to be learned now.
    pub fn lets_in(&self) -> bool {
        self.alarmed.is_none_or(|windows| windows > Self::TO_ACCEPT)
    }

    /// Judges one window; tells when an alarm begins (`true`) or ends (`false`).
    pub fn judge<M: Model>(
        &mut self,
        session: &Session<M>,
        window: &M::Sample,
    ) -> Option<(bool, Verdict)> {
        if self.limit == f32::MAX {
            return None;
        }
        let [strangeness] = session.strangeness(&[*window]);
        let verdict = Verdict {
            reading: window.flat().last().copied(),
            strangeness,
            threshold: session.threshold,
            farthest: distance(session, window),
            limit: self.limit,
        };
        self.alarmed = self.alarmed.map(|windows| windows.saturating_add(1));
        if verdict.is_strange() == self.alarmed.is_some() {
            self.row = 0;
            return None;
        }
        self.row += 1;
        let enough = match self.alarmed {
            Some(_) => Self::TO_CALM,
            None => Self::TO_ALARM,
        };
        if self.row < enough {
            return None;
        }
        self.row = 0;
        self.alarmed = self.alarmed.is_none().then_some(0);
        Some((self.alarmed.is_some(), verdict))
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Persist for Watch {
    const BYTES: usize = f32::BYTES + u32::BYTES + bool::BYTES + u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.limit.save(out);
        self.row.save(out);
        self.alarmed.is_some().save(out);
        self.alarmed.unwrap_or(0).save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.limit.load(from)?;
        self.row.load(from)?;
        let (alarmed, windows) = (from.read(false)?, from.read(0u32)?);
        from.set(&mut self.alarmed, alarmed.then_some(windows));
        Ok(())
    }
}

/// The largest distance of a window's readings from the mean, in standard deviations.
fn distance<M: Model>(session: &Session<M>, window: &M::Sample) -> f32 {
    let each = window.flat().iter();
    each.fold(0.0, |far, &x| session.standardiser.to(x).abs().max(far))
}
