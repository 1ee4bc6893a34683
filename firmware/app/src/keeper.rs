//! Checkpoints in a store, two generations of them.

use core::convert::Infallible;

use embedded_storage::{ReadStorage, Storage};
use ganlet::checkpoint::{self, Error, Sink, Source};
use ganlet::model::Model;
use ganlet::session::Session;

/// Bytes that are written at once. The pages of common EEPROMs are multiples of it.
const PIECE: usize = 32;

/// Bytes of a slot's generation: the number, and its complement.
const GENERATION: usize = 8;

/// Keeps the last two checkpoints of a session in the two halves of a store.
///
/// A save overwrites the older one, so that a power cut in the middle of it leaves the newer one
/// untouched. The last bytes of each half hold its generation, written after the checkpoint; a
/// generation that is damaged makes its checkpoint none.
///
/// The session goes to the store in pieces: no second copy of it is needed in memory.
#[derive(Debug)]
pub struct Keeper<St> {
    store: St,
}

/// What was found in a store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Restored {
    /// No checkpoint: the store is new.
    Nothing,
    /// The session goes on from a checkpoint.
    Session,
    /// There are checkpoints, and none can be used; this is why not, of the newest.
    Refused(Error),
}

/// One half of a store.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Slot {
    base: u32,
    generation: u32,
}

impl<St: Storage> Keeper<St> {
    /// A keeper of a store, which may be new, or hold anything.
    pub const fn new(store: St) -> Self {
        Self { store }
    }

    /// The largest checkpoint that it can keep, in bytes.
    pub fn room(&self) -> usize {
        (self.store.capacity() / 2).saturating_sub(GENERATION)
    }

    /// Loads the newest checkpoint that is whole and fits.
    pub fn restore<M: Model>(&mut self, session: &mut Session<M>) -> Restored {
        let mut outcome = Restored::Nothing;
        for slot in self.newest_first().into_iter().flatten() {
            let mut source = InSlot {
                base: slot.base,
                length: self.room(),
                store: &mut self.store,
            };
            match checkpoint::load_from(Session::<M>::NAME, session, &mut source) {
                Ok(()) => return Restored::Session,
                Err(error) if outcome == Restored::Nothing => outcome = Restored::Refused(error),
                Err(_) => {}
            }
        }
        outcome
    }

    /// Writes a checkpoint over the older one.
    ///
    /// # Errors
    /// `None` where there is no room, the session is not finite, or the store fails; the newer of
    /// the two checkpoints stands.
    pub fn save<M: Model>(&mut self, session: &Session<M>) -> Option<()> {
        if self.room() < Session::<M>::CHECKPOINT_BYTES {
            return None;
        }
        let slot = self.next();
        let mut sink = Pieces {
            store: &mut self.store,
            at: slot.base,
            piece: [0; PIECE],
            filled: 0,
            failed: false,
        };
        checkpoint::save_to(Session::<M>::NAME, session, &mut sink).ok()?;
        sink.finish()?;
        let mut generation = [0; GENERATION];
        let (number, complement) = generation.split_at_mut(4);
        number.copy_from_slice(&slot.generation.to_le_bytes());
        complement.copy_from_slice(&(!slot.generation).to_le_bytes());
        let at = self.generation_at(slot.base);
        self.store.write(at, &generation).ok()
    }

    /// Where the next checkpoint goes, and its generation.
    fn next(&mut self) -> Slot {
        match self.newest_first() {
            [Some(newest), _] => Slot {
                base: self.half() - newest.base,
                generation: newest.generation.wrapping_add(1),
            },
            [None, _] => Slot {
                base: 0,
                generation: 1,
            },
        }
    }

    /// Both slots, those without a generation last.
    fn newest_first(&mut self) -> [Option<Slot>; 2] {
        let (a, b) = (self.slot(0), self.slot(self.half()));
        let number = |slot: Option<Slot>| slot.map(|slot| slot.generation);
        if number(b) > number(a) {
            [b, a]
        } else {
            [a, b]
        }
    }

    fn slot(&mut self, base: u32) -> Option<Slot> {
        let (mut number, mut complement) = ([0; 4], [0; 4]);
        let at = self.generation_at(base);
        self.store.read(at, &mut number).ok()?;
        self.store.read(at + 4, &mut complement).ok()?;
        let (generation, complement) = (u32::from_le_bytes(number), u32::from_le_bytes(complement));
        (generation == !complement).then_some(Slot { base, generation })
    }

    fn half(&self) -> u32 {
        (self.store.capacity() / 2) as u32
    }

    fn generation_at(&self, base: u32) -> u32 {
        base + self.half().saturating_sub(GENERATION as u32)
    }
}

/// A checkpoint in a slot, read in place.
struct InSlot<'a, St> {
    store: &'a mut St,
    base: u32,
    length: usize,
}

impl<St: ReadStorage> Source for InSlot<'_, St> {
    fn get(&mut self, at: usize, into: &mut [u8]) -> Option<()> {
        let end = at.checked_add(into.len())?;
        if end > self.length {
            return None;
        }
        self.store.read(self.base + at as u32, into).ok()
    }
}

/// Gathers small pieces, so that a store is written in large ones.
struct Pieces<'a, St> {
    store: &'a mut St,
    at: u32,
    piece: [u8; PIECE],
    filled: usize,
    failed: bool,
}

impl<St: Storage> Pieces<'_, St> {
    fn flush(&mut self) {
        let Some(piece) = self.piece.get(..self.filled) else {
            return;
        };
        self.failed |= self.store.write(self.at, piece).is_err();
        self.at += self.filled as u32;
        self.filled = 0;
    }

    fn finish(mut self) -> Option<()> {
        self.flush();
        (!self.failed).then_some(())
    }
}

impl<St: Storage> Sink for Pieces<'_, St> {
    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.failed {
                return;
            }
            if let Some(place) = self.piece.get_mut(self.filled) {
                *place = byte;
                self.filled += 1;
            }
            if self.filled == PIECE {
                self.flush();
            }
        }
    }
}

/// No store: nothing is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStore;

impl ReadStorage for NoStore {
    type Error = Infallible;

    fn read(&mut self, _: u32, _: &mut [u8]) -> Result<(), Infallible> {
        Ok(())
    }

    fn capacity(&self) -> usize {
        0
    }
}

impl Storage for NoStore {
    fn write(&mut self, _: u32, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::model::Scalar;
    use ganlet::stream::Standardiser;
    use std::vec::Vec;

    /// A store in memory whose writes stop after so many bytes.
    #[derive(Clone, Debug)]
    struct Ram {
        bytes: Vec<u8>,
        left: usize,
    }

    impl Ram {
        fn new() -> Self {
            Self {
                bytes: std::vec![0xFF; 32 * 1024],
                left: usize::MAX,
            }
        }
    }

    impl ReadStorage for Ram {
        type Error = ();

        fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), ()> {
            let end = at as usize + into.len();
            into.copy_from_slice(self.bytes.get(at as usize..end).ok_or(())?);
            Ok(())
        }

        fn capacity(&self) -> usize {
            self.bytes.len()
        }
    }

    impl Storage for Ram {
        fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), ()> {
            let lasting = bytes.len().min(self.left);
            self.left -= lasting;
            let at = at as usize;
            let place = self.bytes.get_mut(at..at + lasting).ok_or(())?;
            place.copy_from_slice(&bytes[..lasting]);
            if lasting < bytes.len() {
                Err(())
            } else {
                Ok(())
            }
        }
    }

    fn session(seed: u64) -> Session<Scalar> {
        let mut recipe = ganlet::recipe::Recipe::SCALAR;
        recipe.batch = 4;
        let mut session = Session::new(recipe, Standardiser::IDENTITY, seed);
        session.round(|rng| [rng.gaussian()]);
        session
    }

    fn restored(store: &Ram) -> (Restored, u32) {
        let mut session = Session::<Scalar>::BLANK;
        let restored = Keeper::new(store.clone()).restore(&mut session);
        (restored, session.trainer.fingerprint())
    }

    #[test]
    fn the_newest_of_many_checkpoints_comes_back() {
        let mut keeper = Keeper::new(Ram::new());
        assert_eq!(restored(&keeper.store).0, Restored::Nothing);
        for seed in 0..5 {
            let session = session(seed);
            assert!(keeper.save(&session).is_some());
            let (found, fingerprint) = restored(&keeper.store);
            assert_eq!(found, Restored::Session);
            assert_eq!(fingerprint, session.trainer.fingerprint());
        }
    }

    #[test]
    fn a_power_cut_at_any_byte_of_a_save_leaves_the_old_checkpoint_or_the_new_one() {
        let (old, new) = (session(1), session(2));
        let mut before = Keeper::new(Ram::new());
        assert!(before.save(&session(0)).is_some());
        assert!(before.save(&old).is_some());
        let bytes = Session::<Scalar>::CHECKPOINT_BYTES + GENERATION;
        // Each cut costs a load of the whole checkpoint: every 17th byte, and all of the last ones.
        let cuts = (0..bytes).filter(|cut| cut % 17 == 0 || bytes - cut < 64);
        for cut in cuts {
            let mut store = before.store.clone();
            store.left = cut;
            let mut keeper = Keeper::new(store);
            assert!(keeper.save(&new).is_none());
            let (found, fingerprint) = restored(&keeper.store);
            assert_eq!(found, Restored::Session, "cut after {cut} bytes");
            let whole = [&old, &new].map(|session| session.trainer.fingerprint());
            assert!(whole.contains(&fingerprint), "cut after {cut} bytes");
        }
        assert!(before.save(&new).is_some());
        assert_eq!(restored(&before.store).1, new.trainer.fingerprint());
    }

    #[test]
    fn a_store_of_garbage_is_refused_with_a_reason_and_then_written_over() {
        let mut keeper = Keeper::new(Ram::new());
        assert!(keeper.save(&session(3)).is_some());
        keeper.store.bytes[100] ^= 1;
        assert_eq!(restored(&keeper.store).0, Restored::Refused(Error::Damaged));
        assert!(keeper.save(&session(4)).is_some());
        assert_eq!(restored(&keeper.store).0, Restored::Session);
    }

    #[test]
    fn a_store_without_room_keeps_nothing() {
        assert!(Keeper::new(NoStore).save(&session(0)).is_none());
        let mut session = session(0);
        assert_eq!(
            Keeper::new(NoStore).restore(&mut session),
            Restored::Nothing
        );
    }
}
