//! The board's thermometer, and the interrupt that reads it.

use board_kit::{either::Either, handover::Handover, metronome, spin::Spin};
use cortex_m_rt::exception;
use ganlet_app::{Sampler, sensor::Temperature};
use rp235x_hal::gpio::{
    FunctionSio, InOutPin, Pin, PullUp, SioInput,
    bank0::{Gpio4, Gpio5},
};
use two_wire::TwoWire;

use crate::chip_temperature::ChipTemperature;

/// An open-drain pin.
pub(crate) type Wire<Id> = InOutPin<Pin<Id, FunctionSio<SioInput>, PullUp>>;

/// I2C0's usual pins: clock on GP5, data on GP4.
pub(crate) type Bus = TwoWire<Wire<Gpio5>, Wire<Gpio4>, Spin>;

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
