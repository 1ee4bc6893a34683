//! The chip's own temperature sensor, read by the ADC.

use ganlet_app::{Fault, Sensor};
use rp235x_hal::{
    adc::{Adc, TempSense},
    pac::{ADC, RESETS},
};

/// Conversions in one reading: their mean is finer than the 0.5 degrees of one step.
const CONVERSIONS: u16 = 64;

/// Cycles of the core from one conversion to the next: 2 µs and a little more.
const CYCLES: u32 = 400;

/// Volts in one step of the converter.
const VOLTS: f32 = 3.3 / 4096.0;

/// The sensor and its converter, which never stops: nobody has to wait for it.
pub(crate) struct ChipTemperature {
    adc: Adc,
    _sensor: TempSense,
}

impl ChipTemperature {
    /// Switches both on; `None` where somebody else has.
    pub(crate) fn new(adc: ADC, resets: &mut RESETS) -> Option<Self> {
        let mut adc = Adc::new(adc, resets);
        let sensor = adc.take_temp_sensor()?;
        adc.free_running(&sensor);
        Some(Self {
            adc,
            _sensor: sensor,
        })
    }
}

impl Sensor for ChipTemperature {
    /// Degrees Celsius: 0.706 V at 27, and 1.721 mV less for each degree more (RP2350 datasheet,
    /// 12.4.6).
    fn read(&mut self) -> Result<f32, Fault> {
        let mut sum = 0.0;
        for _ in 0..CONVERSIONS {
            cortex_m::asm::delay(CYCLES);
            sum += f32::from(self.adc.read_single().map_err(|_| Fault::Bus)?);
        }
        let volts = sum / f32::from(CONVERSIONS) * VOLTS;
        Ok(27.0 - (volts - 0.706) / 0.001_721)
    }
}
