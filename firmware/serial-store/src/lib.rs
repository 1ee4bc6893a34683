//! A memory that a host keeps for a board, over a serial line.
//!
//! The board asks and the host answers, one question at a time:
//!
//! | question | answer |
//! |---|---|
//! | `r`, address, length, check | as many bytes, check |
//! | `w`, address, length, as many bytes, check | `+`, check |
//!
//! An address is a `u32` and a check a `u16`, both with the low byte first; a length is one byte.
//! The check of a question is the CRC-16 (XMODEM) of what it says; that of an answer goes on from its
//! question's, so that an answer that comes too late is not taken for the next one. A host does not
//! answer what it does not understand, and a board asks again.
#![no_std]

#[cfg(any(feature = "host", test))]
extern crate std;

mod board;
#[cfg(any(feature = "host", test))]
pub mod host;
#[cfg(test)]
mod tests;

pub use board::{Error, SerialStore};

use crc::{CRC_16_XMODEM, Crc, NoTable};

/// Without a table: flash counts, and a serial line is slower.
static CRC: Crc<u16, NoTable> = Crc::<u16, NoTable>::new(&CRC_16_XMODEM);

/// The answer to what is told.
const DONE: u8 = b'+';

/// What a question begins with: its verb, an address, a length.
const HEAD: usize = 6;
const READ: u8 = b'r';
const WRITE: u8 = b'w';
