//! Training as a device does it: readings come one by one through sampler and queue, in lockstep
//! with training, and the memory holds few of them.

use std::collections::VecDeque;

use ganlet::health::{Doctor, Shadow, Treated};
use ganlet::record::Record;
use ganlet_app::{
    Activity, Clock, Course, Device, Event, Fault, NoStore, Pace, Plausible, Sample, Sampler,
    Sensor, Settings, Tally,
};
use heapless::spsc::Queue;

use crate::error::Failure;
use crate::network::Network;
use crate::source::Pupil;
use crate::supply::Supply;

/// How a device would be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Readings that it takes before each round.
    pub pace: u32,
    /// Readings that it takes before the first one.
    pub warm_up: u32,
}

/// A recording, read out one reading at a time; a gap reads as NaN.
#[derive(Debug)]
struct Playback(VecDeque<Sample>);

impl Sensor for Playback {
    fn read(&mut self) -> Result<f32, Fault> {
        match self.0.pop_front() {
            Some(Sample::Reading(x)) => Ok(x),
            Some(Sample::Gap) => Ok(f32::NAN),
            None => Err(Fault::NoAnswer),
        }
    }
}

/// Wall-clock time since it was made.
#[derive(Debug)]
pub struct Stopwatch(std::time::Instant);

impl Default for Stopwatch {
    fn default() -> Self {
        Self(std::time::Instant::now())
    }
}

impl Clock for Stopwatch {
    fn micros(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// What went wrong in a run, and was seen to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Care {
    /// What the doctor has found and done.
    pub treated: Vec<Treated>,
    /// Times that networks which were no sound numbers were set back to sound ones.
    pub rolled_back: u32,
}

/// What is left of `readings` for a learner that has taken some of them.
pub fn left<M: Network>(readings: Vec<Sample>, learner: &Pupil<'_, M>) -> Vec<Sample> {
    let taken = learner.readings().count() + learner.readings().rejected();
    let is_reading = |sample: &Sample| matches!(sample, Sample::Reading(_));
    let mut passed = 0;
    let is_taken = |sample: &Sample| {
        passed += u32::from(is_reading(sample));
        passed < taken || passed == taken && is_reading(sample)
    };
    readings.into_iter().skip_while(is_taken).collect()
}

/// How a device is to live on the host.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    /// How it takes readings; no plan is for a learner that has seen all its readings already.
    pub plan: Option<Plan>,
    /// Rounds between two records.
    pub report_every: u32,
    /// Rounds between two checkpoints; 0 for none.
    pub save_every: u32,
    /// The last round.
    pub end: u32,
    /// Whether a run that goes wrong is treated.
    pub rescue: bool,
}

/// Has a device with this learner and this shadow take `readings` and train as `orders` say; returns
/// what went wrong and was seen to; networks that are no sound numbers are set back with or without
/// rescue. `after` sees the learner after every round, and the record when one is due;
/// `save` gets what is to be in a checkpoint. A failure of either ends the run.
pub fn live<M: Network>(
    learner: &mut Pupil<'_, M>,
    shadow: &mut Shadow<M>,
    readings: Vec<Sample>,
    orders: Orders,
    mut after: impl FnMut(&Pupil<'_, M>, Option<Record>) -> Result<(), Failure>,
    mut save: impl FnMut(&Course<'_, M, Supply<'_, M::Held>>) -> Result<(), Failure>,
) -> Result<Care, Failure> {
    let session = &learner.session;
    let Orders {
        plan, end, rescue, ..
    } = orders;
    let settings = Settings {
        warm_up: plan.map_or(0, |plan| plan.warm_up),
        pace: plan.map_or(Pace::Free, |plan| Pace::Lockstep {
            readings: plan.pace,
        }),
        report_every: orders.report_every,
        save_every: 0,
        examine_every: if rescue { Doctor::EVERY } else { 0 },
        ..Settings::new(session.recipe, session.seed)
    };
    let mut step = session.trainer.step();

    let tally = Tally::new();
    let mut queue = Queue::<Sample, 64>::new();
    let (outbox, mut inbox) = queue.split();
    let mut left = readings.len();
    let playback = Playback(readings.into());
    let mut sampler = Sampler::new(playback, Plausible::ANY, outbox, &tally);

    let told = std::cell::Cell::new(None);
    let care = std::cell::RefCell::new(Care::default());
    let reporter = |event: &Event| match event {
        Event::Progress(record) => told.set(Some(*record)),
        Event::Treated(event) => care.borrow_mut().treated.push(*event),
        Event::RolledBack { total, .. } => care.borrow_mut().rolled_back = *total,
        _ => {}
    };
    let mut device = Device::with(
        learner,
        settings,
        &tally,
        Stopwatch::default(),
        NoStore,
        reporter,
    )
    .with_shadow(shadow);
    while step < end {
        while left > 0 && sampler.has_room() {
            sampler.sample();
            left -= 1;
        }
        let activity = device.turn(&mut inbox);
        if activity == Activity::Waiting && left == 0 && !inbox.ready() {
            if !device.is_waiting_for_readings() {
                break;
            }
            device.no_more_readings();
        }
        let session = &device.learner().session;
        if session.trainer.step() > step {
            step = session.trainer.step();
            if step == end && told.get().is_none() {
                device.tell();
            }
            after(device.learner(), told.take())?;
            if orders.save_every > 0 && step.is_multiple_of(orders.save_every) && step < end {
                save(&device.checkpoint())?;
            }
            if device.learner().session.done() {
                break; // it may have been stopped before its last step
            }
        }
    }
    Ok(care.take())
}
