//! `cargo xtask qemu MACHINE`: builds the firmware, runs it and prints its log.

use std::path::PathBuf;

use anyhow::Result;

use crate::{firmware::Image, machine::Machine, orders::Orders, readings, run::Run};

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
    /// The file of the memory on the bus, which outlasts the run [default: a fresh one]
    #[arg(long, value_name = "FILE")]
    eeprom: Option<PathBuf>,
}

/// Builds and runs.
pub(crate) fn run(args: &Args) -> Result<()> {
    let run = Run {
        machine: args.machine,
        orders: args.orders.clone(),
        readings: args.readings.read()?,
        image: args.image.clone(),
        eeprom: args.eeprom.clone(),
        counted: false,
    };
    run.check()?;
    run.go(|message| println!("{message}"))
}
