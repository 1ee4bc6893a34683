//! Which readings can be true.

use crate::fault::Fault;

/// The limits of what a sensor can say.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plausible {
    /// The lowest reading that can be, in the sensor's unit.
    pub low: f32,
    /// The highest reading that can be.
    pub high: f32,
    /// Equal readings in a row after which the sensor counts as stuck; 0 for never. A coarse sensor
    /// of a slow quantity repeats itself honestly: leave it room.
    pub stuck_after: u32,
}

impl Plausible {
    /// Every finite reading.
    pub const ANY: Self = Self {
        low: f32::MIN,
        high: f32::MAX,
        stuck_after: 0,
    };
}

/// The readings before this one, as far as they matter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Past {
    last: f32,
    repeats: u32,
}

impl Past {
    /// The reading, if it can be true.
    pub(crate) fn judge(&mut self, x: f32, limits: &Plausible) -> Result<f32, Fault> {
        if !x.is_finite() {
            return Err(Fault::NotFinite);
        }
        if x < limits.low || x > limits.high {
            return Err(Fault::OutOfRange);
        }
        self.repeats = if x == self.last {
            self.repeats.saturating_add(1)
        } else {
            1
        };
        self.last = x;
        if limits.stuck_after > 0 && self.repeats > limits.stuck_after {
            return Err(Fault::Stuck);
        }
        Ok(x)
    }
}
