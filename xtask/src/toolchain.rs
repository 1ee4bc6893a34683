//! Which cargo builds for a Cortex-M.
//!
//! Most people have rustup, which installs a compiled `core` for each target that
//! `rust-toolchain.toml` lists. Where it must not download any, a Linux distribution's compiler can
//! do the work: its package of the library's sources lets cargo build `core` itself.

mod probe;

use std::{env, ffi::OsString, process::Command};

use anyhow::{Result, anyhow};

use crate::{
    process,
    remedy::{self, Remedy},
    usage_error,
};
use probe::Probe;

/// The targets that the core must build for.
pub(crate) const TARGETS: [&str; 4] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabihf",
];

/// The environment variable that overrules the choice: `rustup` or `distro`.
const OVERRIDE: &str = "GANLET_TOOLCHAIN";

/// A way to build for a Cortex-M.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The running toolchain, which has a compiled `core` for the target.
    Rustup,
    /// The distribution's rustc, which builds `core` from the sources in its sysroot.
    DistroBuildStd,
}

impl Toolchain {
    /// The toolchain that builds for `target` on this machine.
    ///
    /// # Errors
    /// If there is none, with the remedies word for word; if `GANLET_TOOLCHAIN` is no toolchain.
    pub(crate) fn for_target(target: &str) -> Result<Self> {
        choose(demanded()?, Probe::of(target)).ok_or_else(|| {
            let absent = format!("a toolchain for {target}");
            anyhow!(remedy::advice(&absent, &remedies().unwrap_or_default()))
        })
    }

    /// `cargo` for `target`: add a subcommand and its arguments, but no `--target`.
    ///
    /// It runs at the root of the core's workspace; firmware sets another `current_dir`.
    pub(crate) fn command(self, target: &str) -> Command {
        let mut command = match self {
            Self::Rustup => Command::new("cargo"),
            Self::DistroBuildStd => distro_cargo(target),
        };
        command
            .current_dir(process::workspace())
            .env("CARGO_BUILD_TARGET", target);
        command
    }

    /// How a machine gets it.
    fn remedy(self) -> Remedy {
        match self {
            Self::Rustup => Remedy::RustupTargets(TARGETS.to_vec()),
            Self::DistroBuildStd => Remedy::Apt(probe::distro_packages()),
        }
    }
}

/// Whether this machine builds for every target.
pub(crate) fn is_complete() -> Result<bool> {
    let demanded = demanded()?;
    Ok(TARGETS
        .iter()
        .all(|target| choose(demanded, Probe::of(target)).is_some()))
}

/// How a machine that does not build for every target comes to do so.
pub(crate) fn remedies() -> Result<Vec<Remedy>> {
    Ok(candidates(demanded()?).map(Toolchain::remedy).collect())
}

/// The first candidate that the machine has.
fn choose(demanded: Option<Toolchain>, found: Probe) -> Option<Toolchain> {
    candidates(demanded).find(|toolchain| found.has(*toolchain))
}

/// The demanded toolchain alone, or else every one, best first.
fn candidates(demanded: Option<Toolchain>) -> impl Iterator<Item = Toolchain> {
    [Toolchain::Rustup, Toolchain::DistroBuildStd]
        .into_iter()
        .filter(move |toolchain| demanded.is_none_or(|it| it == *toolchain))
}

/// The toolchain that `GANLET_TOOLCHAIN` demands, if it is set.
pub(crate) fn demanded() -> Result<Option<Toolchain>> {
    env::var(OVERRIDE).ok().as_deref().map(parse).transpose()
}

/// The toolchain of this name.
fn parse(name: &str) -> Result<Toolchain> {
    match name {
        "rustup" => Ok(Toolchain::Rustup),
        "distro" => Ok(Toolchain::DistroBuildStd),
        _ => Err(usage_error(format!(
            "{OVERRIDE}={name} names no toolchain: set it to rustup or distro, or unset it"
        ))),
    }
}

/// The distribution's cargo, told to compile `core` with the distribution's rustc.
///
/// What rustup and cargo put in the environment of `cargo xtask` would lead it back to rustup's
/// toolchain, so that is cleared. `-Zbuild-std` is an unstable option, which a stable compiler
/// takes only under `RUSTC_BOOTSTRAP`.
fn distro_cargo(target: &str) -> Command {
    let mut command = Command::new(probe::DISTRO_CARGO);
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO")
        .env_remove("LD_LIBRARY_PATH")
        .env("RUSTC", probe::DISTRO_RUSTC)
        .env("RUSTDOC", probe::DISTRO_RUSTDOC)
        .env("RUSTC_BOOTSTRAP", "1")
        .arg("-Zbuild-std=core");
    match probe::rust_lld() {
        Some(dir) => command.env("PATH", in_front_of_path(dir.into())),
        None => command.env(linker_variable(target), probe::GNU_LINKER),
    };
    command
}

/// `PATH` with `dir` before all others.
fn in_front_of_path(dir: OsString) -> OsString {
    let mut path = dir;
    if let Some(rest) = env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}

/// The environment variable by which cargo takes the linker of `target`.
fn linker_variable(target: &str) -> String {
    let target = target.to_uppercase().replace(['-', '.'], "_");
    format!("CARGO_TARGET_{target}_LINKER")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Toolchain::{DistroBuildStd, Rustup};

    const fn found(compiled_core: bool, distro_sources: bool) -> Probe {
        Probe {
            compiled_core,
            distro_sources,
        }
    }

    #[test]
    fn rustup_is_preferred_and_the_distribution_is_second() {
        assert_eq!(choose(None, found(true, true)), Some(Rustup));
        assert_eq!(choose(None, found(true, false)), Some(Rustup));
        assert_eq!(choose(None, found(false, true)), Some(DistroBuildStd));
        assert_eq!(choose(None, found(false, false)), None);
    }

    #[test]
    fn a_demand_overrules_but_cannot_conjure() {
        let demand = |toolchain, found| choose(Some(toolchain), found);
        assert_eq!(
            demand(DistroBuildStd, found(true, true)),
            Some(DistroBuildStd)
        );
        assert_eq!(demand(DistroBuildStd, found(true, false)), None);
        assert_eq!(demand(Rustup, found(true, true)), Some(Rustup));
        assert_eq!(demand(Rustup, found(false, true)), None);
    }

    #[test]
    fn a_demand_leaves_only_its_own_remedy() {
        let remedies =
            |demanded| -> Vec<_> { candidates(demanded).map(Toolchain::remedy).collect() };
        let both = remedies(None);
        assert_eq!(both, [Rustup.remedy(), DistroBuildStd.remedy()]);
        assert_eq!(remedies(Some(Rustup)), both[..1]);
        assert_eq!(remedies(Some(DistroBuildStd)), both[1..]);
        assert_eq!(both[0], Remedy::RustupTargets(TARGETS.to_vec()));
        assert!(
            both[1]
                .to_string()
                .contains(" rustc-web cargo-web rust-web-src")
        );
    }

    #[test]
    fn only_two_names_are_toolchains() {
        assert_eq!(parse("rustup").unwrap(), Rustup);
        assert_eq!(parse("distro").unwrap(), DistroBuildStd);
        let error = parse("gcc").unwrap_err();
        assert!(error.to_string().contains("GANLET_TOOLCHAIN=gcc"));
        assert!(error.is::<clap::Error>(), "it must end with exit code 2");
    }

    #[test]
    fn the_distributions_cargo_sees_nothing_of_rustup() {
        let command = DistroBuildStd.command("thumbv6m-none-eabi");
        let value = |name: &str| command.get_envs().find(|(key, _)| *key == name);
        for cleared in ["RUSTUP_TOOLCHAIN", "CARGO", "LD_LIBRARY_PATH"] {
            assert_eq!(value(cleared), Some((cleared.as_ref(), None)));
        }
        assert_eq!(
            value("RUSTC"),
            Some(("RUSTC".as_ref(), Some("/usr/bin/rustc".as_ref())))
        );
        assert_eq!(command.get_program(), "/usr/bin/cargo");
        assert!(command.get_args().eq(["-Zbuild-std=core"]));
    }

    #[test]
    fn both_toolchains_build_for_the_target() {
        for toolchain in [Rustup, DistroBuildStd] {
            let command = toolchain.command("thumbv7m-none-eabi");
            let target = command
                .get_envs()
                .find(|(name, _)| *name == "CARGO_BUILD_TARGET");
            assert_eq!(target.unwrap().1.unwrap(), "thumbv7m-none-eabi");
        }
    }

    #[test]
    fn cargo_reads_the_linker_from_an_upper_case_variable() {
        assert_eq!(
            linker_variable("thumbv8m.main-none-eabihf"),
            "CARGO_TARGET_THUMBV8M_MAIN_NONE_EABIHF_LINKER"
        );
    }

    #[test]
    fn rust_toolchain_toml_lists_the_same_targets() {
        let file = process::workspace().join("rust-toolchain.toml");
        let text = std::fs::read_to_string(file).unwrap();
        for target in TARGETS {
            assert!(text.contains(&format!("\"{target}\"")), "{target}");
        }
        assert_eq!(text.matches("thumb").count(), TARGETS.len());
    }
}
