//! Acceleration along one axis, by any driver of the `accelerometer` crate's trait (LIS3DH,
//! LIS2DH12, …).

use accelerometer::{Accelerometer, ErrorKind};

use super::Sensor;
use crate::fault::Fault;

/// The axis that is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Axis {
    /// Along the part's x.
    X,
    /// Along the part's y.
    Y,
    /// Along the part's z.
    Z,
}

/// Acceleration in units of standard gravity.
#[derive(Debug)]
pub struct Acceleration<A> {
    driver: A,
    axis: Axis,
}

impl<A: Accelerometer> Acceleration<A> {
    /// One axis of a configured accelerometer.
    pub fn new(driver: A, axis: Axis) -> Self {
        Self { driver, axis }
    }
}

impl<A> Sensor for Acceleration<A>
where
    A: Accelerometer,
    A::Error: core::fmt::Debug,
{
    fn read(&mut self) -> Result<f32, Fault> {
        let all = self
            .driver
            .accel_norm()
            .map_err(|error| match error.kind() {
                ErrorKind::Device => Fault::NoAnswer,
                _ => Fault::Bus,
            })?;
        Ok(match self.axis {
            Axis::X => all.x,
            Axis::Y => all.y,
            Axis::Z => all.z,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accelerometer::{Error, vector::F32x3};

    /// A part that lies still, or has come loose.
    struct Part(bool);

    impl Accelerometer for Part {
        type Error = ();

        fn accel_norm(&mut self) -> Result<F32x3, Error<()>> {
            if self.0 {
                Ok(F32x3::new(0.25, -0.5, 1.0))
            } else {
                Err(Error::new(ErrorKind::Device))
            }
        }

        fn sample_rate(&mut self) -> Result<f32, Error<()>> {
            Ok(100.0)
        }
    }

    #[test]
    fn the_axis_asked_for_is_read() {
        let read = |axis| Acceleration::new(Part(true), axis).read();
        assert_eq!(read(Axis::X), Ok(0.25));
        assert_eq!(read(Axis::Y), Ok(-0.5));
        assert_eq!(read(Axis::Z), Ok(1.0));
        let mut loose = Acceleration::new(Part(false), Axis::X);
        assert_eq!(loose.read(), Err(Fault::NoAnswer));
    }

    #[test]
    fn a_driver_of_the_trait_fits() {
        fn fits<A: Sensor>() {}
        type I2c = embedded_hal_mock::eh1::i2c::Mock;
        fits::<Acceleration<lis3dh::Lis3dh<lis3dh::Lis3dhI2C<I2c>>>>();
    }
}
