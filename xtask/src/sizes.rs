//! How much flash and memory each board's firmware takes, beside what it took before.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::board;

/// How far a size may be off before it counts as another: compilers differ a little.
const TOLERANCE: f64 = 0.02;

/// What a firmware takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Of flash.
    pub(crate) flash: u64,
    /// Of memory, before the first call.
    pub(crate) ram: u64,
}

impl Size {
    /// Whether `other` is within the tolerance of this, flash and memory alike.
    fn is_like(self, other: Self) -> bool {
        let like = |a: u64, b: u64| a.abs_diff(b) as f64 <= TOLERANCE * b as f64;
        like(self.flash, other.flash) && like(self.ram, other.ram)
    }
}

/// The sizes of several firmwares, by board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes(BTreeMap<String, Size>);

impl Sizes {
    /// Those that are kept beside the boards; none where there is no such file yet.
    ///
    /// # Errors
    /// If the file is no table of sizes.
    pub(crate) fn golden() -> Result<Self> {
        let file = file();
        let text = fs::read_to_string(&file).unwrap_or_default();
        Self::parse(&text).with_context(|| format!("{} is no table of sizes", file.display()))
    }

    /// Keeps them beside the boards.
    pub(crate) fn keep(&self) -> Result<()> {
        let file = file();
        fs::write(&file, self.table()).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Notes what a board's firmware takes.
    pub(crate) fn set(&mut self, board: &str, size: Size) {
        self.0.insert(board.to_owned(), size);
    }

    /// Takes over every size of `others`.
    pub(crate) fn take(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// A line a board.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("{:<12} {:>8} {:>8}\n", "board", "flash", "RAM");
        for (board, Size { flash, ram }) in &self.0 {
            _ = writeln!(text, "{board:<12} {flash:>8} {ram:>8}"); // a String has room
        }
        text
    }

    /// The boards whose firmware has grown or shrunk, or is not known; a line each.
    pub(crate) fn changes(&self, golden: &Self) -> Vec<String> {
        let told = |(board, new): (&String, &Size)| match golden.0.get(board) {
            Some(old) if new.is_like(*old) => None,
            Some(old) => Some(format!(
                "{board} took {} bytes of flash and {} of RAM before",
                old.flash, old.ram
            )),
            None => Some(format!("{board} has no golden size")),
        };
        self.0.iter().filter_map(told).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            let board = words.next()?.to_owned();
            let (flash, ram) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            Some((board, Size { flash, ram }))
        };
        text.lines()
            .skip(1)
            .map(line)
            .collect::<Option<_>>()
            .map(Self)
    }
}

fn file() -> PathBuf {
    board::folder().join("sizes.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(flash: u64, ram: u64) -> Sizes {
        let mut sizes = Sizes::default();
        sizes.set("pico2", Size { flash, ram });
        sizes
    }

    #[test]
    fn a_table_survives_its_text() {
        let mut two = sizes(100_000, 14_000);
        two.set("nrf52840-dk", Size { flash: 1, ram: 2 });
        assert_eq!(Sizes::parse(&two.table()), Some(two));
        assert_eq!(Sizes::parse(""), Some(Sizes::default()));
        assert_eq!(Sizes::parse("board flash RAM\npico2 many 2\n"), None);
    }

    #[test]
    fn only_a_change_beyond_the_tolerance_is_told() {
        let golden = sizes(100_000, 10_000);
        assert!(sizes(102_000, 9_800).changes(&golden).is_empty());
        assert_eq!(sizes(102_001, 10_000).changes(&golden).len(), 1);
        assert_eq!(sizes(100_000, 9_799).changes(&golden).len(), 1);
        assert_eq!(golden.changes(&Sizes::default()).len(), 1);
    }
}
