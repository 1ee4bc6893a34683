//! From strange windows to alarms.

use super::lasting::Lasting;
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
/// Windows that are each below the limit begin an alarm, too, where they are far stranger than they
/// have been, together: a cumulative sum calls (see `lasting.rs`). That one ends when
/// [`TO_CALM`](Self::TO_CALM) readings in a row are as usual.
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
    lasting: Lasting,
    /// The alarm that holds is about what lasts.
    lasts: bool,
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

    pub(super) const ZERO: Self = Self {
        threshold: Threshold::ZERO,
        row: 0,
        held: 0,
        follows: false,
        lasting: Lasting::ZERO,
        lasts: false,
    };

    /// No alarm.
    pub const fn new(threshold: Threshold) -> Self {
        Self {
            threshold,
            lasting: Lasting::NEW,
            ..Self::ZERO
        }
    }

    /// Whether an alarm holds.
    pub fn holds(&self) -> bool {
        self.held > 0
    }

    /// Whether the alarm that holds is about windows that are each below the limit.
    pub fn lasts(&self) -> bool {
        self.holds() && self.lasts
    }

    /// Whether windows are to be learned: not while an alarm holds.
    pub fn lets_in(&self) -> bool {
        !self.holds()
    }

    /// Judges a window of `length` readings by its strangeness, `new` of which are new; `sure` where
    /// something else than strangeness says that it is strange, a sensor that is stuck.
    pub fn judge(
        &mut self,
        strangeness: f32,
        new: u32,
        length: usize,
        sure: bool,
    ) -> Option<Change> {
        let strange = sure || strangeness > self.threshold.level();
        if self.holds() {
            let calm = if self.lasts {
                self.lasting.is_over(&self.threshold, strangeness)
            } else {
                strangeness < self.threshold.level() - Self::MARGIN
            };
            return self.hold(calm && !sure, new);
        }
        let mut calls = false;
        if !sure {
            self.threshold.track(strangeness);
            // What is beyond the limit is counted, and is an alarm by its row alone.
            let threshold = &self.threshold;
            calls = self.lasting.calls(threshold, strangeness, new, length) && !strange;
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
            self.lasting.follow(&self.threshold, strangeness);
            return None;
        }
        self.lasts = calls;
        if self.row < Self::TO_ALARM && !calls {
            return None;
        }
        (self.row, self.held) = (0, 1);
        self.lasting.forget();
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

/// Up to format 6 nothing was known of what lasts.
impl Persist for Alarm {
    const BYTES: usize = Threshold::BYTES + 2 * u32::BYTES + 2 * bool::BYTES + Lasting::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.threshold.save(out);
        self.row.save(out);
        self.held.save(out);
        self.follows.save(out);
        if out.has(7) {
            self.lasting.save(out);
            self.lasts.save(out);
        }
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.threshold.load(from)?;
        self.row.load(from)?;
        self.held.load(from)?;
        self.follows.load(from)?;
        if from.has(7) {
            self.lasting.load(from)?;
            return self.lasts.load(from);
        }
        from.set(&mut self.lasting, Lasting::NEW);
        from.set(&mut self.lasts, false);
        Ok(())
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
        each.filter_map(|(i, s)| Some((i, alarm.judge(s, 1, 32, false)?)))
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
            assert_eq!(alarm.judge(strangeness, 32, 32, false), change);
        }
        // The second window of a segment brings a reading, not a segment.
        assert_eq!(alarm.judge(0.5, 32, 32, false), None);
        assert_eq!(alarm.judge(30.0, 1, 32, false), None);
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

    /// Readings that come alone, as those of `scalar`.
    #[test]
    fn fewer_readings_beyond_the_limit_than_four_are_no_alarm() {
        let mut alarm = Alarm::new(Threshold::ONE_IN_A_THOUSAND);
        let changes = [0.4, 30.0, 30.0, 30.0].map(|s| alarm.judge(s, 1, 1, false));
        assert_eq!(changes, [None; 4]);
        let mut calm = alarm;
        assert_eq!(calm.judge(0.4, 1, 1, false), None);
        assert_eq!(alarm.judge(30.0, 1, 1, false), Some(Change::Began));
        assert!(!alarm.lasts());
    }

    /// 2.8 decades where 3 are the limit, until windows are as they were.
    #[test]
    fn windows_near_the_limit_are_an_alarm_when_they_stay_there() {
        let windows = stretches(&[(200, 0.5), (300, 2.8), (100, 0.5)]);
        let changes = changes(windows);
        let [(began, Change::Began), (ended, Change::Ended)] = changes[..] else {
            panic!("{changes:?}");
        };
        assert!((260..330).contains(&began), "{began}");
        assert_eq!(ended, 515);
    }

    #[test]
    fn slow_drift_is_followed_without_an_alarm() {
        let drift = (0..4000).map(|i| {
            // A decade in 667 windows, with a strange one now and then.
            let noise = if i % 7 == 0 { 0.2 } else { -0.3 };
            1.0 + 0.0015 * i as f32 + noise
        });
        assert_eq!(changes(drift), []);
    }
}
