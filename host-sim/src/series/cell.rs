//! One cell of the table: a reading, a time, a label, or the reason why it is none.

use std::fmt;

use serde::Serialize;

/// Why a row gives no reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defect {
    /// Nothing in the cell, or the row ends before it.
    Empty,
    /// NaN or an infinity.
    NonFinite,
    /// A number of a magnitude that f32 does not reach (3.4e38).
    BeyondF32,
    /// Text.
    NotANumber,
    /// A reading whose `t` is not a finite number, in a file that tells the time.
    Untimed,
}

/// How many rows were skipped, by the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Rejected {
    /// Rows with [`Defect::Empty`].
    pub empty: usize,
    /// Rows with [`Defect::NonFinite`].
    pub non_finite: usize,
    /// Rows with [`Defect::BeyondF32`].
    pub beyond_f32: usize,
    /// Rows with [`Defect::NotANumber`].
    pub not_a_number: usize,
    /// Rows with [`Defect::Untimed`].
    pub untimed: usize,
    #[serde(skip)]
    first_line: Option<usize>,
}

impl Rejected {
    /// Counts one row, on this line of the file.
    pub(super) fn count(&mut self, defect: Defect, line: usize) {
        let first = self.first_line.map_or(line, |first| first.min(line));
        self.first_line = Some(first);
        *match defect {
            Defect::Empty => &mut self.empty,
            Defect::NonFinite => &mut self.non_finite,
            Defect::BeyondF32 => &mut self.beyond_f32,
            Defect::NotANumber => &mut self.not_a_number,
            Defect::Untimed => &mut self.untimed,
        } += 1;
    }

    /// All rows that were skipped.
    pub fn total(&self) -> usize {
        self.kinds().iter().map(|(count, _)| count).sum()
    }

    /// The first line of the file that was skipped.
    pub(super) fn first_line(&self) -> Option<usize> {
        self.first_line
    }

    fn kinds(&self) -> [(usize, &'static str); 5] {
        [
            (self.empty, "empty"),
            (self.non_finite, "NaN or infinite"),
            (self.beyond_f32, "beyond f32"),
            (self.not_a_number, "not a number"),
            (self.untimed, "without a time"),
        ]
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.kinds().into_iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<_> = kinds
            .map(|(count, kind)| format!("{count} {kind}"))
            .collect();
        let rows = if self.total() == 1 { "row" } else { "rows" };
        write!(f, "{} {rows}: {}", self.total(), kinds.join(", "))
    }
}

/// The number in a cell of the value column, as the device sees it.
pub(super) fn reading(cell: &str) -> Result<f32, Defect> {
    if cell.is_empty() {
        return Err(Defect::Empty);
    }
    let value: f32 = cell.parse().map_err(|_| Defect::NotANumber)?;
    if value.is_finite() {
        Ok(value)
    } else if cell.bytes().any(|byte| byte.is_ascii_digit()) {
        Err(Defect::BeyondF32) // Parsing saturates; only the words nan and inf have no digit.
    } else {
        Err(Defect::NonFinite)
    }
}

/// The number in a cell of `t`.
pub(super) fn finite(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|t: &f64| t.is_finite())
}

/// The truth in a cell of `label`.
pub(super) fn label(cell: &str) -> Option<bool> {
    if cell.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    if cell.eq_ignore_ascii_case("false") {
        return Some(false);
    }
    match cell.parse::<f64>() {
        Ok(0.0) => Some(false),
        Ok(1.0) => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_apart() {
        assert_eq!(reading("1.5"), Ok(1.5));
        assert_eq!(reading("-2e3"), Ok(-2000.0));
        assert_eq!(reading("3.4e38"), Ok(3.4e38));
        assert_eq!(reading(""), Err(Defect::Empty));
        for word in ["nan", "NaN", "-nan", "inf", "-Infinity"] {
            assert_eq!(reading(word), Err(Defect::NonFinite), "{word}");
        }
        for huge in ["1e39", "-1e39", "1e999", "3.5e38"] {
            assert_eq!(reading(huge), Err(Defect::BeyondF32), "{huge}");
        }
        for text in ["abc", "1,5", "0x10", "1_000", "1 2", "--1", "12:30", "NA"] {
            assert_eq!(reading(text), Err(Defect::NotANumber), "{text}");
        }
    }

    #[test]
    fn labels_are_zero_or_one() {
        for (cell, truth) in [("0", false), ("1", true), ("1.0", true), ("False", false)] {
            assert_eq!(label(cell), Some(truth), "{cell}");
        }
        for cell in ["", "2", "-1", "fault", "nan", "0.5"] {
            assert_eq!(label(cell), None, "{cell}");
        }
    }
}
