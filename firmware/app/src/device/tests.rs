//! A device's life on the host, without a chip.

use std::cell::RefCell;
use std::vec::Vec;

use ganlet::health::Illness;
use ganlet::model::Scalar;
use ganlet::recipe::Recipe;
use ganlet::rng::Rng;
use ganlet::session::Session;
use ganlet::stream::Replay;
use ganlet::watch::Verdict;
use heapless::spsc::Queue;

use super::*;
use crate::keeper::tests::media::{Medium, Ram};
use crate::keeper::{NoStore, Restored};
use crate::plausible::Plausible;
use crate::sampler::Sampler;
use crate::sensor::Sensor;

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
    let mut device = Device::start(&mut learner, None, settings, &tally, (), NoStore, reporter);
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
        verdicts: Fingerprint(learner.watch.digest()),
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
        let mut device = Device::start(
            &mut learner,
            None,
            lockstep,
            &tally,
            (),
            NoStore,
            |_: &Event| {},
        );
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

/// A room that is heated for a while, and remembers what it has said.
struct Heated<'a>(Rng, u32, &'a RefCell<Vec<f32>>);

impl Sensor for Heated<'_> {
    fn read(&mut self) -> Result<f32, Fault> {
        self.1 += 1;
        let heat = if (1200..1260).contains(&self.1) {
            15.0
        } else {
            0.0
        };
        let reading = 20.0 + heat + 0.5 * self.0.gaussian();
        self.2.borrow_mut().push(reading);
        Ok(reading)
    }
}

/// What a heated room says, and what is told of it.
fn heated(tell_readings: bool) -> (Vec<f32>, Vec<Event>) {
    let said = RefCell::new(Vec::new());
    let lockstep = Settings {
        pace: Pace::Lockstep { readings: 4 },
        tell_readings,
        ..settings(400)
    };
    let (_, events) = run(Heated(Rng::new(4, 0), 0, &said), lockstep);
    (said.into_inner(), events)
}

fn alarms(events: &[Event]) -> Vec<Verdict> {
    let alarm = |event: &Event| match event {
        Event::Alarm { verdict, .. } => Some(*verdict),
        _ => None,
    };
    events.iter().filter_map(alarm).collect()
}

#[test]
fn readings_that_do_not_belong_raise_one_alarm_and_calm_ends_it() {
    let (_, events) = heated(true);
    let begun = alarms(&events);
    assert_eq!(begun.len(), 1, "{begun:?}");
    assert!(begun[0].reading > Some(30.0));
    assert!(events.iter().any(|event| matches!(event, Event::Calm(_))));
    let place = |is: fn(&Event) -> bool| events.iter().position(is);
    let unwatched = place(|event| matches!(event, Event::Unwatched { needed: 96, .. }));
    let fitted = place(|event| matches!(event, Event::Fitted { .. }));
    let alarm = place(|event| matches!(event, Event::Alarm { .. }));
    assert!(unwatched.is_some() && unwatched < fitted && fitted < alarm);
}

/// Runs a device in lockstep from the `taken`-th reading on, until it has finished or, where there is a
/// limit, has made so many saves; what it told.
fn live_on(store: impl Store, settings: Settings, saves: usize) -> Vec<Event> {
    let (tally, events) = (Tally::new(), RefCell::new(Vec::new()));
    let mut queue = Queue::<Sample, 16>::new();
    let (mut outbox, mut inbox) = queue.split();
    let mut learner = Small::new(Replay::uniform());
    let mut shadow = Shadow::NONE;
    let reporter = |event: &Event| events.borrow_mut().push(*event);
    let shadow = Some(&mut shadow);
    let mut device = Device::start(&mut learner, shadow, settings, &tally, (), store, reporter);
    let (mut rng, taken) = (Rng::new(11, 0), device.learner().readings().count());
    (0..taken).for_each(|_| _ = rng.gaussian());
    while device.turn(&mut inbox) != Activity::Watching {
        while outbox.ready() {
            let _ = outbox.enqueue(Sample::Reading(rng.gaussian()));
        }
        let saved = |event: &&Event| matches!(event, Event::Saved { .. });
        if events.borrow().iter().filter(saved).count() == saves {
            break; // the power goes
        }
    }
    events.into_inner()
}

/// Power cut after the n-th checkpoint, for every n: the device goes on from there, and comes to the
/// fingerprint of one that was never cut off, whose events are returned.
fn interrupted_everywhere<St: Store>(
    settings: Settings,
    medium: impl Fn() -> St,
    boot: impl Fn(St) -> [St; 2],
) -> Vec<Event> {
    let settings = Settings {
        pace: Pace::Lockstep { readings: 3 },
        save_every: 7,
        ..settings
    };
    let whole = live_on(medium(), settings, usize::MAX);
    let end = *whole.last().unwrap();
    assert!(matches!(end, Event::Finished { step: 40, .. }), "{end:?}");
    for n in 1..=5 {
        let [first, second] = boot(medium());
        let begun = live_on(first, settings, n);
        let Some(Event::Saved { step, fingerprint }) = begun.last().copied() else {
            panic!("{:?}", begun.last());
        };
        let rest = live_on(second, settings, usize::MAX);
        let treated = |told: &[Event]| -> Vec<Event> {
            let after = |event: &&Event| matches!(event, Event::Treated(it) if it.step > step);
            told.iter().filter(after).copied().collect()
        };
        assert_eq!(treated(&rest), treated(&whole), "interrupted at {step}");
        let readings = 32 + 3 * step;
        let samples = 64;
        let restored = Event::Restored {
            step,
            fingerprint,
            readings,
            samples,
        };
        assert!(rest.contains(&restored) || readings < 64, "{rest:?}");
        assert_eq!(rest.last(), Some(&end), "interrupted at {step}");
    }
    whole
}

#[test]
fn an_interrupted_life_goes_on_to_the_bit() {
    let ram = || Ram::of(32 * 1024).store();
    interrupted_everywhere(settings(40), ram, |store| [store.clone(), store]);
}

/// What the doctor knows, and the best generator, outlast the cut: what is treated after it is what
/// would have been treated without it.
#[test]
fn an_interrupted_life_that_goes_wrong_is_treated_as_if_it_had_not_been_interrupted() {
    let ram = || Ram::of(32 * 1024).store();
    for (seed, rate, illness) in [(1, 1e-6, Illness::Stalled), (6, 0.1, Illness::Worsened)] {
        let mut ill = Settings {
            examine_every: 1,
            seed,
            ..settings(40)
        };
        ill.recipe.discriminator_rate = rate;
        ill.recipe.generator_rate = rate;
        ill.recipe.average = 0.5;
        let whole = interrupted_everywhere(ill, ram, |store| [store.clone(), store]);
        let late = |event: &Event| matches!(event, Event::Treated(it) if it.step > 7 && it.illness == illness);
        assert!(whole.iter().any(late), "{whole:?}");
    }
}

#[test]
fn while_a_checkpoint_is_written_readings_are_taken_in_and_the_snapshot_is_of_one_moment() {
    let medium = Ram::of(32 * 1024);
    let (tally, events) = (Tally::new(), RefCell::new(Vec::new()));
    let mut queue = Queue::<Sample, 8>::new();
    let (mut outbox, mut inbox) = queue.split();
    let mut learner = Small::new(Replay::uniform());
    let settings = Settings {
        save_every: 10,
        ..settings(25)
    };
    let reporter = |event: &Event| events.borrow_mut().push(*event);
    let mut device = Device::start(
        &mut learner,
        None,
        settings,
        &tally,
        (),
        medium.store(),
        reporter,
    );
    let (mut rng, mut lost, mut during, mut at_begin) = (Rng::new(5, 0), 0, 0, 0);
    let mut last = Activity::Waiting;
    loop {
        let _ = outbox
            .enqueue(Sample::Reading(rng.gaussian()))
            .map_err(|_| lost += 1);
        let activity = device.turn(&mut inbox);
        match activity {
            Activity::Saving if last != Activity::Saving => {
                at_begin = device.learner().readings().count() - 1; // one was taken in since
            }
            Activity::Saving => during += 1,
            Activity::Watching => break,
            _ => {}
        }
        last = activity;
    }
    assert_eq!(lost, 0, "the queue has overflowed");
    assert!(
        during > 100,
        "{during} readings came while pieces were written"
    );
    let told = events.into_inner();
    let saved = told
        .iter()
        .filter(|event| matches!(event, Event::Saved { .. }));
    assert_eq!(saved.count(), 3);

    let mut found = Small::new(Replay::uniform());
    let mut keeper = Keeper::new(medium.store());
    let restored = keeper.restore(Session::<Scalar>::NAME, &mut found);
    assert_eq!(restored, Restored::State);
    assert_eq!(
        found.readings().count(),
        at_begin,
        "what was taken in when it began"
    );
    assert_eq!(found.session.trainer.step(), 25);
}

#[test]
fn networks_that_are_not_sound_are_rolled_back_told_of_and_never_kept() {
    use ganlet::params::Params as _;
    for bad in [f32::NAN, f32::INFINITY, 1e6] {
        for with_shadow in [true, false] {
            let (tally, events) = (Tally::new(), RefCell::new(Vec::new()));
            let mut queue = Queue::<Sample, 64>::new();
            let (mut outbox, mut inbox) = queue.split();
            let mut learner = Small::new(Replay::uniform());
            learner.restart(settings(60).recipe, 3);
            let mut shadow = Shadow::NONE;
            let mut rng = Rng::new(6, 0);
            for round in 0..4 {
                if round > 0 {
                    // A bit flips in the RAM, of either network.
                    let gan = &mut learner.session.trainer.gan;
                    match round % 2 {
                        0 => gan.generator.leaf_mut(1)[0] = bad,
                        _ => gan.discriminator.leaf_mut(2)[1] = bad,
                    }
                }
                let steps = learner.session.trainer.step() + 15;
                learner.session.recipe.steps = steps;
                let reporter = |event: &Event| events.borrow_mut().push(*event);
                let settings = settings(steps);
                let mut device =
                    Device::with(&mut learner, settings, &tally, (), NoStore, reporter);
                if with_shadow {
                    device = device.with_shadow(&mut shadow);
                }
                while device.turn(&mut inbox) != Activity::Watching {
                    let _ = outbox.enqueue(Sample::Reading(rng.gaussian()));
                }
                assert!(learner.session.trainer.is_sound());
                let told = events.take();
                let rolled = |event: &&Event| matches!(event, Event::RolledBack { total: 1, .. });
                let expected = usize::from(round > 0);
                assert_eq!(told.iter().filter(rolled).count(), expected, "{told:?}");
            }
        }
    }
}

#[test]
fn a_run_that_goes_wrong_is_treated_told_of_and_ends_sound() {
    let wild = |examine_every| {
        let mut settings = Settings {
            examine_every,
            ..settings(300)
        };
        settings.recipe.discriminator_rate = 1.0;
        run(Bad(Rng::new(2, 0), 0), settings)
    };
    let treated = |events: &[Event]| {
        let told = events.iter();
        told.filter(|event| matches!(event, Event::Treated(_)))
            .count()
    };
    let (learner, events) = wild(20);
    assert!(treated(&events) > 0, "{events:?}");
    assert!(learner.session.trainer.is_sound());
    assert!(learner.session.recipe.discriminator_rate < 1.0);
    assert_eq!(treated(&wild(0).1), 0);
}

#[test]
fn a_watchdog_is_fed_by_progress_alone() {
    struct Dog<'a>(&'a RefCell<u32>);
    impl crate::Watchdog for Dog<'_> {
        fn feed(&mut self) {
            *self.0.borrow_mut() += 1;
        }
    }
    let (meals, tally) = (RefCell::new(0), Tally::new());
    let mut queue = Queue::<Sample, 64>::new();
    let (mut outbox, mut inbox) = queue.split();
    let mut learner = Small::new(Replay::uniform());
    let mut dog = Dog(&meals);
    let medium = Ram::of(32 * 1024);
    let store = medium.store();
    let mut device = Device::start(
        &mut learner,
        None,
        settings(20),
        &tally,
        (),
        store,
        |_: &Event| {},
    )
    .with_watchdog(&mut dog);
    // A sensor that says nothing feeds nobody, however often the loop turns.
    (0..1000).for_each(|_| _ = device.turn(&mut inbox));
    assert_eq!(meals.take(), 0);
    let mut rng = Rng::new(5, 0);
    let (mut turns, mut saving) = (0, 0);
    for _ in 0..40 {
        let _ = outbox.enqueue(Sample::Reading(rng.gaussian()));
    }
    loop {
        let activity = device.turn(&mut inbox);
        saving += u32::from(activity == Activity::Saving);
        if activity == Activity::Watching {
            break;
        }
        turns += 1;
    }
    assert!(saving > 50);
    assert_eq!(
        meals.take(),
        turns,
        "a step, a piece, or readings in every turn"
    );
    (0..1000).for_each(|_| _ = device.turn(&mut inbox));
    assert_eq!(meals.take(), 0, "it has finished, and no readings come");
    for _ in 0..3 {
        tally.reject(Fault::NoAnswer);
        (0..1000).for_each(|_| _ = device.turn(&mut inbox));
    }
    assert_eq!(meals.take(), 3, "a failure that is counted is work done");
}

#[test]
fn no_reading_is_told_unless_somebody_asks_for_it() {
    let (said, events) = heated(false);
    assert_eq!(alarms(&events).len(), 1);
    let log: std::string::String = events.iter().map(|it| std::format!("{it:?}\n")).collect();
    for reading in &said {
        let reading = std::format!(" {reading:?}");
        assert!(!log.contains(&reading), "{reading} is in the log");
    }
    // The same search finds them where they are.
    let (said, events) = heated(true);
    let told = alarms(&events)[0].reading;
    assert!(said.iter().any(|it| Some(*it) == told));
}
