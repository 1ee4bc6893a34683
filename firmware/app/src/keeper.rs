//! Checkpoints in a store, two generations of them.

mod eeprom;
mod flash;
mod store;
#[cfg(test)]
pub(crate) mod tests;

pub use eeprom::Eeprom;
pub use flash::Flash;
pub use store::{NoStore, Place, Store};

use ganlet::checkpoint::{self, Error, Name, Persist, Saving, Sink, Source};

/// Bytes that are handed to a store at once.
const BLOCK: usize = 64;

/// Keeps the last two checkpoints of a state in the two places of a store.
///
/// A save overwrites the older one, so that a power cut in the middle of it leaves the newer one
/// untouched; the one that the state came from is never the one to be overwritten.
///
/// The state goes to the store in pieces, one in each [`turn`](Self::turn): no second copy of it is
/// needed in memory, and the main loop has time for other work. Meanwhile it must stay as it is, but
/// for what [`begin`](Self::begin) has written.
#[derive(Debug)]
pub struct Keeper<St> {
    store: St,
    /// The checkpoint that is known to be whole.
    whole: Option<Kept>,
    writing: Option<Writing>,
}

/// What was found in a store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Restored {
    /// No checkpoint: the store is new.
    Nothing,
    /// The state is that of a checkpoint.
    State,
    /// There are checkpoints, and none can be used; this is why not, of the newest.
    Refused(Error),
}

/// How a save stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is none.
    Idle,
    /// It goes on.
    Writing,
    /// The checkpoint is there.
    Saved,
    /// It could not be written; the last one stands.
    Failed,
}

/// A checkpoint in a store.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kept {
    place: Place,
    generation: u32,
}

/// A checkpoint on its way there.
#[derive(Debug)]
struct Writing {
    to: Kept,
    saving: Saving,
}

impl<St: Store> Keeper<St> {
    /// A keeper of a store, which may be new, or hold anything.
    pub const fn new(store: St) -> Self {
        Self {
            store,
            whole: None,
            writing: None,
        }
    }

    /// The largest checkpoint that it can keep, in bytes.
    pub fn room(&self) -> usize {
        self.store.room()
    }

    /// Loads the newest checkpoint that is whole and fits.
    pub fn restore<T: Persist>(&mut self, model: Name, state: &mut T) -> Restored {
        let mut outcome = Restored::Nothing;
        for kept in self.newest_first().into_iter().flatten() {
            let mut source = InPlace {
                length: self.store.room(),
                store: &mut self.store,
                place: kept.place,
            };
            match checkpoint::load_from(model, state, &mut source) {
                Ok(()) => {
                    self.whole = Some(kept);
                    return Restored::State;
                }
                Err(error) if outcome == Restored::Nothing => outcome = Restored::Refused(error),
                Err(_) => {}
            }
        }
        outcome
    }

    /// Writes a checkpoint over the older one, all at once.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn save<T: Persist>(&mut self, model: Name, state: &T) -> Option<()> {
        self.begin(model, state, 0)?;
        loop {
            match self.turn(state) {
                Progress::Writing => {}
                Progress::Saved => return Some(()),
                Progress::Idle | Progress::Failed => return None,
            }
        }
    }

    /// Begins to write a checkpoint over the older one; its `first` bytes are written when it
    /// returns. A save that is under way is given up.
    ///
    /// # Errors
    /// `None` where there is no room, the state is not finite, or the store fails; the newer of the
    /// two checkpoints stands.
    pub fn begin<T: Persist>(&mut self, model: Name, state: &T, first: usize) -> Option<()> {
        self.writing = None;
        let saving = Saving::begin(model, state).ok()?;
        if saving.total() > self.store.room() {
            return None;
        }
        let to = self.next();
        self.store.clear(to.place)?;
        self.writing = Some(Writing { to, saving });
        while let Some(writing) = &self.writing
            && writing.saving.written() < first
        {
            if self.turn(state) == Progress::Failed {
                return None;
            }
        }
        Some(())
    }

    /// Writes the next piece, if a save is under way.
    pub fn turn<T: Persist>(&mut self, state: &T) -> Progress {
        let Some(Writing { to, mut saving }) = self.writing.take() else {
            return Progress::Idle;
        };
        let mut blocks = Blocks {
            at: saving.written(),
            store: &mut self.store,
            place: to.place,
            block: [0; BLOCK],
            filled: 0,
            failed: false,
        };
        let put = saving.put(state, St::PIECE, &mut blocks);
        if blocks.finish().is_none() || put.is_err() {
            return Progress::Failed;
        }
        if !saving.is_done() {
            self.writing = Some(Writing { to, saving });
            return Progress::Writing;
        }
        match self.store.seal(to.place, to.generation) {
            Some(()) => {
                self.whole = Some(to);
                Progress::Saved
            }
            None => Progress::Failed,
        }
    }

    /// Whether a save is under way.
    pub fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// Where the next checkpoint goes, and its generation.
    fn next(&mut self) -> Kept {
        let [newest, _] = self.newest_first();
        Kept {
            place: match self.whole.or(newest) {
                Some(kept) => kept.place.other(),
                None => Place::First,
            },
            generation: newest.map_or(1, |kept| kept.generation.saturating_add(1)),
        }
    }

    /// What is in both places, the emptier one last.
    fn newest_first(&mut self) -> [Option<Kept>; 2] {
        let [a, b] = Place::BOTH.map(|place| {
            let generation = self.store.generation(place)?;
            Some(Kept { place, generation })
        });
        let number = |kept: Option<Kept>| kept.map(|kept| kept.generation);
        if number(b) > number(a) {
            [b, a]
        } else {
            [a, b]
        }
    }
}

/// A checkpoint in its place, read there.
struct InPlace<'a, St> {
    store: &'a mut St,
    place: Place,
    length: usize,
}

impl<St: Store> Source for InPlace<'_, St> {
    fn get(&mut self, at: usize, into: &mut [u8]) -> Option<()> {
        if at.checked_add(into.len())? > self.length {
            return None;
        }
        self.store.read(self.place, at, into)
    }
}

/// Gathers small pieces, so that a store is written in large ones.
struct Blocks<'a, St> {
    store: &'a mut St,
    place: Place,
    at: usize,
    block: [u8; BLOCK],
    filled: usize,
    failed: bool,
}

impl<St: Store> Blocks<'_, St> {
    fn flush(&mut self) {
        let Some(block) = self.block.get(..self.filled) else {
            return;
        };
        if !block.is_empty() && !self.failed {
            self.failed = self.store.write(self.place, self.at, block).is_none();
        }
        self.at += self.filled;
        self.filled = 0;
    }

    fn finish(mut self) -> Option<()> {
        self.flush();
        (!self.failed).then_some(())
    }
}

impl<St: Store> Sink for Blocks<'_, St> {
    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if let Some(place) = self.block.get_mut(self.filled) {
                *place = byte;
                self.filled += 1;
            }
            if self.filled == BLOCK {
                self.flush();
            }
        }
    }
}
