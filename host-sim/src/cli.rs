//! The command line: the commands, the arguments that several of them share, and how values are read.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ganlet::loss::Loss;

use crate::command::{audit, generate, monitor, replay, score, sweep, theory, train};
use crate::error::Failure;
use crate::series::Rows;

const EXAMPLES: &str = "\
Examples:
  ganlet                                     learn a simulated sensor, write out/report.html
  ganlet train --data room.csv --rows 0..2500
  ganlet generate --checkpoint out/checkpoint.ganlet --count 1000 > synthetic.csv
  ganlet score --checkpoint out/checkpoint.ganlet --data room.csv
  ganlet theory --p normal:0:1 --q normal:1:1
  cargo run --release | ganlet monitor       in a board's folder

Exit codes: 0 done, 1 the job failed, 2 the input or the arguments are wrong.";

/// Train a GAN of microcontroller size on sensor data, with the very code and bits of the device.
///
/// Without a command it learns a built-in simulated sensor and writes out/report.html.
#[derive(Debug, Parser)]
#[command(name = "ganlet", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; `None` is the main job on the built-in sensor.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What `ganlet` can do.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "a process has one command")]
pub enum Command {
    /// Learn the distribution of a sensor, from a file or a known target
    Train(train::Args),
    /// Draw synthetic data from a trained generator, as CSV on standard output
    Generate(generate::Args),
    /// Score readings with a trained discriminator: higher is stranger
    Score(score::Args),
    /// Hold the detector against labelled series, beside simple methods
    Audit(audit::Args),
    /// Check the theory in numbers for two known distributions
    Theory(theory::Args),
    /// Take the training steps of a JSON case and print the parameters they lead to
    Replay(replay::Args),
    /// Train many seeds and settings in parallel and tabulate median and worst
    Sweep(sweep::Args),
    /// Follow a device's decoded log on standard input: a live view, then metrics and a report
    Monitor(monitor::Args),
}

impl Default for Command {
    /// The main job: `train` on the built-in simulated sensor.
    fn default() -> Self {
        Self::Train(train::Args::default())
    }
}

impl Command {
    /// Runs the command to its end.
    ///
    /// # Errors
    ///
    /// The [`Failure`] of the command; see [`Failure::exit_code`].
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Train(args) => train::run(args),
            Self::Generate(args) => generate::run(args),
            Self::Score(args) => score::run(args),
            Self::Audit(args) => audit::run(args),
            Self::Theory(args) => theory::run(args),
            Self::Replay(args) => replay::run(args),
            Self::Sweep(args) => sweep::run(args),
            Self::Monitor(args) => monitor::run(args),
        }
    }
}

/// The networks that can be trained; their sizes are in the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Model {
    /// Single readings
    #[default]
    Scalar,
    /// Single readings that cluster
    Modes,
    /// Windows of 16 readings
    Window16,
    /// Windows of 32 readings
    Window32,
}

/// Which part of a CSV file to read.
#[derive(Debug, Clone, Default, Args)]
pub struct Selection {
    /// Column to read [default: value, else the only numeric column]
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,
    /// Data rows to read, as A..B without B, A.. or ..B; the first row after the header is 0
    #[arg(
        long,
        value_name = "A..B",
        default_value = "..",
        hide_default_value = true
    )]
    #[arg(allow_hyphen_values = true)]
    pub rows: Rows,
}

/// Where results go.
#[derive(Debug, Clone, Args)]
pub struct Destination {
    /// Folder for the files, created where missing
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Print exactly one JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

impl Default for Destination {
    fn default() -> Self {
        Self {
            out: PathBuf::from("out"),
            json: false,
        }
    }
}

/// Reads a whole number from `MIN` to `MAX`; the error is the remedy.
pub(crate) fn whole<const MIN: u64, const MAX: u64>(text: &str) -> Result<u64, String> {
    text.parse()
        .ok()
        .filter(|number| (MIN..=MAX).contains(number))
        .ok_or_else(|| format!("give a whole number from {MIN} to {MAX}"))
}

/// Reads a number of steps of training: more than a billion is a slip of the hand.
pub(crate) fn steps(text: &str) -> Result<u64, String> {
    whole::<1, 1_000_000_000>(text)
}

/// Reads the name of a loss, as replay cases write it.
pub(crate) fn loss() -> impl TypedValueParser<Value = Loss> {
    PossibleValuesParser::new(Loss::ALL.map(Loss::name)).try_map(|name| name.parse::<Loss>())
}

/// Reads a seed: any 64 bits.
pub(crate) fn seed(text: &str) -> Result<u64, String> {
    whole::<0, { u64::MAX }>(text)
}

/// Reads a number of worker threads.
pub(crate) fn threads(text: &str) -> Result<usize, String> {
    whole::<1, 1024>(text).map(|number| number as usize)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_is_the_main_job() {
        let cli = Cli::try_parse_from(["ganlet"]).unwrap();
        assert!(matches!(
            cli.command.unwrap_or_default(),
            Command::Train(args) if args.data.is_none() && args.target.is_none()
        ));
    }

    #[test]
    fn defaults_of_the_main_job_are_those_of_the_command_line() {
        let cli = Cli::try_parse_from(["ganlet", "train", "--target", "normal:0:1"]).unwrap();
        let Some(Command::Train(parsed)) = cli.command else {
            panic!("not train");
        };
        let main = train::Args {
            target: parsed.target.clone(),
            ..train::Args::default()
        };
        assert_eq!(format!("{parsed:?}"), format!("{main:?}"));
    }
}
