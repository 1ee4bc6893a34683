//! Where readings come from.

mod acceleration;
mod temperature;

pub use acceleration::{Acceleration, Axis};
pub use temperature::Temperature;

use crate::fault::Fault;

/// A source of single readings.
pub trait Sensor {
    /// One reading, in the sensor's unit. It runs in an interrupt: it must be done well within a
    /// sample period, and must not wait for what may never come.
    ///
    /// # Errors
    /// A [`Fault`] when there is no reading. One that is NaN or out of range may be returned as it
    /// is: [`Plausible`](crate::Plausible) judges it.
    fn read(&mut self) -> Result<f32, Fault>;
}

impl<S: Sensor + ?Sized> Sensor for &mut S {
    fn read(&mut self) -> Result<f32, Fault> {
        (**self).read()
    }
}
