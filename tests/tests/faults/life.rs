//! One life of a device, and what became of it.

use std::cell::RefCell;

use ganlet::divergence::{Normal, Target, wasserstein};
use ganlet::model::Scalar;
use ganlet::params::ParamsExt;
use ganlet::recipe::Recipe;
use ganlet::rng::Rng;
use ganlet::stream::Replay;
use ganlet_app::{
    Activity, Device, Eeprom, Event, Fault, Faulty, Learner, Mishap, Pace, Plausible, Sample,
    Sampler, Sensor, Settings, Tally,
};
use heapless::spsc::Queue;

use crate::ram::Ram;

/// A room whose thermostat switches between two temperatures, in degrees Celsius.
const ROOM: &str = "mixture:0.65:20.5:0.3,0.35:23:0.4";
const ROUNDS: u32 = 1200;
const SAVE_EVERY: u32 = 200;

/// The distance below which a device has learned, in standard deviations of what is true. One that
/// has learned nothing but mean and spread is at 0.37.
const LEARNED: f64 = 0.25;
/// Where up to half of the readings are false and look true, it learns what it is told: the limit is
/// the distance of that.
const LEARNED_FROM_LIES: f64 = 0.7;

/// What goes wrong, how often, and the seed of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) mishap: Option<Mishap>,
    pub(crate) rate: f32,
    pub(crate) seed: u64,
}

/// What became of a device.
#[derive(Debug)]
pub(crate) struct Fate {
    /// Attempts to take a reading.
    pub(crate) seen: u32,
    /// Of these, those that were rejected, by fault.
    pub(crate) rejected: [u32; Fault::ALL.len()],
    pub(crate) dropped: u32,
    /// Readings that were taken in.
    pub(crate) learned: u32,
    /// Alarms raised.
    pub(crate) alarms: u32,
    /// Wasserstein-1 distance of what is generated to what is true, in its standard deviations.
    pub(crate) w1: f64,
    /// Whether every parameter is.
    pub(crate) is_finite: bool,
    /// Checkpoints written, and not written.
    pub(crate) saved: u32,
    pub(crate) not_saved: u32,
    /// The round from which a device goes on that starts with this store.
    pub(crate) restored: Option<u32>,
    /// Whether it says that there is a checkpoint which cannot be used.
    pub(crate) refused: bool,
}

impl Fate {
    pub(crate) fn rejected_in_all(&self) -> u32 {
        self.rejected.iter().sum()
    }
}

type Small = Learner<Scalar, Replay<[f32; 1], 256>>;

struct Room(Target, Rng);

impl Sensor for Room {
    fn read(&mut self) -> Result<f32, Fault> {
        Ok(self.0.draw(&mut self.1))
    }
}

impl Life {
    pub(crate) fn without_faults(seed: u64) -> Self {
        Self {
            mishap: None,
            rate: 0.0,
            seed,
        }
    }

    /// The distance below which it has learned.
    pub(crate) fn limit(&self) -> f64 {
        match self.mishap {
            Some(Mishap::Lie) => LEARNED_FROM_LIES,
            _ => LEARNED,
        }
    }

    pub(crate) fn live(&self) -> Fate {
        let room: Target = ROOM.parse().expect("a target");
        let (tally, events) = (Tally::new(), RefCell::new(Vec::new()));
        let mut queue = Queue::<Sample, 16>::new();
        let (outbox, mut inbox) = queue.split();
        let limits = Plausible {
            low: -55.0,
            high: 125.0,
            stuck_after: 2,
        };
        let sensor = self.struck(Room(room.clone(), Rng::new(self.seed, 9)));
        let mut sampler = Sampler::new(sensor, limits, outbox, &tally);
        let mut learner = Small::new(Replay::uniform());
        let memory = Ram::new();
        let store = Eeprom::new(self.struck(memory.clone()));
        let reporter = |event: &Event| events.borrow_mut().push(*event);
        let settings = self.settings(ROUNDS);
        let mut device = Device::start(&mut learner, None, settings, &tally, (), store, reporter);
        while device.turn(&mut inbox) != Activity::Watching {
            if sampler.has_room() {
                sampler.sample();
            }
        }
        while inbox.ready() {
            device.turn(&mut inbox);
        }
        let learned = device.learner().readings().count();
        let events = events.into_inner();
        let count = |kind: fn(&Event) -> bool| events.iter().filter(|it| kind(it)).count() as u32;
        let (restored, refused) = self.after_a_power_cut(memory);
        let gan = &learner.session.trainer.gan;
        Fate {
            seen: tally.seen(),
            rejected: Fault::ALL.map(|fault| tally.rejected(fault)),
            dropped: tally.dropped(),
            learned,
            alarms: count(|it| matches!(it, Event::Alarm { .. })),
            w1: distance(&learner, &room),
            is_finite: gan.generator.all_finite()
                && gan.discriminator.all_finite()
                && learner.session.trainer.average.all_finite(),
            saved: count(|it| matches!(it, Event::Saved { .. })),
            not_saved: count(|it| matches!(it, Event::NotSaved { .. })),
            restored,
            refused,
        }
    }

    fn struck<T>(&self, inner: T) -> Faulty<T> {
        Faulty::new(inner, self.mishap, self.rate, self.seed)
    }

    fn settings(&self, steps: u32) -> Settings {
        let mut recipe = Recipe::SCALAR;
        // A short run: larger steps, and an average over fewer of them.
        (recipe.batch, recipe.steps, recipe.average) = (16, steps, 0.99);
        (recipe.generator_rate, recipe.discriminator_rate) = (3e-3, 3e-3);
        Settings {
            warm_up: 128,
            pace: Pace::Lockstep { readings: 2 },
            save_every: SAVE_EVERY,
            ..Settings::new(recipe, self.seed)
        }
    }

    /// What a device finds that starts with this memory, which fails no more.
    fn after_a_power_cut(&self, memory: Ram) -> (Option<u32>, bool) {
        let found = RefCell::new((None, false));
        let reporter = |event: &Event| match *event {
            Event::Restored { step, .. } => found.borrow_mut().0 = Some(step),
            Event::NotRestored { .. } => found.borrow_mut().1 = true,
            _ => {}
        };
        let (tally, mut learner) = (Tally::new(), Small::new(Replay::uniform()));
        let settings = self.settings(ROUNDS);
        let store = Eeprom::new(memory);
        Device::start(&mut learner, None, settings, &tally, (), store, reporter);
        found.into_inner()
    }
}

/// The distance of the normal distribution that has the room's own mean and spread.
pub(crate) fn of_a_gaussian() -> f64 {
    let room: Target = ROOM.parse().expect("a target");
    let gaussian = Normal::new(room.mean(), room.sd()).expect("a distribution");
    wasserstein::between(&gaussian, &room) / room.sd()
}

fn distance(learner: &Small, room: &Target) -> f64 {
    let mut rng = Rng::new(1, 10);
    let mut generated: Vec<f32> = (0..2048)
        .flat_map(|_| learner.session.generate::<4>(&mut rng))
        .map(|[x]| x)
        .collect();
    generated.sort_by(f32::total_cmp);
    let distance = wasserstein::to_distribution(&generated, room);
    distance.expect("generated readings are finite") / room.sd()
}
