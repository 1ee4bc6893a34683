//! Why a checkpoint is not written or not read.

use core::fmt;

use super::format::{Name, OLDEST, VERSION};

/// What is wrong, and what to do about it. Nothing has changed when it is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The magic bytes are not there.
    NotACheckpoint,
    /// Written in a layout that this program does not know.
    OtherVersion {
        /// The layout's version.
        found: u32,
    },
    /// Fewer bytes than the header announces.
    Truncated {
        /// Bytes announced.
        needed: u64,
        /// Bytes given.
        given: usize,
    },
    /// More bytes than the header announces.
    Overlong {
        /// Bytes announced.
        needed: u64,
        /// Bytes given.
        given: usize,
    },
    /// The checksum does not match the bytes.
    Damaged,
    /// A checkpoint of another model.
    OtherModel {
        /// The model it is of.
        found: Name,
        /// The model that was to be loaded.
        wanted: Name,
    },
    /// A checkpoint of a model of that name, but of other dimensions.
    OtherShape {
        /// The signature it has.
        found: u32,
        /// The signature of the state to be loaded.
        wanted: u32,
    },
    /// The checksum matches, and yet a value cannot be.
    Invalid {
        /// What is wrong with it.
        what: &'static str,
        /// Where its last byte lies in the payload, counted from 1.
        at: usize,
    },
    /// The state to be saved holds a NaN or an infinity.
    NotFinite {
        /// Where it would begin in the payload.
        at: usize,
    },
    /// The buffer to save to is too small.
    NoRoom {
        /// Bytes needed.
        needed: usize,
        /// Bytes given.
        given: usize,
    },
    /// A [`Persist`](super::Persist) implementation that writes more than its `BYTES`, or reads other
    /// than what there is.
    Miscounted {
        /// What was to be expected.
        declared: usize,
        /// Bytes written or read.
        actual: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACheckpoint => f.write_str(
                "not a ganlet checkpoint: it does not begin with the magic bytes; give a file that \
                 ganlet saved",
            ),
            Self::OtherVersion { found } => write!(
                f,
                "checkpoint format {found}, but this program reads {OLDEST} to {VERSION}: use {}",
                if *found < OLDEST {
                    "the version of ganlet that saved it, or train anew"
                } else {
                    "a newer version of ganlet"
                }
            ),
            Self::Truncated { needed, given } => write!(
                f,
                "truncated checkpoint: {given} bytes of at least {needed}; copy it again, or use \
                 an older one"
            ),
            Self::Overlong { needed, given } => write!(
                f,
                "{given} bytes where the checkpoint announces {needed}: something was appended, or \
                 its length is damaged; copy it again, or use an older one"
            ),
            Self::Damaged => f.write_str(
                "damaged checkpoint: its checksum does not match; copy it again, or use an older \
                 one",
            ),
            Self::OtherModel { found, wanted } => write!(
                f,
                "a checkpoint of model `{found}`, not `{wanted}`: choose model `{found}`, or give \
                 another checkpoint"
            ),
            Self::OtherShape { found, wanted } => write!(
                f,
                "a checkpoint of other dimensions (signature {found:08x}, not {wanted:08x}): load \
                 it with the build that saved it, or train anew"
            ),
            Self::Invalid { what, at } => write!(
                f,
                "invalid checkpoint: {what}, up to byte {at} of the payload; use an older one, or \
                 train anew"
            ),
            Self::NotFinite { at } => write!(
                f,
                "the state is not saved: it holds a number that is not finite, at byte {at} of the \
                 payload; roll back to the last good state first"
            ),
            Self::NoRoom { needed, given } => write!(
                f,
                "a buffer of {given} bytes for a checkpoint of {needed}: reserve \
                 `checkpoint::bytes::<T>()`"
            ),
            Self::Miscounted { declared, actual } => write!(
                f,
                "an implementation of `Persist` uses {actual} bytes where {declared} were to be \
                 expected: correct its `BYTES`, or what it saves and loads"
            ),
        }
    }
}

impl core::error::Error for Error {}
