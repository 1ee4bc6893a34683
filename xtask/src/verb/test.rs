//! `cargo xtask test`: everything a change must pass, on the host and for every target.

use std::process::Command;

use anyhow::Result;

use super::{cost, flash_check, golden, panic_free, setup, soak, twin};
use crate::{
    machine::MACHINES,
    process::{self, cargo},
    stage::{self, Stage},
    toolchain::{TARGETS, Toolchain},
};

/// What may be said to `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only the stages whose names begin so, e.g. `fmt clippy thumb` [default: all]
    #[arg(value_name = "STAGE", value_parser = beginning_of_a_stage)]
    only: Vec<String>,
}

/// Runs the stages that were asked for.
pub(crate) fn run(args: &Args) -> Result<()> {
    let asked = |stage: &Stage| {
        args.only.is_empty() || args.only.iter().any(|it| stage.name().starts_with(it))
    };
    stage::run_all(stages().into_iter().filter(asked))
}

/// All stages, the quickest to fail first.
fn stages() -> Vec<Stage> {
    let mut stages = vec![
        on_host("fmt", "fmt --all --check"),
        on_host(
            "fmt-boards",
            "fmt --all --check --manifest-path firmware/boards/Cargo.toml",
        ),
        on_host(
            "fmt-bench",
            "fmt --all --check --manifest-path tests/bench/Cargo.toml",
        ),
        on_host("clippy", "clippy --workspace --all-targets -- -D warnings"),
        on_host(
            "clippy-micromath",
            "clippy -p ganlet --all-targets --features micromath -- -D warnings",
        ),
        on_host(
            "clippy-defmt",
            "clippy -p ganlet --all-targets --features defmt -- -D warnings",
        ),
        Stage::command("doc", doc()),
        // Without the tools, whose dependencies have other features: those are built already, by the
        // command that runs this, and the rest as the tests themselves build `ganlet`.
        on_host("test", "test"),
        on_host("test-tools", "test -p xtask -p ganlet-counter"),
        on_host("test-release", "test --release -p ganlet-tests"),
        Stage::new("setup", || setup::ensure(&setup::CORTEX_M)),
    ];
    stages.extend(TARGETS.map(|target| Stage::new(target, || check_core(target))));
    stages.push(Stage::new("panic-free", panic_free::run));
    stages.push(Stage::new("flash-check", flash_check::run_all));
    stages.push(Stage::new("emulator", || setup::ensure(&setup::EMULATOR)));
    stages.push(Stage::new("golden", golden::run_all));
    stages.push(Stage::new("cost", cost::run_golden));
    stages.push(Stage::new("soak", soak::short));
    stages.extend(
        MACHINES
            .iter()
            .map(|it| Stage::new(it.name, || twin::short(it))),
    );
    stages
}

fn on_host(name: &'static str, line: &str) -> Stage {
    Stage::command(name, cargo(line))
}

fn doc() -> Command {
    let mut command = cargo("doc --workspace --no-deps");
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

/// Checks the core for a machine that has no std, as it is and with every feature. Programs for each are
/// built further on.
fn check_core(target: &str) -> Result<()> {
    let toolchain = Toolchain::for_target(target)?;
    let plain = ["check", "--release", "--package", "ganlet"];
    let full = plain.iter().chain(&["--all-features"]);
    process::announce_and_run(toolchain.command(target).args(plain))?;
    process::announce_and_run(toolchain.command(target).args(full))
}

/// Accepts what the name of a stage begins with.
fn beginning_of_a_stage(text: &str) -> Result<String, String> {
    let stages = stages();
    let names: Vec<_> = stages.iter().map(Stage::name).collect();
    if names.iter().any(|name| name.starts_with(text)) {
        Ok(text.to_owned())
    } else {
        Err(format!("the stages are {}", names.join(", ")))
    }
}
