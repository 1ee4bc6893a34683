//! Checkpoints in NOR flash, as a map of numbered pieces that [`sequential_storage`] keeps: whatever
//! the moment at which the power goes, a piece is the old or the new one, and all pages wear alike.

use core::fmt;

use embassy_futures::block_on;
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use sequential_storage::{
    Error,
    cache::{
        Cache, key_pointers::ArrayKeyPointers, page_pointers::ArrayPagePointers,
        page_states::ArrayPageStates,
    },
    map::{MapConfig, MapStorage},
};

use super::store::{Place, Store};

/// Pieces whose address is remembered, so that no page is searched for them: 8 bytes of RAM each.
const REMEMBERED: usize = 64;

/// Bytes of a piece's key.
const KEY: usize = 2;

/// The number of a place's generation among its pieces.
const GENERATION: u16 = 0x7FFF;

/// The pages `START..START + PAGES * F::ERASE_SIZE` of a flash, offsets as the flash counts them.
///
/// A checkpoint is written in pieces of `ITEM` − 2 bytes: one item of the map, the key included. Two
/// buffers of `ITEM` bytes are in RAM. Make it as large as the RAM allows, in multiples of the word:
/// few items are found quickly.
///
/// When a page is full the oldest one is erased, and what is still of use in it written anew. In that
/// time, which is that of one erase, the main loop waits; so does an interrupt, on a chip that cannot
/// read its flash meanwhile. Every other turn takes the writing of one item.
pub struct Flash<F: NorFlash, const START: u32, const PAGES: usize, const ITEM: usize = 512> {
    map: MapStorage<u16, Awaited<F>, Remembering<PAGES>>,
    /// Where the map puts an item together, or takes it apart.
    work: Aligned<ITEM>,
    /// The piece that is being filled, or was read last.
    piece: Aligned<ITEM>,
    filled: usize,
    next: u16,
    read: Option<u16>,
}

type Remembering<const PAGES: usize> =
    Cache<ArrayPageStates<PAGES>, ArrayPagePointers<PAGES>, ArrayKeyPointers<u16, REMEMBERED>, u16>;

/// Some flash controllers take words from addresses that are multiples of four.
#[derive(Clone, Copy)]
#[repr(align(4))]
struct Aligned<const N: usize>([u8; N]);

impl<F: NorFlash, const START: u32, const PAGES: usize, const ITEM: usize>
    Flash<F, START, PAGES, ITEM>
{
    /// The largest checkpoint that it can hold, in bytes.
    ///
    /// Both places, their generations and the piece that is being written must fit in all pages but
    /// the one that is kept erased, with one item of each page lost to power cuts.
    pub const ROOM: usize = {
        let word = if F::WRITE_SIZE > F::READ_SIZE {
            F::WRITE_SIZE
        } else {
            F::READ_SIZE
        };
        assert!(
            ITEM > KEY && ITEM.is_multiple_of(word),
            "an item is a number of whole words"
        );
        let overhead = 8usize.next_multiple_of(word);
        let in_page = (F::ERASE_SIZE - 2 * word) / (overhead + ITEM);
        assert!(in_page >= 2, "a page holds at least two items");
        let items = (PAGES - 1) * (in_page - 1);
        assert!(items >= 5, "too few pages for two checkpoints");
        let pieces = (items - 3) / 2;
        assert!(
            pieces < GENERATION as usize,
            "pieces are counted in 15 bits"
        );
        pieces * Self::PIECE_BYTES
    };

    const PIECE_BYTES: usize = ITEM - KEY;

    /// A flash that may be new, or hold anything in these pages: what is no checkpoint is erased by
    /// the first save.
    pub fn new(flash: F) -> Self {
        let config = const {
            assert!(Self::ROOM > 0);
            MapConfig::new(START..START + (PAGES * F::ERASE_SIZE) as u32)
        };
        let cache = Cache::new(
            ArrayPageStates::new(),
            ArrayPagePointers::new(),
            ArrayKeyPointers::new(),
        );
        Self {
            map: MapStorage::new(Awaited(flash), config, cache),
            work: Aligned([0; ITEM]),
            piece: Aligned([0; ITEM]),
            filled: 0,
            next: 0,
            read: None,
        }
    }

    /// The flash itself.
    pub fn into_inner(self) -> F {
        self.map.destroy().0.0
    }

    fn put(&mut self, key: u16, length: usize) -> Result<(), Error<F::Error>> {
        self.read = None;
        let bytes = self.piece.0.get(..length).unwrap_or_default();
        block_on(self.map.store_item(&mut self.work.0, &key, &bytes))
    }

    fn put_generation(&mut self, place: Place, generation: u32) -> Result<(), Error<F::Error>> {
        let key = key(place, GENERATION);
        block_on(self.map.store_item(&mut self.work.0, &key, &generation))
    }

    /// Fetches a piece; it is as long as was written.
    fn fetch(&mut self, key: u16) -> Option<()> {
        if self.read == Some(key) {
            return Some(());
        }
        self.read = None;
        let found = block_on(self.map.fetch_item::<&[u8]>(&mut self.work.0, &key));
        let bytes = found.ok()??;
        self.piece.0.get_mut(..bytes.len())?.copy_from_slice(bytes);
        self.filled = bytes.len();
        self.read = Some(key);
        Some(())
    }

    fn flush(&mut self, place: Place) -> Option<()> {
        self.put(key(place, self.next), self.filled).ok()?;
        self.filled = 0;
        self.next += 1;
        Some(())
    }
}

/// The key of a piece: its number, and the place in the highest bit.
const fn key(place: Place, number: u16) -> u16 {
    match place {
        Place::First => number,
        Place::Second => number | 0x8000,
    }
}

impl<F: NorFlash, const START: u32, const PAGES: usize, const ITEM: usize> Store
    for Flash<F, START, PAGES, ITEM>
{
    const PIECE: usize = Self::PIECE_BYTES;

    fn room(&self) -> usize {
        Self::ROOM
    }

    fn generation(&mut self, place: Place) -> Option<u32> {
        let key = key(place, GENERATION);
        let found = block_on(self.map.fetch_item::<u32>(&mut self.work.0, &key));
        found.ok()?.filter(|generation| *generation > 0)
    }

    fn read(&mut self, place: Place, at: usize, into: &mut [u8]) -> Option<()> {
        let (mut at, mut rest) = (at, into);
        while !rest.is_empty() {
            let number = u16::try_from(at / Self::PIECE_BYTES).ok()?;
            self.fetch(key(place, number))?;
            let held = self.piece.0.get(..self.filled)?;
            let held = held.get(at % Self::PIECE_BYTES..)?;
            let (now, later) = rest.split_at_mut_checked(held.len().min(rest.len()))?;
            if now.is_empty() {
                return None;
            }
            now.copy_from_slice(held.get(..now.len())?);
            (at, rest) = (at + now.len(), later);
        }
        Some(())
    }

    /// Writes the generation 0, which is none. Pages that hold anything but a map are erased.
    fn clear(&mut self, place: Place) -> Option<()> {
        (self.filled, self.next, self.read) = (0, 0, None);
        match self.put_generation(place, 0) {
            Ok(()) => Some(()),
            Err(Error::Corrupted { .. }) if self.generation(place.other()).is_none() => {
                block_on(self.map.erase_all()).ok()?;
                self.put_generation(place, 0).ok()
            }
            Err(_) => None,
        }
    }

    fn write(&mut self, place: Place, _: usize, bytes: &[u8]) -> Option<()> {
        for &byte in bytes {
            *self.piece.0.get_mut(self.filled)? = byte;
            self.filled += 1;
            if self.filled == Self::PIECE_BYTES {
                self.flush(place)?;
            }
        }
        Some(())
    }

    fn seal(&mut self, place: Place, generation: u32) -> Option<()> {
        if self.filled > 0 {
            self.flush(place)?;
        }
        self.put_generation(place, generation).ok()
    }
}

impl<F: NorFlash, const START: u32, const PAGES: usize, const ITEM: usize> fmt::Debug
    for Flash<F, START, PAGES, ITEM>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flash")
            .field("start", &START)
            .field("pages", &PAGES)
            .finish_non_exhaustive()
    }
}

/// A flash whose operations are done when they return, for a map that would wait for them.
struct Awaited<F>(F);

impl<F: ErrorType> ErrorType for Awaited<F> {
    type Error = F::Error;
}

impl<F: ReadNorFlash> embedded_storage_async::nor_flash::ReadNorFlash for Awaited<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    async fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), F::Error> {
        self.0.read(at, into)
    }
    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl<F: NorFlash> embedded_storage_async::nor_flash::NorFlash for Awaited<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), F::Error> {
        self.0.erase(from, to)
    }
    async fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), F::Error> {
        self.0.write(at, bytes)
    }
}
