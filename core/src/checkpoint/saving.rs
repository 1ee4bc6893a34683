//! A checkpoint that is written in pieces, with time for other work between them.

use core::fmt;

use crc::Digest;

use super::CRC_BYTES;
use super::error::Error;
use super::format::{Header, Name, VERSION};
use super::persist::{self, Persist, Writer};
use super::port::Sink;
use crate::params::CRC32;

/// A checkpoint on its way out.
///
/// No copy of the state is made: every piece is taken from the state as it is then. What has been
/// written already may change meanwhile, all else must not. To write a piece the whole state is
/// walked over, at a few instructions for each of its leaves.
pub struct Saving {
    header: Header,
    at: usize,
    crc: Digest<'static, u32>,
}

impl Saving {
    /// Measures the state and judges whether it can be saved.
    ///
    /// # Errors
    /// [`Error::NotFinite`] where there is a NaN or an infinity in it.
    pub fn begin<T: Persist>(model: Name, state: &T) -> Result<Self, Error> {
        Self::begin_as(VERSION, model, state)
    }

    pub(crate) fn begin_as<T: Persist>(
        version: u32,
        model: Name,
        state: &T,
    ) -> Result<Self, Error> {
        let survey = persist::survey(state, version)?;
        if let Some(at) = survey.not_finite {
            return Err(Error::NotFinite { at });
        }
        let header = Header {
            version,
            model,
            shape: survey.shape,
            payload: survey.bytes as u32,
        };
        Ok(Self {
            header,
            at: 0,
            crc: CRC32.digest(),
        })
    }

    /// The size of the checkpoint, in bytes.
    pub fn total(&self) -> usize {
        super::HEADER_BYTES + self.header.payload as usize + CRC_BYTES
    }

    /// How many of its bytes are written.
    pub fn written(&self) -> usize {
        self.at
    }

    /// Whether all of it is written.
    pub fn is_done(&self) -> bool {
        self.at >= self.total()
    }

    /// Writes the next bytes, so many or what is left.
    ///
    /// # Errors
    /// If the state is not the one that was measured, or has become one that cannot be saved.
    pub fn put<T: Persist>(
        &mut self,
        state: &T,
        most: usize,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        let to = self.at.saturating_add(most).min(self.total());
        let crc = self.crc.clone();
        let mut out = Writer::writing(self.header.version, (self.at, to), crc, sink);
        self.header.save(&mut out);
        state.save(&mut out);
        let (declared, actual) = (self.total() - CRC_BYTES, out.written());
        if declared != actual {
            return Err(Error::Miscounted { declared, actual });
        }
        if let Some(at) = out.not_finite() {
            let at = at.saturating_sub(super::HEADER_BYTES);
            return Err(Error::NotFinite { at });
        }
        if let Some(crc) = out.seal() {
            self.crc = crc;
        }
        self.at = to;
        Ok(())
    }
}

impl fmt::Debug for Saving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saving")
            .field("header", &self.header)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
