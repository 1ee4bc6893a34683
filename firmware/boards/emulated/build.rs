//! The target decides the machine: the name that the sources choose by, and what lies where.

mod memory;

fn main() {
    let machine = memory::lay_out();
    println!("cargo:rustc-check-cfg=cfg(machine, values(\"microbit\", \"mps2\", \"an505\"))");
    println!("cargo:rustc-cfg=machine=\"{machine}\"");
    println!("cargo:rustc-link-arg=-Tdefmt.x");
    println!("cargo:rerun-if-changed=memory.rs");
}
