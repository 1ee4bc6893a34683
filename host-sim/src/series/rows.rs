//! A half-open range of data rows, as `--rows` writes it.

use std::fmt;
use std::str::FromStr;

/// Data rows `A..B` of a file: from `A` (0 is the first row after the header) up to, without, `B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rows {
    start: usize,
    end: Option<usize>,
}

impl Rows {
    /// The first `count` data rows.
    pub fn first(count: usize) -> Self {
        Self {
            start: 0,
            end: Some(count),
        }
    }

    /// The data rows from `start` up to, without, `end`.
    pub fn between(start: usize, end: usize) -> Self {
        Self {
            start,
            end: Some(end),
        }
    }

    /// Whether the data row with this number is wanted.
    pub fn contains(&self, row: usize) -> bool {
        row >= self.start && self.end.is_none_or(|end| row < end)
    }

    /// Whether a file of `rows` data rows has none of these.
    pub(super) fn is_beyond(&self, rows: usize) -> bool {
        self.start >= rows
    }

    /// What to say when a file of `rows` data rows ends before the range does.
    pub(super) fn beyond(&self, rows: usize) -> Option<String> {
        let end = self.end.filter(|&end| end > rows)?;
        Some(format!(
            "--rows ends at {end}, but the file has {rows} rows: read to its end"
        ))
    }
}

impl FromStr for Rows {
    type Err = &'static str;

    /// Reads `A..B` with A < B, `A..`, `..B` or `..`; the error is the remedy.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text)
            .filter(|rows| rows.end.is_none_or(|end| rows.start < end))
            .ok_or("give data rows as A..B with A < B, as A.. or as ..B, for example 0..2500")
    }
}

fn parse(text: &str) -> Option<Rows> {
    let (start, end) = text.split_once("..")?;
    Some(Rows {
        start: bound(start)?.unwrap_or(0),
        end: bound(end)?,
    })
}

/// Nothing, or a number; `None` for anything else (a sign included).
fn bound(text: &str) -> Option<Option<usize>> {
    match text.is_empty() {
        true => Some(None),
        false if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().map(Some),
        false => None,
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end {
            Some(end) => write!(f, "{}..{end}", self.start),
            None => write!(f, "{}..", self.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_half_open_and_either_end_may_be_left_out() {
        let wanted = |text: &str| {
            let rows: Rows = text.parse().unwrap();
            (0..5).filter(|&row| rows.contains(row)).collect::<Vec<_>>()
        };
        assert_eq!(wanted("1..3"), [1, 2]);
        assert_eq!(wanted("3.."), [3, 4]);
        assert_eq!(wanted("..2"), [0, 1]);
        assert_eq!(wanted(".."), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_is_not_a_range_is_refused() {
        let absurd = [
            "",
            "5",
            "abc",
            "5..2",
            "3..3",
            "-5..2",
            "..-1",
            "+1..2",
            "1...3",
            "1..=3",
            "..0",
            " 1..2",
            "1.5..3",
            "0..1e9",
            "99999999999999999999..",
        ];
        for text in absurd {
            assert!(text.parse::<Rows>().is_err(), "{text}");
        }
    }
}
