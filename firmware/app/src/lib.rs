//! The life of a device that learns its sensor: sample, learn, watch, keep, tell.
//!
//! ```text
//!  timer interrupt                    main loop
//!  Sensor → Sampler → spsc queue → Device: Learner  take in → window → memory → one player's step
//!              └──── Tally ───────────→    Watch    score each window, raise alarms
//!                                          Keeper   checkpoints in the two places of a store
//!                                          Reporter what happened, as events
//! ```
//!
//! No chip in it: a board gives a [`Sensor`], a [`Clock`], a [`Store`] and a [`Reporter`], calls [`Sampler::sample`] from a timer
//! interrupt and [`Device::turn`] from its main loop. A reading that comes while a step runs waits
//! in the queue; one that finds the queue full is dropped, and counted.
//!
//! The host simulator runs the same [`Learner`].
#![no_std]
#![warn(missing_docs)]

#[cfg(test)]
extern crate std;

mod clock;
mod device;
mod event;
mod fault;
mod faulty;
mod keeper;
mod learner;
mod memory;
mod plausible;
mod reporter;
mod sampler;
pub mod sensor;
mod tally;
mod watchdog;

pub use clock::Clock;
pub use device::{Activity, Device, Pace, Settings};
pub use event::{Event, Fingerprint};
pub use fault::Fault;
pub use faulty::{Faulty, Mishap, StoreFault, UnknownMishap};
pub use keeper::{Eeprom, Flash, Keeper, NoStore, Place, Progress, Restored, Store};
pub use learner::{Course, Learner, WARM_UP};
pub use memory::Memory;
pub use plausible::Plausible;
#[cfg(feature = "defmt")]
pub use reporter::DefmtReporter;
pub use reporter::Reporter;
pub use sampler::{Inbox, Sample, Sampler};
pub use sensor::Sensor;
pub use tally::Tally;
pub use watchdog::Watchdog;
