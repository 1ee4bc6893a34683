//! What this machine can build with.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::Toolchain;
use crate::process::{answer, on_path, workspace};

pub(crate) const DISTRO_CARGO: &str = "/usr/bin/cargo";
pub(crate) const DISTRO_RUSTC: &str = "/usr/bin/rustc";
pub(crate) const DISTRO_RUSTDOC: &str = "/usr/bin/rustdoc";

/// The linker of GNU binutils, for a machine without rustup's `rust-lld`.
pub(crate) const GNU_LINKER: &str = "arm-none-eabi-ld";

/// What was found, for one target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe {
    /// The running toolchain has a compiled `core`.
    pub(crate) compiled_core: bool,
    /// The distribution has a recent enough cargo and rustc, the sources of `core`, and a linker
    /// is at hand.
    pub(crate) distro_sources: bool,
}

impl Probe {
    /// Looks at the machine.
    pub(crate) fn of(target: &str) -> Self {
        Self {
            compiled_core: compiled_core(target),
            distro_sources: distro_sources(),
        }
    }

    /// Whether `toolchain` is there to build with.
    pub(crate) fn has(self, toolchain: Toolchain) -> bool {
        match toolchain {
            Toolchain::Rustup => self.compiled_core,
            Toolchain::DistroBuildStd => self.distro_sources,
        }
    }
}

/// Debian's and Ubuntu's packages of what [`Probe::distro_sources`] looks for.
///
/// `rustc-web` is the recent compiler that Debian keeps beside its stable one to build browsers.
pub(crate) fn distro_packages() -> Vec<&'static str> {
    let compiler = ["rustc-web", "cargo-web", "rust-web-src"];
    let linker = rust_lld().is_none().then_some("binutils-arm-none-eabi");
    compiler.into_iter().chain(linker).collect()
}

/// The folder of the running toolchain's `rust-lld`, which links for every target.
pub(crate) fn rust_lld() -> Option<PathBuf> {
    let libdir = running_rustc(&["--print", "target-libdir"])?;
    let bin = Path::new(&libdir).parent()?.join("bin");
    bin.join("rust-lld").is_file().then_some(bin)
}

fn compiled_core(target: &str) -> bool {
    running_rustc(&["--print", "target-libdir", "--target", target])
        .and_then(|libdir| Path::new(&libdir).read_dir().ok())
        .is_some_and(|files| {
            files
                .flatten()
                .any(|file| is_core(&file.file_name().to_string_lossy()))
        })
}

fn is_core(file: &str) -> bool {
    file.starts_with("libcore-") && file.ends_with(".rlib")
}

fn distro_sources() -> bool {
    let ask = |question: &[&str]| answer(Command::new(DISTRO_RUSTC).args(question));
    let recent = ask(&["--version"])
        .is_some_and(|version| at_least(&version, env!("CARGO_PKG_RUST_VERSION")));
    let sources = ask(&["--print", "sysroot"])
        .is_some_and(|root| Path::new(&root).join(LIBRARY_LOCK).is_file());
    let linker = || rust_lld().is_some() || on_path(GNU_LINKER);
    recent && sources && Path::new(DISTRO_CARGO).is_file() && linker()
}

/// The file that `-Zbuild-std` looks for in a sysroot.
const LIBRARY_LOCK: &str = "lib/rustlib/src/rust/library/Cargo.lock";

/// Asks the `rustc` that a plain `cargo` would use here.
fn running_rustc(question: &[&str]) -> Option<String> {
    answer(
        Command::new("rustc")
            .current_dir(workspace())
            .args(question),
    )
}

/// Whether `rustc 1.96.0 (...)` is `wanted`, such as `1.90`, or newer.
fn at_least(version: &str, wanted: &str) -> bool {
    let numbers =
        |text: &str| -> Vec<u32> { text.split('.').map_while(|n| n.parse().ok()).collect() };
    version
        .split_whitespace()
        .nth(1)
        .is_some_and(|release| numbers(release) >= numbers(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let distro = "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)";
        assert!(at_least(distro, "1.90"));
        assert!(at_least(distro, "1.96"));
        assert!(at_least("rustc 1.100.0", "1.90"));
        assert!(!at_least("rustc 1.85.0 (4d91de4e4 2025-02-17)", "1.90"));
        assert!(!at_least("rustc 1.9.0", "1.90"));
        assert!(!at_least("", "1.90"));
    }

    #[test]
    fn only_a_compiled_core_counts() {
        assert!(is_core("libcore-0a1b2c.rlib"));
        assert!(!is_core("libcore-0a1b2c.rmeta"));
        assert!(!is_core("liballoc-0a1b2c.rlib"));
    }

    #[test]
    fn the_running_toolchain_has_a_core_for_its_own_host() {
        let version = running_rustc(&["-vV"]).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        assert!(compiled_core(host.unwrap()));
        assert!(!compiled_core("no-such-target"));
    }
}
