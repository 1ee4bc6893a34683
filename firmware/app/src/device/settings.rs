//! How a device lives.

use ganlet::health::Doctor;
use ganlet::recipe::Recipe;

use crate::learner::WARM_UP;

/// How a device lives.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The seed of every random stream.
    pub seed: u64,
    /// How it is trained.
    pub recipe: Recipe,
    /// Readings that come before the first step: the scale is learned from them, and the memory
    /// filled with them.
    pub warm_up: u32,
    /// When readings are taken in.
    pub pace: Pace,
    /// Rounds between two telemetry records.
    pub report_every: u32,
    /// Rounds between two checkpoints; 0 for none but the one at the end.
    pub save_every: u32,
    /// Rounds between two visits of the doctor who treats a run that goes wrong; 0 for none.
    pub examine_every: u32,
    /// Generated samples that the generator is settled by when training is over; see
    /// [`Session::settle`](ganlet::session::Session::settle).
    pub settled_by: u32,
    /// The false-alarm budget: the share of normal samples that may be above the limit of an alarm.
    pub budget: f32,
    /// Whether an alarm tells the reading that raised it; nothing else tells any.
    pub tell_readings: bool,
    /// The stack's high-water mark in bytes, for telemetry; 0 where it is not measured.
    pub stack: fn() -> u32,
}

impl Settings {
    /// What suits most: telemetry every 100 rounds, a checkpoint every 1,000, settled by 4,096
    /// generated samples, one normal sample in a thousand strange.
    pub const fn new(recipe: Recipe, seed: u64) -> Self {
        Self {
            seed,
            recipe,
            warm_up: WARM_UP,
            pace: Pace::Free,
            report_every: 100,
            save_every: 1000,
            examine_every: Doctor::EVERY,
            settled_by: 4096,
            budget: 1e-3,
            tell_readings: false,
            stack: || 0,
        }
    }
}

/// What of them a device has to know all its life: the recipe is its session's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    pub(super) warm_up: u32,
    pub(super) pace: Pace,
    pub(super) report_every: u32,
    pub(super) save_every: u32,
    pub(super) examine_every: u32,
    pub(super) settled_by: u32,
    pub(super) tell_readings: bool,
    pub(super) stack: fn() -> u32,
}

impl Habits {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            warm_up: settings.warm_up,
            pace: settings.pace,
            report_every: settings.report_every,
            save_every: settings.save_every,
            examine_every: settings.examine_every,
            settled_by: settings.settled_by,
            tell_readings: settings.tell_readings,
            stack: settings.stack,
        }
    }
}

/// When readings are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As they come: the queue is emptied before each step. What a device in service wants.
    Free,
    /// So many before each round, for which training waits: the same readings then give the same
    /// bits on every machine, however fast it is.
    Lockstep {
        /// Readings for each round.
        readings: u32,
    },
}

impl Pace {
    pub(super) fn readings(self) -> u32 {
        match self {
            Self::Free => 0,
            Self::Lockstep { readings } => readings,
        }
    }
}
