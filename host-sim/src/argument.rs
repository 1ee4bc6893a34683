//! The arguments that several commands share, and how values are read.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use ganlet::loss::Loss;

use crate::series::Rows;

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
    /// Windows of 32 readings, by convolutions
    Conv32,
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

/// Whether a run that goes wrong is treated.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Rescue {
    /// Leave a run that goes wrong as it is: no smaller rates, no stronger penalties, no way back to the
    /// best generator so far
    #[arg(long)]
    pub no_rescue: bool,
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
