//! `cargo xtask mutants`: is there a test for every line that counts? The core's gradients and
//! checkpoints are changed, one small mistake at a time, and the core's own tests must notice.
//!
//! Mistakes that no test can notice are kept in `tests/mutants.txt`, each with its reason.

use std::{collections::BTreeSet, fs, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    process::{self, on_path},
    remedy::{self, Remedy},
    usage_error,
};

/// What may be said to `cargo xtask mutants`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// One part of so many, e.g. 3/40: each mistake costs a build of the core's tests
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// The files [default: layers, losses, penalties, optimizers, checkpoints]
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

/// Where a mistake would be worst.
const FILES: [&str; 6] = [
    "core/src/layer/*.rs",
    "core/src/loss.rs",
    "core/src/penalty.rs",
    "core/src/optimizer/*.rs",
    "core/src/checkpoint/*.rs",
    "core/src/gan.rs",
];

/// Code for tests alone, found by its name in these folders.
const TESTS: [&str; 3] = [
    "core/src/layer/checks.rs",
    "core/src/layer/oracle.rs",
    "core/src/checkpoint/tests/**",
];

/// The file of mistakes that no test can notice: a line each, its reason after ` # `.
const KEPT: &str = "tests/mutants.txt";

/// Mutates.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !on_path("cargo-mutants") {
        let remedy = Remedy::ByHand("with cargo", "cargo install --locked cargo-mutants");
        return Err(usage_error(remedy::advice("cargo-mutants", &[remedy])));
    }
    let out = process::workspace().join("target");
    let mut command = command(args);
    command.arg("--output").arg(&out);
    println!("$ {}", process::shown(&command));
    let status = command.status().context("cannot start cargo mutants")?;
    // 2: some were missed, 3: some took too long; both are told below.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        bail!("cargo mutants has failed");
    }
    let told = |name: &str| fs::read_to_string(out.join("mutants.out").join(name));
    let missed = told("missed.txt").context("no list of what was missed")?;
    let caught = told("caught.txt").unwrap_or_default().lines().count();
    let kept = fs::read_to_string(process::workspace().join(KEPT)).unwrap_or_default();
    let new = unexplained(&missed, &kept);
    println!(
        "{caught} mistakes noticed, {} not, {} of them without a reason in {KEPT}",
        missed.lines().count(),
        new.len()
    );
    match new.is_empty() {
        true => Ok(()),
        false => bail!("no test notices\n{}", new.join("\n")),
    }
}

fn command(args: &Args) -> Command {
    let mut command = process::cargo("mutants --package ganlet --no-shuffle --timeout 300");
    let files: Vec<&str> = match args.files.is_empty() {
        true => FILES.to_vec(),
        false => args.files.iter().map(String::as_str).collect(),
    };
    files
        .iter()
        .for_each(|file| _ = command.args(["--file", file]));
    TESTS
        .iter()
        .for_each(|file| _ = command.args(["--exclude", file]));
    if let Some(shard) = &args.shard {
        command.args(["--shard", shard]);
    }
    command.args(["--", "--lib"]);
    command
}

/// The mistakes without a reason. Where they are in the file does not count: lines move.
fn unexplained<'a>(missed: &'a str, kept: &str) -> Vec<&'a str> {
    let known: BTreeSet<_> = kept
        .lines()
        .filter_map(|line| line.split_once(" # "))
        .map(|(mistake, _)| mistake.trim())
        .collect();
    let unknown = |line: &&str| !known.contains(what(line).as_str());
    missed.lines().filter(unknown).collect()
}

/// A mistake without its line and column: `core/src/loss.rs: replace …`.
fn what(line: &str) -> String {
    let mut parts = line.splitn(4, ':');
    match (parts.next(), parts.nth(1), parts.next()) {
        (Some(file), Some(_), Some(rest)) => format!("{file}:{rest}"),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_known_by_what_it_is_and_not_by_where() {
        let missed =
            "core/src/loss.rs:12:9: replace + with - in a\ncore/src/loss.rs:3:1: replace b";
        let kept = "# a remark\ncore/src/loss.rs: replace + with - in a # x + 0\n";
        assert_eq!(
            unexplained(missed, kept),
            ["core/src/loss.rs:3:1: replace b"]
        );
        assert_eq!(unexplained("", kept), [""; 0]);
    }
}
