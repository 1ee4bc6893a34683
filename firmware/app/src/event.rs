//! What a device has to tell.

use core::fmt;

use ganlet::checkpoint::{self, Name};
use ganlet::health::Treated;
use ganlet::record::Record;
use ganlet::session::Settled;
use ganlet::stream::Unfit;
use ganlet::watch::{Places, Verdict};

use crate::fault::Fault;

/// Something that happened in a device's life.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// It has started.
    Started {
        /// What it trains.
        model: Name,
        /// The seed of every random stream.
        seed: u64,
        /// Learned numbers.
        parameters: u32,
        /// Bytes that training takes, call frames excluded.
        ram: u32,
    },
    /// It goes on from a checkpoint.
    Restored {
        /// The rounds that were played before.
        step: u32,
        /// The networks.
        fingerprint: Fingerprint,
        /// Readings that were taken in before.
        readings: u32,
        /// Samples that are remembered of them.
        samples: u32,
    },
    /// A checkpoint is there that cannot be used; it starts anew.
    NotRestored {
        /// What is wrong with it.
        error: checkpoint::Error,
    },
    /// The scale is known and learning begins.
    Scaled {
        /// Mean of the readings, in the sensor's unit.
        mean: f32,
        /// Their standard deviation.
        sd: f32,
        /// How many there were.
        readings: u32,
    },
    /// The readings so far give no scale; it goes on reading.
    Unscaled {
        /// Why not.
        reason: Unfit,
    },
    /// An interval of training is over.
    Progress(Record),
    /// Not enough is known for an alarm yet: a detector waits for samples.
    Unwatched {
        /// Samples seen so far.
        samples: u32,
        /// Samples that the first fit waits for.
        needed: u32,
    },
    /// A detector has been fitted, and watches from now on.
    Fitted {
        /// Samples that it was fitted to.
        samples: u32,
        /// Samples seen so far.
        seen: u32,
    },
    /// Readings that do not belong.
    Alarm {
        /// How strange they are, and why.
        verdict: Verdict,
        /// The readings of the window that it is about.
        readings: Places,
    },
    /// Readings belong again.
    Calm(Verdict),
    /// What an alarm was about has lasted: it is learned as a new normal.
    NewNormal(Verdict),
    /// Normal has moved, without an alarm. Told once for a detector.
    Drifted(Verdict),
    /// The sensor is at fault. Told at the 1st, 2nd, 4th, 8th, … time.
    FaultSeen {
        /// The kind of fault.
        fault: Fault,
        /// How often it has been seen since the start.
        total: u32,
    },
    /// Readings came faster than they could be taken in. Told at the 1st, 2nd, 4th, … loss.
    Dropped {
        /// Readings lost since the start.
        total: u32,
    },
    /// The networks were not sound, or gave no gradient any more; it went back to those that last were.
    RolledBack {
        /// Rounds played.
        step: u32,
        /// How often this has been so since boot.
        total: u32,
    },
    /// Training went wrong, and something was done about it.
    Treated(Treated),
    /// A checkpoint has been written.
    Saved {
        /// Rounds played.
        step: u32,
        /// The networks.
        fingerprint: Fingerprint,
    },
    /// A checkpoint could not be written; the last one stands.
    NotSaved {
        /// Rounds played.
        step: u32,
    },
    /// How the generator turned out, and whether the Gaussian fit stands in for it.
    Settled(Settled),
    /// Training is over; it goes on watching.
    Finished {
        /// Rounds played.
        step: u32,
        /// The networks.
        fingerprint: Fingerprint,
        /// A checksum over every verdict since the beginning.
        verdicts: Fingerprint,
    },
}

/// A checksum of the networks, or of verdicts, written as eight hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub u32);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Fingerprint {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=u32:08x}", self.0);
    }
}
