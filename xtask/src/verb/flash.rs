//! `cargo xtask flash BOARD`: builds a board's firmware, flashes it, runs it and shows its log.

use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::{board::Board, chip, firmware, process};

/// What may be said to `cargo xtask flash`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The board, by its folder in firmware/boards
    #[arg(value_parser = Board::named)]
    board: &'static Board,
}

/// Flashes and logs until the board is unplugged, its program fails, or Ctrl-C is pressed.
pub(crate) fn run(args: &Args) -> Result<()> {
    let board = args.board;
    ensure!(
        process::on_path("probe-rs"),
        "probe-rs is missing\n  get it: {}\n  on Debian or Ubuntu, before that, as root: \
         apt-get install libudev-dev pkg-config",
        chip::INSTALL
    );
    if probes().is_empty() {
        bail!(
            "no debug probe is connected\n  {}\n  if it is plugged in already, your user may not \
             use it: https://probe.rs/docs/getting-started/probe-setup",
            board.probe
        );
    }
    let elf = firmware::build_for(board.name, board.target)?;
    let mut probe_rs = Command::new("probe-rs");
    probe_rs.args(["run", "--chip", board.chip]).arg(elf);
    process::announce_and_run(&mut probe_rs)
}

/// The probes that probe-rs sees, a line each.
fn probes() -> Vec<String> {
    let list = process::answer(Command::new("probe-rs").arg("list")).unwrap_or_default();
    let lines = list.lines().filter(|line| line.starts_with('['));
    lines.map(str::to_owned).collect()
}
