//! `cargo xtask golden`: a short run on every emulated machine, whose log and size must be those that
//! are kept beside the firmware, and the sizes of the boards that nothing emulates. A human reads what
//! `--overwrite` changes.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    board::{self, BOARDS, Board},
    firmware,
    machine::{Log, MACHINES, Machine},
    run::Run,
    sizes::{Size, Sizes},
};

/// What may be said to `cargo xtask golden`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The machines, by their names in QEMU [default: all, and the boards that are none of them]
    #[arg(value_name = "MACHINE", value_parser = Machine::named)]
    machines: Vec<&'static Machine>,
    /// Record what is new
    #[arg(long)]
    overwrite: bool,
}

/// The run: it learns, and is then heated.
const RUN: &str =
    "golden --steps 30 --report 10 --save 10 --until end --rows 450 --heat 410..430:8";

/// Runs and compares.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut machines = args.machines.clone();
    let (mut sizes, mut wrong) = (Sizes::default(), Vec::new());
    if machines.is_empty() {
        machines.extend(&MACHINES);
        for board in BOARDS.iter().filter(|it| !is_emulated(it)) {
            let elf = firmware::build_for(board.name, board.target)?;
            sizes.set(board.name, Size::of(&elf)?);
        }
    }
    for machine in machines {
        let golden = Golden::of(machine)?;
        let name = match machine.log {
            Log::Semihosting => machine.name,
            Log::Rtt => machine.board,
        };
        sizes.set(name, golden.size);
        let file = file(machine);
        if args.overwrite {
            fs::create_dir_all(folder())?;
            fs::write(&file, &golden.log)
                .with_context(|| format!("cannot write {}", file.display()))?;
        } else if fs::read_to_string(&file).unwrap_or_default() != golden.log {
            wrong.push(format!(
                "{}: its log is not {}",
                machine.name,
                file.display()
            ));
        }
    }
    print!("\n{}", sizes.table());
    let mut kept = Sizes::golden()?;
    if args.overwrite {
        kept.take(sizes);
        return kept.keep();
    }
    wrong.extend(sizes.changes(&kept));
    match wrong.is_empty() {
        true => Ok(()),
        false => bail!(
            "{}\nif it should be so, run it with --overwrite",
            wrong.join("\n")
        ),
    }
}

/// Compares all machines.
pub(crate) fn run_all() -> Result<()> {
    run(&Args {
        machines: Vec::new(),
        overwrite: false,
    })
}

/// What a run is held against.
struct Golden {
    log: String,
    size: Size,
}

impl Golden {
    fn of(machine: &'static Machine) -> Result<Self> {
        let run = Run::told(machine, RUN)?;
        let elf = run.image.elf(machine)?;
        let (mut log, mut stack) = (String::new(), None);
        println!("=== {}", machine.name);
        run.go(|message| {
            println!("{message}");
            stack = stack.max(message.field("stack"));
            log += &steady(&message.to_string());
            log += "\n";
        })?;
        let size = Size {
            stack,
            ..Size::of(&elf)?
        };
        Ok(Self { log, size })
    }
}

/// Whether a machine runs the board's firmware.
fn is_emulated(board: &Board) -> bool {
    MACHINES.iter().any(|it| it.board == board.name)
}

/// A line of the log without what depends on the speed of the emulator or on the compiler, nor on how
/// far sampling has run ahead of learning while a checkpoint was written.
fn steady(line: &str) -> String {
    ["cost_us: ", "stack: ", "seen: "]
        .into_iter()
        .fold(line.to_owned(), |line, name| match line.split_once(name) {
            Some((before, value)) => {
                let end = value.find([',', ' ']).unwrap_or(value.len());
                format!("{before}{name}_{}", &value[end..])
            }
            None => line,
        })
}

fn folder() -> PathBuf {
    board::folder().join("emulated/golden")
}

fn file(machine: &Machine) -> PathBuf {
    folder().join(format!("{}.log", machine.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_depends_on_the_emulator_is_left_out() {
        assert_eq!(
            steady("Record { seen: 1, cost_us: 12.5, stack: 7916 }"),
            "Record { seen: _, cost_us: _, stack: _ }"
        );
        assert_eq!(steady("Started"), "Started");
    }

    #[test]
    fn the_run_can_be_told() {
        assert!(Run::told(&MACHINES[0], RUN).is_ok());
    }
}
