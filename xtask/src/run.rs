//! One run of the firmware on an emulated machine.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser as _;

use crate::{
    emulator::Emulator,
    firmware::Image,
    host,
    log::{Decoder, Message},
    machine::{Log, Machine},
    orders::{Model, Orders, Sensor},
    readings,
    scratch::Scratch,
    usage_error,
};

/// Everything that a run depends on.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Where it runs.
    pub(crate) machine: &'static Machine,
    /// What it is told to do.
    pub(crate) orders: Orders,
    /// What its sensor reads, as text.
    pub(crate) readings: Vec<String>,
    /// The firmware.
    pub(crate) image: Image,
    /// The memory on its bus; `None` for a fresh one.
    pub(crate) eeprom: Option<PathBuf>,
    /// Whether time passes by instructions, [`emulator::INSTRUCTION`](crate::emulator::INSTRUCTION)
    /// each, and not by the clock on the wall.
    pub(crate) counted: bool,
}

/// What a run can be told, as on a command line.
#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    readings: readings::Source,
    #[command(flatten)]
    orders: Orders,
    #[command(flatten)]
    image: Image,
}

impl Run {
    /// A run that is told by a line, the first word of which is its name.
    pub(crate) fn told(machine: &'static Machine, line: &str) -> Result<Self> {
        let Line {
            readings,
            orders,
            image,
        } = Line::try_parse_from(line.split(' '))?;
        Ok(Self {
            machine,
            orders,
            readings: readings.read()?,
            image,
            eeprom: None,
            counted: false,
        })
    }

    /// Whether the machine can do what it is told.
    ///
    /// # Errors
    /// A usage error that says what it lacks.
    pub(crate) fn check(&self) -> Result<()> {
        let Self {
            machine, orders, ..
        } = self;
        let lacks = |what, remedy| {
            let name = machine.name;
            Err(usage_error(format!("{name} has no {what}: {remedy}")))
        };
        match () {
            () if machine.bus => Ok(()),
            () if orders.sensor == Sensor::I2c => {
                lacks("thermometer on a bus", "use --sensor uart")
            }
            () if orders.model != Model::Scalar => {
                lacks("room for these networks", "use --model scalar")
            }
            () if self.eeprom.is_some() => lacks("memory on a bus", "leave out --eeprom"),
            () if orders.rate.is_some() && machine.log == Log::Rtt => {
                lacks("timer for what a host sends", "leave out --rate")
            }
            () => Ok(()),
        }
    }

    /// Builds the firmware, runs it to its end and hands on every message of its log.
    ///
    /// # Errors
    /// If it cannot be built or run, or ends with an error of its own: a panic, a hard fault.
    pub(crate) fn go(&self, mut each: impl FnMut(&Message)) -> Result<()> {
        let elf = self.image.elf(self.machine)?;
        let decoder = Decoder::of(&fs::read(&elf).context("cannot read the ELF")?)?;
        let scratch = Scratch::folder("run")?;
        let fresh = scratch.path().join("eeprom.bin");
        let eeprom = self.eeprom.as_ref().unwrap_or(&fresh);
        let (emulator, lines) = Emulator::start(self.machine, &elf, eeprom, self.counted)?;
        let (orders, readings) = (self.orders.clone(), self.readings.clone());
        let talk = host::talk(lines.serial, lines.monitor, orders, readings);
        decoder.decode(lines.log, |message| {
            each(message);
            Ok(())
        })?;
        let code = emulator.wait()?;
        talk.join().expect("the host's side does not panic")?;
        match code {
            Some(0) => Ok(()),
            Some(code) => bail!("the device has ended with exit code {code}"),
            None => bail!("QEMU gave up: a fault within a fault, such as a stack that overflows"),
        }
    }
}
