//! The header of a checkpoint.

use core::fmt;

use super::error::Error;
use super::persist::{Reader, Writer};

/// The first bytes of every checkpoint.
pub const MAGIC: [u8; 8] = *b"ganlet\r\n";

/// The version of the layout that this program writes.
///
/// - 1 held the first moments of Adam, which were those of β₁ = 0 and said nothing;
/// - 2 held networks, scale and random streams, and nothing of the readings;
/// - 3 held all of a learner, and the axes of its samples, but no detector;
/// - 4 held the detector and a fit of it under way, but nothing of a [doctor](crate::health::Doctor)'s;
/// - 5 held what the doctor knows, and the best generator so far, but a detector of one part less;
/// - 6 held the part that counts readings that are the same, but nothing of strangeness that lasts;
/// - 7 held that, too, but the map back from principal axes as a whole matrix;
/// - 8 holds what in it is no product of others.
pub const VERSION: u32 = 8;

/// The oldest version that this program reads. What an older one does not hold begins anew.
pub const OLDEST: u32 = 2;

/// Bytes before the payload.
pub const HEADER_BYTES: usize = MAGIC.len() + 4 + Name::BYTES + 4 + 4;

/// The name of a model, as a checkpoint holds it: 1 to 16 printable ASCII characters, no space.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name([u8; Self::BYTES]);

impl Name {
    /// The longest name.
    pub const BYTES: usize = 16;

    /// `None` if the text is empty, too long, or has other than printable ASCII characters.
    ///
    /// ```
    /// use ganlet::checkpoint::Name;
    ///
    /// const WINDOW: Name = Name::new("window32").unwrap(); // a bad name does not compile
    /// assert_eq!(WINDOW.as_str(), "window32");
    /// assert!(Name::new("a name with spaces").is_none());
    /// ```
    pub const fn new(text: &str) -> Option<Self> {
        Self::from_ascii(text.as_bytes())
    }

    const fn from_ascii(mut text: &[u8]) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let mut padded = [0; Self::BYTES];
        let mut room: &mut [u8] = &mut padded;
        while let [byte, rest @ ..] = text {
            let [first, others @ ..] = room else {
                return None;
            };
            if !byte.is_ascii_graphic() {
                return None;
            }
            *first = *byte;
            (text, room) = (rest, others);
        }
        Some(Self(padded))
    }

    /// From the bytes of a header.
    fn from_padded(padded: [u8; Self::BYTES]) -> Option<Self> {
        let text = padded.split(|&byte| byte == 0).next()?;
        Self::from_ascii(text).filter(|name| name.0 == padded)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        let text = self.0.split(|&byte| byte == 0).next();
        text.and_then(|text| core::str::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.as_str())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Name {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str}", self.as_str());
    }
}

/// What a checkpoint says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Header {
    /// The layout's version.
    pub version: u32,
    /// The model whose state it is.
    pub model: Name,
    /// The signature of the state's shape.
    pub shape: u32,
    /// The payload's length in bytes.
    pub payload: u32,
}

impl Header {
    /// Reads the first [`HEADER_BYTES`] of a checkpoint, so that a store that has no more of it
    /// yet can tell its [`total`](Self::total) length. [`peek`](super::peek) checks the rest, too.
    pub fn read(checkpoint: &[u8]) -> Result<Self, Error> {
        if !checkpoint.starts_with(&MAGIC) {
            return Err(Error::NotACheckpoint);
        }
        let truncated = |_| Error::Truncated {
            needed: HEADER_BYTES as u64,
            given: checkpoint.len(),
        };
        let mut bytes = checkpoint;
        let mut fields = Reader::writing(&mut bytes, (0, HEADER_BYTES), VERSION);
        fields.take::<{ MAGIC.len() }>().map_err(truncated)?;
        let version = u32::from_le_bytes(fields.take().map_err(truncated)?);
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(Error::OtherVersion { found: version });
        }
        let name = fields.take().map_err(truncated)?;
        Ok(Self {
            version,
            shape: u32::from_le_bytes(fields.take().map_err(truncated)?),
            payload: u32::from_le_bytes(fields.take().map_err(truncated)?),
            model: Name::from_padded(name).ok_or(Error::Damaged)?,
        })
    }

    /// The length of the whole checkpoint in bytes; more than a device can address if the header is
    /// damaged.
    pub fn total(&self) -> u64 {
        (HEADER_BYTES + super::CRC_BYTES) as u64 + u64::from(self.payload)
    }

    /// As the first bytes of a checkpoint.
    pub(super) fn save(&self, out: &mut Writer<'_>) {
        out.put(&MAGIC);
        out.put(&self.version.to_le_bytes());
        out.put(&self.model.0);
        out.put(&self.shape.to_le_bytes());
        out.put(&self.payload.to_le_bytes());
    }
}
