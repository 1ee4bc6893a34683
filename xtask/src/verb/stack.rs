//! `cargo xtask stack`: the most stack that a firmware can take, by its machine code, and by which
//! calls. Nothing is run.

use std::fs;

use anyhow::{Context, Result};

use crate::{board::BOARDS, elf::Elf, firmware, machine::MACHINES, stack::Deepest};

/// What may be said to `cargo xtask stack`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The board, by its folder in firmware/boards, or the machine, by its name in QEMU
    #[arg(value_name = "BOARD", value_parser = Firmware::named)]
    firmware: Firmware,
}

/// What is looked at.
#[derive(Clone, Copy)]
struct Firmware {
    board: &'static str,
    target: &'static str,
}

impl Firmware {
    fn named(name: &str) -> Result<Self, String> {
        let boards = BOARDS.iter().map(|it| (it.name, it.name, it.target));
        let machines = MACHINES.iter().map(|it| (it.name, it.board, it.target));
        let all: Vec<_> = boards.chain(machines).collect();
        let found = all.iter().find(|it| it.0 == name);
        let names = || all.iter().map(|it| it.0).collect::<Vec<_>>().join(", ");
        let &(_, board, target) = found.ok_or_else(|| format!("it is one of {}", names()))?;
        Ok(Self { board, target })
    }
}

/// Builds and looks.
pub(crate) fn run(args: &Args) -> Result<()> {
    let path = firmware::build_for(args.firmware.board, args.firmware.target)?;
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let elf = Elf::parse(&bytes)?;
    let deepest = Deepest::of(&elf)?;
    for (chain, told) in deepest.chains.iter().zip(0..) {
        println!(
            "{}",
            if told == 0 {
                "from the reset:"
            } else {
                "on top, an interrupt:"
            }
        );
        for (bytes, name) in chain.iter().filter(|it| it.0 > 0) {
            println!("{bytes:>8}  {}", shortened(name));
        }
    }
    println!(
        "{:>8}  in all, of {}",
        deepest.bytes(),
        elf.room_for_stack()?
    );
    Ok(())
}

/// A name without what its type parameters say.
fn shortened(name: &str) -> String {
    let mut depth = 0;
    let kept = name.chars().filter(|it| {
        depth += i32::from(*it == '<');
        let keep = depth == 0;
        depth -= i32::from(*it == '>');
        keep
    });
    kept.collect()
}
