//! Every verb of CI and of a developer's day, as `cargo xtask VERB`.
//!
//! A verb is a file of [`verb`] with a `run`. What verbs share has a room of its own: [`process`]
//! runs other programs, [`stage`] runs a list of jobs and tells how each ended, [`toolchain`] picks
//! the compiler for a Cortex-M, [`remedy`] knows how a machine gets what it lacks, [`mod@run`] runs a
//! firmware on an emulated [`machine`].
//!
//! Exit codes: 0 done, 1 something failed, 2 the arguments or the environment are wrong.

mod board;
mod chip;
mod contender;
mod cortex_m4;
mod elf;
mod emulator;
mod firmware;
mod host;
mod limit;
mod log;
mod machine;
mod orders;
mod process;
mod readings;
mod remedy;
mod rtt;
mod run;
mod scratch;
mod sizes;
mod source_line;
mod stack;
mod stage;
mod store;
mod toolchain;
mod training;
mod verb;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Every verb of CI and of a developer's day
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Install what is missing, or say how
    Setup,
    /// Everything a change must pass, on the host and for every target
    Test(verb::test::Args),
    /// What CI runs: `setup`, then `test`, with output made for a log
    Ci,
    /// Run the firmware on an emulated machine and print its log
    Qemu(verb::qemu::Args),
    /// A short run on the emulated machines, held against kept logs and sizes
    Golden(verb::golden::Args),
    /// Train on the host and on an emulated machine, and compare the bits
    Twin(verb::twin::Args),
    /// Count what a round of training costs on the emulated machines
    Count(verb::count::Args),
    /// Cut the power in the middle of a save, everywhere, and see what a device finds
    PowerCut(verb::power_cut::Args),
    /// Look for inputs from outside that break a promise
    Fuzz(verb::fuzz::Args),
    /// Have the linker prove that nothing panics in training, scoring and restoring
    PanicFree,
    /// Time the reference workloads beside peers
    Bench(verb::bench::Args),
    /// Count what training alone costs, exactly, with modelled cycles of a Cortex-M4
    Cost(verb::cost::Args),
    /// How the cost of a step grows with width, batch and window, on this host and on a Cortex-M4F
    Growth(verb::growth::Args),
    /// Run the core's tests in an interpreter that notices undefined behaviour
    Miri(verb::miri::Args),
    /// Make small mistakes in the core, which its tests must notice
    Mutants(verb::mutants::Args),
    /// Life after life of an emulated device whose sensor fails, and an exact account of each
    Soak(verb::soak::Args),
    /// Flash a board through a debug probe, run it and show its log
    Flash(verb::flash::Args),
    /// The most stack that a firmware can take, and by which calls
    Stack(verb::stack::Args),
    /// Check that a board's firmware fits its chip; no probe is needed
    FlashCheck(verb::flash_check::Args),
}

fn main() -> ExitCode {
    let Err(error) = run(Cli::parse().verb) else {
        return ExitCode::SUCCESS;
    };
    match error.downcast::<clap::Error>() {
        Ok(usage) => usage.exit(),
        Err(failure) => {
            eprintln!("error: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> Result<()> {
    toolchain::demanded()?; // a wrong environment ends it before any work
    match verb {
        Verb::Setup => verb::setup::run(),
        Verb::Test(args) => verb::test::run(&args),
        Verb::Ci => verb::ci::run(),
        Verb::Qemu(args) => verb::qemu::run(&args),
        Verb::Golden(args) => verb::golden::run(&args),
        Verb::Twin(args) => verb::twin::run(&args),
        Verb::Count(args) => verb::count::run(&args),
        Verb::PowerCut(args) => verb::power_cut::run(&args),
        Verb::Fuzz(args) => verb::fuzz::run(&args),
        Verb::PanicFree => verb::panic_free::run(),
        Verb::Bench(args) => verb::bench::run(&args),
        Verb::Cost(args) => verb::cost::run(&args),
        Verb::Growth(args) => verb::growth::run(&args),
        Verb::Miri(args) => verb::miri::run(&args),
        Verb::Mutants(args) => verb::mutants::run(&args),
        Verb::Soak(args) => verb::soak::run(&args),
        Verb::Flash(args) => verb::flash::run(&args),
        Verb::Stack(args) => verb::stack::run(&args),
        Verb::FlashCheck(args) => verb::flash_check::run(&args),
    }
}

/// An error of whoever typed the command or set the environment: exit code 2.
fn usage_error(message: impl std::fmt::Display) -> anyhow::Error {
    clap::Error::raw(clap::error::ErrorKind::InvalidValue, format!("{message}\n")).into()
}
