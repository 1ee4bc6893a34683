//! Saves, restores, and what comes between them.

pub(crate) mod media;
mod power_cut;

use std::string::ToString;

use ganlet::checkpoint::{Invalid, Reader, Writer};

use self::media::{Medium, Nor, Ram};
use super::*;

/// A state small enough to be restored many thousand times.
#[derive(Clone, Debug, PartialEq)]
struct Small([u32; 200]);

const MODEL: Name = Name::new("small").unwrap();

impl Small {
    fn new(n: u32) -> Self {
        Self(core::array::from_fn(|i| {
            n.wrapping_mul(0x9E37_79B9).wrapping_add(i as u32 * 7)
        }))
    }
}

impl Persist for Small {
    const BYTES: usize = <[u32; 200]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.0.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.0.load(from)
    }
}

/// What a device finds that boots on this medium.
fn found(medium: &impl Medium) -> Result<Small, Restored> {
    let mut state = Small([0; 200]);
    match Keeper::new(medium.store()).restore(MODEL, &mut state) {
        Restored::State => Ok(state),
        other => Err(other),
    }
}

fn save(medium: &impl Medium, n: u32) -> Option<()> {
    let mut keeper = Keeper::new(medium.store());
    keeper.restore(MODEL, &mut Small([0; 200]));
    keeper.save(MODEL, &Small::new(n))
}

fn the_newest_of_many_comes_back(medium: &impl Medium) {
    assert_eq!(found(medium), Err(Restored::Nothing));
    let mut keeper = Keeper::new(medium.store());
    for n in 1..60 {
        assert!(keeper.save(MODEL, &Small::new(n)).is_some());
        assert_eq!(found(medium), Ok(Small::new(n)));
    }
}

#[test]
fn the_newest_of_many_checkpoints_comes_back() {
    the_newest_of_many_comes_back(&Ram::new());
    the_newest_of_many_comes_back(&Nor::new());
}

/// A save in pieces: what is written may change, the older checkpoint stands until the last piece.
fn pieces(medium: &impl Medium) {
    assert!(save(medium, 1).is_some());
    let mut keeper = Keeper::new(medium.store());
    let mut state = Small::new(2);
    assert!(keeper.begin(MODEL, &state, 50).is_some());
    state.0[0] = 7; // byte 36, which is written
    let mut turns = 0;
    while keeper.turn(&state) == Progress::Writing {
        turns += 1;
        if turns % 4 == 0 {
            assert_eq!(found(medium), Ok(Small::new(1)), "after {turns} turns");
        }
    }
    assert!(turns >= 5, "{turns} turns");
    assert_eq!(found(medium), Ok(Small::new(2)));
    assert_eq!(keeper.turn(&state), Progress::Idle);
}

#[test]
fn a_save_goes_on_in_pieces_and_counts_when_the_last_is_written() {
    pieces(&Ram::new());
    pieces(&Nor::new());
}

/// The one that the state came from is never overwritten, not even by a newer one that is damaged.
#[test]
fn a_damaged_checkpoint_is_overwritten_before_a_whole_one() {
    let ram = Ram::new();
    assert!(save(&ram, 1).is_some() && save(&ram, 2).is_some());
    ram.flip(Ram::BYTES / 2 + 100, 1); // the second, newer one
    let mut keeper = Keeper::new(ram.store());
    let mut state = Small([0; 200]);
    assert_eq!(keeper.restore(MODEL, &mut state), Restored::State);
    assert_eq!(state, Small::new(1));
    assert!(keeper.begin(MODEL, &Small::new(3), 400).is_some());
    assert_eq!(found(&ram), Ok(Small::new(1)));
}

#[test]
fn a_store_of_garbage_is_refused_with_a_reason_and_then_written_over() {
    let ram = Ram::new();
    assert!(save(&ram, 3).is_some());
    ram.flip(100, 1);
    assert_eq!(found(&ram), Err(Restored::Refused(Error::Damaged)));
    assert!(save(&ram, 4).is_some());
    assert_eq!(found(&ram), Ok(Small::new(4)));
}

#[test]
fn a_flash_of_garbage_is_erased_by_the_first_save() {
    for fill in [0x00, 0x55, 0xA7] {
        let nor = Nor::full_of(fill);
        assert!(found(&nor).is_err());
        assert!(save(&nor, 1).is_some(), "full of {fill:02x}");
        assert_eq!(found(&nor), Ok(Small::new(1)));
    }
    let mut rng = ganlet::rng::Rng::new(1, 0);
    for _ in 0..50 {
        let nor = Nor::new();
        nor.scribble(|| rng.next_u32() as u8);
        assert!(found(&nor).is_err());
        assert!(save(&nor, 1).is_some());
        assert_eq!(found(&nor), Ok(Small::new(1)));
    }
}

#[test]
fn every_page_of_a_flash_wears_alike() {
    let nor = Nor::new();
    let mut keeper = Keeper::new(nor.store());
    for n in 0..400 {
        assert!(keeper.save(MODEL, &Small::new(n)).is_some());
    }
    let erases = nor.erases();
    let (least, most) = (erases.iter().min().unwrap(), erases.iter().max().unwrap());
    assert!(*least > 50 && most - least <= 1, "{erases:?}");
}

#[test]
fn another_model_is_refused_with_a_reason() {
    let ram = Ram::new();
    assert!(save(&ram, 1).is_some());
    let other = Name::new("other").unwrap();
    let outcome = Keeper::new(ram.store()).restore(other, &mut Small([0; 200]));
    let Restored::Refused(error) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(error.to_string().contains("model `small`, not `other`"));
}

#[test]
fn a_store_without_room_keeps_nothing() {
    let mut keeper = Keeper::new(NoStore);
    assert!(keeper.save(MODEL, &Small::new(1)).is_none());
    let outcome = keeper.restore(MODEL, &mut Small([0; 200]));
    assert_eq!(outcome, Restored::Nothing);
    let tiny = Ram::of(1600);
    assert_eq!(Keeper::new(tiny.store()).room(), 792);
    assert!(save(&tiny, 1).is_none());
}

#[test]
fn as_much_as_the_room_says_fits_in_a_flash_for_ever() {
    /// A state that fills the room.
    struct Large(u32);
    const ROOM: usize = media::NorStore::ROOM;

    impl Persist for Large {
        const BYTES: usize = ROOM - 40;

        fn save(&self, out: &mut Writer<'_>) {
            (0..Self::BYTES / 4).for_each(|i| (self.0 ^ i as u32).save(out));
            (0..Self::BYTES % 4).for_each(|_| true.save(out));
        }
        fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
            self.0.load(from)?;
            for i in 1..Self::BYTES / 4 {
                let read = from.read(0u32)?;
                if from.writes() {
                    assert_eq!(read, self.0 ^ i as u32);
                }
            }
            (0..Self::BYTES % 4).try_for_each(|_| from.read(false).map(drop))
        }
    }
    let nor = Nor::new();
    let mut keeper = Keeper::new(nor.store());
    assert_eq!(keeper.room(), ROOM);
    for n in 1..200 {
        assert!(keeper.save(MODEL, &Large(n)).is_some(), "save {n}");
        let mut state = Large(0);
        let outcome = Keeper::new(nor.store()).restore(MODEL, &mut state);
        assert_eq!((outcome, state.0), (Restored::State, n));
    }
}
