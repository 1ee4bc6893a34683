//! One of two sensors, chosen at boot.

use ganlet_app::{Fault, Sensor};

/// One of two sensors.
pub enum Either<A, B> {
    /// The first choice.
    First(A),
    /// What is left without it.
    Second(B),
}

impl<A: Sensor, B: Sensor> Either<A, B> {
    /// A sensor on the two-wire bus if it answers now, or else the chip's own.
    pub fn attached_or_own(mut attached: A, own: B) -> Self {
        match attached.read() {
            Ok(celsius) => {
                defmt::info!("sensor on the two-wire bus: {} degrees", celsius);
                Self::First(attached)
            }
            Err(fault) => {
                defmt::info!("no sensor on the two-wire bus ({}), the chip's own", fault);
                Self::Second(own)
            }
        }
    }
}

impl<A: Sensor, B: Sensor> Sensor for Either<A, B> {
    fn read(&mut self) -> Result<f32, Fault> {
        match self {
            Self::First(sensor) => sensor.read(),
            Self::Second(sensor) => sensor.read(),
        }
    }
}
