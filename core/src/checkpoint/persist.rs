//! Values to bytes and back, field by field.

use core::fmt;

use crc::Digest;

use super::PIECE;
use super::error::Error;
use super::format::VERSION;
use super::port::{Sink, Source};
use crate::layer::Row;
use crate::params::{CRC32, Params};

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
/// All values of a type have the same sequence of kinds, so that a shape belongs to the type: what
/// may be absent is saved as zeros. A memory that fills up saves what it [holds](Writer::rows).
///
/// # A field more
///
/// Raise [`VERSION`](super::VERSION), add the field's bytes to `BYTES`, and save and load it only
/// where there is [one](Writer::has), so that older checkpoints stay readable: the field keeps the
/// value that it has in the state to be loaded.
///
/// ```
/// # use ganlet::checkpoint::{Invalid, Persist, Reader, Writer};
/// # struct Station { uptime: u64, resets: u32 }
/// # impl Persist for Station {
/// # const BYTES: usize = u64::BYTES + u32::BYTES;
/// fn save(&self, out: &mut Writer<'_>) {
///     self.uptime.save(out);
///     if out.has(3) {
///         self.resets.save(out);
///     }
/// }
///
/// fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
///     self.uptime.load(from)?;
///     if from.has(3) {
///         self.resets.load(from)?;
///     }
///     Ok(())
/// }
/// # }
/// ```
///
/// Implemented for `f32` (finite ones only), `u8`, `u32`, `u64`, `bool`, arrays, every tree of
/// [`Params`](crate::params::Params), optimizer states, the [`Rng`](crate::rng::Rng), the
/// [`Gan`](crate::gan::Gan), and what is in [`stream`](crate::stream).
pub trait Persist {
    /// How many bytes a value takes at most.
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

/// Where values are saved to; measures and describes them, or writes a stretch of them.
pub struct Writer<'a> {
    version: u32,
    written: usize,
    shape: Digest<'static, u32>,
    not_finite: Option<usize>,
    /// Whether what follows is described already: an item, of which there may be any number.
    described: bool,
    /// `None` while a state is only surveyed.
    stretch: Option<Stretch<'a>>,
}

/// The part of a checkpoint that is written.
struct Stretch<'a> {
    sink: &'a mut dyn Sink,
    from: usize,
    to: usize,
    crc: Digest<'static, u32>,
}

impl<'a> Writer<'a> {
    /// One that measures and describes a state as the format of `version` holds it.
    pub(super) fn surveying(version: u32) -> Self {
        Self {
            version,
            written: 0,
            shape: CRC32.digest(),
            not_finite: None,
            described: false,
            stretch: None,
        }
    }

    /// One that writes the bytes `from..to` of a checkpoint and adds them to a CRC.
    pub(super) fn writing(
        version: u32,
        (from, to): (usize, usize),
        crc: Digest<'static, u32>,
        sink: &'a mut dyn Sink,
    ) -> Self {
        let stretch = Stretch {
            sink,
            from,
            to,
            crc,
        };
        Self {
            stretch: Some(stretch),
            ..Self::surveying(version)
        }
    }

    /// Whether the format that is written has what came with this version.
    pub fn has(&self, version: u32) -> bool {
        self.version >= version
    }

    /// The samples that a memory holds: how many, and their numbers. See [`Reader::rows`].
    pub fn rows<R: Row>(&mut self, rows: &[R]) {
        self.describe(b'*', &[R::LEN]);
        self.put(&(rows.len() as u32).to_le_bytes());
        rows.iter().for_each(|row| self.numbers(row.flat()));
    }

    /// The same for values of any type, each as it is saved by itself. See [`Reader::items`].
    pub fn items<T: Persist>(&mut self, items: &[T]) {
        self.describe(b'+', &[T::BYTES]);
        self.put(&(items.len() as u32).to_le_bytes());
        let described = core::mem::replace(&mut self.described, true);
        items.iter().for_each(|item| item.save(self));
        self.described = described;
    }

    /// A tree of numbers that may be absent. See [`Reader::optional`].
    pub fn optional<P: Params>(&mut self, tree: Option<&P>) {
        self.describe(b'?', &[]);
        (0..P::LEAVES).for_each(|i| self.describe(b'f', P::shape(i)));
        self.put(&[u8::from(tree.is_some())]);
        if let Some(tree) = tree {
            (0..P::LEAVES).for_each(|i| self.numbers(Params::leaf(tree, i)));
        }
    }

    /// Notes that a value of some kind follows.
    #[inline(never)] // one copy of the digest's loop, not one for each field: flash
    pub(crate) fn describe(&mut self, kind: u8, dimensions: &[usize]) {
        if self.stretch.is_some() || self.described {
            return;
        }
        self.shape.update(&[kind, dimensions.len() as u8]);
        for &dimension in dimensions {
            self.shape.update(&(dimension as u32).to_le_bytes());
        }
    }

    /// Appends bytes.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if let Some(stretch) = &mut self.stretch {
            stretch.put(self.written, bytes);
        }
        self.written += bytes.len();
    }

    /// Appends a leaf of numbers.
    #[inline(never)]
    pub(crate) fn leaf(&mut self, dimensions: &[usize], numbers: &[f32]) {
        self.describe(b'f', dimensions);
        self.numbers(numbers);
    }

    /// Appends numbers.
    #[inline(never)]
    fn numbers(&mut self, numbers: &[f32]) {
        let end = self.written + size_of_val(numbers);
        if let Some(stretch) = &self.stretch
            && (end <= stretch.from || self.written >= stretch.to)
        {
            self.written = end;
            return;
        }
        for x in numbers {
            if !x.is_finite() {
                self.not_finite.get_or_insert(self.written);
            }
            self.put(&x.to_le_bytes());
        }
    }

    /// Appends bytes that need no judging, a few at a time.
    pub(crate) fn bytes<const N: usize>(&mut self, rows: &[[u8; N]]) {
        self.describe(b'y', &[rows.len(), N]);
        rows.iter().for_each(|row| self.put(row));
    }

    /// What was saved so far, header and all.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Where the first number began that was to be written and is not finite.
    pub(super) fn not_finite(&self) -> Option<usize> {
        self.not_finite
    }

    /// The CRC so far, and, as far as they lie in the stretch, its bytes at the end.
    pub(super) fn seal(self) -> Option<Digest<'static, u32>> {
        let mut stretch = self.stretch?;
        let crc = stretch.crc.clone();
        stretch.put(self.written, &crc.clone().finalize().to_le_bytes());
        Some(crc)
    }
}

impl Stretch<'_> {
    /// Takes of these bytes, which lie at `at`, those that are its own.
    fn put(&mut self, at: usize, bytes: &[u8]) {
        let (from, to) = (self.from.saturating_sub(at), self.to.saturating_sub(at));
        if let Some(bytes) = bytes.get(from..to.min(bytes.len())) {
            self.crc.update(bytes);
            self.sink.put(bytes);
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
    /// How many bytes it would take.
    pub(super) bytes: usize,
    /// Where the first NaN or infinity would lie.
    pub(super) not_finite: Option<usize>,
}

/// Saves to nowhere, as the format of `version` would have it. `BYTES` counts those of the present one:
/// an older one may take more.
pub(super) fn survey<T: Persist>(state: &T, version: u32) -> Result<Survey, Error> {
    let mut out = Writer::surveying(version);
    state.save(&mut out);
    if version == VERSION && out.written > T::BYTES {
        return Err(Error::Miscounted {
            declared: T::BYTES,
            actual: out.written,
        });
    }
    Ok(Survey {
        shape: out.shape.finalize(),
        bytes: out.written,
        not_finite: out.not_finite,
    })
}

/// Where values are loaded from.
pub struct Reader<'a> {
    source: &'a mut dyn Source,
    version: u32,
    writes: bool,
    start: usize,
    end: usize,
    at: usize,
    /// Bytes from `at` on that are read already: a store is asked seldom, and for more.
    ahead: [u8; PIECE],
    filled: usize,
    next: usize,
}

impl<'a> Reader<'a> {
    /// A reader of the stretch `start..end`, in the format of `version`, whose [`set`](Self::set)
    /// does nothing.
    pub(super) fn judging(
        source: &'a mut dyn Source,
        (start, end): (usize, usize),
        version: u32,
    ) -> Self {
        Self {
            source,
            version,
            writes: false,
            start,
            end,
            at: start,
            ahead: [0; PIECE],
            filled: 0,
            next: 0,
        }
    }

    /// The same, but [`set`](Self::set) sets.
    pub(super) fn writing(
        source: &'a mut dyn Source,
        stretch: (usize, usize),
        version: u32,
    ) -> Self {
        Self {
            writes: true,
            ..Self::judging(source, stretch, version)
        }
    }

    /// Whether the format that is read has what came with this version.
    pub fn has(&self, version: u32) -> bool {
        self.version >= version
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

    /// What [`Writer::rows`] has written, at most `room` samples, one after the other, if this is the
    /// pass that changes the state.
    pub fn rows<R: Row>(&mut self, room: usize, mut each: impl FnMut(R)) -> Result<(), Invalid> {
        for _ in 0..self.count(room)? {
            let mut row = R::ZERO;
            let writes = core::mem::replace(&mut self.writes, true);
            let outcome = self.leaf(row.flat_mut());
            self.writes = writes;
            outcome?;
            if writes {
                each(row);
            }
        }
        Ok(())
    }

    /// What [`Writer::items`] has written, in the same way; `like` is any value of their type.
    pub fn items<T: Persist + Clone>(
        &mut self,
        room: usize,
        like: &T,
        mut each: impl FnMut(T),
    ) -> Result<(), Invalid> {
        for _ in 0..self.count(room)? {
            let item = self.read(like.clone())?;
            if self.writes {
                each(item);
            }
        }
        Ok(())
    }

    /// What [`Writer::optional`] has written: whether there is a tree, which is read into `place`
    /// where there is one, and passed over where there is none.
    pub fn optional<P: Params>(&mut self, place: Option<&mut P>) -> Result<bool, Invalid> {
        let is_there = self.read(false)?;
        match place {
            Some(tree) if is_there => tree.load(self)?,
            None if is_there => (0..P::LEN).try_for_each(|_| self.read(0.0).map(drop))?,
            _ => {}
        }
        Ok(is_there)
    }

    /// How many samples follow, at most `room`.
    fn count(&mut self, room: usize) -> Result<u32, Invalid> {
        let count = u32::from_le_bytes(self.take()?);
        if count as usize > room {
            return Err(Invalid("more samples than the memory has room for"));
        }
        Ok(count)
    }

    /// The next bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Invalid> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)
            .ok_or(Invalid("bytes that cannot be read"))?;
        Ok(bytes)
    }

    #[inline(never)] // one copy, not one for each size: flash
    fn fill(&mut self, bytes: &mut [u8]) -> Option<()> {
        for place in bytes {
            if self.next == self.filled {
                let more = PIECE.min(self.end.checked_sub(self.at)?);
                self.source.get(self.at, self.ahead.get_mut(..more)?)?;
                (self.next, self.filled) = (0, more);
            }
            *place = *self.ahead.get(..self.filled)?.get(self.next)?;
            self.next += 1;
            self.at += 1;
        }
        Some(())
    }

    /// What [`Writer::bytes`] has written.
    pub(crate) fn bytes<const N: usize>(&mut self, rows: &mut [[u8; N]]) -> Result<(), Invalid> {
        for place in rows {
            let row = self.take()?;
            self.set(place, row);
        }
        Ok(())
    }

    /// A leaf of finite numbers.
    pub(crate) fn leaf(&mut self, numbers: &mut [f32]) -> Result<(), Invalid> {
        self.leaf_within(numbers, f32::MIN, f32::MAX)
    }

    /// A leaf of numbers between two limits.
    #[inline(never)]
    pub(super) fn leaf_within(
        &mut self,
        numbers: &mut [f32],
        low: f32,
        high: f32,
    ) -> Result<(), Invalid> {
        for place in numbers {
            let x = f32::from_le_bytes(self.take()?);
            if !x.is_finite() {
                return Err(Invalid("a number that is not finite"));
            }
            if x < low || x > high {
                return Err(Invalid("a number beyond its limits"));
            }
            self.set(place, x);
        }
        Ok(())
    }

    /// Loads a state that takes all of a payload.
    pub(super) fn all_of<T: Persist>(mut self, state: &mut T) -> Result<(), Error> {
        let payload = self.end - self.start;
        let outcome = state.load(&mut self);
        let at = self.at - self.start;
        outcome.map_err(|Invalid(what)| Error::Invalid { what, at })?;
        if at == payload {
            Ok(())
        } else {
            Err(Error::Miscounted {
                declared: payload,
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
