//! `cargo xtask power-cut MACHINE`: cuts the power in the middle of a save, everywhere, and has the
//! device boot.
//!
//! First on stores in memory, after every single byte of a save ([`firmware/app`'s own
//! tests](../../firmware/app/src/keeper/tests/power_cut.rs)). Then on the emulated machine: the bytes
//! of a real save are written to its store again as far as the cut, page after page, and the machine
//! boots on what is left.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::{
    firmware::Image, limit::Limit, machine::Machine, process, run::Run, scratch::Scratch, store,
};

/// What may be said to `cargo xtask power-cut`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The machine, by its name in QEMU [default: only the stores in memory]
    #[arg(value_parser = Machine::named)]
    machine: Option<&'static Machine>,
    #[command(flatten)]
    image: Image,
    /// Bytes between two cuts on the machine: a page of its memory
    #[arg(long, value_name = "BYTES", default_value_t = 64,
          value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
}

/// Rounds of the three checkpoints: two that are there, and the one whose save is cut off.
const STEPS: [u32; 3] = [4, 8, 12];

/// Cuts and boots.
pub(crate) fn run(args: &Args) -> Result<()> {
    process::announce_and_run(
        process::cargo("test --release --quiet --package ganlet-app --lib power_cut")
            .args(["--", "--nocapture"]),
    )?;
    let Some(machine) = args.machine else {
        return Ok(());
    };
    let scratch = Scratch::folder("power-cut")?;
    let kept = scratch.path().join("store.bin");
    let device = Device {
        machine,
        image: &args.image,
        kept: &kept,
    };
    device.live(STEPS[1], STEPS[0])?;
    let before = fs::read(&kept)?;
    device.live(STEPS[2], 0)?;
    let after = fs::read(&kept)?;

    let save = store::Save::between(&before, &after)?;
    let mut cuts = 0;
    for cut in save.cuts(args.every as usize) {
        fs::write(&kept, save.cut_after(cut))?;
        let found = device
            .boot()
            .with_context(|| format!("cut after {cut} bytes"))?;
        let expected = STEPS[if cut < save.bytes() { 1 } else { 2 }];
        ensure!(
            found == expected,
            "cut after {cut} of {} bytes: the checkpoint of round {found}, not {expected}",
            save.bytes()
        );
        cuts += 1;
    }
    println!(
        "power cuts, {}: {cuts} points, every {} bytes of a save of {}; the old checkpoint or the new one \
         after each",
        machine.name,
        args.every,
        save.bytes()
    );
    Ok(())
}

/// A machine with its store.
struct Device<'a> {
    machine: &'static Machine,
    image: &'a Image,
    kept: &'a Path,
}

impl Device<'_> {
    fn run(&self, steps: u32, save: u32) -> Result<Run> {
        let line = format!("run --steps {steps} --save {save} --warm-up 64 --rows 400");
        let told = Run::told(self.machine, &line)?;
        Ok(Run {
            image: self.image.clone(),
            store: Some(self.kept.to_owned()),
            limit: Limit::default(),
            ..told
        })
    }

    /// Trains up to this round, with a checkpoint every `save` rounds and one at the end.
    fn live(&self, steps: u32, save: u32) -> Result<()> {
        self.run(steps, save)?.go(|message| eprintln!("{message}"))
    }

    /// Boots; the round of the checkpoint that is restored. There is nothing left to train.
    fn boot(&self) -> Result<u32> {
        let mut found = None;
        self.run(1, 0)?.go(|message| {
            let rest = message.text.strip_prefix("Restored { step: ");
            let step = rest.and_then(|rest| rest.split(',').next()?.parse().ok());
            found = step.or(found);
        })?;
        found.context("nothing was restored")
    }
}
