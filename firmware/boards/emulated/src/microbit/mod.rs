//! The BBC micro:bit (nRF51822). The bus that QEMU gives it carries neither a thermometer nor a
//! memory: the latter is a file of the host's.

mod file;
pub(crate) mod timer;
pub(crate) mod uart;

use ganlet_app::{Eeprom, Fault, Sensor};

use self::file::File;

/// The clock of the core.
pub(crate) const CORE_HZ: u32 = 16_000_000;

/// Places for readings that wait while a step runs.
pub(crate) const QUEUE: usize = 16;

/// Samples that are remembered.
pub(crate) const MEMORY: usize = 192;

/// The number of the UART's interrupt.
pub(crate) const RECEIVED: u16 = 2;

/// There is none.
pub(crate) enum Thermometer {}

impl Sensor for Thermometer {
    fn read(&mut self) -> Result<f32, Fault> {
        match *self {}
    }
}

pub(crate) fn thermometer() -> Option<Thermometer> {
    None
}

/// Two checkpoints in a file.
pub(crate) type Store = Eeprom<File>;

/// The file, of so many bytes.
pub(crate) fn store(bytes: u32) -> Store {
    Eeprom::new(File::open(bytes))
}
