//! `cargo xtask fuzz SECONDS [TARGET]`: libFuzzer looks for inputs from outside that break a promise.
//!
//! What it finds is kept in `tests/fuzz/target/corpus`, for the next time; what is in the repository,
//! `tests/fuzz/corpus`, is small, and an ordinary test runs it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    process::{self, on_path},
    remedy::{self, Remedy},
    usage_error,
};

/// What may be said to `cargo xtask fuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long to look, for each target
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// The input [default: each of them in turn]
    #[arg(value_parser = target)]
    target: Option<String>,
    /// Add to the repository's corpus what reaches code that nothing in it does
    #[arg(long)]
    keep: bool,
}

/// Bytes of an input.
const LONGEST: &str = "-max_len=4096";
/// Bytes of an input that is kept.
const LONGEST_KEPT: &str = "-max_len=1024";
/// Seconds that one input may take.
const PATIENCE: &str = "-timeout=20";

/// Looks for each target, however many fail.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !on_path("cargo-fuzz") {
        let install = "cargo install --locked cargo-fuzz";
        let remedy = Remedy::ByHand("with a C++ compiler", install);
        return Err(usage_error(remedy::advice("cargo-fuzz", &[remedy])));
    }
    let targets = match &args.target {
        Some(target) => vec![target.clone()],
        None => targets()?,
    };
    let mut failed = Vec::new();
    for target in targets {
        println!("\n=== {target}");
        let fuzz = Fuzz::of(&target)?;
        let looked = fuzz.look(args.seconds);
        let kept = if args.keep { fuzz.keep() } else { Ok(()) };
        if let Err(error) = looked.and(kept) {
            println!("=== {target} failed: {error:#}");
            failed.push(target);
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => bail!(
            "{}: the input is in tests/fuzz/artifacts; mend it and put it into tests/fuzz/corpus",
            failed.join(", ")
        ),
    }
}

/// One target.
struct Fuzz<'a> {
    target: &'a str,
    /// What is in the repository.
    kept: PathBuf,
    /// What was found.
    found: PathBuf,
}

impl<'a> Fuzz<'a> {
    fn of(target: &'a str) -> Result<Self> {
        let found = folder().join("target/corpus").join(target);
        fs::create_dir_all(&found).context("cannot keep what is found")?;
        let kept = folder().join("corpus").join(target);
        Ok(Self {
            target,
            kept,
            found,
        })
    }

    fn look(&self, seconds: u64) -> Result<()> {
        let mut command = self.command(&self.found, &self.kept);
        let seconds = format!("-max_total_time={seconds}");
        command.args([LONGEST, PATIENCE, &seconds, "-print_final_stats=1"]);
        process::announce_and_run(&mut command)
    }

    fn keep(&self) -> Result<()> {
        let mut command = self.command(&self.kept, &self.found);
        command.args([LONGEST_KEPT, PATIENCE, "-set_cover_merge=1"]);
        process::announce_and_run(&mut command)
    }

    /// libFuzzer with two folders of inputs, of which it writes to the first.
    ///
    /// Without a sanitizer, which wants another compiler: the crates are safe Rust, whose mistakes
    /// are panics. The coverage counters are a matter of the stable compiler's own flags, which its
    /// developers lock up.
    fn command(&self, writes: &Path, reads: &Path) -> Command {
        let mut command = process::cargo("fuzz run --sanitizer none --fuzz-dir");
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .arg(folder())
            .arg(self.target)
            .args([writes, reads])
            .arg("--");
        command
    }
}

fn folder() -> PathBuf {
    process::workspace().join("tests/fuzz")
}

/// The names of all targets, in order.
fn targets() -> Result<Vec<String>> {
    let folder = folder().join("fuzz_targets");
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).with_context(|| format!("no {}", folder.display()))? {
        let file = file?.path();
        names.extend(file.file_stem().map(|it| it.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// The name of a target, for clap.
fn target(name: &str) -> Result<String, String> {
    let targets = targets().map_err(|error| error.to_string())?;
    match targets.iter().any(|it| it == name) {
        true => Ok(name.to_owned()),
        false => Err(format!("the targets are {}", targets.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_goes_by_its_name_and_has_a_corpus() {
        assert!(target("csv").is_ok());
        assert!(target("scv").unwrap_err().contains("checkpoint, csv"));
        for target in targets().unwrap() {
            assert!(folder().join("corpus").join(target).is_dir());
        }
    }
}
