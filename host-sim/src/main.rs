//! The program `ganlet`; see the library for what it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    ganlet_sim::run(std::env::args_os())
}
