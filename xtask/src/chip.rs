//! What memory a chip has, as probe-rs knows it.

use std::{
    fmt, fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{board, process};

/// What a region of memory keeps without power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everything: flash.
    Nvm,
    /// Nothing.
    Ram,
}

/// The memory of a chip.
#[derive(Debug)]
pub(crate) struct Chip {
    regions: Vec<(Kind, Range<u64>)>,
    /// Who says so.
    pub(crate) source: String,
}

impl Chip {
    /// Asks probe-rs where it is installed, which needs no probe, and records the answer if told to;
    /// else takes its answer of another day, which is kept beside the boards.
    ///
    /// # Errors
    /// If neither is there, or no region is in it.
    pub(crate) fn look_up(name: &str, overwrite: bool) -> Result<Self> {
        let record = record(name);
        let Some(version) = process::answer(Command::new("probe-rs").arg("--version")) else {
            return Self::recorded(&record);
        };
        let answer = process::answer(Command::new("probe-rs").args(["chip", "info", name]));
        let answer = answer.with_context(|| format!("probe-rs knows no chip {name}"))?;
        let version = version.split(" (").next().unwrap_or_default();
        if overwrite {
            fs::write(&record, format!("{version}\n{answer}\n"))
                .with_context(|| format!("cannot write {}", record.display()))?;
        }
        Self::parse(&answer, version.to_owned())
    }

    fn recorded(record: &Path) -> Result<Self> {
        let text = fs::read_to_string(record)
            .with_context(|| format!("cannot read {}", record.display()))?;
        let (version, answer) = text.split_once('\n').unwrap_or_default();
        Self::parse(answer, format!("{version}, as recorded"))
    }

    /// Reads an answer of `probe-rs chip info`.
    pub(crate) fn parse(answer: &str, source: String) -> Result<Self> {
        let mut regions: Vec<_> = answer.lines().filter_map(region).collect();
        if regions.is_empty() {
            bail!("no memory in the answer of {source}");
        }
        regions.sort_by_key(|(_, range)| range.start);
        let regions = regions.into_iter().fold(Vec::new(), join);
        Ok(Self { regions, source })
    }

    /// Whether a region of `kind` holds all of `range`.
    pub(crate) fn holds(&self, kind: Kind, range: &Range<u64>) -> bool {
        let mut regions = self.regions.iter().filter(|(it, _)| *it == kind);
        regions.any(|(_, region)| region.start <= range.start && range.end <= region.end)
    }

    /// Every region of `kind`, for a message.
    pub(crate) fn told(&self, kind: Kind) -> String {
        let regions = self.regions.iter().filter(|(it, _)| *it == kind);
        let told: Vec<_> = regions.map(|(_, region)| span(region)).collect();
        told.join(", ")
    }
}

/// How a machine comes to probe-rs.
pub(crate) const INSTALL: &str = "cargo install probe-rs-tools --locked";

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nvm => "flash",
            Self::Ram => "RAM",
        })
    }
}

/// Addresses as people write them.
pub(crate) fn span(range: &Range<u64>) -> String {
    format!("{:#010x}..{:#010x}", range.start, range.end)
}

/// The file of what probe-rs has answered.
fn record(name: &str) -> PathBuf {
    board::folder().join("chips").join(format!("{name}.txt"))
}

/// A line such as `NVM: 0x08000000..0x08100000 (1.0 MiB)`.
fn region(line: &str) -> Option<(Kind, Range<u64>)> {
    let (kind, rest) = line.split_once(": ")?;
    let kind = match kind {
        "NVM" => Kind::Nvm,
        "RAM" => Kind::Ram,
        _ => return None,
    };
    let (start, end) = rest.split(' ').next()?.split_once("..")?;
    let number = |text: &str| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    Some((kind, number(start)?..number(end)?))
}

/// Adds a region, as part of the last one where the two touch.
fn join(
    mut regions: Vec<(Kind, Range<u64>)>,
    (kind, range): (Kind, Range<u64>),
) -> Vec<(Kind, Range<u64>)> {
    match regions.last_mut() {
        Some((last, before)) if *last == kind && before.end == range.start => {
            before.end = range.end;
        }
        _ => regions.push((kind, range)),
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::BOARDS;

    const ANSWER: &str = "\
STM32F405RG
Cores (1):
    - main (Armv7em)
NVM: 0x08000000..0x08100000 (1.0 MiB)
RAM: 0x10000000..0x10010000 (64.0 KiB)
RAM: 0x20000000..0x2001c000 (112.0 KiB)
RAM: 0x2001c000..0x20020000 (16.0 KiB)";

    #[test]
    fn regions_that_touch_are_one() {
        let chip = Chip::parse(ANSWER, String::new()).unwrap();
        assert_eq!(
            chip.told(Kind::Ram),
            "0x10000000..0x10010000, 0x20000000..0x20020000"
        );
        assert!(chip.holds(Kind::Ram, &(0x2001_b000..0x2002_0000)));
        assert!(!chip.holds(Kind::Ram, &(0x2001_b000..0x2002_0001)));
        assert!(!chip.holds(Kind::Ram, &(0x0800_0000..0x0800_0004)));
        assert!(chip.holds(Kind::Nvm, &(0x0800_0000..0x0810_0000)));
    }

    #[test]
    fn an_answer_without_memory_is_an_error() {
        assert!(Chip::parse("no such chip", String::new()).is_err());
    }

    #[test]
    fn the_chip_of_every_board_is_recorded() {
        for board in &BOARDS {
            let chip = Chip::recorded(&record(board.chip)).unwrap();
            assert!(!chip.told(Kind::Nvm).is_empty(), "{}", board.chip);
            assert!(chip.source.starts_with("probe-rs "), "{}", chip.source);
        }
    }
}
