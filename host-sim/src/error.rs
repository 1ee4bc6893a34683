//! How a command fails: one line that says what, where and the remedy, and an exit code.

use std::fmt;
use std::process::ExitCode;

use thiserror::Error;

/// Why a command did not finish; its `Display` is exactly one line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Failure {
    /// The input or the arguments are wrong: exit code 2.
    #[error("ganlet: {0}")]
    Input(Complaint),
    /// The job failed although its input was in order (a full disk, say): exit code 1.
    #[error("ganlet: {0}")]
    Job(Complaint),
    /// Whoever read our standard output has heard enough (`| head -1`): exit code 0, no message.
    #[error("ganlet: standard output was closed")]
    Closed,
}

/// `what, place; remedy`, each part free of line breaks and control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    what: String,
    place: String,
    remedy: String,
}

impl Failure {
    /// Wrong input: `what` is wrong, at `place` (a flag, a file, `file:line`), and the `remedy`.
    pub fn input(
        what: impl fmt::Display,
        place: impl fmt::Display,
        remedy: impl fmt::Display,
    ) -> Self {
        Self::Input(Complaint::new(what, place, remedy))
    }

    /// Wrong input, in the words of the core: an `error` whose text ends with its own remedy.
    pub fn told(error: &impl fmt::Display, place: impl fmt::Display) -> Self {
        let text = error.to_string();
        let split = text.rsplit_once("; ").or_else(|| text.rsplit_once(": "));
        let (what, remedy) = split.unwrap_or((&text, "give another one"));
        Self::input(what, place, remedy)
    }

    /// A failed job: `what` failed, at `place`, and the `remedy`.
    pub fn job(
        what: impl fmt::Display,
        place: impl fmt::Display,
        remedy: impl fmt::Display,
    ) -> Self {
        Self::Job(Complaint::new(what, place, remedy))
    }

    /// The exit code that scripts rely on: 2 wrong input, 1 failed job, 0 a closed pipe.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input(_) => ExitCode::from(2),
            Self::Job(_) => ExitCode::FAILURE,
            Self::Closed => ExitCode::SUCCESS,
        }
    }
}

impl Complaint {
    fn new(what: impl fmt::Display, place: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Self {
            what: one_line(&what.to_string()),
            place: one_line(&place.to_string()),
            remedy: one_line(&remedy.to_string()),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}; {}", self.what, self.place, self.remedy)
    }
}

/// The text on one line: line breaks and other control characters, which a file name or a cell
/// may hold, become visible escapes.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// The first `limit` characters of what a user wrote, with `…` where more follows.
pub fn excerpt(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_whatever_it_quotes() {
        let failure = Failure::input("bad\ncell\0", "a\r\nb.csv:3", "mend\u{2028}it");
        assert_eq!(
            failure.to_string(),
            "ganlet: bad\\ncell\\u{0}, a\\r\\nb.csv:3; mend\\u{2028}it"
        );
    }

    #[test]
    fn an_excerpt_cuts_between_characters() {
        assert_eq!(excerpt("äöü", 2), "äö…");
        assert_eq!(excerpt("äöü", 3), "äöü");
    }
}
