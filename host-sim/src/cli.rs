//! The command line: the commands, and what each runs.

use clap::{Parser, Subcommand};

use crate::command::{audit, generate, monitor, replay, score, sweep, theory, train};
use crate::error::Failure;

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
