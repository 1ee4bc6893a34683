//! Two wires, the master's pins on them, and a device with two registers of a byte.

use std::{
    cell::{RefCell, RefMut},
    convert::Infallible,
    rc::Rc,
};

use embedded_hal::{
    delay::DelayNs,
    digital::{ErrorType, InputPin, OutputPin},
};

use crate::TwoWire;

/// The address of the device.
const ADDRESS: u8 = 0x48;

/// Both wires.
pub(super) struct Bus(Rc<RefCell<Wires>>);

struct Wires {
    /// What the master lets the wires do.
    clock: bool,
    data: bool,
    device: Device,
    half_periods: u32,
}

/// An LM75, as far as its temperature can be read and written.
#[derive(Default)]
pub(super) struct Device {
    pub(super) registers: [u8; 2],
    /// Half periods for which it holds the clock low after each of its falls.
    pub(super) stretch: u32,
    pub(super) holds_clock: bool,
    pub(super) holds_data: bool,
    pub(super) starts: u32,
    state: State,
    /// The byte that is under way, and the clocks that it has had.
    byte: u8,
    bits: u8,
    /// The register that is next, once one has been chosen.
    next: Option<usize>,
    pulls: bool,
    stretching: u32,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Idle,
    Address,
    Receives,
    Sends,
}

impl Bus {
    pub(super) fn new() -> Self {
        let wires = Wires {
            clock: true,
            data: true,
            device: Device::default(),
            half_periods: 0,
        };
        Self(Rc::new(RefCell::new(wires)))
    }

    pub(super) fn master(&self) -> TwoWire<Pin, Pin, Delay> {
        let pin = |wire| Pin(Rc::clone(&self.0), wire);
        TwoWire::new(pin(Wire::Clock), pin(Wire::Data), Delay(Rc::clone(&self.0)))
    }

    pub(super) fn device(&self) -> RefMut<'_, Device> {
        RefMut::map(self.0.borrow_mut(), |wires| &mut wires.device)
    }

    pub(super) fn half_periods(&self) -> u32 {
        self.0.borrow().half_periods
    }

    pub(super) fn is_at_rest(&self) -> bool {
        let wires = self.0.borrow();
        wires.level(Wire::Clock) && wires.level(Wire::Data)
    }

    /// As a master does that is reset after so many clocks of a byte that it reads.
    pub(super) fn leave_in_the_middle_of_a_read(&self, clocks: u8) {
        let mut wires = self.0.borrow_mut();
        wires.clock = false;
        wires.device.state = State::Sends;
        wires.device.begin_byte();
        for _ in 0..clocks {
            wires.set(Wire::Clock, true);
            wires.set(Wire::Clock, false);
        }
        wires.set(Wire::Clock, true);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Wire {
    Clock,
    Data,
}

impl Wires {
    fn level(&self, wire: Wire) -> bool {
        let device = &self.device;
        match wire {
            Wire::Clock => self.clock && !device.holds_clock && device.stretching == 0,
            Wire::Data => self.data && !device.holds_data && !device.pulls,
        }
    }

    /// The master moves a wire, and the device sees what comes of it: a wire that the device pulls
    /// down does not move.
    fn set(&mut self, wire: Wire, high: bool) {
        let before = (self.clock, self.level(Wire::Data));
        match wire {
            Wire::Clock => self.clock = high,
            Wire::Data => self.data = high,
        }
        match (before, (self.clock, self.level(Wire::Data))) {
            ((false, _), (true, data)) => self.device.rise(data),
            ((true, _), (false, _)) => self.device.fall(),
            ((true, true), (true, false)) => self.device.start(),
            ((true, false), (true, true)) => self.device.state = State::Idle,
            _ => {}
        }
    }
}

impl Device {
    fn start(&mut self) {
        self.starts += 1;
        self.state = State::Address;
        self.begin_byte();
    }

    /// Sees the clock rise: takes a bit, or the master's answer to a byte.
    fn rise(&mut self, data: bool) {
        self.bits += 1;
        match self.state {
            State::Address | State::Receives if self.bits <= 8 => {
                self.byte = self.byte << 1 | u8::from(data);
            }
            State::Sends if self.bits == 9 && data => self.state = State::Idle,
            _ => {}
        }
    }

    /// Sees the clock fall: puts the next bit on the wire.
    fn fall(&mut self) {
        self.stretching = self.stretch;
        self.pulls = match (self.state, self.bits) {
            (State::Idle, _) => false,
            (State::Sends, 1..=7) => self.byte >> (7 - self.bits) & 1 == 0,
            (State::Address, 8) => self.is_meant(),
            (State::Receives, 8) => true,
            (_, 9) => return self.end_byte(),
            _ => false,
        };
    }

    fn is_meant(&mut self) -> bool {
        let meant = self.byte >> 1 == ADDRESS;
        if !meant {
            self.state = State::Idle;
        }
        meant
    }

    fn end_byte(&mut self) {
        match (self.state, self.next) {
            (State::Address, _) if self.byte & 1 == 1 => {
                (self.state, self.next) = (State::Sends, Some(0));
            }
            (State::Address, _) => (self.state, self.next) = (State::Receives, None),
            (State::Receives, None) => self.next = Some(0),
            (State::Receives, Some(at)) => {
                self.registers[at] = self.byte;
                self.next = Some(at + 1);
            }
            (State::Sends, Some(at)) => self.next = Some(at + 1),
            _ => {}
        }
        self.begin_byte();
    }

    fn begin_byte(&mut self) {
        (self.bits, self.byte) = (0, 0);
        if self.state == State::Sends {
            self.byte = self.registers[self.next.unwrap_or(0)];
        }
        self.pulls = self.state == State::Sends && self.byte >> 7 == 0;
    }
}

/// One of the master's pins.
pub(super) struct Pin(Rc<RefCell<Wires>>, Wire);

impl ErrorType for Pin {
    type Error = Infallible;
}

impl InputPin for Pin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.borrow().level(self.1))
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

impl OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.borrow_mut().set(self.1, false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.borrow_mut().set(self.1, true);
        Ok(())
    }
}

/// Counts half periods.
pub(super) struct Delay(Rc<RefCell<Wires>>);

impl DelayNs for Delay {
    fn delay_ns(&mut self, _: u32) {
        let mut wires = self.0.borrow_mut();
        wires.half_periods += 1;
        wires.device.stretching = wires.device.stretching.saturating_sub(1);
    }
}
