//! Where the program begins: what cannot be reached from there is left out.

fn main() {
    println!("cargo:rustc-link-arg=--entry=main");
    println!("cargo:rerun-if-changed=build.rs");
}
