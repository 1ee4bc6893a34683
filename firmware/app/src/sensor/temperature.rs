//! Temperature by a sensor of the LM75 family (LM75, LM75B, TMP105, PCT2075, …).

use core::fmt;

use embedded_hal::i2c::{Error as _, I2c};
use lm75::ic::Pct2075;
use lm75::{Address, Error, Lm75};

use super::Sensor;
use crate::fault::Fault;

/// Degrees Celsius, in steps of 0.125: eleven bits, of which the plain LM75 gives nine and zeros.
pub struct Temperature<I2C> {
    driver: Lm75<I2C, Pct2075>,
}

impl<I2C> fmt::Debug for Temperature<I2C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Temperature").finish_non_exhaustive()
    }
}

impl<I2C: I2c> Temperature<I2C> {
    /// The lowest plausible temperature: the family's range begins there.
    pub const LOW: f32 = -55.0;
    /// The highest plausible temperature.
    pub const HIGH: f32 = 125.0;

    /// The sensor at `address`; 0x48 is the usual one. Nothing is sent yet.
    pub fn new(i2c: I2C, address: impl Into<Address>) -> Self {
        Self {
            driver: Lm75::new_pct2075(i2c, address),
        }
    }

    /// The bus, to be used for something else.
    pub fn release(self) -> I2C {
        self.driver.destroy()
    }
}

impl<I2C: I2c> Sensor for Temperature<I2C> {
    fn read(&mut self) -> Result<f32, Fault> {
        self.driver.read_temperature().map_err(|error| match error {
            Error::I2C(error) => Fault::of_i2c(&error.kind()),
            _ => Fault::Bus,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
    use std::vec;

    fn reading(outcome: Result<[u8; 2], ErrorKind>) -> Result<f32, Fault> {
        let bytes = outcome.unwrap_or_default().to_vec();
        let mut transaction = Transaction::write_read(0x48, vec![0], bytes);
        if let Err(kind) = outcome {
            transaction = transaction.with_error(kind);
        }
        let mut sensor = Temperature::new(Mock::new(&[transaction]), 0x48);
        let reading = sensor.read();
        sensor.release().done();
        reading
    }

    #[test]
    fn both_bytes_are_read_and_the_sign_is_kept() {
        assert_eq!(reading(Ok([0x14, 0x80])), Ok(20.5));
        assert_eq!(reading(Ok([0xFF, 0x80])), Ok(-0.5));
    }

    #[test]
    fn a_missing_sensor_is_told_from_a_failing_bus() {
        let missing = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
        assert_eq!(reading(Err(missing)), Err(Fault::NoAnswer));
        assert_eq!(reading(Err(ErrorKind::ArbitrationLoss)), Err(Fault::Bus));
    }
}
