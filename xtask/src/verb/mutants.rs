//! `cargo xtask mutants`: is there a test for every line that counts? The core's gradients and
//! checkpoints are changed, one small mistake at a time, and the core's own tests must notice.
//!
//! Mistakes that no test can notice are kept in `tests/mutants.txt`, each with its reason.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{
    process::{self, on_path},
    remedy::{self, Remedy},
    usage_error,
};

/// What may be said to `cargo xtask mutants`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What is changed; without any, all of it
    #[arg(value_name = "PART")]
    parts: Vec<Part>,
    /// One share of each part's mistakes of so many, e.g. 3/40: each costs a build of the core's tests
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Only these files of a part
    #[arg(long = "file", value_name = "FILE")]
    files: Vec<String>,
}

/// Where a mistake would be worst.
#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// Headers, checksums, states to bytes and back.
    Checkpoints,
    /// The adversarial losses and their derivatives.
    Losses,
    /// The penalties on the discriminator's slope.
    Penalties,
    /// Update rules, their memories and schedules.
    Optimizers,
    /// Passes of every layer, forward and backward.
    Layers,
    /// Both players' steps.
    Contest,
}

impl Part {
    /// Its files.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Checkpoints => &["core/src/checkpoint/*.rs"],
            Self::Losses => &["core/src/loss.rs"],
            Self::Penalties => &["core/src/penalty.rs"],
            Self::Optimizers => &["core/src/optimizer/*.rs"],
            Self::Layers => &["core/src/layer/*.rs", "core/src/layer/product/*.rs"],
            Self::Contest => &["core/src/gan.rs"],
        }
    }

    /// The tests that concern it and take no second: each has one of these in its name.
    fn tests(self) -> &'static [&'static str] {
        match self {
            Self::Checkpoints => &["checkpoint"],
            Self::Losses => &["loss::"],
            Self::Penalties => &["penalt"],
            Self::Optimizers => &["optimizer::"],
            Self::Layers => &["layer::", "gan::"],
            Self::Contest => &["gan::"],
        }
    }

    /// How far its tests are optimised: a build takes most of the time, but for those that
    /// differentiate wide convolutions number by number. The bits do not depend on it.
    fn level(self) -> &'static str {
        match self {
            Self::Layers => "1",
            _ => "0",
        }
    }

    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// What a debugger shows promises nothing, and `defmt` is a feature that tests are built without.
const UNTESTED: &str = "impl (fmt::Debug|defmt::Format) for";

/// The file of mistakes that no test can notice: a line each, its reason after ` # `.
const KEPT: &str = "tests/mutants.txt";

/// Mutates.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !on_path("cargo-mutants") {
        let remedy = Remedy::ByHand("with cargo", "cargo install --locked cargo-mutants");
        return Err(usage_error(remedy::advice("cargo-mutants", &[remedy])));
    }
    let parts = match args.parts.is_empty() {
        true => Part::value_variants(),
        false => &args.parts,
    };
    let kept = fs::read_to_string(process::workspace().join(KEPT)).unwrap_or_default();
    let (mut all, mut new) = (Outcome::default(), Vec::new());
    for &part in parts {
        let outcome = mutate(part, args)?;
        let unexplained = unexplained(&outcome.missed, &kept);
        println!("{}: {}", part.name(), outcome.told(unexplained.len()));
        new.extend(unexplained.into_iter().map(str::to_owned));
        all.add(&outcome);
    }
    println!("in all: {}", all.told(new.len()));
    match new.is_empty() {
        true => Ok(()),
        false => bail!("no test notices\n{}", new.join("\n")),
    }
}

/// What became of mistakes.
#[derive(Default)]
struct Outcome {
    noticed: usize,
    /// A line each.
    missed: String,
    unviable: usize,
}

impl Outcome {
    fn add(&mut self, other: &Self) {
        self.noticed += other.noticed;
        self.missed.push_str(&other.missed);
        self.unviable += other.unviable;
    }

    fn told(&self, unexplained: usize) -> String {
        format!(
            "{} mistakes noticed, {} not, {unexplained} of them without a reason in {KEPT}; {} do \
             not build",
            self.noticed,
            self.missed.lines().count(),
            self.unviable
        )
    }
}

fn mutate(part: Part, args: &Args) -> Result<Outcome> {
    let out = process::workspace()
        .join("target/mutants")
        .join(part.name());
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let mut command = command(part, args, &out);
    println!("$ {}", process::shown(&command));
    let status = command.status().context("cannot start cargo mutants")?;
    // 2: some were missed, 3: some took too long; both are told below.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        bail!("cargo mutants has failed");
    }
    let told = |name: &str| fs::read_to_string(out.join("mutants.out").join(name));
    let count = |name: &str| told(name).unwrap_or_default().lines().count();
    Ok(Outcome {
        // One that hangs has not passed.
        noticed: count("caught.txt") + count("timeout.txt"),
        missed: told("missed.txt").context("no list of what was missed")?,
        unviable: count("unviable.txt"),
    })
}

fn command(part: Part, args: &Args, out: &Path) -> Command {
    let mut command = process::cargo("mutants --package ganlet --no-shuffle --timeout 60");
    command
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", part.level())
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .arg("--output")
        .arg(out);
    let files: Vec<&str> = match args.files.is_empty() {
        true => part.files().to_vec(),
        false => args.files.iter().map(String::as_str).collect(),
    };
    files
        .iter()
        .for_each(|file| _ = command.args(["--file", file]));
    command.args(["--exclude-re", UNTESTED]);
    if let Some(shard) = &args.shard {
        command.args(["--shard", shard]);
    }
    // Said to the build as well, or every example is built for every mistake.
    command.arg("--cargo-arg=--lib");
    command.args(["--", "--"]).args(part.tests());
    command
}

/// The mistakes without a reason, of which each excuses one. Where they are in the file does not
/// count: lines move.
fn unexplained<'a>(missed: &'a str, kept: &str) -> Vec<&'a str> {
    let mut known: Vec<_> = kept
        .lines()
        .filter_map(|line| line.split_once(" # "))
        .map(|(mistake, _)| mistake.trim())
        .collect();
    let mut excused = |line: &str| {
        let what = what(line);
        let place = known.iter().position(|known| *known == what);
        place.map(|i| known.swap_remove(i)).is_some()
    };
    missed.lines().filter(|line| !excused(line)).collect()
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
    use std::ffi::OsStr;

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

    #[test]
    fn a_reason_excuses_one_mistake() {
        let missed = "a.rs:1:1: replace b\na.rs:2:1: replace b";
        let kept = "a.rs: replace b # only time differs\n";
        assert_eq!(unexplained(missed, kept), ["a.rs:2:1: replace b"]);
        assert!(unexplained(missed, &kept.repeat(2)).is_empty());
    }

    #[test]
    fn a_part_runs_its_own_tests() {
        let args = Args {
            parts: Vec::new(),
            shard: None,
            files: Vec::new(),
        };
        for &part in Part::value_variants() {
            let command = command(part, &args, Path::new("out"));
            let said: Vec<_> = command.get_args().collect();
            let filters = part.tests().iter().map(AsRef::as_ref);
            let last: Vec<&OsStr> = ["--".as_ref(); 2].into_iter().chain(filters).collect();
            assert!(said.ends_with(&last));
            assert!(
                part.files()
                    .iter()
                    .all(|file| said.contains(&file.as_ref()))
            );
        }
    }
}
