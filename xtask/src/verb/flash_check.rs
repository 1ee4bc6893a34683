//! `cargo xtask flash-check BOARD`: whether a board's firmware fits its chip, without a probe.
//!
//! Everything that the ELF loads must lie in memory that the chip has, as probe-rs, which will flash
//! it, knows the chip. The sizes are compared with those that are kept beside the boards.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{
    board::{BOARDS, Board, Choice},
    chip::{self, Chip, Kind},
    elf::{Elf, Segment},
    firmware,
    sizes::{Size, Sizes},
};

/// What may be said to `cargo xtask flash-check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The board, by its folder in firmware/boards, or `all`
    #[arg(value_parser = Choice::named)]
    board: Choice,
    /// Record the sizes, and what probe-rs says of the chips where it is installed
    #[arg(long)]
    overwrite: bool,
}

/// Builds and checks.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut sizes = Sizes::default();
    let mut wrong = Vec::new();
    for board in args.board.0 {
        let (size, outside) = check(board, args.overwrite)?;
        sizes.set(board.name, size);
        wrong.extend(outside);
    }
    print!("\n{}", sizes.table());
    let mut golden = Sizes::golden()?;
    if args.overwrite {
        golden.take(sizes);
        golden.keep()?;
    } else {
        let remedy = |change| format!("{change}; if it should, run it with --overwrite");
        wrong.extend(sizes.changes(&golden).into_iter().map(remedy));
    }
    if !wrong.is_empty() {
        bail!(wrong.join("\n"));
    }
    Ok(())
}

/// Checks all boards.
pub(crate) fn run_all() -> Result<()> {
    run(&Args {
        board: Choice(&BOARDS),
        overwrite: false,
    })
}

/// What the firmware takes, and what is wrong with it.
fn check(board: &Board, overwrite: bool) -> Result<(Size, Vec<String>)> {
    let path = firmware::build_for(board.name, board.target)?;
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let elf = Elf::parse(&bytes)?;
    let chip = Chip::look_up(board.chip, overwrite)?;
    println!("{} on {} ({}):", board.name, board.chip, chip.source);
    let mut wrong = Vec::new();
    for segment in elf.segments() {
        println!("  {}", told(&segment));
        let outside = outside(&segment, &chip);
        wrong.extend(outside.map(|it| format!("{}: {it}", board.name)));
    }
    let size = Size::of(&path)?;
    println!(
        "  stack: at most {} of {} bytes",
        size.bound,
        elf.room_for_stack()?
    );
    Ok((size, wrong))
}

/// What of a segment lies where the chip has no memory.
fn outside(segment: &Segment, chip: &Chip) -> Option<String> {
    let stored = segment.stored..segment.stored + segment.stored_size;
    let runs = segment.runs..segment.runs + segment.size;
    let missing = |kind: Kind, range| {
        let has = chip.told(kind);
        Some(format!(
            "{} is no {kind} of the chip, which has {has}",
            chip::span(range)
        ))
    };
    match () {
        () if !stored.is_empty() && !chip.holds(Kind::Nvm, &stored) => missing(Kind::Nvm, &stored),
        () if runs != stored && !chip.holds(Kind::Ram, &runs) => missing(Kind::Ram, &runs),
        () => None,
    }
}

fn told(segment: &Segment) -> String {
    let runs = segment.runs..segment.runs + segment.size;
    let runs = format!("{} {:>7} bytes", chip::span(&runs), segment.size);
    match segment.stored_size {
        0 => format!("{runs} of RAM, cleared"),
        _ if segment.stored == segment.runs => format!("{runs} of flash"),
        _ => format!("{runs} of RAM, from {:#010x}", segment.stored),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chip() -> Chip {
        let answer = "NVM: 0x08000000..0x08100000 (1 MiB)\nRAM: 0x20000000..0x20020000 (128 KiB)";
        Chip::parse(answer, String::new()).unwrap()
    }

    const DATA: Segment = Segment {
        stored: 0x0801_0000,
        stored_size: 0x100,
        runs: 0x2000_0000,
        size: 0x200,
    };

    #[test]
    fn what_the_chip_has_is_right() {
        assert_eq!(outside(&DATA, &chip()), None);
        let code = Segment {
            runs: 0x0801_0000,
            size: 0x100,
            ..DATA
        };
        assert_eq!(outside(&code, &chip()), None);
        let cleared = Segment {
            stored: 0x2000_0000,
            stored_size: 0,
            ..DATA
        };
        assert_eq!(outside(&cleared, &chip()), None);
    }

    #[test]
    fn what_the_chip_lacks_is_told() {
        let stored = Segment {
            stored: 0x080f_ff80,
            ..DATA
        };
        let told = outside(&stored, &chip()).unwrap();
        assert!(
            told.starts_with("0x080fff80..0x08100080 is no flash"),
            "{told}"
        );
        let runs = Segment {
            runs: 0x2001_ff00,
            ..DATA
        };
        let told = outside(&runs, &chip()).unwrap();
        assert!(
            told.starts_with("0x2001ff00..0x20020100 is no RAM"),
            "{told}"
        );
        assert!(told.ends_with("has 0x20000000..0x20020000"), "{told}");
    }
}
