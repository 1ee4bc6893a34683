//! ganlet on an STM32F405: learns the chip's temperature, an LM75's on I2C1 where one is attached,
//! or what a host sends over USART1.
#![no_std]
#![no_main]

mod chip_temperature;
mod core_clock;
mod flash;
mod host;
#[path = "../../emulated/src/orders.rs"]
mod orders;
mod thermometer;
mod watchdog;

use board_kit::{
    either::Either,
    last_words,
    life::{self, Guard, TALLY},
    metronome::Metronome,
    own_flash,
    spin::Spin,
};
use cortex_m_rt::entry;
use defmt_rtt as _;
use ganlet::{
    model::Window32,
    stream::{Coded, Replay},
};
use ganlet_app::{Eeprom, Learner, Plausible, Sampler, sensor::Temperature};
use panic_probe as _;
use serial_store::SerialStore;
use stm32f4xx_hal::{gpio::Pull, pac, prelude::*};
use two_wire::TwoWire;

use chip_temperature::ChipTemperature;
use flash::Flash;
use host::Said;
use orders::{Crash, Orders};
use watchdog::Dog;

#[entry]
fn main() -> ! {
    static mut LEARNER: life::Readings = life::NEW;
    static mut WINDOWS: Learner<Window32, Replay<Coded<32>, 384>> = Learner::new(Replay::uniform());
    static mut SHADOW: life::Aside = life::Aside::NONE;
    static mut DOG: Option<Dog> = None;
    static mut WAITING: life::Waiting = life::Waiting::new();

    let (Some(mut core), Some(chip)) = (cortex_m::Peripherals::take(), pac::Peripherals::take())
    else {
        unreachable!("main runs once")
    };
    let mut rcc = core_clock::start(chip.RCC);
    let hertz = rcc.clocks.sysclk().raw();
    let clock = Metronome::start(core.SYST, &mut core.SCB, hertz);
    let (outbox, inbox) = WAITING.split();

    let pins = chip.GPIOA.split(&mut rcc);
    let receive = pins.pa10.into_alternate().internal_resistor(Pull::Up);
    let serial = chip
        .USART1
        .serial::<u8>((pins.pa9, receive), 115_200.bps(), &mut rcc);
    let (mut sender, mut receiver) = serial.unwrap_or_else(|_| panic!("no such speed")).split();
    if let Some(line) = host::ask(&mut sender, &mut receiver, &clock) {
        let orders = Orders::read(&line).unwrap_or_else(|word| panic!("no order: {}", word));
        match orders.crash {
            Some(Crash::Panic) => panic!("as ordered"),
            Some(Crash::Fault) => last_words::fault(),
            None => {}
        }
        host::listen(receiver, Sampler::new(Said, Plausible::ANY, outbox, &TALLY));
        let receive = pins.pa3.into_alternate().internal_resistor(Pull::Up);
        let serial = chip
            .USART2
            .serial::<u8>((pins.pa2, receive), 115_200.bps(), &mut rcc);
        let serial = serial.unwrap_or_else(|_| panic!("no such speed"));
        let store = Eeprom::new(SerialStore::new(serial, clock, orders.store));
        match orders.window {
            false => host::live(LEARNER, &orders, clock, store, inbox),
            true => host::live(WINDOWS, &orders, clock, store, inbox),
        }
    }

    let pins = chip.GPIOB.split(&mut rcc);
    let bus = TwoWire::new(
        pins.pb6.into_open_drain_output().internal_pull_up(true),
        pins.pb7.into_open_drain_output().internal_pull_up(true),
        Spin::new(hertz),
    );
    let own = ChipTemperature::new(chip.ADC1, &chip.ADC_COMMON, &mut rcc);
    let sensor = Either::attached_or_own(Temperature::new(bus, 0x48), own);
    thermometer::SAMPLER.give(Sampler::new(sensor, life::TEMPERATURE, outbox, &TALLY));
    let flash = Flash::new(chip.FLASH);
    clock.beat(life::PER_SECOND);
    let counter = (&mut core.DCB, core.DWT);
    let guard = Guard {
        shadow: SHADOW,
        watchdog: DOG.insert(Dog::new(chip.IWDG, &chip.DBGMCU)),
    };
    own_flash::live::<_, { flash::SECTORS }>(LEARNER, flash, clock, counter, inbox, guard)
}
