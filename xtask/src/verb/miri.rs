//! `cargo xtask miri`: the core's tests in an interpreter that notices undefined behaviour.
//!
//! The core forbids `unsafe`, so what is checked is what its dependencies do with it: queues and
//! vectors of heapless, checksums, the library itself.

use std::process::Command;

use anyhow::Result;

use crate::{
    process::{self, answer},
    remedy::{self, Remedy},
    usage_error,
};

/// What may be said to `cargo xtask miri`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only the tests whose paths contain one of these [default: those that end in minutes]
    tests: Vec<String>,
}

/// Of the core and of the app: bytes, memories, random numbers, text, one step of each layer. An
/// interpreter is a thousand times slower, so none that trains.
const TESTS: [&str; 7] = [
    "checkpoint::tests::refusal",
    "format",
    "stream::replay",
    "stream::window",
    "record::tests::what",
    "rng::",
    "params",
];

/// Runs them.
pub(crate) fn run(args: &Args) -> Result<()> {
    let found = answer(Command::new("cargo").args(["+nightly", "miri", "--version"]));
    if found.is_none() {
        let install = "rustup toolchain install nightly --component miri --component rust-src";
        let remedy = Remedy::ByHand("with rustup", install);
        return Err(usage_error(remedy::advice("Miri", &[remedy])));
    }
    let mut command = process::cargo("+nightly miri test -p ganlet --lib --");
    // Property tests look for their seeds in files, which the interpreter does not let them see.
    command
        .env("MIRIFLAGS", "-Zmiri-disable-isolation")
        .env("PROPTEST_CASES", "4");
    match args.tests.is_empty() {
        true => command.args(TESTS),
        false => command.args(&args.tests),
    };
    process::announce_and_run(&mut command)
}
