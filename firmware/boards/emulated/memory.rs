//! What lies where in the memory of each emulated machine, which the target decides.

use std::{env, fs, path::PathBuf};

/// What lies where, in bytes.
struct Memory {
    flash: (u32, u32),
    ram: (u32, u32),
    /// The part of the RAM that is the stack's.
    stack: u32,
}

const K: u32 = 1024;

/// Lays the script of `link.x` where the linker finds it; gives the machine's name.
pub(crate) fn lay_out() -> &'static str {
    let target = env::var("TARGET").expect("cargo names the target");
    let (machine, memory) = match target.as_str() {
        "thumbv6m-none-eabi" => ("microbit", MICROBIT),
        "thumbv8m.main-none-eabihf" => ("an505", AN505),
        _ => ("mps2", MPS2),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names a folder for output"));
    fs::write(out.join("memory.x"), memory.script()).expect("the folder for output can be written");
    println!("cargo:rustc-link-search={}", out.display());
    for argument in ["--nmagic", "-Tlink.x"] {
        println!("cargo:rustc-link-arg={argument}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    machine
}

const MICROBIT: Memory = Memory {
    flash: (0, 256 * K),
    ram: (0x2000_0000, 16 * K),
    stack: 13 * K / 2, // of which a run takes 6.1 K; the learner wants the rest
};

/// Of 4 MB each, as much as a large microcontroller has.
const MPS2: Memory = Memory {
    flash: (0, 512 * K),
    ram: (0x2000_0000, 256 * K),
    stack: 64 * K,
};

const AN505: Memory = Memory {
    flash: (0x1000_0000, 512 * K),
    ram: (0x3800_0000, 256 * K),
    stack: 64 * K,
};

impl Memory {
    /// What `link.x` of cortex-m-rt asks for. The stack lies below all else: one that overflows
    /// leaves the RAM, which is a fault, and overwrites nothing.
    fn script(&self) -> String {
        let Self { flash, ram, stack } = self;
        let (start, length) = (ram.0 + stack, ram.1 - stack);
        format!(
            "MEMORY\n{{\n  \
             FLASH : ORIGIN = {:#x}, LENGTH = {}\n  \
             RAM : ORIGIN = {start:#x}, LENGTH = {length}\n}}\n\
             _stack_start = {start:#x};\n_stack_end = {:#x};\n",
            flash.0, flash.1, ram.0
        )
    }
}
