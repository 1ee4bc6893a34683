//! A series of sensor readings from a CSV file, in the order of the file.
//!
//! | in the file | what becomes of it |
//! |---|---|
//! | value column | `--column`, else `value`, else the only numeric column besides `t` and `label` |
//! | empty cell, NaN, infinity, beyond f32, text | skipped and counted; a hole, so it ends a segment |
//! | `t`, in seconds | a jump above 1.5 times the usual (median) step ends a segment |
//! | `t` not numeric, or absent | rows count as evenly spaced; warned of when it is not numeric |
//! | unreadable `t` among readable ones | the row is skipped and counted |
//! | `t` repeated or running backwards | an error that names the line: nothing is sorted or dropped unasked |
//! | `label` | 0 or 1 (false or true); anything else drops the column, with a warning |
//!
//! The file is UTF-8 with commas and a header. Blank lines are not rows, except that in a file of
//! one column a blank line between rows is an empty cell.

mod cell;
mod clock;
mod columns;
mod draft;
mod rows;
mod table;
mod text;

use std::ops::Range;
use std::path::{Path, PathBuf};

pub use self::cell::{Defect, Rejected};
pub use self::rows::Rows;

use self::columns::Columns;
use self::draft::Draft;
use self::table::Table;
use crate::error::Failure;

/// Readings of one sensor, of which only usable ones are left.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The file.
    pub path: PathBuf,
    /// The name of the value column.
    pub column: String,
    /// The readings, all finite, in the sensor's units.
    pub values: Vec<f32>,
    /// The time of each reading in seconds, or its row number (from 0) where the file has no times.
    pub t: Vec<f64>,
    /// The usual step of `t`, in seconds, where the file tells the time.
    pub step: Option<f64>,
    /// Whether each reading is labelled as anomalous, where the file says so.
    pub labels: Option<Vec<bool>>,
    /// Maximal runs of readings without a gap; they follow one another and cover `values`.
    pub segments: Vec<Range<usize>>,
    /// Rows that were skipped, by kind.
    pub rejected: Rejected,
    /// What a user should know about the reading of the file, a line each.
    pub warnings: Vec<String>,
}

impl Series {
    /// Reads `column` (or the column that the rules of this module find) of the data `rows` of the
    /// CSV file at `path`.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] when the file cannot be read, is not a CSV table, has no such column or
    /// leaves the choice open, has times that do not ascend, or holds fewer than two usable readings in `rows`.
    pub fn read(path: &Path, column: Option<&str>, rows: &Rows) -> Result<Self, Failure> {
        Self::from_text(path, &text::load(path)?, column, rows)
    }

    /// [`read`](Self::read), of the bytes that the file at `path` holds.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_bytes(
        path: &Path,
        bytes: Vec<u8>,
        column: Option<&str>,
        rows: &Rows,
    ) -> Result<Self, Failure> {
        Self::from_text(path, &text::of(path, bytes)?, column, rows)
    }

    fn from_text(
        path: &Path,
        text: &str,
        column: Option<&str>,
        rows: &Rows,
    ) -> Result<Self, Failure> {
        let table = Table::parse(path, text)?;
        let columns = Columns::choose(&table, column)?;
        Draft::collect(&table, &columns, rows)?.finish()
    }

    /// The readings of each segment.
    pub fn runs(&self) -> impl Iterator<Item = &[f32]> {
        self.segments
            .iter()
            .filter_map(|segment| self.values.get(segment.clone()))
    }
}

#[cfg(test)]
mod tests;
