//! How much flash, memory and stack each board's firmware takes, beside what it took before.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{board, elf::Elf, stack::Deepest};

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
    /// Of stack at most, by the machine code.
    pub(crate) bound: u64,
}

impl Size {
    /// What the firmware at `path` takes; nothing is run.
    ///
    /// # Errors
    /// If it is no ELF, hides what it takes of the stack, or may take more than there is.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let elf = Elf::parse(&bytes)?;
        let (bound, room) = (Deepest::of(&elf)?.bytes(), elf.room_for_stack()?);
        ensure!(
            bound <= room,
            "{}: its stack may take {bound} bytes, and there are {room}; `cargo xtask stack` tells by \
             which calls",
            path.display()
        );
        Ok(Self {
            flash: elf.flash(),
            ram: elf.memory(),
            stack: None,
            bound,
        })
    }

    /// Whether `other` is within the tolerance of this, as far as both are measured.
    fn is_like(self, other: Self) -> bool {
        let like = |a: u64, b: u64, by: f64| a.abs_diff(b) as f64 <= by * b as f64;
        let stacks = self.stack.zip(other.stack);
        like(self.flash, other.flash, TOLERANCE)
            && like(self.ram, other.ram, TOLERANCE)
            && like(self.bound, other.bound, TOLERANCE)
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
        let mut text = String::new();
        let mut line = |[board, flash, ram, stack, bound]: [&str; 5]| {
            // A String has room.
            _ = writeln!(
                text,
                "{board:<12} {flash:>8} {ram:>8} {stack:>8} {bound:>8}"
            );
        };
        line(["board", "flash", "RAM", "stack", "at most"]);
        for (board, size) in &self.0 {
            let [flash, ram, bound] = [size.flash, size.ram, size.bound].map(|it| it.to_string());
            line([board, &flash, &ram, &told(size.stack), &bound]);
        }
        text
    }

    /// The boards whose firmware has grown or shrunk, or is not known; a line each.
    pub(crate) fn changes(&self, golden: &Self) -> Vec<String> {
        let change = |(board, new): (&String, &Size)| match golden.0.get(board) {
            Some(old) if new.is_like(*old) => None,
            Some(old) => Some(format!(
                "{board} took {} bytes of flash, {} of RAM and {} of stack, {} at most, before",
                old.flash,
                old.ram,
                told(old.stack),
                old.bound
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
            let size = Size {
                flash,
                ram,
                stack,
                bound: words.next()?.parse().ok()?,
            };
            Some((board, size))
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
        let size = Size {
            flash,
            ram,
            stack,
            bound: 6_000,
        };
        sizes.set("pico2", size);
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
                bound: 3,
            },
        );
        assert_eq!(Sizes::parse(&two.table()), Some(two));
        assert_eq!(Sizes::parse(""), Some(Sizes::default()));
        assert_eq!(
            Sizes::parse("board flash RAM stack at most\npico2 many 2 3 4\n"),
            None
        );
        assert_eq!(
            Sizes::parse("board flash RAM stack at most\npico2 1 2 3\n"),
            None
        );
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
        let mut deeper = sizes(100_000, 10_000, None);
        deeper.set(
            "pico2",
            Size {
                bound: 6_121,
                ..deeper.0["pico2"]
            },
        );
        assert_eq!(deeper.changes(&golden).len(), 1);
        assert_eq!(golden.changes(&Sizes::default()).len(), 1);
    }

    #[test]
    fn a_stack_that_is_not_measured_again_stands() {
        let mut kept = sizes(1, 2, Some(3));
        kept.take(sizes(4, 5, None));
        assert_eq!(kept, sizes(4, 5, Some(3)));
    }
}
