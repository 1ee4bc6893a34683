//! How much flash, memory and stack each board's firmware takes, beside what it took before.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::board;

/// How far a size may be off before it counts as another: compilers differ a little.
const TOLERANCE: f64 = 0.02;

/// The same for a stack: where an interrupt falls is not the same in two runs.
const STACK_TOLERANCE: f64 = 0.1;

/// What a firmware takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Of flash.
    pub(crate) flash: u64,
    /// Of memory, before the first call.
    pub(crate) ram: u64,
    /// Of stack at its highest in a short run; `None` where nothing runs it.
    pub(crate) stack: Option<u64>,
}

impl Size {
    /// Whether `other` is within the tolerance of this, as far as both are measured.
    fn is_like(self, other: Self) -> bool {
        let like = |a: u64, b: u64, by: f64| a.abs_diff(b) as f64 <= by * b as f64;
        let stacks = self.stack.zip(other.stack);
        like(self.flash, other.flash, TOLERANCE)
            && like(self.ram, other.ram, TOLERANCE)
            && stacks.is_none_or(|(a, b)| like(a, b, STACK_TOLERANCE))
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

    /// Takes over every size of `others`; a stack that they have not measured stands.
    pub(crate) fn take(&mut self, others: Self) {
        for (board, mut size) in others.0 {
            let before = self.0.get(&board).and_then(|it| it.stack);
            size.stack = size.stack.or(before);
            self.0.insert(board, size);
        }
    }

    /// A line a board.
    pub(crate) fn table(&self) -> String {
        let head = ["board", "flash", "RAM", "stack"];
        let mut text = format!(
            "{:<12} {:>8} {:>8} {:>8}\n",
            head[0], head[1], head[2], head[3]
        );
        for (board, Size { flash, ram, stack }) in &self.0 {
            let stack = told(*stack);
            // A String has room.
            _ = writeln!(text, "{board:<12} {flash:>8} {ram:>8} {stack:>8}");
        }
        text
    }

    /// The boards whose firmware has grown or shrunk, or is not known; a line each.
    pub(crate) fn changes(&self, golden: &Self) -> Vec<String> {
        let change = |(board, new): (&String, &Size)| match golden.0.get(board) {
            Some(old) if new.is_like(*old) => None,
            Some(old) => Some(format!(
                "{board} took {} bytes of flash, {} of RAM and {} of stack before",
                old.flash,
                old.ram,
                told(old.stack)
            )),
            None => Some(format!("{board} has no golden size")),
        };
        self.0.iter().filter_map(change).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            let board = words.next()?.to_owned();
            let (flash, ram) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            let stack = match words.next()? {
                UNMEASURED => None,
                stack => Some(stack.parse().ok()?),
            };
            Some((board, Size { flash, ram, stack }))
        };
        text.lines()
            .skip(1)
            .map(line)
            .collect::<Option<_>>()
            .map(Self)
    }
}

/// In the table, for a stack that nothing has measured.
const UNMEASURED: &str = "-";

fn told(stack: Option<u64>) -> String {
    stack.map_or_else(|| UNMEASURED.to_owned(), |stack| stack.to_string())
}

fn file() -> PathBuf {
    board::folder().join("sizes.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(flash: u64, ram: u64, stack: Option<u64>) -> Sizes {
        let mut sizes = Sizes::default();
        sizes.set("pico2", Size { flash, ram, stack });
        sizes
    }

    #[test]
    fn a_table_survives_its_text() {
        let mut two = sizes(100_000, 14_000, None);
        two.take(sizes(100_000, 14_000, Some(3)));
        two.set(
            "nrf52840-dk",
            Size {
                flash: 1,
                ram: 2,
                stack: None,
            },
        );
        assert_eq!(Sizes::parse(&two.table()), Some(two));
        assert_eq!(Sizes::parse(""), Some(Sizes::default()));
        assert_eq!(
            Sizes::parse("board flash RAM stack\npico2 many 2 3\n"),
            None
        );
        assert_eq!(Sizes::parse("board flash RAM stack\npico2 1 2\n"), None);
    }

    #[test]
    fn only_a_change_beyond_the_tolerance_is_told() {
        let golden = sizes(100_000, 10_000, Some(5_000));
        let changes = |flash, ram, stack| sizes(flash, ram, stack).changes(&golden).len();
        assert_eq!(changes(102_000, 9_800, Some(5_500)), 0);
        assert_eq!(changes(102_001, 10_000, Some(5_000)), 1);
        assert_eq!(changes(100_000, 9_799, Some(5_000)), 1);
        assert_eq!(changes(100_000, 10_000, Some(5_501)), 1);
        assert_eq!(changes(100_000, 10_000, None), 0);
        assert_eq!(golden.changes(&Sizes::default()).len(), 1);
    }

    #[test]
    fn a_stack_that_is_not_measured_again_stands() {
        let mut kept = sizes(1, 2, Some(3));
        kept.take(sizes(4, 5, None));
        assert_eq!(kept, sizes(4, 5, Some(3)));
    }
}
