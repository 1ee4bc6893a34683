//! The emulated machines' memory.

#[path = "../emulated/memory.rs"]
mod memory;

fn main() {
    memory::lay_out();
    println!("cargo:rerun-if-changed=../emulated/memory.rs");
}
