//! The machines that QEMU emulates for the firmware in `firmware/boards/emulated`.

/// An emulated machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    /// The name by which QEMU knows it.
    pub(crate) name: &'static str,
    /// Its processor.
    pub(crate) core: &'static str,
    /// The target that the firmware is built for.
    pub(crate) target: &'static str,
    /// Whether it has an I2C bus, with a thermometer and a memory that outlasts a run.
    pub(crate) bus: bool,
    /// Samples that its firmware remembers.
    pub(crate) memory: u32,
    /// The folder of its firmware in `firmware/boards`.
    pub(crate) board: &'static str,
    /// How its log comes out.
    pub(crate) log: Log,
}

/// How a log comes out of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Log {
    /// The program writes it by semihosting, and ends the run in the same way.
    Semihosting,
    /// It is read out of the memory as by a debug probe: the firmware is that of a real board.
    Rtt,
}

/// All of them, the smallest core first.
pub(crate) const MACHINES: [Machine; 6] = [
    Machine {
        memory: 256,
        ..machine("microbit", "Cortex-M0", "thumbv6m-none-eabi", false)
    },
    machine("mps2-an385", "Cortex-M3", "thumbv7m-none-eabi", true),
    machine("mps2-an386", "Cortex-M4F", "thumbv7em-none-eabihf", true),
    machine("mps2-an500", "Cortex-M7", "thumbv7em-none-eabihf", true),
    machine(
        "mps2-an505",
        "Cortex-M33",
        "thumbv8m.main-none-eabihf",
        true,
    ),
    Machine {
        board: "stm32f405",
        log: Log::Rtt,
        ..machine(
            "netduinoplus2",
            "Cortex-M4F",
            "thumbv7em-none-eabihf",
            false,
        )
    },
];

const fn machine(
    name: &'static str,
    core: &'static str,
    target: &'static str,
    bus: bool,
) -> Machine {
    Machine {
        name,
        core,
        target,
        bus,
        memory: 512,
        board: "emulated",
        log: Log::Semihosting,
    }
}

impl Machine {
    /// The machine of this name, for clap.
    pub(crate) fn named(name: &str) -> Result<&'static Self, String> {
        let found = MACHINES.iter().find(|it| it.name == name);
        found.ok_or_else(|| format!("the machines are {}", names()))
    }
}

fn names() -> String {
    MACHINES.map(|it| it.name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::TARGETS;

    #[test]
    fn a_machine_goes_by_its_name_in_qemu() {
        assert_eq!(Machine::named("microbit").unwrap().core, "Cortex-M0");
        let told = Machine::named("an386").unwrap_err();
        assert!(told.contains("mps2-an386"), "{told}");
    }

    #[test]
    fn every_target_of_the_core_has_a_machine() {
        for target in TARGETS {
            assert!(MACHINES.iter().any(|it| it.target == target), "{target}");
        }
    }
}
