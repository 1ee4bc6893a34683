//! From strange windows to alarms.

use super::threshold::Threshold;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};

/// What a window changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Change {
    /// An alarm begins.
    Began,
    /// It ends: windows are as they were.
    Ended,
    /// It has held for so long that what it was about is the new normal.
    Accepted,
}

/// Alarms with a minimum duration and hysteresis.
///
/// Durations are counted in readings: a window brings those that no window before it has had, one
/// while windows overlap, all of its own behind a gap. [`TO_ALARM`](Self::TO_ALARM) readings of strange
/// windows in a row begin an alarm; [`TO_CALM`](Self::TO_CALM) in a row of windows that are clearly not
/// strange (twice as likely as the limit) end it. One that has held for
/// [`TO_ACCEPT`](Self::TO_ACCEPT) readings is taken for a new normal: no event, a shift. Then the
/// threshold follows ([`Threshold::track`]) until windows are below it again, and the owner may fit
/// anew.
///
/// The threshold follows slow drift all the time, but for windows under alarm: an event does not
/// blind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarm {
    /// The limit of strangeness.
    pub threshold: Threshold,
    /// Readings of windows in a row that speak for a change.
    row: u32,
    /// Readings since it began, while there is one.
    held: u32,
    /// A shift was accepted, and is being followed.
    follows: bool,
}

impl Alarm {
    /// Readings of strange windows in a row that begin an alarm.
    pub const TO_ALARM: u32 = 4;
    /// Readings of windows in a row that are not strange and end it.
    pub const TO_CALM: u32 = 16;
    /// Readings of an alarm after which they count as normal.
    pub const TO_ACCEPT: u32 = 1024;
    /// How far below the limit a window is not strange, in decades.
    const MARGIN: f32 = core::f32::consts::LOG10_2;

    /// No alarm.
    pub const fn new(threshold: Threshold) -> Self {
        Self {
            threshold,
            row: 0,
            held: 0,
            follows: false,
        }
    }

    /// Whether an alarm holds.
    pub fn holds(&self) -> bool {
        self.held > 0
    }

    /// Whether windows are to be learned: not while an alarm holds.
    pub fn lets_in(&self) -> bool {
        !self.holds()
    }

    /// Judges a window by its strangeness, one of so many readings that are `new`; `sure` where
    /// something else than strangeness says that it is strange, a sensor that is stuck.
    pub fn judge(&mut self, strangeness: f32, new: u32, sure: bool) -> Option<Change> {
        let strange = sure || strangeness > self.threshold.level();
        if self.holds() {
            let calm = !sure && strangeness < self.threshold.level() - Self::MARGIN;
            return self.hold(calm, new);
        }
        if !sure {
            self.threshold.track(strangeness);
        }
        self.row = if strange == self.follows {
            0
        } else {
            self.row.saturating_add(new)
        };
        if self.follows {
            // Calm windows in a row end it.
            self.follows = self.row < Self::TO_CALM;
            self.row *= u32::from(self.follows);
            return None;
        }
        if self.row < Self::TO_ALARM {
            return None;
        }
        (self.row, self.held) = (0, 1);
        Some(Change::Began)
    }

    fn hold(&mut self, calm: bool, new: u32) -> Option<Change> {
        self.held = self.held.saturating_add(new);
        self.row = if calm {
            self.row.saturating_add(new)
        } else {
            0
        };
        if self.row >= Self::TO_CALM {
            (self.row, self.held) = (0, 0);
            return Some(Change::Ended);
        }
        if self.held > Self::TO_ACCEPT {
            (self.row, self.held, self.follows) = (0, 0, true);
            return Some(Change::Accepted);
        }
        None
    }
}

impl Persist for Alarm {
    const BYTES: usize = Threshold::BYTES + 2 * u32::BYTES + bool::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.threshold.save(out);
        self.row.save(out);
        self.held.save(out);
        self.follows.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.threshold.load(from)?;
        self.row.load(from)?;
        self.held.load(from)?;
        self.follows.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// The changes of windows of such strangeness, with their places.
    fn changes(windows: impl IntoIterator<Item = f32>) -> Vec<(usize, Change)> {
        let mut alarm = Alarm::new(Threshold::ONE_IN_A_THOUSAND);
        let each = windows.into_iter().enumerate();
        each.filter_map(|(i, s)| Some((i, alarm.judge(s, 1, false)?)))
            .collect()
    }

    fn stretches(stretches: &[(usize, f32)]) -> Vec<f32> {
        let each = stretches.iter();
        each.flat_map(|&(n, s)| std::vec![s; n]).collect()
    }

    #[test]
    fn an_event_begins_after_four_windows_and_ends_after_sixteen() {
        let windows = stretches(&[(50, 0.5), (20, 30.0), (50, 0.5)]);
        let expected = [(53, Change::Began), (85, Change::Ended)];
        assert_eq!(changes(windows), expected);
    }

    #[test]
    fn three_strange_windows_are_none_and_the_margin_keeps_an_alarm_up() {
        assert_eq!(changes(stretches(&[(9, 0.5), (3, 30.0), (99, 0.5)])), []);
        let flickers = stretches(&[(4, 30.0), (60, 3.8)]);
        assert_eq!(changes(flickers), [(3, Change::Began)]);
    }

    #[test]
    fn windows_behind_gaps_count_for_all_their_readings() {
        let mut alarm = Alarm::new(Threshold::ONE_IN_A_THOUSAND);
        let segments = [
            (0.5, None),
            (30.0, Some(Change::Began)),
            (0.5, Some(Change::Ended)),
        ];
        for (strangeness, change) in segments {
            assert_eq!(alarm.judge(strangeness, 32, false), change);
        }
        // The second window of a segment brings a reading, not a segment.
        assert_eq!(alarm.judge(0.5, 32, false), None);
        assert_eq!(alarm.judge(30.0, 1, false), None);
    }

    #[test]
    fn what_lasts_is_accepted_once_and_alarms_about_the_next_event() {
        let mut windows = stretches(&[(10, 0.5), (3000, 12.0)]);
        let shift = changes(windows.iter().copied());
        let expected = [(13, Change::Began), (13 + 1024, Change::Accepted)];
        assert_eq!(shift, expected);
        windows.extend(stretches(&[(20, 60.0)]));
        assert_eq!(changes(windows).last(), Some(&(3013, Change::Began)));
    }

    #[test]
    fn slow_drift_is_followed_without_an_alarm() {
        let drift = (0..4000).map(|i| {
            // Half a decade in a hundred windows, with a strange one now and then.
            let noise = if i % 7 == 0 { 0.2 } else { -0.3 };
            1.0 + 0.005 * i as f32 + noise
        });
        assert_eq!(changes(drift), []);
    }
}
