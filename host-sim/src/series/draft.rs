//! One pass over the rows, and the series that is made of what it finds.

use std::path::Path;

use super::cell::{self, Defect, Rejected};
use super::clock::Order;
use super::columns::Columns;
use super::table::{Row, Table};
use super::{Rows, Series};
use crate::error::{Failure, excerpt};

/// A usable reading and where it stood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Data row of the file, the header not counted, from 0.
    pub(super) row: usize,
    pub(super) line: usize,
    value: f32,
    /// `None` where there is no column `t` or its cell is not a finite number.
    t: Option<f64>,
    /// Means something only while there is no odd label.
    label: bool,
}

impl Reading {
    /// Seconds, or the row number.
    pub(super) fn time(&self) -> f64 {
        self.t.unwrap_or(self.row as f64)
    }
}

/// What one pass over the rows finds.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    path: &'a Path,
    columns: &'a Columns,
    wanted: &'a Rows,
    /// Rows of the whole file.
    rows: usize,
    readings: Vec<Reading>,
    rejected: Rejected,
    /// The first cells that are no number, no time and no label, where there are such.
    odd_value: Option<Oddity>,
    odd_time: Option<Oddity>,
    odd_label: Option<Oddity>,
    warnings: Vec<String>,
}

/// A cell that is not what its column should hold.
#[derive(Debug)]
struct Oddity {
    cell: String,
    /// `file:line`.
    place: String,
}

impl<'a> Draft<'a> {
    /// Takes the `wanted` rows of the table.
    pub(super) fn collect(
        table: &Table<'a>,
        columns: &'a Columns,
        wanted: &'a Rows,
    ) -> Result<Self, Failure> {
        let mut draft = Self {
            path: table.path,
            columns,
            wanted,
            rows: 0,
            readings: Vec::new(),
            rejected: Rejected::default(),
            odd_value: None,
            odd_time: None,
            odd_label: None,
            warnings: Vec::new(),
        };
        let mut records = table.records();
        while let Some(row) = records.advance()? {
            if wanted.contains(draft.rows) {
                draft.take(&row);
            }
            draft.rows += 1;
        }
        draft.warnings.extend(wanted.beyond(draft.rows));
        Ok(draft)
    }

    fn take(&mut self, row: &Row<'_>) {
        let value = match cell::reading(row.cell(self.columns.value)) {
            Ok(value) => value,
            Err(defect) => {
                if defect == Defect::NotANumber {
                    note(&mut self.odd_value, self.path, row, self.columns.value);
                }
                return self.rejected.count(defect, row.line);
            }
        };
        let t = self.columns.t.and_then(|column| {
            let time = cell::finite(row.cell(column));
            if time.is_none() {
                note(&mut self.odd_time, self.path, row, column);
            }
            time
        });
        let label = self.columns.label.and_then(|column| {
            let truth = cell::label(row.cell(column));
            if truth.is_none() {
                note(&mut self.odd_label, self.path, row, column);
            }
            truth
        });
        self.readings.push(Reading {
            row: self.rows,
            line: row.line,
            value,
            t,
            label: label.unwrap_or_default(),
        });
    }

    /// The series, with the warnings that it deserves.
    pub(super) fn finish(mut self) -> Result<Series, Failure> {
        let timed = self.settle_clock();
        self.check_enough()?;
        self.warn_of_rejected();
        let order = Order::of(&self.readings);
        if timed {
            order.check(self.path)?;
        }
        let labels = self.labels();
        Ok(Series {
            path: self.path.to_owned(),
            column: self.columns.name.clone(),
            values: self.readings.iter().map(|reading| reading.value).collect(),
            t: self.readings.iter().map(Reading::time).collect(),
            step: order.step.filter(|_| timed),
            labels,
            segments: order.segments,
            rejected: self.rejected,
            warnings: self.warnings,
        })
    }

    /// Decides whether `t` tells the time: it does when most of its cells are numbers, and then a
    /// reading without one is skipped; else rows count as evenly spaced.
    fn settle_clock(&mut self) -> bool {
        let timed = self.readings.iter().filter(|r| r.t.is_some()).count();
        if 2 * timed > self.readings.len() {
            let untimed = self.readings.extract_if(.., |r| r.t.is_none());
            untimed.for_each(|r| self.rejected.count(Defect::Untimed, r.line));
            return true;
        }
        self.readings.iter_mut().for_each(|r| r.t = None);
        if let Some(Oddity { cell, place }) = &self.odd_time {
            self.warnings.push(format!(
                "column t is not in seconds ('{cell}' at {place}): rows count as evenly spaced"
            ));
        }
        false
    }

    fn labels(&mut self) -> Option<Vec<bool>> {
        self.columns.label?;
        if let Some(Oddity { cell, place }) = &self.odd_label {
            self.warnings.push(format!(
                "column label ignored: '{cell}' at {place} is neither 0 nor 1"
            ));
            return None;
        }
        Some(self.readings.iter().map(|reading| reading.label).collect())
    }

    fn warn_of_rejected(&mut self) {
        if let Some(line) = self.rejected.first_line() {
            let (rejected, place) = (&self.rejected, self.path.display());
            let warning = format!("skipped {rejected}, first at {place}:{line}");
            self.warnings.push(warning);
        }
    }

    fn check_enough(&self) -> Result<(), Failure> {
        if self.readings.len() >= 2 {
            return Ok(());
        }
        let place = self.path.display();
        let column = excerpt(&self.columns.name, 60);
        let (rows, wanted) = (self.rows, self.wanted);
        Err(if rows == 0 {
            Failure::input(
                "no readings below the header",
                place,
                "give a file with data rows",
            )
        } else if wanted.is_beyond(rows) {
            Failure::input(
                format!("--rows {wanted} lies behind the last of {rows} rows"),
                place,
                "choose rows that the file has",
            )
        } else if !self.readings.is_empty() {
            Failure::input(
                format!("only one usable reading in column '{column}'"),
                place,
                "give at least two",
            )
        } else if let Some(Oddity { cell, place }) = &self.odd_value {
            Failure::input(
                format!("no number in column '{column}', but '{cell}'"),
                place,
                "name a numeric column with --column, and write decimals with a point",
            )
        } else {
            Failure::input(
                format!("no usable reading in column '{column}' ({})", self.rejected),
                place,
                "name another column with --column",
            )
        })
    }
}

/// Keeps the first odd cell.
fn note(first: &mut Option<Oddity>, path: &Path, row: &Row<'_>, column: usize) {
    first.get_or_insert_with(|| Oddity {
        cell: excerpt(row.cell(column), 30),
        place: format!("{}:{}", path.display(), row.line),
    });
}
