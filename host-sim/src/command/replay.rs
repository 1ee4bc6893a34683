//! `ganlet replay`: the training steps of a JSON case, through the code that trains.

mod case;
mod network;
mod steps;

use std::path::PathBuf;

use ganlet::model::{Scalar, Window32};

use self::case::{Case, Model};
use crate::console;
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
pub fn run(args: &Args) -> Result<(), Failure> {
    let case = Case::read(&args.case)?;
    let answer = match case.model {
        Model::Scalar => steps::replay::<Scalar>(&case),
        Model::Window32 => steps::replay::<Window32>(&case),
    };
    let answer = answer.map_err(|wrong| wrong.at(&args.case))?;
    console::print_json(&answer)
}
