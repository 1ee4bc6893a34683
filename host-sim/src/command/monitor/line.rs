//! What one line of a decoded log says, whatever a decoder has put before and after it.

use console::strip_ansi_codes;
use ganlet::record::{Record, Unreadable};

/// The name that a record's text begins with.
const RECORD: &str = "Record";
/// What the last words of a device contain.
const CRASHES: [&str; 3] = ["panicked", "HardFault", "hard fault"];
/// With this a decoder begins the line after a message: its place in the source.
const PLACE: &str = "└─";

/// A line of the log, taken apart.
#[derive(Debug)]
pub(super) struct Line {
    /// Its text without colours.
    pub(super) text: String,
    /// The records in it, read or broken: more than one where a line feed was lost.
    pub(super) records: Vec<Result<Record, Unreadable>>,
    /// The event that it tells of: `Name { … }`.
    pub(super) event: Option<Event>,
    /// Whether the device speaks its last words.
    pub(super) crash: bool,
}

/// An event in a line: the places of its name and of its text.
#[derive(Debug)]
pub(super) struct Event {
    start: usize,
    name_end: usize,
    end: usize,
}

impl Line {
    /// Whether there is more to the line than records that were read.
    pub(super) fn is_worth_showing(&self) -> bool {
        let text = self.text.trim();
        let broken = self.records.iter().any(Result::is_err);
        broken || self.records.is_empty() && !text.is_empty() && !text.starts_with(PLACE)
    }

    /// The name of its event.
    pub(super) fn event_name(&self) -> Option<&str> {
        let event = self.event.as_ref()?;
        self.text.get(event.start..event.name_end)
    }

    /// What it says, without what a decoder has put around an event.
    pub(super) fn message(&self) -> &str {
        let event = self.event.as_ref();
        event
            .and_then(|event| self.text.get(event.start..event.end))
            .unwrap_or(self.text.trim())
    }
}

/// Takes a line apart.
pub(super) fn read(raw: &str) -> Line {
    let text = strip_ansi_codes(raw).into_owned();
    let records: Vec<_> = records(&text).collect();
    let crash = CRASHES.iter().any(|word| text.contains(word));
    let event = (records.is_empty() && !crash)
        .then(|| event(&text))
        .flatten();
    Line {
        text,
        records,
        event,
        crash,
    }
}

/// Every `Record { … }` of the text; one that ends before its brace is broken.
fn records(text: &str) -> impl Iterator<Item = Result<Record, Unreadable>> {
    starts(text, RECORD).map(|from| {
        let rest = text.get(from..).unwrap_or_default();
        let end = starts(rest, RECORD).nth(1).unwrap_or(rest.len());
        let alone = rest.get(..end).unwrap_or_default();
        let end = alone.find('}').map_or(alone.len(), |brace| brace + 1);
        alone.get(..end).unwrap_or_default().parse()
    })
}

/// Where `name {` stands as a word of its own.
fn starts<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(name)
        .map(|(at, _)| at)
        .filter(move |&at| {
            let (before, after) = (&text[..at], &text[at + name.len()..]);
            !before.ends_with(is_part_of_a_name) && after.trim_start().starts_with('{')
        })
}

/// The first `Name { … }`, to its last brace.
fn event(text: &str) -> Option<Event> {
    let named = text.match_indices('{').find_map(|(brace, _)| {
        let before = text[..brace].trim_end();
        let start = before.trim_end_matches(is_part_of_a_name).len();
        let capital = before[start..].starts_with(|c: char| c.is_ascii_uppercase());
        capital.then_some((start, before.len()))
    });
    let (start, name_end) = named?;
    let end = text.rfind('}').map_or(text.len(), |brace| brace + 1);
    Some(Event {
        start,
        name_end,
        end: end.max(name_end),
    })
}

fn is_part_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(step: u32) -> Record {
        Record {
            step,
            ..Record::default()
        }
    }

    #[test]
    fn a_record_is_found_whatever_stands_around_it() {
        let text = record(7).to_string();
        for line in [
            text.clone(),
            format!("INFO  {text}"),
            format!("0.001234 [INFO ] {text} (ganlet_app app/src/report.rs:40)"),
            format!("12:01:02.345 INFO  Progress({text})\r"),
            format!("\u{1b}[2m0.1\u{1b}[0m \u{1b}[32mINFO\u{1b}[0m \u{1b}[1m{text}\u{1b}[0m"),
            format!("\u{feff}\0{text}\u{fffd}"),
        ] {
            let read = read(&line);
            assert_eq!(read.records, [Ok(record(7))], "{line}");
            assert!(!read.is_worth_showing() && read.event.is_none());
        }
    }

    #[test]
    fn a_lost_line_feed_costs_one_record_at_most() {
        let (a, b) = (record(1).to_string(), record(2).to_string());
        let read = read(&format!("{a}INFO {}INFO {b}", &a[..40]));
        assert_eq!(read.records.len(), 3);
        assert_eq!(read.records[0], Ok(record(1)));
        assert!(read.records[1].is_err());
        assert_eq!(read.records[2], Ok(record(2)));
        assert!(read.is_worth_showing());
    }

    #[test]
    fn events_have_a_name_and_lose_what_is_around_them() {
        let read = read("1.5 [WARN ] Alarm { score: 3.5, at: Some { t: 2 } } (app src/x.rs:1)");
        assert_eq!(read.event_name(), Some("Alarm"));
        assert_eq!(read.message(), "Alarm { score: 3.5, at: Some { t: 2 } }");
        assert!(read.records.is_empty() && !read.crash);
    }

    #[test]
    fn other_lines_are_shown_as_they_are() {
        for text in ["hello", "a {b}", "{", "}{", "Records { step: 1 }", "ü{Ü"] {
            let read = read(text);
            assert!(read.records.is_empty() && read.is_worth_showing(), "{text}");
            let event = text.starts_with("Records").then_some("Records");
            assert_eq!(read.event_name(), event, "{text}");
        }
        for text in ["", " \r", "└─ ganlet_app::report @ src/report.rs:40"] {
            assert!(!read(text).is_worth_showing(), "{text}");
        }
    }

    #[test]
    fn last_words_are_heard() {
        for text in [
            "ERROR panicked at src/main.rs:20:5: Fault { kind: Bus }",
            "ERROR hard fault at 0x00000000, called from 0x00000400",
            "Exception: HardFault",
        ] {
            let read = read(text);
            assert!(read.crash && read.event.is_none(), "{text}");
        }
    }
}
