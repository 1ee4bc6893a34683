//! The two pins of the shield's I2C bus (SBCon), open-drain: high when nobody pulls them down.

use core::convert::Infallible;

use embedded_hal::{
    delay::DelayNs,
    digital::{ErrorType, InputPin, OutputPin},
};

use super::PINS;
use crate::register::Register;

// SAFETY: the register of SBCon that reads both pins, and lets go of those written as 1.
const RELEASE: Register = unsafe { Register::at(PINS) };
// SAFETY: the register of SBCon that pulls down the pins written as 1.
const PULL: Register = unsafe { Register::at(PINS + 0x4) };

/// A pin, by its bit.
pub(crate) struct Pin(u32);

pub(crate) const CLOCK: Pin = Pin(1 << 0);
pub(crate) const DATA: Pin = Pin(1 << 1);

impl ErrorType for Pin {
    type Error = Infallible;
}

impl OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        PULL.write(self.0);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        RELEASE.write(self.0);
        Ok(())
    }
}

impl InputPin for Pin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(RELEASE.read() & self.0 != 0)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

/// No time between two edges, nor after a write: an emulated bus and its memory want none.
pub(crate) struct AtOnce;

impl DelayNs for AtOnce {
    fn delay_ns(&mut self, _: u32) {}
}
