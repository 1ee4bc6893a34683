//! ganlet on an nRF52840-DK: learns the chip's temperature, or that of an LM75 on the Arduino header
//! where one is attached.
#![no_std]
#![no_main]

mod chip_temperature;
mod flash;
mod thermometer;
mod watchdog;

use board_kit::{
    either::Either,
    life::{self, Guard, TALLY},
    metronome::Metronome,
    own_flash,
    spin::Spin,
};
use cortex_m_rt::entry;
use defmt_rtt as _;
use ganlet_app::{Sampler, sensor::Temperature};
use nrf52840_hal::{Clocks, gpio::p0, pac};
use panic_probe as _;

use chip_temperature::ChipTemperature;
use watchdog::Dog;

/// The clock of the core.
const HERTZ: u32 = 64_000_000;

#[entry]
fn main() -> ! {
    static mut LEARNER: life::Readings = life::NEW;
    static mut SHADOW: life::Aside = life::Aside::NONE;
    static mut DOG: Option<Dog> = None;
    static mut WAITING: life::Waiting = life::Waiting::new();

    let (Some(mut core), Some(chip)) = (cortex_m::Peripherals::take(), pac::Peripherals::take())
    else {
        unreachable!("main runs once")
    };
    Clocks::new(chip.CLOCK).enable_ext_hfosc(); // TEMP is made for the crystal's clock
    let clock = Metronome::start(core.SYST, &mut core.SCB, HERTZ);
    let (outbox, inbox) = WAITING.split();

    let pins = p0::Parts::new(chip.P0);
    let bus = thermometer::bus(pins.p0_27, pins.p0_26, Spin::new(HERTZ));
    let own = ChipTemperature::new(chip.TEMP);
    let sensor = Either::attached_or_own(Temperature::new(bus, 0x48), own);
    thermometer::SAMPLER.give(Sampler::new(sensor, life::TEMPERATURE, outbox, &TALLY));
    let flash = flash::flash(chip.NVMC);
    clock.beat(life::PER_SECOND);
    let counter = (&mut core.DCB, core.DWT);
    let guard = Guard {
        shadow: SHADOW,
        watchdog: DOG.insert(Dog::new(chip.WDT)),
    };
    own_flash::live::<_, { flash::PAGES }>(LEARNER, flash, clock, counter, inbox, guard)
}
