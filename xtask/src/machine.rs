//! The machines that QEMU emulates for the firmware in `firmware/boards/emulated`.

use crate::orders::Model;

/// An emulated machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    /// The name by which QEMU knows it.
    pub(crate) name: &'static str,
    /// Its processor.
    pub(crate) core: &'static str,
    /// The target that the firmware is built for.
    pub(crate) target: &'static str,
    /// Where the store of its checkpoints is.
    pub(crate) store: Store,
    /// Readings that its firmware remembers.
    readings: u32,
    /// Windows of 32 readings that it remembers; `None` where there is no room for their networks.
    windows: Option<u32>,
    /// The folder of its firmware in `firmware/boards`.
    pub(crate) board: &'static str,
    /// How its log comes out.
    pub(crate) log: Log,
}

/// Where a store is that outlasts a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// On an I2C bus, beside a thermometer.
    Bus,
    /// In a file of the host's, by semihosting.
    File,
    /// At the other end of a serial line of its own.
    Serial,
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
        store: Store::File,
        readings: 192,
        windows: None,
        ..machine("microbit", "Cortex-M0", "thumbv6m-none-eabi")
    },
    machine("mps2-an385", "Cortex-M3", "thumbv7m-none-eabi"),
    machine("mps2-an386", "Cortex-M4F", "thumbv7em-none-eabihf"),
    machine("mps2-an500", "Cortex-M7", "thumbv7em-none-eabihf"),
    machine("mps2-an505", "Cortex-M33", "thumbv8m.main-none-eabihf"),
    Machine {
        store: Store::Serial,
        board: "stm32f405",
        log: Log::Rtt,
        ..machine("netduinoplus2", "Cortex-M4F", "thumbv7em-none-eabihf")
    },
];

const fn machine(name: &'static str, core: &'static str, target: &'static str) -> Machine {
    Machine {
        name,
        core,
        target,
        store: Store::Bus,
        readings: 512,
        windows: Some(384),
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

    /// Samples that its firmware remembers; `None` where there is no room for the networks.
    pub(crate) fn memory(&self, model: Model) -> Option<u32> {
        match model {
            Model::Scalar => Some(self.readings),
            Model::Window32 => self.windows,
        }
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
