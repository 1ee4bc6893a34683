//! The manifest of a folder of recorded series: which rows are the normal training part.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Failure;

/// One series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the ending.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// How many of its first rows are normal and meant for training.
    pub train_n: usize,
}

/// The series of `folder`, as `MANIFEST.md` lists them: a heading `## NAME.csv`, and somewhere below
/// it `train_n: NUMBER`.
///
/// # Errors
///
/// [`Failure::Input`] when there is no manifest, or none of its entries can be used.
pub fn read(folder: &Path) -> Result<Vec<Entry>, Failure> {
    let path = folder.join("MANIFEST.md");
    let text = fs::read_to_string(&path).map_err(|error| {
        Failure::input(
            format!("cannot read the manifest: {error}"),
            path.display(),
            "give --data-dir a folder of series with a MANIFEST.md",
        )
    })?;
    let entries = parse(&text, folder);
    if entries.is_empty() {
        return Err(Failure::input(
            "no series in the manifest",
            path.display(),
            "give each one a heading '## NAME.csv' and a line with 'train_n: NUMBER'",
        ));
    }
    Ok(entries)
}

fn parse(text: &str, folder: &Path) -> Vec<Entry> {
    let sections = text.split("\n## ").skip(1);
    sections
        .filter_map(|section| entry(section, folder))
        .collect()
}

fn entry(section: &str, folder: &Path) -> Option<Entry> {
    let file = section.lines().next()?.trim();
    let name = file.strip_suffix(".csv")?;
    let digits = section.split_once("train_n: ")?.1;
    let end = digits.find(|c: char| !c.is_ascii_digit());
    let train_n = digits[..end.unwrap_or(digits.len())].parse().ok()?;
    Some(Entry {
        name: name.to_owned(),
        path: folder.join(file),
        train_n,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_need_a_file_and_a_count() {
        let text = "# title\n\n## a.csv\n\n- samples: 9; train_n: 5\n- x\n\n## notes\n\n## b.csv\n- none\n";
        let entries = parse(text, Path::new("dir"));
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].name.as_str(), entries[0].train_n), ("a", 5));
        assert_eq!(entries[0].path, Path::new("dir/a.csv"));
    }
}
