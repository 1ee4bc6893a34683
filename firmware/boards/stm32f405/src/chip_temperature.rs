//! The chip's own temperature sensor, read by ADC1.
//!
//! The registers are driven from here because the driver of the hardware library waits without an
//! end, which an interrupt must not.

use ganlet_app::{Fault, Sensor};
use stm32f4xx_hal::{
    pac::{ADC_COMMON, ADC1},
    rcc::{Enable as _, Rcc},
    signature::{VtempCal30, VtempCal110},
};

/// The channel of the sensor on an STM32F405.
const CHANNEL: u8 = 16;

/// Conversions in one reading: their mean is finer than the 0.3 degrees of one step.
const CONVERSIONS: u16 = 16;

/// Looks at the end of a conversion of 492 cycles at 21 MHz, before it is given up.
const LOOKS: u32 = 2_000;

/// The sensor and its converter.
pub(crate) struct ChipTemperature {
    adc: ADC1,
}

impl ChipTemperature {
    /// Switches both on.
    pub(crate) fn new(adc: ADC1, common: &ADC_COMMON, rcc: &mut Rcc) -> Self {
        ADC1::enable(rcc);
        common
            .ccr()
            .modify(|_, w| w.adcpre().div4().tsvrefe().set_bit());
        adc.smpr1().modify(|_, w| w.smp16().cycles480());
        // SAFETY: a sequence of one conversion, of a channel that exists.
        adc.sqr3().write(|w| unsafe { w.sq1().bits(CHANNEL) });
        adc.cr2().modify(|_, w| w.adon().set_bit());
        Self { adc }
    }

    fn convert(&mut self) -> Result<u16, Fault> {
        self.adc.cr2().modify(|_, w| w.swstart().set_bit());
        let done = (0..LOOKS).any(|_| self.adc.sr().read().eoc().bit_is_set());
        if done {
            Ok(self.adc.dr().read().data().bits())
        } else {
            Err(Fault::NoAnswer)
        }
    }
}

impl Sensor for ChipTemperature {
    /// Degrees Celsius on the line through the two points that the factory measured.
    fn read(&mut self) -> Result<f32, Fault> {
        let mut sum = 0;
        for _ in 0..CONVERSIONS {
            sum += self.convert()?;
        }
        let code = f32::from(sum) / f32::from(CONVERSIONS);
        let at_30 = f32::from(VtempCal30::get().read());
        let at_110 = f32::from(VtempCal110::get().read());
        Ok(30.0 + (code - at_30) * 80.0 / (at_110 - at_30))
    }
}
