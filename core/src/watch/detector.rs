//! A fitted panel whose parts speak one language.

use super::calibrate::{Tail, Unit};
use super::features::Features;
use super::panel::Panel;
use super::places::Places;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::{Row, Zero as _};

/// The most parts that a panel may have.
pub const MOST_PARTS: usize = 4;

/// How strange a window is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Score {
    /// −log₁₀ p: of normal windows one in 10ˢ is at least as strange.
    pub strangeness: f32,
    /// −log₁₀ p of each part by itself; what a panel has no part for is 0.
    pub parts: [f32; MOST_PARTS],
}

impl Score {
    /// The place of the part that finds the window strangest.
    pub fn part(&self) -> usize {
        let mut best = (0, f32::NEG_INFINITY);
        for (i, &decades) in self.parts.iter().enumerate() {
            if decades > best.1 {
                best = (i, decades);
            }
        }
        best.0
    }
}

/// A panel, each part as a probability, and their maximum as one.
///
/// Each part's numbers become −log₁₀ p by how they lie on normal windows that the part was *not*
/// fitted to ([`Fit`](super::Fit)); the strangest part speaks for the window, and what the maximum
/// comes to on the same windows makes it a probability again. The maximum, because a fault shows in
/// one part: a sum would have the parts that see nothing vote too.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector<P> {
    pub(super) panel: P,
    pub(super) units: [Unit; MOST_PARTS],
    pub(super) tail: Tail,
    /// Windows that it was fitted to; 0 before a fit.
    pub(super) windows: u32,
    /// The least standard deviation of one of them.
    pub(super) quietest: f32,
}

impl<P: Panel> Detector<P> {
    /// Zeros throughout, for a static before it is set to [`BLANK`](Self::BLANK).
    pub const ZERO: Self = Self {
        panel: P::BLANK,
        units: [Unit::ZERO; MOST_PARTS],
        tail: Tail::ZERO,
        windows: 0,
        quietest: 0.0,
    };

    /// Before a [`Fit`](super::Fit).
    pub const BLANK: Self = {
        assert!(P::PARTS.len() <= MOST_PARTS, "a panel has at most 4 parts");
        assert!(
            P::MIXTURES + P::COUNTS <= P::PARTS.len(),
            "mixtures and counts are parts"
        );
        Self {
            panel: P::BLANK,
            units: [Unit::BLANK; MOST_PARTS],
            tail: Tail::BLANK,
            windows: 0,
            quietest: 0.0,
        }
    };

    /// Whether it has been fitted. Before, no score means anything.
    pub fn is_fitted(&self) -> bool {
        self.windows > 0
    }

    /// Windows that it was fitted to.
    pub fn windows(&self) -> u32 {
        self.windows
    }

    /// The panel.
    pub fn panel(&self) -> &P {
        &self.panel
    }

    /// Whether a window is at least four times as quiet as any that it was fitted to: a sensor that
    /// has come loose, a machine that has stopped.
    pub fn is_silent(&self, window: &P::Sample) -> bool {
        <P::Sample as Row>::LEN > 1 && 4.0 * Features::sd(window.flat()) < self.quietest
    }

    /// The readings that a window's strangeness comes from: those that answer for at least half as much
    /// of it as the one that answers for most. See [`contributions`](Self::contributions).
    pub fn contributors(&self, window: &P::Sample, instead: &P::Sample) -> Places {
        let contributions = self.contributions(window, instead);
        let most = contributions.flat().iter().copied().fold(0.0, f32::max);
        let places = contributions.flat().iter().enumerate();
        places.fold(Places(0), |Places(set), (place, &decades)| {
            let counts = most > 0.0 && 2.0 * decades >= most;
            Places(set | u32::from(counts).checked_shl(place as u32).unwrap_or(0))
        })
    }

    /// How much of a window's strangeness each reading answers for: by how many decades its
    /// strangest part falls if the reading were that of `instead`, a normal window like it.
    pub fn contributions(&self, window: &P::Sample, instead: &P::Sample) -> P::Sample {
        let part = self.score(window).part();
        let decades = |window: &P::Sample| {
            let unit = self.units.get(part).unwrap_or(&Unit::BLANK);
            unit.decades(self.panel.strangeness(part, window))
        };
        let whole = decades(window);
        let mut contributions = P::Sample::ZERO;
        let readings = instead.flat().iter().enumerate();
        for (place, (i, reading)) in contributions.flat_mut().iter_mut().zip(readings) {
            let mut other = *window;
            if let Some(x) = other.flat_mut().get_mut(i) {
                *x = *reading;
            }
            *place = whole - decades(&other);
        }
        contributions
    }

    /// How strange a standardised window is.
    pub fn score(&self, window: &P::Sample) -> Score {
        let mut score = Score {
            strangeness: 0.0,
            parts: [0.0; MOST_PARTS],
        };
        let mut largest = f32::NEG_INFINITY;
        let places = score.parts.iter_mut().zip(&self.units);
        for (part, (place, unit)) in places.enumerate().take(P::PARTS.len()) {
            *place = unit.decades(self.panel.strangeness(part, window));
            largest = largest.max(*place);
        }
        score.strangeness = self.tail.decades(largest, P::SHAPE);
        score
    }
}

/// Up to format 5 there were no counts among the parts: one that was fitted then has none until it is
/// fitted anew.
impl<P: Panel> Persist for Detector<P> {
    const BYTES: usize =
        P::BYTES + <[Unit; MOST_PARTS]>::BYTES + Tail::BYTES + u32::BYTES + f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.panel.save(out);
        self.units.save(out);
        self.tail.save(out);
        self.windows.save(out);
        self.quietest.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.panel.load(from)?;
        self.units.load(from)?;
        if !from.has(6) {
            let first = P::PARTS.len() - P::COUNTS;
            for unit in self.units.iter_mut().skip(first).take(P::COUNTS) {
                from.set(unit, Unit::MUTE);
            }
        }
        self.tail.load(from)?;
        self.windows.load(from)?;
        self.quietest.load(from)
    }
}
