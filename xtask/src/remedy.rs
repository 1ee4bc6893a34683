//! How a machine gets what it lacks.

use std::{
    env,
    fmt::{self, Display},
    process::Command,
};

use anyhow::{Context, Result};

use crate::process;

/// One way to get something; displayed, it is the line to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// rustup downloads a compiled `core` for these targets.
    RustupTargets(Vec<&'static str>),
    /// Packages of Debian and Ubuntu.
    Apt(Vec<&'static str>),
    /// A line that unpacks packages of Debian and Ubuntu in a folder of the user's own.
    Unpack(String),
    /// A line for a person to judge: on which machine, and what to type there.
    ByHand(&'static str, &'static str),
}

impl Remedy {
    /// Whether it may be applied unasked: by the right user, and where nobody has forbidden it.
    pub(crate) fn permitted(&self) -> bool {
        match self {
            Self::RustupTargets(_) => process::on_path("rustup") && rustup_may_install(),
            Self::Apt(_) => process::on_path("apt-get") && is_root(),
            Self::Unpack(_) => process::on_path("apt-get") && process::on_path("dpkg"),
            Self::ByHand(..) => false,
        }
    }

    /// Applies it, its output shown as it comes.
    pub(crate) fn apply(&self) -> Result<()> {
        for line in self.lines() {
            let mut command = Command::new("sh");
            command.args(["-c", &line]);
            command.env("DEBIAN_FRONTEND", "noninteractive");
            process::run(&mut command).with_context(|| format!("`{line}` failed"))?;
        }
        Ok(())
    }

    /// The lines to type, one command each.
    fn lines(&self) -> Vec<String> {
        match self {
            Self::RustupTargets(targets) => {
                vec![format!("rustup target add {}", targets.join(" "))]
            }
            Self::Apt(packages) => vec![
                "apt-get update".to_owned(),
                format!(
                    "apt-get install -y --no-remove --no-install-recommends {}",
                    packages.join(" ")
                ),
            ],
            Self::Unpack(line) => vec![line.clone()],
            Self::ByHand(_, line) => vec![(*line).to_owned()],
        }
    }
}

impl Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = match self {
            Self::RustupTargets(_) => "with rustup",
            Self::Apt(_) => "on Debian or Ubuntu, as root",
            Self::Unpack(_) => "on Debian or Ubuntu, beside what is installed",
            Self::ByHand(machine, _) => machine,
        };
        write!(f, "{machine}: {}", self.lines().join(" && "))
    }
}

/// What the machine lacks, and every way to get it, one a line.
pub(crate) fn advice(absent: &str, remedies: &[Remedy]) -> String {
    let get: String = remedies
        .iter()
        .map(|it| format!("\n  get it {it}"))
        .collect();
    format!("{absent} is missing{get}")
}

/// rustup's own switch by which a machine forbids downloads that nobody asked for.
fn rustup_may_install() -> bool {
    env::var_os("RUSTUP_AUTO_INSTALL").is_none_or(|switch| switch != "0")
}

fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_gives_every_line_word_for_word() {
        let remedies = [
            Remedy::RustupTargets(vec!["thumbv6m-none-eabi", "thumbv7m-none-eabi"]),
            Remedy::Apt(vec!["rustc-web", "cargo-web"]),
        ];
        assert_eq!(
            advice("a toolchain", &remedies),
            "a toolchain is missing\n  \
             get it with rustup: rustup target add thumbv6m-none-eabi thumbv7m-none-eabi\n  \
             get it on Debian or Ubuntu, as root: apt-get update && apt-get install -y --no-remove \
             --no-install-recommends rustc-web cargo-web"
        );
    }

    #[test]
    fn a_line_for_a_person_is_never_run_unasked() {
        let remedy = Remedy::ByHand("on macOS", "brew install qemu");
        assert!(!remedy.permitted());
        assert_eq!(
            advice("QEMU", &[remedy]),
            "QEMU is missing\n  get it on macOS: brew install qemu"
        );
    }
}
