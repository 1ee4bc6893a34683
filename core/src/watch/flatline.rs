//! A sensor that says the same over and over.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};

/// What a row of equal readings means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Flat {
    /// Somewhere in the range.
    Stuck,
    /// At or beyond the lowest or the highest reading there ever was: at the end of its range.
    Saturated,
}

/// Counts equal readings in a row, and learns how long such rows are when all is well: a coarse
/// sensor of a slow quantity repeats itself honestly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flatline {
    last: f32,
    row: u32,
    longest: u32,
    low: f32,
    high: f32,
}

impl Flatline {
    /// A row that is no sign of anything, however lively the sensor.
    const SHORT: u32 = 8;

    pub(super) const ZERO: Self = Self {
        last: 0.0,
        row: 0,
        longest: 0,
        low: 0.0,
        high: 0.0,
    };

    /// Before the first reading.
    pub const fn new() -> Self {
        Self {
            last: 0.0,
            row: 0,
            longest: 0,
            low: f32::MAX,
            high: f32::MIN,
        }
    }

    /// Takes in a reading; `learns` while all is well.
    pub fn push(&mut self, x: f32, learns: bool) {
        self.row = if self.row > 0 && x == self.last {
            self.row.saturating_add(1)
        } else {
            1
        };
        self.last = x;
        if learns {
            self.longest = self.longest.max(self.row);
            self.low = self.low.min(x);
            self.high = self.high.max(x);
        }
    }

    /// Readings are missing: what comes is no part of the row.
    pub fn gap(&mut self) {
        self.row = 0;
    }

    /// The row that counts as a fault: three times the longest that was learned, and more than 8.
    pub fn limit(&self) -> u32 {
        self.longest.saturating_mul(3).max(Self::SHORT)
    }

    /// What the present row means, if it is long enough to mean anything.
    pub fn fault(&self) -> Option<Flat> {
        if self.row <= self.limit() {
            return None;
        }
        Some(if self.last <= self.low || self.last >= self.high {
            Flat::Saturated
        } else {
            Flat::Stuck
        })
    }
}

impl Default for Flatline {
    fn default() -> Self {
        Self::new()
    }
}

impl Persist for Flatline {
    const BYTES: usize = 3 * f32::BYTES + 2 * u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.last.save(out);
        self.row.save(out);
        self.longest.save(out);
        self.low.save(out);
        self.high.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.last.load(from)?;
        self.row.load(from)?;
        self.longest.load(from)?;
        self.low.load(from)?;
        self.high.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(readings: &[f32]) -> Flatline {
        let mut flatline = Flatline::new();
        readings.iter().for_each(|&x| flatline.push(x, true));
        flatline
    }

    #[test]
    fn three_times_the_longest_row_is_a_fault_and_its_place_says_which() {
        // The longest row of a coarse sensor: four.
        let coarse = learned(&[1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 2.0]);
        for (level, fault) in [
            (2.5, Flat::Stuck),
            (3.0, Flat::Saturated),
            (-7.0, Flat::Saturated),
        ] {
            let mut flatline = coarse;
            for _ in 0..12 {
                flatline.push(level, false);
                assert_eq!(flatline.fault(), None);
            }
            flatline.push(level, false);
            assert_eq!(flatline.fault(), Some(fault));
            flatline.push(level + 0.5, false);
            assert_eq!(flatline.fault(), None);
        }
    }

    #[test]
    fn a_gap_ends_a_row() {
        let mut flatline = learned(&[1.0, 2.0, 3.0]);
        (0..8).for_each(|_| flatline.push(2.0, false));
        flatline.gap();
        flatline.push(2.0, false);
        assert_eq!(flatline.fault(), None);
    }
}
