//! What the log has said so far.

use std::collections::BTreeMap;

use ganlet::record::{Record, Unreadable};

use super::history::History;
use super::line::Line;
use super::quotes::Quotes;
use super::view;
use crate::error::{excerpt, one_line};

/// The name of the event that something does not belong.
const ALARM: &str = "Alarm";
/// The name of the event that a sensor failed.
const FAULT: &str = "FaultSeen";

/// The events that a reader wants to see of a long log.
const TROUBLE: [&str; 9] = [
    ALARM,
    FAULT,
    "NewNormal",
    "Drifted",
    "Dropped",
    "NotSaved",
    "NotRestored",
    "RolledBack",
    "Treated",
];

/// Kinds of events that are told apart; a log of a device has about eight.
const KINDS: usize = 64;
/// Characters of a line that are kept.
const KEPT: usize = 300;

/// Everything that the log has said, in bounded memory.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Lines so far.
    pub(super) lines: u64,
    /// Records that were read.
    pub(super) records: u64,
    /// Records that could not be read.
    pub(super) broken: u64,
    /// The line of the first of them, and why.
    pub(super) first_broken: Option<(u64, Unreadable)>,
    /// How often the device went back to an earlier step.
    pub(super) restarts: u64,
    /// Steps that were skipped, over all records.
    pub(super) skipped: u64,
    /// The device's last words, unless a record came after them.
    pub(super) crash: Option<Crash>,
    /// Panics and hard faults, also those that the device came back from.
    pub(super) crashes: u64,
    /// The last line of trouble.
    pub(super) trouble: Option<String>,
    /// The records that curves are drawn from.
    pub(super) history: History,
    /// Lines worth quoting.
    pub(super) quotes: Quotes,
    events: BTreeMap<String, Told>,
}

/// The last words of a device.
#[derive(Debug)]
pub(super) struct Crash {
    /// The line of the log, counted from 1.
    pub(super) line: u64,
    /// Its text.
    pub(super) text: String,
}

/// The events of one name.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How many there were.
    pub(super) count: u64,
    /// The text of the last one.
    pub(super) last: String,
}

impl Log {
    /// Takes in a line, and returns the records that it brought.
    pub(super) fn take(&mut self, line: &Line) -> Vec<Record> {
        self.lines += 1;
        let mut read = Vec::with_capacity(line.records.len());
        for record in &line.records {
            match *record {
                Ok(record) => read.push(record),
                Err(error) => self.miss(error),
            }
        }
        read.iter().for_each(|record| self.record(*record));
        if let Some(name) = line.event_name() {
            self.event(name, line.message());
        }
        if line.crash {
            self.crashed(line.message());
        }
        if line.is_worth_showing() {
            self.quotes.push(kept(line.message()), is_trouble(line));
        }
        read
    }

    fn record(&mut self, record: Record) {
        self.records += 1;
        self.skipped += u64::from(record.skipped);
        self.restarts += u64::from(self.history.push(record));
        self.crash = None;
        self.quotes.push(view::in_one_line(&record), false);
    }

    fn miss(&mut self, error: Unreadable) {
        self.broken += 1;
        self.first_broken.get_or_insert((self.lines, error));
    }

    fn event(&mut self, name: &str, message: &str) {
        if TROUBLE.contains(&name) {
            self.trouble = Some(kept(message));
        }
        if self.events.len() < KINDS || self.events.contains_key(name) {
            let told = self.events.entry(kept(name)).or_default();
            told.count += 1;
            told.last = kept(message);
        }
    }

    fn crashed(&mut self, message: &str) {
        let text = kept(message);
        self.crashes += 1;
        self.trouble = Some(text.clone());
        let line = self.lines;
        self.crash = Some(Crash { line, text });
    }

    /// The last record.
    pub(super) fn last(&self) -> Option<&Record> {
        self.history.last()
    }

    /// The events by their names.
    pub(super) fn events(&self) -> &BTreeMap<String, Told> {
        &self.events
    }

    /// Lines that tell of readings that do not belong.
    pub(super) fn alarms(&self) -> u64 {
        self.count(ALARM)
    }

    /// Lines that tell of a fault of the sensor; a device tells of a lasting one ever more seldom.
    pub(super) fn faults(&self) -> u64 {
        self.count(FAULT)
    }

    fn count(&self, name: &str) -> u64 {
        self.events.get(name).map_or(0, |told| told.count)
    }
}

/// Whether the line tells of trouble.
pub(super) fn is_trouble(line: &Line) -> bool {
    line.crash
        || line
            .event_name()
            .is_some_and(|name| TROUBLE.contains(&name))
}

/// As much of a text as is kept, on one line.
fn kept(text: &str) -> String {
    excerpt(&one_line(text), KEPT)
}

#[cfg(test)]
mod tests {
    use super::super::line;
    use super::*;

    fn after(lines: &[&str]) -> Log {
        let mut log = Log::default();
        for text in lines {
            log.take(&line::read(text));
        }
        log
    }

    fn record(step: u32) -> String {
        let record = Record {
            step,
            skipped: 1,
            ..Record::default()
        };
        format!("INFO {record}")
    }

    #[test]
    fn everything_is_counted_by_its_kind() {
        let log = after(&[
            "INFO Started { seed: 1 }",
            &record(1),
            "WARN Alarm { score: 3.5 }",
            "WARN FaultSeen { fault: Bus }",
            "WARN Alarm { score: 4.5 }",
            "INFO Record { step: 2, discrim",
            &record(3),
            "hello",
        ]);
        assert_eq!((log.lines, log.records, log.broken), (8, 2, 1));
        assert_eq!((log.alarms(), log.faults(), log.skipped), (2, 1, 2));
        assert_eq!(
            log.first_broken,
            Some((6, Unreadable::Form)),
            "where and why"
        );
        assert_eq!(log.trouble.as_deref(), Some("Alarm { score: 4.5 }"));
        assert_eq!(log.events()["Started"].count, 1);
        assert_eq!(log.quotes.lines().len(), 8);
    }

    #[test]
    fn a_crash_is_the_end_unless_records_follow() {
        let words = "ERROR panicked at src/main.rs:3: no";
        let log = after(&[&record(1), words, "└─ panic_probe @ src/lib.rs:1"]);
        let crash = log.crash.expect("a crash");
        assert_eq!((crash.line, crash.text.as_str()), (2, words));
        let log = after(&[&record(1), words, &record(1)]);
        assert!(log.crash.is_none() && log.crashes == 1);
    }

    #[test]
    fn a_log_that_never_ends_stays_small() {
        let mut log = Log::default();
        for i in 0..20_000 {
            log.take(&line::read(&format!("Kind{i} {{ {} }}", "x".repeat(1000))));
        }
        let quoted = log.quotes.lines();
        assert!(quoted.len() < 50);
        assert!(
            quoted
                .iter()
                .all(|line| line.text.chars().count() <= KEPT + 1)
        );
        assert_eq!(log.events().len(), KINDS);
    }
}
