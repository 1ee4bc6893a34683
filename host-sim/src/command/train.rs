//! `ganlet train`: learns a file or a known target, and writes checkpoint, metrics and report.

mod page;
mod run;
mod treatment;

use std::path::PathBuf;

use clap::ArgGroup;
use ganlet::divergence::Target;
use ganlet::loss::Loss;

use crate::argument::{Destination, Model, Rescue, Selection, loss, seed, steps, whole};
use crate::bad_sensor::Faults;
use crate::error::Failure;

pub use run::Summary;
pub use treatment::Treatment;

const EXAMPLES: &str = "\
Examples:
  ganlet train --data room.csv --column temperature --rows 0..2500 --model window32
  ganlet train --target mixture:0.5:-1.5:0.2,0.5:1.5:0.2 --steps 20000 --seed 7 --json
  ganlet train --data room.csv --faults silence,not-a-number:0.05
  ganlet train --data room.csv --stop-at 5000
  ganlet train --data room.csv --resume out/checkpoint.ganlet

Writes metrics.csv, checkpoint.ganlet and report.html to --out.";

/// The arguments of `ganlet train`.
///
/// Neither `data` nor `target` (the default value, which a command line cannot give) is the main
/// job on the built-in simulated sensor.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("source").required(true).args(["data", "target"]))]
pub struct Args {
    /// CSV file with a header; optional columns t (seconds) and label (0 or 1)
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Known distribution: normal:MEAN:SD, uniform:A:B, exponential:RATE, lognormal:MU:SIGMA
    /// or mixture:W:MEAN:SD,W:MEAN:SD,...
    #[arg(long, value_name = "T", conflicts_with_all = ["column", "rows"])]
    pub target: Option<Target>,
    /// Part of the file to learn.
    #[command(flatten)]
    pub selection: Selection,
    /// Have the sensor fail, as KIND,KIND:RATE: at each reading one of these befalls it with this
    /// probability. Kinds: silence, glitch, not-a-number, overrange, freeze, lie
    #[arg(long, value_name = "F")]
    pub faults: Option<Faults>,
    /// Networks to train [default: scalar, or those of --resume]
    #[arg(long, value_enum)]
    pub model: Option<Model>,
    /// Steps of the generator [default: by the model]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps)]
    pub steps: Option<u64>,
    /// Seed of every random stream: the same seed and data give the same bits [default: 0, or that
    /// of --resume]
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,
    /// Adversarial loss [default: by the model]
    #[arg(long, value_name = "L", value_parser = loss())]
    pub loss: Option<Loss>,
    /// Steps of the discriminator for each step of the generator [default: by the model]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<1, 100>)]
    pub d_steps: Option<u64>,
    /// Checkpoint to go on from, of a file or of a device; with --memory, after the readings that it
    /// has taken
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Stop after this many steps of the run and save; --resume goes on to the end
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps)]
    pub stop_at: Option<u64>,
    /// Save a checkpoint every N steps, so that a run that is killed can go on; 0 for none before the
    /// end [default: a twentieth of the run, at least 1000]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = whole::<0, 1_000_000_000>)]
    pub save_every: Option<u64>,
    /// Learn as a device does: readings come one by one, and at most N samples are remembered
    /// [default: all of them]
    #[arg(long, value_name = "N", allow_negative_numbers = true, requires = "data",
          value_parser = whole::<1, 1_000_000>)]
    pub memory: Option<u64>,
    /// Readings that come before each step, with --memory [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, requires = "memory",
          value_parser = whole::<0, 1_000_000>)]
    pub pace: Option<u64>,
    /// Readings that come before the first step, with --memory [default: 256]
    #[arg(long, value_name = "N", allow_negative_numbers = true, requires = "memory",
          value_parser = whole::<2, 1_000_000>)]
    pub warm_up: Option<u64>,
    /// Whether a run that goes wrong is treated.
    #[command(flatten)]
    pub rescue: Rescue,
    /// Also write learned.svg, the histograms of data and generated readings
    #[arg(long)]
    pub picture: bool,
    /// Where the results go.
    #[command(flatten)]
    pub destination: Destination,
}

/// Trains as `args` say.
///
/// # Errors
///
/// [`Failure::Input`] for unusable data or a foreign checkpoint, [`Failure::Job`] when training or
/// writing fails.
pub fn run(args: &Args) -> Result<(), Failure> {
    run::train(args)
}
