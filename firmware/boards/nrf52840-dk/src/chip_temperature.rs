//! The chip's own temperature sensor (TEMP).

use ganlet_app::{Fault, Sensor};
use nrf52840_hal::{Temp, pac::TEMP};

/// Measurements in one reading: their mean is finer than the 0.25 degrees of one step.
const MEASUREMENTS: u16 = 16;

/// Looks at the end of a measurement, which takes 36 µs, before it is given up.
const LOOKS: u32 = 2_000;

/// The sensor.
pub(crate) struct ChipTemperature {
    temp: Temp,
}

impl ChipTemperature {
    pub(crate) fn new(temp: TEMP) -> Self {
        Self {
            temp: Temp::new(temp),
        }
    }

    fn measure(&mut self) -> Result<f32, Fault> {
        self.temp.stop_measurement();
        self.temp.start_measurement();
        let celsius = (0..LOOKS).find_map(|_| self.temp.read().ok());
        celsius.map(|it| it.to_num()).ok_or(Fault::NoAnswer)
    }
}

impl Sensor for ChipTemperature {
    /// Degrees Celsius.
    fn read(&mut self) -> Result<f32, Fault> {
        let mut sum = 0.0;
        for _ in 0..MEASUREMENTS {
            sum += self.measure()?;
        }
        Ok(sum / f32::from(MEASUREMENTS))
    }
}
