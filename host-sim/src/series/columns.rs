//! Which columns of the table hold the values, the times and the labels.

use super::cell;
use super::table::Table;
use crate::error::{Failure, excerpt};

/// The columns to read, by their number.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) name: String,
    pub(super) value: usize,
    pub(super) t: Option<usize>,
    pub(super) label: Option<usize>,
}

impl Columns {
    /// `wanted`, else `value`, else the only numeric column.
    pub(super) fn choose(table: &Table<'_>, wanted: Option<&str>) -> Result<Self, Failure> {
        let value = match wanted {
            Some(name) => single(table, name)?.ok_or_else(|| unknown(table, name))?,
            None => {
                table.check_header()?;
                match single(table, "value")? {
                    Some(value) => value,
                    None => only_numeric(table)?,
                }
            }
        };
        Ok(Self {
            name: table.header.get(value).cloned().unwrap_or_default(),
            value,
            t: single(table, "t")?,
            label: single(table, "label")?,
        })
    }
}

/// The number of the column with this name, if there is one.
fn single(table: &Table<'_>, name: &str) -> Result<Option<usize>, Failure> {
    let mut numbers = (0..)
        .zip(&table.header)
        .filter(|(_, header)| *header == name)
        .map(|(number, _)| number);
    let first = numbers.next();
    match numbers.next() {
        None => Ok(first),
        Some(_) => Err(Failure::input(
            format!("two columns have the name '{}'", excerpt(name, 60)),
            table.header_place(),
            "rename one of them",
        )),
    }
}

fn only_numeric(table: &Table<'_>) -> Result<usize, Failure> {
    let candidates = numeric(table)?;
    match candidates.as_slice() {
        [only] => Ok(*only),
        [] if table.is_empty()? => Err(Failure::input(
            "no readings below the header",
            table.path.display(),
            "give a file with data rows",
        )),
        [] => Err(Failure::input(
            format!("no numeric column among {}", listed(&table.header)),
            table.path.display(),
            "give a file with a column of numbers, decimals with a point",
        )),
        many => {
            let names = many.iter().filter_map(|&number| table.header.get(number));
            Err(Failure::input(
                format!("several numeric columns: {}", listed(names)),
                table.path.display(),
                "choose one with --column",
            ))
        }
    }
}

fn unknown(table: &Table<'_>, name: &str) -> Failure {
    let name = excerpt(name, 60);
    Failure::input(
        format!("no column '{name}' among {}", listed(&table.header)),
        table.header_place(),
        "choose one of these with --column",
    )
}

/// The named columns besides `t` and `label` that hold numbers: at least one finite one, and no
/// more text than numbers.
fn numeric(table: &Table<'_>) -> Result<Vec<usize>, Failure> {
    let mut balance = vec![(0_usize, 0_usize); table.header.len()];
    let mut records = table.records();
    while let Some(row) = records.advance()? {
        for (cell, (numbers, words)) in row.cells().zip(&mut balance) {
            if cell::finite(cell).is_some() {
                *numbers += 1;
            } else if !cell.is_empty() && cell.parse::<f64>().is_err() {
                *words += 1;
            }
        }
    }
    let candidates = (0..).zip(table.header.iter().zip(balance));
    Ok(candidates
        .filter(|(_, (name, _))| !matches!(name.as_str(), "" | "t" | "label"))
        .filter(|(_, (_, (numbers, words)))| *numbers > 0 && numbers >= words)
        .map(|(number, _)| number)
        .collect())
}

/// The first names of a header, quoted.
fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    const SHOWN: usize = 12;
    let mut names = names.into_iter();
    let shown: Vec<_> = names
        .by_ref()
        .take(SHOWN)
        .map(|name| format!("'{}'", excerpt(name, 30)))
        .collect();
    match names.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
