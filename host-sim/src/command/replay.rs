//! `ganlet replay`: the training steps of a JSON case, through the code that trains.

mod case;
mod network;
mod steps;

use std::fs;
use std::path::{Path, PathBuf};

use ganlet::model::Scalar;
use serde::Serialize;

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
    let bytes = fs::read(&args.case).map_err(|error| {
        Failure::input(
            format!("cannot read the case: {error}"),
            args.case.display(),
            "give a JSON file that can be read",
        )
    })?;
    console::print_json(&answer(&args.case, &bytes)?)
}

/// The answer to the case that the file at `path` holds.
///
/// # Errors
///
/// As [`run`]'s.
pub fn answer(path: &Path, bytes: &[u8]) -> Result<impl Serialize + use<>, Failure> {
    let case = Case::parse(path, bytes)?;
    let answer = match case.model {
        Model::Scalar => steps::replay::<Scalar>(&case),
        Model::Window32 => steps::replay::<steps::Window32>(&case),
    };
    answer.map_err(|wrong| wrong.at(path))
}
