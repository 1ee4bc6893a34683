//! `cargo xtask twin MACHINE`: host and target train on the same readings and must come to the same
//! bits.

use std::{
    fmt, fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser as _;
use serde_json::Value;

use crate::{
    firmware::Image, host, limit::Limit, machine::Machine, orders::Orders, process, readings,
    run::Run, scratch::Scratch, store, usage_error,
};

/// What may be said to `cargo xtask twin`.
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
    /// Both go on from a checkpoint that one of them has made after half of the steps
    #[arg(long, value_enum, value_name = "MAKER")]
    resume: Option<Maker>,
    #[command(flatten)]
    limit: Limit,
}

/// Who has made a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Maker {
    /// `ganlet train`
    Host,
    /// The device, in its store
    Target,
}

/// A short run on one machine, and half of it again from its own checkpoint, as a stage of
/// `cargo xtask test`.
pub(crate) fn short(machine: &'static Machine) -> Result<()> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }
    let words = ["twin", machine.name, "--steps", "40", "--resume", "target"];
    run(&Line::parse_from(words).args)
}

/// Trains on both and compares.
pub(crate) fn run(args: &Args) -> Result<()> {
    let orders = &args.orders;
    let other = orders.rate.is_some() || orders.crash.is_some() || orders.faults > 0;
    if orders.readings == 0 || other {
        return Err(usage_error(
            "twins need --readings of 1 or more, and none of --rate, --crash, --faults",
        ));
    }
    let scratch = Scratch::folder("twin")?;
    let run = Run {
        machine: args.machine,
        orders: orders.clone(),
        readings: args.readings.read()?,
        image: args.image.clone(),
        store: args.resume.map(|_| scratch.path().join("store.bin")),
        counted: false,
        limit: args.limit,
    };
    run.check()?;
    let mut twins = Twins::new(run, scratch)?;
    let mut uninterrupted = None;
    if let Some(maker) = args.resume {
        let whole = twins.uninterrupted().context("on the host")?;
        println!("{:13} {whole}  uninterrupted", "host");
        uninterrupted = Some(whole);
        twins.half_way(maker).context("half of the way")?;
    }
    let host = twins.host().context("on the host")?;
    println!("{:13} {host}", "host");
    let machine = args.machine;
    let target = twins
        .target()
        .with_context(|| format!("on {}", machine.name))?;
    println!("{:13} {target}  {}", machine.name, machine.core);
    ensure!(host == target, "the bits differ");
    let same = uninterrupted.is_none_or(|whole| whole == host);
    ensure!(same, "to go on is not the same as not to stop");
    Ok(())
}

/// What a run has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bits {
    /// CRC-32 over the networks.
    fingerprint: String,
    /// Checksum over the verdicts of the detector.
    verdicts: String,
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, verdicts {}", self.fingerprint, self.verdicts)
    }
}

/// A run, to be made twice.
struct Twins {
    run: Run,
    /// The host's files.
    folder: Scratch,
}

impl Twins {
    fn new(run: Run, folder: Scratch) -> Result<Self> {
        let seen = host::seen(run.orders.sensor, &run.readings);
        let rows: String = seen.iter().map(|reading| format!("{reading}\n")).collect();
        fs::write(folder.path().join(DATA), format!("value\n{rows}"))
            .context("cannot write the readings for the host")?;
        Ok(Self { run, folder })
    }

    /// What it comes to on the emulated machine, by the last line of its log.
    fn target(&self) -> Result<Bits> {
        target(&self.run)
    }

    /// What `ganlet train` comes to on the same readings, taken as a device takes them.
    fn host(&self) -> Result<Bits> {
        let mut train = self.train("out");
        match self.run.store {
            Some(_) => train
                .arg("--resume")
                .arg(self.folder.path().join(CHECKPOINT)),
            None => train.args(self.run.orders.networks()),
        };
        bits_of(&mut train)
    }

    /// What `ganlet train` comes to without a stop.
    fn uninterrupted(&self) -> Result<Bits> {
        let mut train = self.train("whole");
        bits_of(train.args(self.run.orders.networks()))
    }

    /// Makes the checkpoint that both go on from: a file for the host, a store for the device.
    /// The device is not sent again the readings that it has had; the host passes over them.
    fn half_way(&mut self, maker: Maker) -> Result<()> {
        let steps = (self.run.orders.steps / 2).max(1);
        let mut train = self.train("half");
        train.args(self.run.orders.networks());
        train.args(["--stop-at", &steps.to_string()]);
        bits_of(&mut train)?;
        let made = fs::read(self.folder.path().join("half").join(CHECKPOINT))?;
        let checkpoint = match maker {
            Maker::Host => made,
            Maker::Target => self.half_way_on_target(steps)?,
        };
        fs::write(self.folder.path().join(CHECKPOINT), &checkpoint)?;
        fs::write(self.store(), store::holding(&checkpoint)?)?;
        let taken = store::taken(&checkpoint).context("a checkpoint without readings")?;
        self.run.readings = readings::after(taken, &self.run.readings).to_vec();
        Ok(())
    }

    fn half_way_on_target(&self, steps: u32) -> Result<Vec<u8>> {
        let mut run = self.run.clone();
        run.orders.save = steps;
        target(&run)?;
        let store = fs::read(self.store())?;
        Ok(store::oldest(&store)?.to_owned())
    }

    fn store(&self) -> &Path {
        let store = self.run.store.as_deref();
        store.expect("twins that go on have a store")
    }

    /// `ganlet train`, but for what to train; its files go to the folder `out`.
    fn train(&self, out: &str) -> Command {
        let folder = self.folder.path();
        let mut train = process::cargo("run --quiet --release --package ganlet-sim");
        if self.run.image.micromath {
            train.args(["--features", "ganlet/micromath"]);
        }
        train
            .args(["--", "train", "--json"])
            .arg("--data")
            .arg(folder.join(DATA))
            .arg("--out")
            .arg(folder.join(out))
            .args(self.run.orders.pace(self.run.memory()));
        train
    }
}

const DATA: &str = "readings.csv";
const CHECKPOINT: &str = "checkpoint.ganlet";

/// Runs on the emulated machine; the records of its log, which are many, are not shown.
fn target(run: &Run) -> Result<Bits> {
    let mut found = None;
    run.go(|message| {
        if !message.text.starts_with("Record") {
            eprintln!("{message}");
        }
        let end = message.text.strip_prefix("Finished { ");
        found = end.and_then(told).or(found.take());
    })?;
    found.context("it has not finished")
}

/// What the log's text of the last event says of the bits.
fn told(event: &str) -> Option<Bits> {
    let value = |name: &str| {
        let (_, rest) = event.split_once(name)?;
        Some(rest.split([' ', ',']).next()?.to_owned())
    };
    Some(Bits {
        fingerprint: value("fingerprint: ")?,
        verdicts: value("verdicts: ")?,
    })
}

/// Runs `ganlet train --json`.
fn bits_of(train: &mut Command) -> Result<Bits> {
    eprintln!("$ {}", process::shown(train));
    let output = train.stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let summary: Value = serde_json::from_slice(&output.stdout)?;
    let value = |name: &str| {
        let value = summary[name].as_str().map(str::to_owned);
        value.with_context(|| format!("no {name} in it"))
    };
    Ok(Bits {
        fingerprint: value("fingerprint")?,
        verdicts: value("verdicts")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_are_found_in_the_log() {
        let found = told("step: 100, fingerprint: 91e4a2e0, verdicts: 0badcafe }").unwrap();
        assert_eq!(found.to_string(), "91e4a2e0, verdicts 0badcafe");
        assert_eq!(told("step: 100, fingerprint: 91e4a2e0 }"), None);
    }
}
