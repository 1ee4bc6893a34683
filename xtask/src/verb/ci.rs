//! `cargo xtask ci`: the verbs that a developer runs, with output made for a log.

use std::{env, process::Command};

use anyhow::{Context, Result};

use crate::process;

/// No colours (rustfmt asks `TERM`), no progress bars, and no incremental builds, which only a
/// second edit repays.
const FOR_A_LOG: [(&str, &str); 4] = [
    ("CARGO_TERM_COLOR", "never"),
    ("TERM", "dumb"),
    ("CARGO_TERM_PROGRESS_WHEN", "never"),
    ("CARGO_INCREMENTAL", "0"),
];

/// Runs `setup`, then `test`.
pub(crate) fn run() -> Result<()> {
    let xtask = env::current_exe().context("cannot find the running program")?;
    for verb in ["setup", "test"] {
        let mut command = Command::new(&xtask);
        command.arg(verb).envs(FOR_A_LOG);
        process::run(&mut command).with_context(|| format!("`cargo xtask {verb}` failed"))?;
    }
    Ok(())
}
