//! Values to bytes and back, field by field.

use core::fmt;

use crc::Digest;

use super::error::Error;
use super::port::{Nowhere, Sink, Source};
use crate::params::CRC32;

/// A value that a checkpoint can hold.
///
/// A struct saves its fields in order and loads them in the same order:
///
/// ```
/// use ganlet::checkpoint::{Invalid, Persist, Reader, Writer};
/// use ganlet::rng::Rng;
/// use ganlet::stream::Welford;
///
/// struct Station {
///     air: Welford,
///     dice: Rng,
///     uptime: u64,
/// }
///
/// impl Persist for Station {
///     const BYTES: usize = Welford::BYTES + Rng::BYTES + u64::BYTES;
///
///     fn save(&self, out: &mut Writer<'_>) {
///         self.air.save(out);
///         self.dice.save(out);
///         self.uptime.save(out);
///     }
///
///     fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
///         self.air.load(from)?;
///         self.dice.load(from)?;
///         self.uptime.load(from)
///     }
/// }
/// ```
///
/// All values of a type take the same bytes and the same sequence of kinds, so that a size and a
/// shape belong to the type: what may be absent is saved as zeros.
///
/// Implemented for `f32` (finite ones only), `u32`, `u64`, `bool`, arrays, every tree of
/// [`Params`](crate::params::Params), optimizer states, the [`Rng`](crate::rng::Rng), the
/// [`Gan`](crate::gan::Gan), and what is in [`stream`](crate::stream).
pub trait Persist {
    /// How many bytes a value takes.
    const BYTES: usize;

    /// Writes the value.
    fn save(&self, out: &mut Writer<'_>);

    /// Reads the value in place.
    ///
    /// Runs twice: first on a reader that judges what it reads and changes nothing, then on one that
    /// writes. A type with a condition between its fields therefore judges what it
    /// [reads](Reader::read), not what it holds, and hands the outcome to [`Reader::set`].
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid>;
}

/// A value that no state can hold, in a few words: "a random state of zeros".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid(pub &'static str);

/// Where values are saved to; measures, describes and digests them on the way.
pub struct Writer<'a> {
    sink: &'a mut dyn Sink,
    written: usize,
    shape: Digest<'static, u32>,
    crc: Digest<'static, u32>,
    not_finite: Option<usize>,
}

impl<'a> Writer<'a> {
    /// Before the first value.
    pub(super) fn new(sink: &'a mut dyn Sink) -> Self {
        Self {
            sink,
            written: 0,
            shape: CRC32.digest(),
            crc: CRC32.digest(),
            not_finite: None,
        }
    }

    /// Notes that a value of some kind follows.
    #[inline(never)] // one copy of the digest's loop, not one for each field: flash
    pub(crate) fn describe(&mut self, kind: u8, dimensions: &[usize]) {
        self.shape.update(&[kind, dimensions.len() as u8]);
        for &dimension in dimensions {
            self.shape.update(&(dimension as u32).to_le_bytes());
        }
    }

    /// Appends bytes.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.written += bytes.len();
        self.crc.update(bytes);
        self.sink.put(bytes);
    }

    /// Appends the CRC of all that was written.
    pub(super) fn seal(self) {
        self.sink.put(&self.crc.finalize().to_le_bytes());
    }

    /// Appends a leaf of numbers.
    #[inline(never)]
    pub(super) fn leaf(&mut self, dimensions: &[usize], numbers: &[f32]) {
        self.describe(b'f', dimensions);
        for x in numbers {
            if !x.is_finite() {
                self.not_finite.get_or_insert(self.written);
            }
            self.put(&x.to_le_bytes());
        }
    }
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

/// What a state would be as a payload.
pub(super) struct Survey {
    /// The signature of its shape.
    pub(super) shape: u32,
    /// Where the first NaN or infinity would lie.
    pub(super) not_finite: Option<usize>,
}

/// Saves to nowhere.
pub(super) fn survey<T: Persist>(state: &T) -> Result<Survey, Error> {
    let mut nowhere = Nowhere;
    let mut out = Writer::new(&mut nowhere);
    state.save(&mut out);
    if out.written != T::BYTES {
        return Err(Error::Miscounted {
            declared: T::BYTES,
            actual: out.written,
        });
    }
    Ok(Survey {
        shape: out.shape.finalize(),
        not_finite: out.not_finite,
    })
}

/// Where values are loaded from.
pub struct Reader<'a> {
    source: &'a mut dyn Source,
    start: usize,
    at: usize,
    writes: bool,
}

impl<'a> Reader<'a> {
    /// A reader from `start` on, whose [`set`](Self::set) does nothing.
    pub(super) fn judging(source: &'a mut dyn Source, start: usize) -> Self {
        Self {
            source,
            start,
            at: start,
            writes: false,
        }
    }

    /// A reader from `start` on, whose [`set`](Self::set) sets.
    pub(super) fn writing(source: &'a mut dyn Source, start: usize) -> Self {
        Self {
            writes: true,
            ..Self::judging(source, start)
        }
    }

    /// Whether this is the pass that changes the state.
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Reads a small value to look at before it is [set](Self::set); `like` is any value of its
    /// type.
    pub fn read<T: Persist>(&mut self, like: T) -> Result<T, Invalid> {
        let mut value = like;
        let writes = core::mem::replace(&mut self.writes, true);
        let outcome = value.load(self);
        self.writes = writes;
        outcome.map(|()| value)
    }

    /// `place` ← `value`, if this is the pass that changes the state.
    pub fn set<T>(&self, place: &mut T, value: T) {
        if self.writes {
            *place = value;
        }
    }

    /// The next bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Invalid> {
        let mut bytes = [0; N];
        self.source
            .get(self.at, &mut bytes)
            .ok_or(Invalid("bytes that cannot be read"))?;
        self.at += N;
        Ok(bytes)
    }

    /// A leaf of finite numbers.
    #[inline(never)]
    pub(super) fn leaf(&mut self, numbers: &mut [f32]) -> Result<(), Invalid> {
        for place in numbers {
            let x = f32::from_le_bytes(self.take()?);
            if !x.is_finite() {
                return Err(Invalid("a number that is not finite"));
            }
            self.set(place, x);
        }
        Ok(())
    }

    /// Loads a state that takes all there is.
    pub(super) fn all_of<T: Persist>(mut self, state: &mut T) -> Result<(), Error> {
        let outcome = state.load(&mut self);
        let at = self.at - self.start;
        outcome.map_err(|Invalid(what)| Error::Invalid { what, at })?;
        if at == T::BYTES {
            Ok(())
        } else {
            Err(Error::Miscounted {
                declared: T::BYTES,
                actual: at,
            })
        }
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("at", &self.at)
            .field("writes", &self.writes)
            .finish_non_exhaustive()
    }
}
