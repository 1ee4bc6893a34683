//! The board's thermometer, and the interrupt that reads it.

use board_kit::{either::Either, handover::Handover, metronome, spin::Spin};
use cortex_m_rt::exception;
use ganlet_app::{Sampler, sensor::Temperature};
use nrf52840_hal::{
    gpio::{
        Disconnected, Level, OpenDrainConfig, OpenDrainIO, Output,
        p0::{P0_26, P0_27},
    },
    pac::P0,
};
use two_wire::TwoWire;

use crate::chip_temperature::ChipTemperature;

/// The I2C pins of the Arduino header: clock on P0.27, data on P0.26.
pub(crate) type Bus = TwoWire<P0_27<Output<OpenDrainIO>>, P0_26<Output<OpenDrainIO>>, Spin>;

/// An LM75 on the bus, or the chip's own sensor.
pub(crate) type Thermometer = Either<Temperature<Bus>, ChipTemperature>;

/// The bus at rest.
pub(crate) fn bus(clock: P0_27<Disconnected>, data: P0_26<Disconnected>, delay: Spin) -> Bus {
    let drive = || OpenDrainConfig::Standard0Disconnect1;
    let clock = clock.into_open_drain_input_output(drive(), Level::High);
    let data = data.into_open_drain_input_output(drive(), Level::High);
    for pin in [26, 27] {
        // So that a bus without a sensor, and without its pull-ups, is at rest too.
        // SAFETY: the pins are ours, and nothing but their pull-ups is changed.
        unsafe { &*P0::PTR }.pin_cnf[pin].modify(|_, w| w.pull().pullup());
    }
    TwoWire::new(clock, data, delay)
}

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
