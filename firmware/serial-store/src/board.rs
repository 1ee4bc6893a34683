//! The board's end.

use core::fmt;

use crc::{Digest, NoTable};
use embedded_hal_nb::{
    nb,
    serial::{Read, Write},
};
use embedded_storage::{ReadStorage, Storage};
use ganlet_app::Clock;

use crate::{CRC, DONE, HEAD, READ, WRITE};

/// Bytes that are asked for at once.
const PIECE: usize = 64;

/// How often a question is asked.
const ATTEMPTS: u32 = 3;

/// How long the host may take for each byte of an answer. It may be busy; a byte takes 0.1 ms.
const PATIENCE_MICROS: u64 = 1_000_000;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nobody answers, or nobody understands.
    NoAnswer,
    /// What is asked for lies outside of the memory.
    OutOfBounds,
}

/// The memory, at the other end of a serial line.
pub struct SerialStore<S, C> {
    serial: S,
    clock: C,
    bytes: u32,
    /// What was read last, and where it lies.
    piece: [u8; PIECE],
    known: Option<u32>,
}

impl<S, C> fmt::Debug for SerialStore<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SerialStore")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl<S: Read<u8> + Write<u8>, C: Clock> SerialStore<S, C> {
    /// A memory of so many bytes; one of 0 is never asked.
    pub fn new(serial: S, clock: C, bytes: u32) -> Self {
        Self {
            serial,
            clock,
            bytes,
            piece: [0; PIECE],
            known: None,
        }
    }

    /// The part of the piece that begins at `at` and is known, once it is.
    fn known(&mut self, at: u32) -> Result<&[u8], Error> {
        let start = at - at % PIECE as u32;
        if self.known != Some(start) {
            self.known = None;
            let length = PIECE.min((self.bytes - start) as usize);
            self.persist(|it| it.ask_for(start, length))?;
            self.known = Some(start);
        }
        Ok(&self.piece[(at - start) as usize..])
    }

    /// Asks until there is an answer.
    fn persist(&mut self, ask: impl Fn(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        let mut outcome = Err(Error::NoAnswer);
        for _ in 0..ATTEMPTS {
            while self.serial.read().is_ok() {} // what an older question has left
            outcome = ask(self);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn ask_for(&mut self, at: u32, length: usize) -> Result<(), Error> {
        let mut check = self.send(READ, at, length as u8, &[])?;
        for i in 0..length {
            self.piece[i] = self.receive()?;
        }
        check.update(&self.piece[..length]);
        self.compare(check)
    }

    fn tell(&mut self, at: u32, bytes: &[u8]) -> Result<(), Error> {
        let mut check = self.send(WRITE, at, bytes.len() as u8, bytes)?;
        let answer = self.receive()?;
        check.update(&[answer]);
        self.compare(check)?;
        match answer {
            DONE => Ok(()),
            _ => Err(Error::NoAnswer),
        }
    }

    /// Sends a question; the check that its answer goes on from.
    fn send(
        &mut self,
        verb: u8,
        at: u32,
        length: u8,
        bytes: &[u8],
    ) -> Result<Digest<'static, u16, NoTable>, Error> {
        let [a, b, c, d] = at.to_le_bytes();
        let head: [u8; HEAD] = [verb, a, b, c, d, length];
        let mut check = CRC.digest();
        check.update(&head);
        check.update(bytes);
        let told = check.clone().finalize().to_le_bytes();
        for &byte in head.iter().chain(bytes).chain(&told) {
            nb::block!(self.serial.write(byte)).map_err(|_| Error::NoAnswer)?;
        }
        Ok(check)
    }

    /// The next byte of an answer.
    fn receive(&mut self) -> Result<u8, Error> {
        let asked = self.clock.micros();
        loop {
            match self.serial.read() {
                Ok(byte) => return Ok(byte),
                Err(nb::Error::WouldBlock) => {}
                Err(nb::Error::Other(_)) => return Err(Error::NoAnswer),
            }
            if self.clock.micros() - asked > PATIENCE_MICROS {
                return Err(Error::NoAnswer);
            }
        }
    }

    fn compare(&mut self, check: Digest<'static, u16, NoTable>) -> Result<(), Error> {
        let told = [self.receive()?, self.receive()?];
        match u16::from_le_bytes(told) == check.finalize() {
            true => Ok(()),
            false => Err(Error::NoAnswer),
        }
    }

    /// Whether so many bytes lie there.
    fn holds(&self, at: u32, length: usize) -> Result<(), Error> {
        let end = u64::from(at) + length as u64;
        match end <= u64::from(self.bytes) {
            true => Ok(()),
            false => Err(Error::OutOfBounds),
        }
    }
}

impl<S: Read<u8> + Write<u8>, C: Clock> ReadStorage for SerialStore<S, C> {
    type Error = Error;

    fn read(&mut self, mut at: u32, mut into: &mut [u8]) -> Result<(), Error> {
        self.holds(at, into.len())?;
        while !into.is_empty() {
            let known = self.known(at)?;
            let length = known.len().min(into.len());
            let (now, later) = into.split_at_mut(length);
            now.copy_from_slice(&known[..length]);
            (at, into) = (at + length as u32, later);
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes as usize
    }
}

impl<S: Read<u8> + Write<u8>, C: Clock> Storage for SerialStore<S, C> {
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Error> {
        self.holds(at, bytes.len())?;
        self.known = None;
        for (at, piece) in (at..).step_by(PIECE).zip(bytes.chunks(PIECE)) {
            self.persist(|it| it.tell(at, piece))?;
        }
        Ok(())
    }
}
