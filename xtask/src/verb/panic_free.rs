//! `cargo xtask panic-free`: the linker proves that nothing panics in what a device's main loop does.
//!
//! The program of `firmware/boards/panic-free` links only if no panic can be reached in it. That such
//! a program can fail to link is shown by the same one with a panic in it.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::{elf::Elf, firmware, process};

const BOARD: &str = "panic-free";
const TARGET: &str = "thumbv7em-none-eabihf";

/// The function that nobody defines.
const UNDEFINED: &str = "a_panic_can_be_reached";

/// The least that the program must hold, in bytes, to be about training at all.
const SUBSTANCE: u64 = 32 * 1024;

/// Links both.
pub(crate) fn run() -> Result<()> {
    counter_proof()?;
    let elf = firmware::build_for(BOARD, TARGET).with_context(|| {
        format!(
            "if `{UNDEFINED}` is not defined: a panic can be reached; look for indexing, slices, \
             divisions by a variable and unwraps in what has changed"
        )
    })?;
    let flash = Elf::parse(&fs::read(elf).context("cannot read the ELF")?)?.flash();
    ensure!(
        flash > SUBSTANCE,
        "there are only {flash} bytes in the program: it proves nothing"
    );
    println!(
        "no panic can be reached in {flash} bytes of {TARGET}: training, scoring, saving, restoring"
    );
    Ok(())
}

/// The program with a panic in it must not link, and for that reason.
fn counter_proof() -> Result<()> {
    let mut cargo = firmware::cargo(BOARD, TARGET)?;
    cargo.args(["--features", "counter-proof"]);
    eprintln!("$ {}", process::shown(&cargo));
    let output = cargo.output().context("cannot start cargo")?;
    let told = String::from_utf8_lossy(&output.stderr);
    match (output.status.success(), told.contains(UNDEFINED)) {
        (false, true) => Ok(()),
        (true, _) => bail!("a program with a panic links: the proof would prove nothing"),
        (false, false) => bail!("it does not build:\n{told}"),
    }
}
