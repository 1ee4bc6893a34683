//! `ganlet replay`: the training steps of a JSON case, through the code that trains.

use std::path::PathBuf;

use crate::error::Failure;

const EXAMPLES: &str = "\
Example:
  ganlet replay case.json > answer.json";

/// The arguments of `ganlet replay`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Case to replay: model, loss, optimizer, parameters and steps
    #[arg(value_name = "CASE.json")]
    pub case: PathBuf,
}

/// Replays the case and prints its answer as one JSON object.
///
/// # Errors
///
/// [`Failure::Input`] naming the key that is wrong in a malformed case.
pub fn run(_args: &Args) -> Result<(), Failure> {
    Err(Failure::job("not built yet", "replay", "wait for it"))
}
