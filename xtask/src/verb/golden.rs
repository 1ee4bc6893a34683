//! `cargo xtask golden`: a short run on every emulated machine, whose log and size must be those that
//! are kept beside the firmware. A human reads what `--overwrite` changes.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    board,
    elf::Elf,
    machine::{Log, MACHINES, Machine},
    run::Run,
    sizes::Sizes,
};

/// What may be said to `cargo xtask golden`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The machines, by their names in QEMU [default: all]
    #[arg(value_name = "MACHINE", value_parser = Machine::named)]
    machines: Vec<&'static Machine>,
    /// Record what is new
    #[arg(long)]
    overwrite: bool,
}

/// The run: it learns, and is then heated.
const RUN: &str = "golden --steps 30 --report 10 --until end --rows 450 --heat 410..430:8";

/// Runs and compares.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut machines = args.machines.clone();
    if machines.is_empty() {
        machines.extend(&MACHINES);
    }
    let (mut sizes, mut wrong) = (Sizes::default(), Vec::new());
    for machine in machines {
        let golden = Golden::of(machine)?;
        if machine.log == Log::Semihosting {
            sizes.set(machine.name, golden.size); // the others are real boards: flash-check has them
        }
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
    size: crate::sizes::Size,
}

impl Golden {
    fn of(machine: &'static Machine) -> Result<Self> {
        let run = Run::told(machine, RUN)?;
        let elf = run.image.elf(machine)?;
        let mut log = String::new();
        println!("=== {}", machine.name);
        run.go(|message| {
            println!("{message}");
            log += &steady(&message.to_string());
            log += "\n";
        })?;
        let elf = fs::read(elf).context("cannot read the ELF")?;
        let size = Elf::parse(&elf)?.size();
        Ok(Self { log, size })
    }
}

/// A line of the log without what depends on the speed of the emulator or on the compiler.
fn steady(line: &str) -> String {
    ["cost_us: ", "stack: "]
        .iter()
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
            steady("Record { step: 1, cost_us: 12.5, stack: 7916 }"),
            "Record { step: 1, cost_us: _, stack: _ }"
        );
        assert_eq!(steady("Started"), "Started");
    }

    #[test]
    fn the_run_can_be_told() {
        assert!(Run::told(&MACHINES[0], RUN).is_ok());
    }
}
