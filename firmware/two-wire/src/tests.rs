//! A bus with one device on it, bit by bit.

mod bus;

use embedded_hal::i2c::{I2c, NoAcknowledgeSource};

use super::{Error, LONGEST_STRETCH};
use bus::Bus;

/// Half periods that the longest sound transaction of these tests takes, and then some.
const SOUND: u32 = 400;

#[test]
fn a_driver_reads_a_temperature() {
    let bus = Bus::new();
    let mut sensor = lm75::Lm75::new(bus.master(), 0x48_u8);
    bus.device().registers = [23, 0x80];
    assert_eq!(sensor.read_temperature().unwrap(), 23.5);
    bus.device().registers = [0xe7, 0x00];
    assert_eq!(sensor.read_temperature().unwrap(), -25.0);
    assert!(bus.is_at_rest());
    assert!(bus.half_periods() < SOUND);
}

#[test]
fn an_absent_device_does_not_acknowledge() {
    let bus = Bus::new();
    let absent = Error::NoAcknowledge(NoAcknowledgeSource::Address);
    assert_eq!(bus.master().read(0x4a, &mut [0; 2]), Err(absent));
    assert!(bus.is_at_rest());
}

#[test]
fn bytes_are_written_and_read_back_in_one_transaction() {
    let bus = Bus::new();
    let mut read = [0; 2];
    bus.master().write(0x48, &[0, 0x12, 0x34]).unwrap();
    bus.master().write_read(0x48, &[0], &mut read).unwrap();
    assert_eq!(read, [0x12, 0x34]);
    assert_eq!(bus.device().starts, 3, "one, and one with a repeated start");
}

#[test]
fn a_slow_device_may_stretch_the_clock() {
    let bus = Bus::new();
    bus.device().stretch = LONGEST_STRETCH - 1;
    bus.master().write_read(0x48, &[0], &mut [0; 2]).unwrap();
}

#[test]
fn a_device_that_stretches_for_ever_is_given_up() {
    let bus = Bus::new();
    bus.device().stretch = u32::MAX;
    let done = bus.master().write_read(0x48, &[0], &mut [0; 2]);
    assert_eq!(done, Err(Error::Stuck));
    assert!(bus.half_periods() < SOUND);
}

#[test]
fn a_bus_without_pull_ups_is_given_up() {
    for (clock, data) in [(true, false), (false, true), (true, true)] {
        let bus = Bus::new();
        bus.device().holds_clock = clock;
        bus.device().holds_data = data;
        let done = bus.master().write_read(0x48, &[0], &mut [0; 2]);
        assert_eq!(done, Err(Error::Stuck));
        assert!(bus.half_periods() < SOUND);
    }
}

#[test]
fn a_device_left_in_the_middle_of_a_byte_is_freed() {
    for clocks in 1..9 {
        let bus = Bus::new();
        bus.device().registers = [0, 0];
        bus.leave_in_the_middle_of_a_read(clocks);
        bus.device().registers = [21, 0];
        let mut sensor = lm75::Lm75::new(bus.master(), 0x48_u8);
        assert_eq!(sensor.read_temperature().unwrap(), 21.0, "{clocks} clocks");
    }
}
