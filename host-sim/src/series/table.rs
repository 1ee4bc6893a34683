//! A CSV file as rows of cells, each with its line number.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::cell;
use super::text::newlines;
use crate::error::{Failure, excerpt};

/// A header and what lies below it.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) path: &'a Path,
    pub(super) header: Vec<String>,
    header_line: usize,
    text: &'a str,
    /// Where the rows begin: byte and line.
    body: (usize, usize),
}

impl<'a> Table<'a> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] when it is not separated by commas.
    pub(super) fn parse(path: &'a Path, text: &'a str) -> Result<Self, Failure> {
        let mut table = Self {
            path,
            header: Vec::new(),
            header_line: 1,
            text,
            body: (0, 1),
        };
        let mut records = Records::new(&table, usize::MAX);
        if let Some(row) = records.advance()? {
            let header = row.cells().map(str::to_owned).collect();
            let line = row.line;
            let body = (records.end, records.next_line);
            (table.header, table.header_line, table.body) = (header, line, body);
        }
        match table.header.as_slice() {
            [only] if only.contains([';', '\t']) => Err(Failure::input(
                format!("cells are not separated by commas: '{}'", excerpt(only, 40)),
                table.header_place(),
                "save the file with commas between cells and decimal points",
            )),
            _ => Ok(table),
        }
    }

    /// Refuses a first line that is a reading rather than a header.
    pub(super) fn check_header(&self) -> Result<(), Failure> {
        match self.header.iter().all(|name| cell::finite(name).is_some()) {
            true => Err(Failure::input(
                "numbers in place of a header",
                self.header_place(),
                "put a line of column names first, such as t,value",
            )),
            false => Ok(()),
        }
    }

    /// The data rows, from the first.
    pub(super) fn records(&self) -> Records<'_> {
        Records::new(self, self.header.len())
    }

    /// Whether there is nothing below the header.
    pub(super) fn is_empty(&self) -> Result<bool, Failure> {
        Ok(self.records().advance()?.is_none())
    }

    /// `file:line` of the header.
    pub(super) fn header_place(&self) -> String {
        format!("{}:{}", self.path.display(), self.header_line)
    }
}

/// A walk over the rows, one record in memory.
pub(super) struct Records<'a> {
    path: &'a Path,
    text: &'a str,
    /// Cells of the header.
    width: usize,
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    /// Line of `record`.
    line: usize,
    /// Whether `record` is still to be given out.
    pending: bool,
    /// Blank lines still to be given out as empty rows, before `record`.
    blanks: usize,
    /// What has been read: bytes, and the line that comes next.
    end: usize,
    next_line: usize,
}

/// One row and the line that it begins on.
#[derive(Debug)]
pub(super) struct Row<'r> {
    pub(super) line: usize,
    /// `None` for a blank line.
    record: Option<&'r StringRecord>,
}

impl<'r> Row<'r> {
    /// The cell of this column, trimmed; empty where the row is too short.
    pub(super) fn cell(&self, column: usize) -> &'r str {
        let cell = self.record.and_then(|record| record.get(column));
        cell.map_or("", str::trim)
    }

    /// The cells, trimmed.
    pub(super) fn cells(&self) -> impl Iterator<Item = &'r str> {
        self.record.into_iter().flatten().map(str::trim)
    }
}

impl<'a> Records<'a> {
    fn new(table: &Table<'a>, width: usize) -> Self {
        let (end, next_line) = table.body;
        let body = table.text.get(end..).unwrap_or_default();
        Self {
            path: table.path,
            text: table.text,
            width,
            reader: ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(body.as_bytes()),
            record: StringRecord::new(),
            line: 0,
            pending: false,
            blanks: 0,
            end,
            next_line,
        }
    }

    /// The next row; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] for a row with more cells than the header, and for a quote that is never
    /// closed.
    pub(super) fn advance(&mut self) -> Result<Option<Row<'_>>, Failure> {
        if !self.pending && !self.fetch()? {
            return Ok(None);
        }
        if self.blanks > 0 {
            let line = self.line - self.blanks;
            self.blanks -= 1;
            return Ok(Some(Row { line, record: None }));
        }
        self.pending = false;
        Ok(Some(Row {
            line: self.line,
            record: Some(&self.record),
        }))
    }

    fn fetch(&mut self) -> Result<bool, Failure> {
        let before = self.reader.position().byte();
        let found = self.reader.read_record(&mut self.record);
        let found = found.map_err(|error| {
            let place = format!("{}:{}", self.path.display(), self.next_line);
            Failure::input(error, place, "mend this row")
        })?;
        if found {
            let read = self.reader.position().byte() - before;
            self.locate(read as usize);
            self.check()?;
        }
        Ok(found)
    }

    /// Finds the line of the record, whose text is the next `read` bytes with the blank lines that
    /// precede it (and the second half of the CR LF that ended the record before).
    fn locate(&mut self, read: usize) {
        let (done, rest) = self.text.as_bytes().split_at(self.end);
        let raw = &rest[..read];
        let lead = raw.iter().take_while(|b| b"\r\n".contains(b)).count();
        let breaks = newlines(&raw[..lead]);
        let inherited = done.ends_with(b"\r") && raw.starts_with(b"\n");
        // In a table of one column a blank line is how an empty cell looks.
        self.blanks = match self.width {
            1 => breaks - usize::from(inherited),
            _ => 0,
        };
        self.line = self.next_line + breaks;
        self.next_line = self.line + newlines(&raw[lead..]);
        self.end += read;
        self.pending = true;
    }

    fn check(&self) -> Result<(), Failure> {
        let place = || format!("{}:{}", self.path.display(), self.line);
        let beyond = self.record.iter().skip(self.width);
        if beyond.into_iter().any(|cell| !cell.trim().is_empty()) {
            let (cells, width) = (self.record.len(), self.width);
            return Err(Failure::input(
                format!("{cells} cells below a header of {width}"),
                place(),
                "quote cells that hold commas, and write decimals with a point",
            ));
        }
        if self.end == self.text.len() && self.runs_away() {
            return Err(Failure::input(
                "a quote that is never closed",
                place(),
                "close or remove it",
            ));
        }
        Ok(())
    }

    /// Whether the last record, by an odd quote, has swallowed the lines that follow it.
    fn runs_away(&self) -> bool {
        let lines = self.text.lines().skip(self.line - 1);
        let quotes = lines.clone().flat_map(str::bytes).filter(|b| *b == b'"');
        lines.count() > 1 && quotes.count() % 2 == 1
    }
}
