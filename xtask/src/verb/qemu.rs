//! `cargo xtask qemu MACHINE`: builds the firmware, runs it and prints its log.

use std::path::PathBuf;

use anyhow::Result;

use crate::{firmware::Image, limit::Limit, machine::Machine, orders::Orders, readings, run::Run};

/// What may be said to `cargo xtask qemu`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The machine, by its name in QEMU
    #[arg(value_parser = Machine::named)]
    machine: &'static Machine,
    #[command(flatten)]
    readings: readings::Source,
    #[command(flatten)]
    orders: Orders,
    #[command(flatten)]
    image: Image,
    /// The file of the machine's store, which outlasts the run [default: a fresh one]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    #[command(flatten)]
    limit: Limit,
}

/// Builds and runs.
pub(crate) fn run(args: &Args) -> Result<()> {
    let run = Run {
        machine: args.machine,
        orders: args.orders.clone(),
        readings: args.readings.read()?,
        image: args.image.clone(),
        store: args.store.clone(),
        counted: false,
        limit: args.limit,
    };
    run.check()?;
    run.go(|message| println!("{message}"))
}
