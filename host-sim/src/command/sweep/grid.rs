//! Columns of text that stand level.

use std::io::{self, Write};

/// A heading, and what stands below it in each row; nothing is told as a dash.
pub(super) struct Column {
    pub(super) heading: &'static str,
    pub(super) cells: Vec<Option<String>>,
}

/// Writes rows with these names under a heading; names are flush left, cells flush right.
pub(super) fn write(
    to: &mut dyn Write,
    heading: &str,
    names: &[&str],
    columns: &[Column],
) -> io::Result<()> {
    let length = |text: &str| text.chars().count();
    let name = names.iter().map(|name| length(name)).max().unwrap_or(0);
    let name = name.max(length(heading));
    let cell = |column: &Column, row: usize| {
        let told = column.cells.get(row).cloned().flatten();
        told.unwrap_or_else(|| "-".to_owned())
    };
    let width = |column: &Column| {
        let widths = (0..names.len()).map(|row| length(&cell(column, row)));
        widths.max().unwrap_or(0).max(length(column.heading))
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    write!(to, "{heading:name$}")?;
    for (column, width) in columns.iter().zip(&widths) {
        write!(to, "  {:>width$}", column.heading)?;
    }
    writeln!(to)?;
    for (row, told) in names.iter().enumerate() {
        write!(to, "{told:name$}")?;
        for (column, width) in columns.iter().zip(&widths) {
            write!(to, "  {:>width$}", cell(column, row))?;
        }
        writeln!(to)?;
    }
    Ok(())
}
