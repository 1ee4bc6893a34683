//! `ganlet sweep`: many seeds and settings in parallel, beside the noise floor and the baselines.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::{Destination, steps, threads, whole};
use crate::error::Failure;

const EXAMPLES: &str = "\
Examples:
  ganlet sweep
  ganlet sweep --suite windows --seeds 3 --json
  ganlet sweep --suite real --data-dir ../shared/data";

/// What a sweep trains on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Suite {
    /// Known distributions of single readings
    #[default]
    Scalars,
    /// Simulated signals in windows
    Windows,
    /// The real series of --data-dir
    Real,
}

/// The arguments of `ganlet sweep`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to train on
    #[arg(long, value_enum, default_value_t)]
    pub suite: Suite,
    /// Seeds for each row of the table
    #[arg(long, value_name = "N", default_value_t = 6)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<1, 1000>)]
    pub seeds: u64,
    /// Steps of the generator [default: by the model]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps)]
    pub steps: Option<u64>,
    /// Folder of the real series and their MANIFEST.md
    #[arg(long, value_name = "DIR", default_value = "../shared/data")]
    pub data_dir: PathBuf,
    /// Runs at a time [default: all cores]; the results do not depend on it
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = threads)]
    pub threads: Option<usize>,
    /// Where the results go.
    #[command(flatten)]
    pub destination: Destination,
}

/// Sweeps the suite and prints its table.
///
/// # Errors
///
/// [`Failure::Input`] for a folder without series, [`Failure::Job`] when a run or writing fails.
pub fn run(_args: &Args) -> Result<(), Failure> {
    Err(Failure::job("not built yet", "sweep", "wait for it"))
}
