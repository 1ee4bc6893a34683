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
//! | 36 | n | payload: the fields of the state in order, without padding; of a memory what it holds |
//! | 36 + n | 4 | CRC-32 over everything before it |
//!
//! Both CRCs are CRC-32/ISO-HDLC. It detects every burst of up to 32 bits, so every single-bit flip;
//! a truncated or lengthened block is told by n.
//!
//! The signature digests, for each field, a letter (`f` a leaf of `f32`, `y` a byte or a table of them, `h` a `u16`, `u` a `u32`, `U`
//! a `u64`, `b` a `bool`, `[` an array of the fields that follow, `*` a memory of so many rows as the
//! `u32` before them says, `+` one of items of so many bytes, `?` leaves that may be absent), the number of its dimensions as one byte, and each dimension as a `u32`.
//!
//! An older version is read as that version had it ([`OLDEST`] and later); see [`Persist`].

mod error;
mod format;
mod persist;
mod port;
mod saving;
mod state;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use format::{HEADER_BYTES, Header, MAGIC, Name, OLDEST, VERSION};
pub use persist::{Invalid, Persist, Reader, Writer};
pub use port::{Sink, Source};
pub use saving::Saving;

use core::cmp::Ordering;

use crate::params::CRC32;

/// Bytes of the CRC at the end.
const CRC_BYTES: usize = 4;

/// Bytes that are read at once.
const PIECE: usize = 64;

/// The size of the largest checkpoint of a `T`, in bytes.
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

/// Writes a checkpoint of `state` to the front of `out` and returns the part written, at most
/// [`bytes::<T>()`](bytes) long.
///
/// A state that could not be loaded again (a NaN or an infinity in it) is refused, and `out` is left
/// as it was.
pub fn save<'a, T: Persist>(model: Name, state: &T, out: &'a mut [u8]) -> Result<&'a [u8], Error> {
    let given = out.len();
    let mut saving = Saving::begin(model, state)?;
    let needed = saving.total();
    let block = out
        .get_mut(..needed)
        .ok_or(Error::NoRoom { needed, given })?;
    saving.put(state, needed, &mut &mut *block)?;
    Ok(block)
}

/// Writes a checkpoint of `state` piece by piece, as [`save`] does, all in one go; see [`Saving`].
/// An error means that nothing was written.
pub fn save_to<T: Persist>(model: Name, state: &T, sink: &mut dyn Sink) -> Result<(), Error> {
    let mut saving = Saving::begin(model, state)?;
    saving.put(state, saving.total(), sink)
}

/// Brings `state` back from a checkpoint of the same model and shape.
///
/// The bytes are read twice, first to judge them and then to write them down, so that no second
/// state is needed in memory; an error leaves `state` as it was.
pub fn load<T: Persist>(model: Name, state: &mut T, checkpoint: &[u8]) -> Result<(), Error> {
    whole(checkpoint)?;
    load_from(model, state, &mut &*checkpoint)
}

/// Brings `state` back from a checkpoint at the front of `source`, as [`load`] does.
///
/// The source is read three times: for its checksum, to judge, to write. One that fails after it has
/// been judged leaves a state that is neither the old one nor the new one, and an error.
pub fn load_from<T: Persist>(
    model: Name,
    state: &mut T,
    source: &mut dyn Source,
) -> Result<(), Error> {
    let header = inspect(source)?;
    if header.model != model {
        return Err(Error::OtherModel {
            found: header.model,
            wanted: model,
        });
    }
    let Header {
        version,
        shape: found,
        payload,
        ..
    } = header;
    let wanted = persist::survey(state, version)?.shape;
    if found != wanted {
        return Err(Error::OtherShape { found, wanted });
    }
    let payload = (HEADER_BYTES, HEADER_BYTES + payload as usize);
    Reader::judging(source, payload, version).all_of(state)?;
    Reader::writing(source, payload, version).all_of(state)
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
    whole(checkpoint)?;
    inspect(&mut &*checkpoint)
}

/// What the checkpoint at the front of `source` is of, once it has proved undamaged.
pub fn inspect(source: &mut dyn Source) -> Result<Header, Error> {
    let mut head = [0; HEADER_BYTES];
    source.get(0, &mut head).ok_or(Error::NotACheckpoint)?;
    let header = Header::read(&head)?;
    let damaged = |_| Error::Damaged;
    let end = usize::try_from(header.total() - CRC_BYTES as u64).map_err(damaged)?;
    let mut digest = CRC32.digest();
    let mut piece = [0; PIECE];
    for at in (0..end).step_by(PIECE) {
        let piece = piece.get_mut(..PIECE.min(end - at)).ok_or(Error::Damaged)?;
        source.get(at, piece).ok_or(Error::Damaged)?;
        digest.update(piece);
    }
    let mut crc = [0; CRC_BYTES];
    source.get(end, &mut crc).ok_or(Error::Damaged)?;
    if digest.finalize() != u32::from_le_bytes(crc) {
        return Err(Error::Damaged);
    }
    Ok(header)
}

/// Checks that a block is as long as its header says.
fn whole(checkpoint: &[u8]) -> Result<(), Error> {
    let (needed, given) = (Header::read(checkpoint)?.total(), checkpoint.len());
    match (given as u64).cmp(&needed) {
        Ordering::Less => Err(Error::Truncated { needed, given }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(Error::Overlong { needed, given }),
    }
}
