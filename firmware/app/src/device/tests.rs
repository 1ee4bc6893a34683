//! A device's life on the host, without a chip.

use std::cell::RefCell;
use std::vec::Vec;

use ganlet::model::Scalar;
use ganlet::rng::Rng;
use ganlet::stream::Replay;
use heapless::spsc::Queue;

use super::*;
use crate::keeper::NoStore;
use crate::plausible::Plausible;
use crate::sampler::Sampler;
use crate::sensor::Sensor;
use crate::watch::Verdict;

type Small = Learner<Scalar, Replay<[f32; 1], 64>>;

/// A short and cheap run.
fn settings(steps: u32) -> Settings {
    let mut recipe = Recipe::SCALAR;
    (recipe.batch, recipe.steps) = (8, steps);
    Settings {
        warm_up: 32,
        report_every: 10,
        ..Settings::new(recipe, 7)
    }
}

/// A sensor at 20 °C that fails in every way there is.
struct Bad(Rng, u32);

impl Sensor for Bad {
    fn read(&mut self) -> Result<f32, Fault> {
        self.1 += 1;
        match self.1 % 11 {
            3 => Ok(f32::NAN),
            5 => Ok(f32::NEG_INFINITY),
            7 => Ok(1e30),
            9 => Err(Fault::NoAnswer),
            10 => Err(Fault::Bus),
            _ => Ok(20.0 + self.0.gaussian()),
        }
    }
}

/// Runs a device on a sensor in lockstep until it has finished.
fn run(sensor: impl Sensor, settings: Settings) -> (Small, Vec<Event>) {
    let (tally, events) = (Tally::new(), RefCell::new(Vec::new()));
    let mut queue = Queue::<Sample, 8>::new();
    let (outbox, mut inbox) = queue.split();
    let limits = Plausible {
        low: -55.0,
        high: 125.0,
        stuck_after: 0,
    };
    let mut sampler = Sampler::new(sensor, limits, outbox, &tally);
    let mut learner = Small::new(Replay::uniform());
    let reporter = |event: &Event| events.borrow_mut().push(*event);
    let mut device = Device::start(&mut learner, settings, &tally, (), NoStore, reporter);
    while device.turn(&mut inbox) != Activity::Watching {
        if sampler.has_room() {
            sampler.sample();
        }
    }
    (learner, events.into_inner())
}

#[test]
fn a_life_is_told_from_its_start_to_its_end() {
    let mut rng = Rng::new(1, 0);
    struct Good<'a>(&'a mut Rng);
    impl Sensor for Good<'_> {
        fn read(&mut self) -> Result<f32, Fault> {
            Ok(20.0 + self.0.gaussian())
        }
    }
    let (learner, events) = run(Good(&mut rng), settings(30));
    assert!(matches!(
        events[0],
        Event::Started {
            seed: 7,
            parameters: 722,
            ..
        }
    ));
    assert!(
        matches!(events[1], Event::Scaled { readings: 32, .. }),
        "{:?}",
        events[1]
    );
    let steps: Vec<u32> = events
        .iter()
        .filter_map(|event| match event {
            Event::Progress(record) => Some(record.step),
            _ => None,
        })
        .collect();
    assert_eq!(steps, [10, 20, 30]);
    let fingerprint = Fingerprint(learner.session.trainer.fingerprint());
    let end = Event::Finished {
        step: 30,
        fingerprint,
    };
    assert_eq!(events.last(), Some(&end));
}

#[test]
fn a_bad_sensor_is_reported_and_never_poisons_training() {
    let (learner, events) = run(Bad(Rng::new(2, 0), 0), settings(200));
    let told = |fault| {
        events
            .iter()
            .any(|event| matches!(event, Event::FaultSeen { fault: seen, .. } if *seen == fault))
    };
    for fault in [
        Fault::NotFinite,
        Fault::OutOfRange,
        Fault::NoAnswer,
        Fault::Bus,
    ] {
        assert!(told(fault), "{fault:?}");
    }
    assert_eq!(learner.session.trainer.skipped(), 0);
    let scale = learner.session.standardiser;
    assert!((scale.mean() - 20.0).abs() < 0.5 && (0.5..2.0).contains(&scale.sd()));
    let held = learner.memory.samples();
    assert!(held.iter().all(|[x]| (10.0..30.0).contains(x)));
}

#[test]
fn in_lockstep_the_moment_at_which_readings_come_changes_no_bit() {
    let lockstep = Settings {
        pace: Pace::Lockstep { readings: 3 },
        ..settings(40)
    };
    let fingerprint = |eager: usize| {
        let (tally, mut rng) = (Tally::new(), Rng::new(3, 0));
        let mut queue = Queue::<Sample, 16>::new();
        let (mut outbox, mut inbox) = queue.split();
        let mut learner = Small::new(Replay::uniform());
        let mut device = Device::start(&mut learner, lockstep, &tally, (), NoStore, |_: &Event| {});
        while device.turn(&mut inbox) != Activity::Watching {
            for _ in 0..eager {
                if outbox.ready() {
                    let _ = outbox.enqueue(Sample::Reading(rng.gaussian()));
                }
            }
        }
        learner.session.trainer.fingerprint()
    };
    assert_eq!(fingerprint(1), fingerprint(9));
}

#[test]
fn a_constant_sensor_is_told_of_and_waited_for() {
    struct Heater(u32);
    impl Sensor for Heater {
        fn read(&mut self) -> Result<f32, Fault> {
            self.0 += 1;
            Ok(if self.0 < 100 {
                20.0
            } else {
                20.0 + (self.0 % 7) as f32
            })
        }
    }
    let (learner, events) = run(Heater(0), settings(10));
    let unscaled = events
        .iter()
        .filter(|event| matches!(event, Event::Unscaled { .. }))
        .count();
    assert_eq!(unscaled, 2, "at 32 and 64 readings");
    assert!(learner.session.standardiser.sd() > 1.0);
}

#[test]
fn readings_that_do_not_belong_raise_one_alarm_and_calm_ends_it() {
    struct Heated(Rng, u32);
    impl Sensor for Heated {
        fn read(&mut self) -> Result<f32, Fault> {
            self.1 += 1;
            let heat = if (1200..1260).contains(&self.1) {
                15.0
            } else {
                0.0
            };
            Ok(20.0 + heat + 0.5 * self.0.gaussian())
        }
    }
    let lockstep = Settings {
        pace: Pace::Lockstep { readings: 4 },
        ..settings(400)
    };
    let (_, events) = run(Heated(Rng::new(4, 0), 0), lockstep);
    let begun: Vec<&Verdict> = events
        .iter()
        .filter_map(|event| match event {
            Event::Alarm(verdict) => Some(verdict),
            _ => None,
        })
        .collect();
    assert_eq!(begun.len(), 1, "{begun:?}");
    assert!(begun[0].reading > 30.0);
    assert!(events.iter().any(|event| matches!(event, Event::Calm(_))));
}
