//! `ganlet theory`: the identities of adversarial training, in numbers, for two known distributions.

use ganlet::divergence::Target;

use crate::cli::{Destination, seed, steps};
use crate::error::Failure;

const EXAMPLES: &str = "\
Examples:
  ganlet theory
  ganlet theory --p normal:0:1 --q mixture:0.5:-1:0.5,0.5:1:0.5 --json

Targets: normal:MEAN:SD, uniform:A:B, exponential:RATE, lognormal:MU:SIGMA,
mixture:W:MEAN:SD,W:MEAN:SD,...";

/// The arguments of `ganlet theory`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Distribution of the data
    #[arg(long, value_name = "T", default_value = "normal:0:1")]
    pub p: Target,
    /// Distribution that plays the generator
    #[arg(long, value_name = "T", default_value = "normal:1:1")]
    pub q: Target,
    /// Steps of the discriminator [default: as many as it takes]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps)]
    pub steps: Option<u64>,
    /// Seed of every random stream
    #[arg(long, value_name = "S", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = seed)]
    pub seed: u64,
    /// Where the results go.
    #[command(flatten)]
    pub destination: Destination,
}

/// Prints the table of the theory.
///
/// # Errors
///
/// [`Failure::Input`] for a target that is none, [`Failure::Job`] when training or writing fails.
pub fn run(_args: &Args) -> Result<(), Failure> {
    Err(Failure::job("not built yet", "theory", "wait for it"))
}
