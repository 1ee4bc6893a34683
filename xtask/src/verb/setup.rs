//! `cargo xtask setup`: installs what is missing, or says how.

use anyhow::{Result, anyhow, bail};

use crate::{
    emulator::program,
    remedy::{self, Remedy},
    toolchain,
};

/// Something that a machine must have to run the verbs.
#[derive(Debug)]
pub(crate) struct Need {
    name: &'static str,
    present: fn() -> Result<bool>,
    remedies: fn() -> Result<Vec<Remedy>>,
}

/// A compiler for every Cortex-M target.
pub(crate) const CORTEX_M: Need = Need {
    name: "a toolchain for every Cortex-M target",
    present: toolchain::is_complete,
    remedies: toolchain::remedies,
};

/// The emulator of Cortex-M machines.
pub(crate) const EMULATOR: Need = Need {
    name: program::QEMU,
    present: || Ok(program::command().is_some()),
    remedies: || {
        Ok(vec![
            Remedy::Apt(vec![program::QEMU]),
            Remedy::Unpack(program::unpacking()),
            Remedy::ByHand("on macOS", "brew install qemu"),
        ])
    },
};

/// Sees to every need.
pub(crate) fn run() -> Result<()> {
    let unmet = [&CORTEX_M, &EMULATOR].map(|need| ensure(need).err());
    let told: Vec<_> = unmet.iter().flatten().map(ToString::to_string).collect();
    if !told.is_empty() {
        bail!(told.join("\n"));
    }
    Ok(())
}

/// Sees to one need: applies the first remedy that helps among those it may apply.
///
/// # Errors
/// If none helps or none may be applied unasked, with all of them word for word.
pub(crate) fn ensure(need: &Need) -> Result<()> {
    if (need.present)()? {
        println!("{}: present", need.name);
        return Ok(());
    }
    let remedies = (need.remedies)()?;
    for remedy in remedies.iter().filter(|it| it.permitted()) {
        println!("{}: missing; {remedy}", need.name);
        match remedy.apply() {
            Ok(()) if (need.present)()? => return Ok(()),
            Ok(()) => eprintln!("it is still missing"),
            Err(error) => eprintln!("{error:#}"),
        }
    }
    Err(anyhow!(remedy::advice(need.name, &remedies)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_present_is_left_alone() {
        let need = Need {
            name: "air",
            present: || Ok(true),
            remedies: || panic!("asked for a remedy without need"),
        };
        assert!(ensure(&need).is_ok());
    }

    #[test]
    fn what_cannot_be_installed_is_told_with_its_remedies() {
        let need = Need {
            name: "a compass",
            present: || Ok(false),
            remedies: || Ok(vec![Remedy::ByHand("at sea", "ask the captain")]),
        };
        let told = ensure(&need).unwrap_err().to_string();
        assert_eq!(
            told,
            "a compass is missing\n  get it at sea: ask the captain"
        );
    }
}
