//! What holds checkpoints when the power is off.

/// A memory with two places for checkpoints.
///
/// A place holds a checkpoint from its [`seal`](Self::seal) to the next [`clear`](Self::clear), and
/// nothing between the two, whenever the power goes. What is done to one place leaves the other as
/// it is. That the bytes are those that were written is for the checkpoint's own checksum to say.
///
/// `None` is a store that fails.
pub trait Store {
    /// Bytes that are written in one turn of the main loop: as many as the store writes at once.
    const PIECE: usize;

    /// The largest checkpoint that a place can hold, in bytes; 0 for a store that keeps nothing.
    fn room(&self) -> usize;

    /// The generation of the checkpoint in a place, if there is one.
    fn generation(&mut self, place: Place) -> Option<u32>;

    /// Fills `into` with the bytes from `at` on of what is in a place.
    fn read(&mut self, place: Place, at: usize, into: &mut [u8]) -> Option<()>;

    /// Takes what is in a place for nothing from now on.
    fn clear(&mut self, place: Place) -> Option<()>;

    /// Writes the bytes that follow those written since [`clear`](Self::clear), which end at `at`.
    fn write(&mut self, place: Place, at: usize, bytes: &[u8]) -> Option<()>;

    /// Makes the bytes written the checkpoint of a place.
    fn seal(&mut self, place: Place, generation: u32) -> Option<()>;
}

/// One of the two places of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first.
    First,
    /// The second.
    Second,
}

impl Place {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// No store: nothing is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStore;

impl Store for NoStore {
    const PIECE: usize = 1;

    fn room(&self) -> usize {
        0
    }
    fn generation(&mut self, _: Place) -> Option<u32> {
        None
    }
    fn read(&mut self, _: Place, _: usize, _: &mut [u8]) -> Option<()> {
        None
    }
    fn clear(&mut self, _: Place) -> Option<()> {
        None
    }
    fn write(&mut self, _: Place, _: usize, _: &[u8]) -> Option<()> {
        None
    }
    fn seal(&mut self, _: Place, _: u32) -> Option<()> {
        None
    }
}
