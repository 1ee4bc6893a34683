//! What can be wrong with a reading.

use embedded_hal::i2c::{self, ErrorKind};

/// Why a sensor gave no usable reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Fault {
    /// The sensor did not acknowledge its address or a byte.
    NoAnswer,
    /// The bus or the driver failed in another way.
    Bus,
    /// The reading is NaN or infinite.
    NotFinite,
    /// The reading lies outside of what the sensor can measure.
    OutOfRange,
    /// The reading has not moved for longer than is plausible.
    Stuck,
}

impl Fault {
    /// Every kind, in the order of their counters.
    pub const ALL: [Self; 5] = [
        Self::NoAnswer,
        Self::Bus,
        Self::NotFinite,
        Self::OutOfRange,
        Self::Stuck,
    ];

    /// Whether the sensor could not be asked, so that asking again costs bus time for nothing.
    pub(crate) fn is_of_the_bus(self) -> bool {
        matches!(self, Self::NoAnswer | Self::Bus)
    }

    /// What an I2C error is to a sensor.
    pub fn of_i2c(error: &impl i2c::Error) -> Self {
        match error.kind() {
            ErrorKind::NoAcknowledge(_) => Self::NoAnswer,
            _ => Self::Bus,
        }
    }
}
