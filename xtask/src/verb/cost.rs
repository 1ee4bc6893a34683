//! `cargo xtask cost`: what training alone costs on the emulated machines, by programs that do nothing
//! else: exact instructions, modelled cycles of a Cortex-M4, flash net of start-up and data, memory
//! with the stack; by phase and by function. The costs are kept beside the programs: a regression is a red diff.

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    board, firmware,
    machine::{Log, MACHINES, Machine},
    training::{self, Program, Training},
};

/// What may be said to `cargo xtask cost`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The machines, by their names in QEMU [default: all but netduinoplus2]
    #[arg(value_name = "MACHINE", value_parser = Machine::named)]
    machines: Vec<&'static Machine>,
    /// What is trained [default: everything that fits]
    #[arg(long, value_enum)]
    program: Vec<Program>,
    /// The profile of the build: release, or small for parts with little flash
    #[arg(long, default_value = RELEASE)]
    profile: String,
    /// Record what is new
    #[arg(long)]
    overwrite: bool,
}

/// The profile of the boards.
const RELEASE: &str = "release";

/// How far a cost may be off before it counts as another: compilers differ a little.
const TOLERANCE: f64 = 0.02;

/// The core whose cycles are modelled.
pub(crate) const MODELLED: &str = "Cortex-M4F";

/// The current of an nRF52840's core running from flash, in A per Hz, and its voltage (product
/// specification 1.7: 52 µA/MHz at 3 V with the DC/DC converter).
const AMPERE_PER_HERTZ: f64 = 52e-12;
const VOLT: f64 = 3.0;

/// Real samples that a round of a recipe learns from: four batches of 32.
const SAMPLES: f64 = 128.0;

/// What a golden run costs.
pub(crate) fn run_golden() -> Result<()> {
    let machine = MACHINES
        .iter()
        .find(|it| it.core == MODELLED && it.log == Log::Semihosting);
    for profile in [RELEASE, firmware::SMALL] {
        run(&Args {
            machines: machine.into_iter().collect(),
            program: vec![Program::W1, Program::W2],
            profile: profile.to_owned(),
            overwrite: false,
        })?;
    }
    Ok(())
}

/// Counts, prints tables, and compares with what is kept.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut machines = args.machines.clone();
    if machines.is_empty() {
        machines.extend(MACHINES.iter().filter(|it| it.log == Log::Semihosting));
    }
    let programs = if args.program.is_empty() {
        &Program::ALL[..]
    } else {
        &args.program
    };
    let mut table = format!(
        "{:<11} {:<9} {:>12} {:>9} {:>11} {:>8} {:>8} {:>8} {:>10}\n",
        "core",
        "program",
        "instructions",
        "per MAC",
        "cycles/MAC",
        "memory",
        "static",
        "stack",
        "net flash"
    );
    let (mut lines, mut details) = (Vec::new(), String::new());
    for machine in machines {
        for &program in programs.iter().filter(|it| it.fits(machine)) {
            let counted = training::count(program, machine, &args.profile)
                .with_context(|| format!("{} on {}", program.name(), machine.name))?;
            table += &row(machine, program, &counted);
            details += &detail(machine, program, &counted);
            lines.push((
                format!("{} {} {}", args.profile, machine.name, program.name()),
                counted,
            ));
        }
    }
    print!("{table}{details}");
    compare(&lines, args.overwrite)
}

fn row(machine: &Machine, program: Program, it: &Training) -> String {
    let products = program.multiply_adds() as f64;
    let cycles = if machine.core == MODELLED {
        format!("{:.2}", it.cost.cycles / products)
    } else {
        "-".to_owned()
    };
    format!(
        "{:<11} {:<9} {:>12.0} {:>9.2} {cycles:>11} {:>8} {:>8} {:>8} {:>10}\n",
        machine.core,
        program.name(),
        it.cost.instructions,
        it.cost.instructions / products,
        it.ram + it.stack,
        it.ram,
        it.stack,
        it.flash,
    )
}

/// Phases; on the modelled core functions, times and energy, too.
fn detail(machine: &Machine, program: Program, it: &Training) -> String {
    let modelled = machine.core == MODELLED;
    let mut text = format!("\n{} on {}, by phase:\n", program.name(), machine.core);
    for (name, cost) in &it.phases {
        let share = 100.0 * cost.instructions / it.cost.instructions;
        _ = write!(
            text,
            "{name:<12} {:>12.0} instructions {share:>5.1} %",
            cost.instructions
        );
        _ = match modelled {
            true => writeln!(
                text,
                " {:>12.0} cycles {:>5.1} %",
                cost.cycles,
                100.0 * cost.cycles / it.cost.cycles
            ),
            false => writeln!(text),
        };
    }
    if !modelled {
        return text;
    }
    let cycles = it.cost.cycles;
    _ = writeln!(
        text,
        "{cycles:.0} cycles: {:.2} ms at 64 MHz, {:.2} ms at 168 MHz; estimate {:.1} uJ on an nRF52840",
        cycles / 64e3,
        cycles / 168e3,
        cycles * AMPERE_PER_HERTZ * VOLT * 1e6,
    );
    if matches!(program, Program::Scalar | Program::Window32) {
        let nanojoule = cycles * AMPERE_PER_HERTZ * VOLT * 1e9 / SAMPLES;
        _ = writeln!(
            text,
            "{nanojoule:.0} nJ for each real sample that is learned from"
        );
    }
    for (name, cost) in it.functions.iter().take(10) {
        let share = 100.0 * cost.cycles / cycles;
        let name: String = name.chars().take(90).collect();
        _ = writeln!(text, "{share:>5.1} % {:>10.0} cycles  {name}", cost.cycles);
    }
    text
}

/// Compares with what is kept, or keeps it.
fn compare(lines: &[(String, Training)], overwrite: bool) -> Result<()> {
    let file = file();
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let mut golden: std::collections::BTreeMap<String, String> = kept
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, numbers)| (name.to_owned(), numbers.to_owned()))
        .collect();
    let mut wrong = Vec::new();
    for (name, it) in lines {
        let new = numbers(it);
        let old = golden.get(name).map(|old| {
            old.split(' ')
                .filter_map(|it| it.parse().ok())
                .collect::<Vec<f64>>()
        });
        let alike = old.is_some_and(|old| {
            let mut pairs = old.iter().zip(&new);
            old.len() == new.len()
                && pairs.all(|(old, new)| (old - new).abs() <= TOLERANCE * old.abs())
        });
        let text = new.map(|it| format!("{it:.0}")).join(" ");
        if !alike {
            wrong.push(format!(
                "{name} was {}, is {text}",
                golden.get(name).map_or("not known", String::as_str)
            ));
        }
        golden.insert(name.clone(), text);
    }
    if overwrite {
        let text: String = golden
            .iter()
            .map(|(name, numbers)| format!("{name}: {numbers}\n"))
            .collect();
        return fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()));
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => bail!(
            "{}\nif it should be so, run it with --overwrite",
            wrong.join("\n")
        ),
    }
}

/// Instructions, modelled cycles, net flash, static memory, stack.
fn numbers(it: &Training) -> [f64; 5] {
    let bytes = [it.flash, it.ram, it.stack].map(|it| it as f64);
    [
        it.cost.instructions,
        it.cost.cycles,
        bytes[0],
        bytes[1],
        bytes[2],
    ]
}

fn file() -> PathBuf {
    board::folder().join("measured/costs.txt")
}
