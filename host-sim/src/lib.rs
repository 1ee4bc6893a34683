//! The host simulator of ganlet: the program `ganlet` as a library.
//!
//! The binary is a call of [`run`]. Everything that computes is in the crate `ganlet`; here are the
//! command line, the files, the pictures and the report.

pub mod argument;
pub mod as_device;
pub mod bad_sensor;
pub mod checkpoint;
pub mod cli;
pub mod command;
pub mod console;
pub mod error;
pub mod gaussian;
mod jackknife;
pub mod manifest;
pub mod measure;
pub mod network;
pub mod output;
pub mod progress;
pub mod ranking;
pub mod report;
pub mod second_order;
pub mod series;
pub mod signal;
pub mod sliced;
pub mod source;
pub mod supply;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::error::Failure;

/// Runs the program on `args` (the first being its name): 0 done, 1 the job failed, 2 the input or
/// the arguments are wrong, with one line on standard error.
///
/// # Examples
///
/// ```
/// use std::process::ExitCode;
///
/// assert_eq!(ganlet_sim::run(["ganlet", "--version"]), ExitCode::SUCCESS);
/// assert_eq!(ganlet_sim::run(["ganlet", "train"]), ExitCode::from(2));
/// ```
pub fn run<I>(args: I) -> ExitCode
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    match execute(args.into_iter().map(Into::into).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Closed) {
                console::note(&failure.to_string());
            }
            failure.exit_code()
        }
    }
}

fn execute(args: Vec<OsString>) -> Result<(), Failure> {
    match Cli::try_parse_from(&args) {
        Ok(cli) => cli.command.unwrap_or_default().run(),
        Err(error) if error.use_stderr() => Err(usage::failure(&error, &args)),
        Err(help) => console::printed(help.print()),
    }
}
