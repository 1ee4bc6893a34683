//! Checkpoints: everything needed to go on, as bytes.
//!
//! A state that is [`Persist`] becomes a block of [`bytes::<T>()`](bytes) bytes, a number known at
//! compile time, and comes back from it bit for bit. A block is refused, and the state left as it
//! was, unless every check holds.
//!
//! # Layout
//!
//! All numbers are little-endian, `f32` as its bits.
//!
//! | offset | bytes | holds |
//! |---|---|---|
//! | 0 | 8 | magic: `ganlet`, CR, LF (a transfer that rewrites line ends breaks it) |
//! | 8 | 4 | format version, [`VERSION`] |
//! | 12 | 16 | model name, printable ASCII, padded with zeros |
//! | 28 | 4 | shape signature: CRC-32 over the kinds and dimensions of all that is in the payload |
//! | 32 | 4 | n, the payload's length |
//! | 36 | n | payload: the fields of the state in order, without padding |
//! | 36 + n | 4 | CRC-32 over everything before it |
//!
//! Both CRCs are CRC-32/ISO-HDLC. It detects every burst of up to 32 bits, so every single-bit flip;
//! a truncated or lengthened block is told by n.
//!
//! The signature digests, for each field, a letter (`f` a leaf of `f32`, `u` a `u32`, `U` a `u64`,
//! `b` a `bool`, `[` an array of the fields that follow), the number of its dimensions as one byte,
//! and each dimension as a `u32`.

mod error;
mod format;
mod persist;
mod state;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use format::{HEADER_BYTES, Header, MAGIC, Name, VERSION};
pub use persist::{Invalid, Persist, Reader, Writer};

use crate::params::CRC32;

/// Bytes of the CRC at the end.
const CRC_BYTES: usize = 4;

/// The exact size of a checkpoint of a `T`, in bytes.
///
/// ```
/// use ganlet::checkpoint;
/// use ganlet::rng::Rng;
///
/// let buffer = [0; checkpoint::bytes::<Rng>()];
/// assert_eq!(buffer.len(), 36 + 16 + 4);
/// ```
pub const fn bytes<T: Persist>() -> usize {
    const {
        assert!(
            T::BYTES <= u32::MAX as usize - HEADER_BYTES - CRC_BYTES,
            "a checkpoint is counted in u32"
        );
    }
    HEADER_BYTES + T::BYTES + CRC_BYTES
}

/// Writes a checkpoint of `state` to the front of `out` and returns the part written,
/// [`bytes::<T>()`](bytes) long.
///
/// A state that could not be loaded again (a NaN or an infinity in it) is refused, and `out` is left
/// as it was.
pub fn save<'a, T: Persist>(model: Name, state: &T, out: &'a mut [u8]) -> Result<&'a [u8], Error> {
    let survey = persist::survey(state)?;
    if let Some(at) = survey.not_finite {
        return Err(Error::NotFinite { at });
    }
    let header = Header {
        version: VERSION,
        model,
        shape: survey.shape,
        payload: T::BYTES as u32,
    };
    let given = out.len();
    let no_room = Error::NoRoom {
        needed: bytes::<T>(),
        given,
    };
    let block = out.get_mut(..bytes::<T>()).ok_or(no_room)?;
    let (head, rest) = block.split_first_chunk_mut().ok_or(no_room)?;
    let (payload, crc) = rest.split_last_chunk_mut().ok_or(no_room)?;
    *head = header.encode();
    state.save(&mut Writer::new(payload));
    *crc = checksum(head, payload).to_le_bytes();
    Ok(block)
}

/// Brings `state` back from a checkpoint of the same model and shape.
///
/// The bytes are read twice, first to judge them and then to write them down, so that no second
/// state is needed in memory; an error leaves `state` as it was.
pub fn load<T: Persist>(model: Name, state: &mut T, checkpoint: &[u8]) -> Result<(), Error> {
    let (header, payload) = open(checkpoint)?;
    if header.model != model {
        return Err(Error::OtherModel {
            found: header.model,
            wanted: model,
        });
    }
    let shape = persist::survey(state)?.shape;
    if header.shape != shape || payload.len() != T::BYTES {
        return Err(Error::OtherShape {
            found: header.shape,
            wanted: shape,
        });
    }
    Reader::judging(payload).all_of(state)?;
    Reader::writing(payload).all_of(state)
}

/// What a checkpoint is of, whatever it is of: all checks that need no knowledge of the state.
///
/// ```
/// use ganlet::checkpoint::{self, Name};
/// use ganlet::rng::Rng;
///
/// const MODEL: Name = Name::new("scalar").unwrap();
/// let mut buffer = [0; checkpoint::bytes::<Rng>()];
/// let block = checkpoint::save(MODEL, &Rng::new(1, 0), &mut buffer)?;
///
/// assert_eq!(checkpoint::peek(block)?.model.as_str(), "scalar");
/// assert!(checkpoint::peek(&block[1..]).is_err());
/// # Ok::<(), checkpoint::Error>(())
/// ```
pub fn peek(checkpoint: &[u8]) -> Result<Header, Error> {
    open(checkpoint).map(|(header, _)| header)
}

/// The header and the payload of an undamaged checkpoint.
fn open(checkpoint: &[u8]) -> Result<(Header, &[u8]), Error> {
    let header = Header::read(checkpoint)?;
    let (needed, given) = (header.total(), checkpoint.len());
    let truncated = Error::Truncated { needed, given };
    if given as u64 > needed {
        return Err(Error::Overlong { needed, given });
    }
    if (given as u64) < needed {
        return Err(truncated);
    }
    let (head, rest) = checkpoint.split_first_chunk().ok_or(truncated)?;
    let (payload, crc) = rest.split_last_chunk().ok_or(truncated)?;
    if checksum(head, payload) != u32::from_le_bytes(*crc) {
        return Err(Error::Damaged);
    }
    Ok((header, payload))
}

/// The CRC of a header and a payload.
fn checksum(header: &[u8; HEADER_BYTES], payload: &[u8]) -> u32 {
    let mut digest = CRC32.digest();
    digest.update(header);
    digest.update(payload);
    digest.finalize()
}
