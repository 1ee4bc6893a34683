//! Building the firmware of a board.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use ganlet_workload::growth::Size;

use crate::{
    board,
    machine::Machine,
    process,
    toolchain::Toolchain,
    verb::bench::{PEERS, Way},
};

/// Which firmware runs.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Image {
    /// Run this ELF [default: build the firmware first]
    #[arg(long, value_name = "FILE", conflicts_with = "micromath")]
    elf: Option<PathBuf>,
    /// Build it with the transcendentals of micromath
    #[arg(long)]
    pub(crate) micromath: bool,
}

impl Image {
    /// Builds it for a machine, unless it is there, and gives the path of its ELF.
    pub(crate) fn elf(&self, machine: &Machine) -> Result<PathBuf> {
        match (&self.elf, self.micromath) {
            (Some(elf), _) => Ok(std::path::absolute(elf)?),
            (None, false) => built(&mut cargo(machine.board, machine.target)?),
            (None, true) => {
                let mut cargo = cargo(machine.board, machine.target)?;
                built(cargo.args(["--features", "micromath"]))
            }
        }
    }
}

/// Builds the firmware in this folder of `firmware/boards` and gives the path of its ELF.
pub(crate) fn build_for(board: &str, target: &str) -> Result<PathBuf> {
    built(&mut cargo(board, target)?)
}

/// The profile for parts with little flash, and the feature of the core that goes with it.
pub(crate) const SMALL: &str = "small";

/// Builds one of the programs that only train, and gives the path of its ELF.
pub(crate) fn build_program(program: &str, target: &str, profile: &str) -> Result<PathBuf> {
    built(&mut measured(program, target, profile)?)
}

/// Builds the measured program that trains a game of this size.
pub(crate) fn build_grown(size: Size, target: &str) -> Result<PathBuf> {
    let mut cargo = measured("grown", target, "release")?;
    let numbers = [
        ("GANLET_WIDTH", size.width),
        ("GANLET_WINDOW", size.window),
        ("GANLET_BATCH", size.batch),
    ];
    cargo.envs(numbers.map(|(name, number)| (name, number.to_string())));
    built(&mut cargo)
}

/// The command that builds a measured program.
fn measured(program: &str, target: &str, profile: &str) -> Result<Command> {
    let mut cargo = Toolchain::for_target(target)?.command(target);
    cargo.current_dir(board::folder().join("measured")).args([
        "build",
        "--profile",
        profile,
        "--bin",
        program,
    ]);
    if profile == SMALL {
        cargo.args(["--features", SMALL]);
    }
    Ok(cargo)
}

/// Builds the plugin that counts, and gives the path of its library.
pub(crate) fn build_counter() -> Result<PathBuf> {
    let mut cargo = process::cargo("build --release --package ganlet-counter");
    artifact(&mut cargo, |message| message.get("filenames")?.get(0))
}

/// Builds a program of `tests/bench` for this machine, and gives its path; each way has a folder of its own.
pub(crate) fn build_bench(program: &str, way: &Way) -> Result<PathBuf> {
    let folder = process::workspace().join("tests/bench");
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(&folder)
        .args(["build", "--release", "--bin", program])
        .env("CARGO_TARGET_DIR", folder.join("target").join(way.name));
    if PEERS.iter().any(|(peer, _)| *peer == program) {
        cargo.args(["--features", program]);
    } else if way.dispatch {
        cargo.args(["--features", "dispatch"]);
    }
    match way.flags {
        "" => cargo.env_remove("RUSTFLAGS"),
        flags => cargo.env("RUSTFLAGS", flags),
    };
    built(&mut cargo)
}

/// `cargo build` in this folder of `firmware/boards`.
pub(crate) fn cargo(board: &str, target: &str) -> Result<Command> {
    let mut cargo = Toolchain::for_target(target)?.command(target);
    cargo
        .current_dir(board::folder().join(board))
        .args(["build", "--release"]);
    Ok(cargo)
}

/// Runs `cargo build` and asks it where the ELF is.
fn built(cargo: &mut Command) -> Result<PathBuf> {
    artifact(cargo, |message| message.get("executable"))
}

/// Runs `cargo build` and asks it where the last thing is that it has built, by the place of a
/// path in a message.
fn artifact(cargo: &mut Command, path: impl Fn(&Value) -> Option<&Value>) -> Result<PathBuf> {
    cargo.arg("--message-format=json-render-diagnostics");
    eprintln!("$ {}", process::shown(cargo));
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("it does not build");
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| Some(Path::new(path(&message)?.as_str()?).to_owned()))
        .next_back()
        .context("cargo has built nothing")
}
