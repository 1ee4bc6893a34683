//! Arm's MPS2 boards AN385, AN386, AN500 and AN505, with a thermometer and a memory on the bus of
//! the shield.
//!
//! The first three have one memory map. AN505 has TrustZone: its peripherals are seen by the secure
//! side, where the program runs, at addresses of their own.

mod pins;
pub(crate) mod timer;
pub(crate) mod uart;

use core::cell::RefCell;

use critical_section::Mutex;
use eeprom24x::{
    Eeprom24x, SlaveAddr, Storage, addr_size::TwoBytes, page_size::B256, unique_serial,
};
use embedded_hal::i2c::I2c as _;
use embedded_hal_bus::i2c::CriticalSectionDevice;
use ganlet_app::{Eeprom, sensor::Temperature};
use two_wire::TwoWire;

use self::pins::{AtOnce, Pin};
const SECURE: bool = cfg!(machine = "an505");

/// The clock of the core and of its peripherals.
pub(crate) const CORE_HZ: u32 = if SECURE { 20_000_000 } else { 25_000_000 };

/// Places for readings that wait while a step runs.
pub(crate) const QUEUE: usize = 64;

/// Readings that are remembered.
pub(crate) const MEMORY: usize = 512;

/// Windows that are remembered: as many as a detector is fitted to.
pub(crate) const WINDOWS: usize = 384;

/// The number of the interrupt "UART 0 has received".
pub(crate) const RECEIVED: u16 = if SECURE { 32 } else { 0 };

const TIMER: usize = if SECURE { 0x5000_0000 } else { 0x4000_0000 };
const UART: usize = if SECURE { 0x5020_0000 } else { 0x4000_4000 };
const PINS: usize = if SECURE { 0x5020_d000 } else { 0x4002_a000 };

/// The bus, on which the interrupt reads the thermometer and the main loop writes the memory.
static BUS: Mutex<RefCell<Wires>> =
    Mutex::new(RefCell::new(TwoWire::new(pins::CLOCK, pins::DATA, AtOnce)));

type Wires = TwoWire<Pin, Pin, AtOnce>;
type Bus = CriticalSectionDevice<'static, Wires>;

/// A TMP105.
pub(crate) type Thermometer = Temperature<Bus>;

/// A 24xM02: 256 KB, which hold two checkpoints of the largest model and all that it remembers.
pub(crate) type Store = Eeprom<Memory>;
type Memory = Storage<Bus, B256, TwoBytes, unique_serial::No, AtOnce>;

/// The thermometer, set to the finest resolution that it has.
pub(crate) fn thermometer() -> Option<Thermometer> {
    const ADDRESS: u8 = 0x48;
    const CONFIGURATION: u8 = 1;
    const TWELVE_BITS: u8 = 0x60;
    let mut bus = Bus::new(&BUS);
    bus.write(ADDRESS, &[CONFIGURATION, TWELVE_BITS]).ok()?;
    Some(Temperature::new(bus, ADDRESS))
}

/// The memory, which is on the bus whatever the host keeps.
pub(crate) fn store(_: u32) -> Store {
    let memory = Eeprom24x::new_24xm02(Bus::new(&BUS), SlaveAddr::default());
    Eeprom::new(Storage::new(memory, AtOnce))
}
