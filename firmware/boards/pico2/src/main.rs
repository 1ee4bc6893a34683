//! ganlet on a Raspberry Pi Pico 2: learns the chip's temperature, or that of an LM75 on GP4 and GP5
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
use defmt_rtt as _;
use ganlet_app::{Sampler, sensor::Temperature};
use panic_probe as _;
use rp235x_hal::{
    Clock as _, Sio, Watchdog,
    block::ImageDef,
    clocks::init_clocks_and_plls,
    entry,
    gpio::{InOutPin, Pins},
    pac,
};
use two_wire::TwoWire;

use chip_temperature::ChipTemperature;
use flash::Flash;
use watchdog::Dog;

/// The crystal of the board.
const CRYSTAL: u32 = 12_000_000;

/// Tells the boot ROM that this is a program.
#[unsafe(link_section = ".start_block")]
#[used]
static IMAGE: ImageDef = ImageDef::secure_exe();

#[entry]
fn main() -> ! {
    static mut LEARNER: life::Readings = life::NEW;
    static mut SHADOW: life::Aside = life::Aside::NONE;
    static mut DOG: Option<Dog> = None;
    static mut WAITING: life::Waiting = life::Waiting::new();

    let (Some(mut core), Some(mut chip)) =
        (cortex_m::Peripherals::take(), pac::Peripherals::take())
    else {
        unreachable!("main runs once")
    };
    let mut watchdog = Watchdog::new(chip.WATCHDOG);
    let clocks = init_clocks_and_plls(
        CRYSTAL,
        chip.XOSC,
        chip.CLOCKS,
        chip.PLL_SYS,
        chip.PLL_USB,
        &mut chip.RESETS,
        &mut watchdog,
    );
    let Ok(clocks) = clocks else {
        panic!("the clocks do not start")
    };
    let hertz = clocks.system_clock.freq().to_Hz();
    let clock = Metronome::start(core.SYST, &mut core.SCB, hertz);
    let (outbox, inbox) = WAITING.split();

    let bank = Sio::new(chip.SIO).gpio_bank0;
    let pins = Pins::new(chip.IO_BANK0, chip.PADS_BANK0, bank, &mut chip.RESETS);
    let bus = TwoWire::new(
        InOutPin::new(pins.gpio5.into_pull_up_input()),
        InOutPin::new(pins.gpio4.into_pull_up_input()),
        Spin::new(hertz),
    );
    let Some(own) = ChipTemperature::new(chip.ADC, &mut chip.RESETS) else {
        unreachable!("nobody else has the sensor")
    };
    let sensor = Either::attached_or_own(Temperature::new(bus, 0x48), own);
    thermometer::SAMPLER.give(Sampler::new(sensor, life::TEMPERATURE, outbox, &TALLY));
    // SAFETY: main runs once, and nobody starts the other core.
    let flash = unsafe { Flash::take() };
    clock.beat(life::PER_SECOND);
    let counter = (&mut core.DCB, core.DWT);
    let guard = Guard {
        shadow: SHADOW,
        watchdog: DOG.insert(Dog::new(watchdog)),
    };
    own_flash::live::<_, { flash::SECTORS }>(LEARNER, flash, clock, counter, inbox, guard)
}
