//! One run of the firmware on an emulated machine.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Parser as _;

use crate::{
    emulator::Emulator,
    firmware::Image,
    host,
    limit::Limit,
    log::{Decoder, Message},
    machine::{Log, Machine, Store},
    orders::{Orders, Sensor},
    readings,
    scratch::Scratch,
    source_line::SourceLines,
    store, usage_error,
};

/// The name of the store's file, where the emulator runs.
const STORE: &str = "store.bin";

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
    /// Its store; `None` for a fresh one.
    pub(crate) store: Option<PathBuf>,
    /// Whether time passes by instructions, [`emulator::INSTRUCTION`](crate::emulator::INSTRUCTION)
    /// each, and not by the clock on the wall.
    pub(crate) counted: bool,
    /// How long it may take.
    pub(crate) limit: Limit,
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
            store: None,
            counted: false,
            limit: Limit::default(),
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
            () if orders.sensor == Sensor::I2c && machine.store != Store::Bus => {
                lacks("thermometer on a bus", "use --sensor uart")
            }
            () if machine.memory(orders.model).is_none() => {
                lacks("room for these networks", "use --model scalar")
            }
            () if orders.rate.is_some() && machine.log == Log::Rtt => {
                lacks("timer for what a host sends", "leave out --rate")
            }
            () if orders.faults > 0 && machine.log == Log::Rtt => {
                lacks("sensor that fails on purpose", "leave out --faults")
            }
            () => Ok(()),
        }
    }

    /// Samples that the device remembers.
    pub(crate) fn memory(&self) -> u32 {
        let memory = self.machine.memory(self.orders.model);
        memory.expect("a run that is checked has room")
    }

    /// Builds the firmware, runs it to its end and hands on every message of its log.
    ///
    /// # Errors
    /// If it cannot be built or run, takes longer than its limit, or ends with an error of its own: a
    /// panic, a hard fault.
    pub(crate) fn go(&self, mut each: impl FnMut(&Message)) -> Result<()> {
        let elf = self.image.elf(self.machine)?;
        let decoder = Decoder::of(&fs::read(&elf).context("cannot read the ELF")?)?;
        let scratch = Scratch::folder("run")?;
        let fresh = scratch.path().join("fresh.bin");
        let kept = self.store.as_ref().unwrap_or(&fresh);
        let store = scratch.path().join(STORE);
        store::provide(kept).with_context(|| format!("cannot prepare {}", kept.display()))?;
        fs::copy(kept, &store)?;
        let lines = SourceLines(&elf);
        let ended = self.run(&elf, &store, |frames| {
            decoder.decode(frames, |message| {
                each(&lines.added_to(message));
                Ok(())
            })
        });
        fs::copy(&store, kept)?;
        ended
    }

    /// Runs it, its log handed to `decode`.
    fn run(
        &self,
        elf: &Path,
        store: &Path,
        decode: impl FnOnce(Box<dyn Read>) -> Result<()>,
    ) -> Result<()> {
        let (emulator, lines) = Emulator::start(self.machine, elf, store, self.counted)?;
        let limit = self.limit.set(emulator.end());
        let (orders, readings) = (self.orders.clone(), self.readings.clone());
        let talk = host::talk(lines.serial, lines.monitor, orders, readings);
        let ended = decode(lines.log).and_then(|()| emulator.wait());
        limit.kept()?;
        let code = ended?;
        talk.join().expect("the host's side does not panic")?;
        match code {
            Some(0) => Ok(()),
            Some(code) => bail!("the device has ended with exit code {code}"),
            None => bail!("QEMU gave up: a fault within a fault, such as a stack that overflows"),
        }
    }
}
