//! An I2C bus on two open-drain pins that never waits without an end.
//!
//! A sample is taken in an interrupt, where an endless wait stops the device for good. The
//! hardware masters of these chips wait for flags that a stuck bus, or a missing one, never sets.
//! Here every wait is counted in half periods, and the worst a bus can do is an error.
#![no_std]

#[cfg(test)]
extern crate std;

#[cfg(test)]
mod tests;

use embedded_hal::{
    delay::DelayNs,
    digital::{InputPin, OutputPin},
    i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation, SevenBitAddress},
};

/// Half a period at 100 kHz.
const HALF_PERIOD_NS: u32 = 5_000;

/// How long a device may hold the clock low: 25 half periods, 0.125 ms.
const LONGEST_STRETCH: u32 = 25;

/// Clocks after which every device has let go of the data line: a byte and its acknowledge.
const CLOCKS_OF_A_BYTE: u32 = 9;

/// Why a transaction ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A line is held low: a stuck device, a short, or no bus at all.
    Stuck,
    /// No device has this address, or it refused a byte.
    NoAcknowledge(NoAcknowledgeSource),
}

impl embedded_hal::i2c::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stuck => ErrorKind::Bus,
            Self::NoAcknowledge(source) => ErrorKind::NoAcknowledge(*source),
        }
    }
}

/// The master of the bus.
#[derive(Debug)]
pub struct TwoWire<Clock, Data, Delay> {
    clock: Clock,
    data: Data,
    delay: Delay,
}

/// A pin with an open drain: low, or let go, and readable.
pub trait Wire: InputPin + OutputPin {}
impl<P: InputPin + OutputPin> Wire for P {}

impl<Clock: Wire, Data: Wire, Delay: DelayNs> TwoWire<Clock, Data, Delay> {
    /// A bus on pins that have been let go, with pull-ups of their own or on the board.
    pub const fn new(clock: Clock, data: Data, delay: Delay) -> Self {
        Self { clock, data, delay }
    }

    fn half_period(&mut self) {
        self.delay.delay_ns(HALF_PERIOD_NS);
    }

    /// Lets go of the clock and waits until it is high, which a slow device may delay.
    fn raise_clock(&mut self) -> Result<(), Error> {
        release(&mut self.clock);
        for _ in 0..LONGEST_STRETCH {
            self.half_period();
            if is_high(&mut self.clock) {
                return Ok(());
            }
        }
        Err(Error::Stuck)
    }

    /// A falling data line under a high clock, also in the middle of a transaction.
    fn start(&mut self) -> Result<(), Error> {
        release(&mut self.data);
        self.half_period();
        self.raise_clock()?;
        self.free_data()?;
        pull(&mut self.data);
        self.half_period();
        pull(&mut self.clock);
        self.half_period();
        Ok(())
    }

    /// Clocks out the rest of a byte that a device still holds from a transaction cut short.
    fn free_data(&mut self) -> Result<(), Error> {
        for _ in 0..CLOCKS_OF_A_BYTE {
            if is_high(&mut self.data) {
                return Ok(());
            }
            pull(&mut self.clock);
            self.half_period();
            self.raise_clock()?;
        }
        if is_high(&mut self.data) {
            Ok(())
        } else {
            Err(Error::Stuck)
        }
    }

    /// A rising data line under a high clock.
    fn stop(&mut self) -> Result<(), Error> {
        pull(&mut self.data);
        self.half_period();
        self.raise_clock()?;
        release(&mut self.data);
        self.half_period();
        Ok(())
    }

    fn write_bit(&mut self, high: bool) -> Result<(), Error> {
        if high {
            release(&mut self.data);
        } else {
            pull(&mut self.data);
        }
        self.half_period();
        self.raise_clock()?;
        pull(&mut self.clock);
        Ok(())
    }

    fn read_bit(&mut self) -> Result<bool, Error> {
        release(&mut self.data);
        self.half_period();
        self.raise_clock()?;
        let high = is_high(&mut self.data);
        pull(&mut self.clock);
        Ok(high)
    }

    /// The most significant bit first; an error if the device does not acknowledge.
    fn write_byte(&mut self, byte: u8, source: NoAcknowledgeSource) -> Result<(), Error> {
        for bit in (0..8).rev() {
            self.write_bit(byte >> bit & 1 == 1)?;
        }
        if self.read_bit()? {
            Err(Error::NoAcknowledge(source))
        } else {
            Ok(())
        }
    }

    /// The most significant bit first; the last byte of a read is not acknowledged.
    fn read_byte(&mut self, last: bool) -> Result<u8, Error> {
        let mut byte = 0;
        for _ in 0..8 {
            byte = byte << 1 | u8::from(self.read_bit()?);
        }
        self.write_bit(last)?;
        Ok(byte)
    }

    fn perform(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let mut direction = None;
        let mut rest = operations.iter_mut().peekable();
        while let Some(operation) = rest.next() {
            let reads = is_read(operation);
            if direction != Some(reads) {
                direction = Some(reads);
                self.start()?;
                let first = address << 1 | u8::from(reads);
                self.write_byte(first, NoAcknowledgeSource::Address)?;
            }
            let goes_on = rest.peek().is_some_and(|next| is_read(next));
            match operation {
                Operation::Write(bytes) => {
                    for byte in bytes.iter() {
                        self.write_byte(*byte, NoAcknowledgeSource::Data)?;
                    }
                }
                Operation::Read(bytes) => {
                    let length = bytes.len();
                    for (index, byte) in bytes.iter_mut().enumerate() {
                        *byte = self.read_byte(!goes_on && index + 1 == length)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<Clock, Data, Delay> ErrorType for TwoWire<Clock, Data, Delay> {
    type Error = Error;
}

impl<Clock: Wire, Data: Wire, Delay: DelayNs> I2c for TwoWire<Clock, Data, Delay> {
    fn transaction(
        &mut self,
        address: SevenBitAddress,
        operations: &mut [Operation<'_>],
    ) -> Result<(), Error> {
        let outcome = self.perform(address, operations);
        outcome.and(self.stop())
    }
}

const fn is_read(operation: &Operation<'_>) -> bool {
    matches!(operation, Operation::Read(_))
}

// A pin of a microcontroller has no way to fail.

fn pull(pin: &mut impl OutputPin) {
    let _ = pin.set_low();
}

fn release(pin: &mut impl OutputPin) {
    let _ = pin.set_high();
}

fn is_high(pin: &mut impl InputPin) -> bool {
    pin.is_high().unwrap_or(false)
}
