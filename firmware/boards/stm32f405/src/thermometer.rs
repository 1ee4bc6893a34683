//! The board's thermometer, and the interrupt that reads it.

use board_kit::{either::Either, handover::Handover, metronome, spin::Spin};
use cortex_m_rt::exception;
use ganlet_app::{Sampler, sensor::Temperature};
use stm32f4xx_hal::gpio::{OpenDrain, Output, PB6, PB7};
use two_wire::TwoWire;

use crate::chip_temperature::ChipTemperature;

/// I2C1's pins: clock on PB6, data on PB7.
pub(crate) type Bus = TwoWire<PB6<Output<OpenDrain>>, PB7<Output<OpenDrain>>, Spin>;

/// An LM75 on the bus, or the chip's own sensor.
pub(crate) type Thermometer = Either<Temperature<Bus>, ChipTemperature>;

/// The sampler that the interrupt calls.
pub(crate) static SAMPLER: Handover<Sampler<'static, Thermometer>> = Handover::new();

#[exception]
fn PendSV() {
    static mut OWN: Option<Sampler<'static, Thermometer>> = None;
    if let Some(sampler) = SAMPLER.fetch(OWN) {
        sampler.miss(metronome::missed());
        sampler.sample();
    }
}
