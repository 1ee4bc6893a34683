//! `cargo xtask soak MACHINE`: an emulated device lives life after life, each from the checkpoint of
//! the one before, while its sensor fails in every way and its host sends garbage among the readings.
//!
//! A life must end without a panic, all its numbers finite, and account for every reading: those
//! that the host has sent are those that were seen, and they were learned, rejected or dropped.

use std::{
    collections::BTreeMap,
    iter,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    firmware::Image,
    log::Message,
    machine::{MACHINES, Machine},
    run::Run,
    scratch::Scratch,
};

/// What may be said to `cargo xtask soak`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The machine, by its name in QEMU
    #[arg(value_parser = Machine::named)]
    machine: &'static Machine,
    /// End after so many rounds of training in all
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    steps: u32,
    /// End after the life in which so many minutes are over
    #[arg(long, value_name = "M", default_value_t = 60)]
    minutes: u64,
    /// Rounds of a life
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    life: u32,
    /// Of 1,000 readings, those that fail
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1000))]
    faults: u32,
    #[command(flatten)]
    image: Image,
}

/// Readings that the scale is learned from.
const WARM_UP: u32 = 256;

/// What a host may send in place of a reading.
const GARBAGE: [&str; 8] = [
    "nan",
    "inf",
    "-inf",
    "1e39",
    "",
    "?",
    "a line that is too long to be any number at all",
    "-300",
];

/// One reading in so many is garbage.
const GARBAGE_EVERY: usize = 50;

/// A short one, as a stage of `cargo xtask test`.
pub(crate) fn short() -> Result<()> {
    let machine = MACHINES.iter().find(|it| it.name == "mps2-an386");
    run(&Args {
        machine: machine.context("no such machine")?,
        steps: 60,
        minutes: 60,
        life: 30,
        faults: 200,
        image: Image::default(),
    })
}

/// Lives until the rounds are played or the time is over.
pub(crate) fn run(args: &Args) -> Result<()> {
    let begun = Instant::now();
    let limit = Duration::from_secs(60 * args.minutes);
    let scratch = Scratch::folder("soak")?;
    let store = scratch.path().join("store.bin");
    let (mut step, mut total) = (0, Account::default());
    println!(
        "{:>4} {:>9} {:>11} {}",
        "life",
        "rounds",
        "fingerprint",
        Account::HEAD
    );
    for life in 1.. {
        let steps = args.steps.min(step + args.life);
        let end = live(args, &store, life, steps).with_context(|| format!("life {life}"))?;
        println!(
            "{life:>4} {:>9} {:>11} {}",
            end.step, end.fingerprint, end.account
        );
        ensure!(
            end.step == steps,
            "life {life} has played {} of {steps} rounds",
            end.step
        );
        ensure!(
            (step > 0) == (end.restored == Some(step)),
            "life {life} goes on from {:?}, not from {step}",
            end.restored
        );
        step = end.step;
        total.add(&end.account);
        if step >= args.steps || begun.elapsed() >= limit {
            let seconds = begun.elapsed().as_secs();
            println!("{:>4} {step:>9} {:>11} {total}", "all", "");
            println!(
                "{life} lives in {seconds} s: no panic, every number finite, every reading accounted for"
            );
            return Ok(());
        }
    }
    unreachable!("lives have no end")
}

/// One life, to the round `steps`.
fn live(args: &Args, store: &Path, life: u32, steps: u32) -> Result<Ending> {
    let line = format!(
        "soak --steps {steps} --seed {life} --readings 1 --warm-up {WARM_UP} --report 100 \
         --until end --faults {}",
        args.faults
    );
    let mut run = Run::told(args.machine, &line)?;
    run.readings = readings(&run.readings, 2 * (args.life + WARM_UP) as usize);
    run.store = Some(store.to_owned());
    run.image = args.image.clone();
    run.check()?;
    let mut log = Log::default();
    let mut wrong = None;
    run.go(|message| {
        if let Err(error) = log.take(message) {
            wrong.get_or_insert(error);
        }
    })?;
    if let Some(error) = wrong {
        return Err(error);
    }
    let account = log.account.context("its log ends without an account")?;
    let (step, fingerprint) = log.finished.context("it has not finished")?;
    account.adds_up(run.readings.len() as u32)?;
    Ok(Ending {
        step,
        fingerprint,
        restored: log.restored,
        account,
    })
}

/// `count` of the readings, garbage among them.
fn readings(room: &[String], count: usize) -> Vec<String> {
    let garbage = GARBAGE.iter().map(|it| (*it).to_owned()).cycle();
    let mut garbage = iter::once(String::new()).chain(garbage);
    room.iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(nth, reading)| match nth % GARBAGE_EVERY {
            0 => garbage.next().unwrap_or_default(),
            _ => reading.clone(),
        })
        .collect()
}

/// How a life has ended.
#[derive(Debug)]
struct Ending {
    step: u32,
    fingerprint: String,
    /// The round that it went on from.
    restored: Option<u32>,
    account: Account,
}

/// What a log has said.
#[derive(Debug, Default)]
struct Log {
    restored: Option<u32>,
    finished: Option<(u32, String)>,
    account: Option<Account>,
}

impl Log {
    /// Takes a message in.
    ///
    /// # Errors
    /// For what must not be in the log.
    fn take(&mut self, message: &Message) -> Result<()> {
        let Some((name, fields)) = taken_apart(&message.text) else {
            return Ok(());
        };
        let field = |name: &str| fields.get(name).and_then(|value| value.parse().ok());
        match name {
            "Record" => {
                let unsound = fields.iter().find(|(name, value)| !is_sound(name, value));
                if let Some((name, value)) = unsound {
                    bail!("{name} is {value} in {}", message.text);
                }
            }
            "Restored" => self.restored = field("step"),
            "Finished" => {
                let fingerprint = fields.get("fingerprint").map(|it| (*it).to_owned());
                self.finished = field("step").zip(fingerprint);
            }
            "Account" => self.account = Account::of(field),
            "NotRestored" | "NotSaved" => bail!("{}", message.text),
            _ => {}
        }
        Ok(())
    }
}

/// The name of an event, and its fields.
fn taken_apart(text: &str) -> Option<(&str, BTreeMap<&str, &str>)> {
    let (name, rest) = text.split_once(" { ")?;
    let fields = rest.trim_end_matches([' ', '}']).split(", ");
    Some((
        name,
        fields.filter_map(|field| field.split_once(": ")).collect(),
    ))
}

/// Whether a field of a record is what it may be; an interval of one round has no standard error.
fn is_sound(name: &str, value: &str) -> bool {
    let number: Result<f64, _> = value.parse();
    name.starts_with("js_bound") || number.is_ok_and(f64::is_finite)
}

/// Where the readings have gone.
#[derive(Clone, Debug, Default, PartialEq)]
struct Account {
    seen: u32,
    learned: u32,
    rejected: u32,
    dropped: u32,
}

impl Account {
    const HEAD: &str = "     seen   learned  rejected   dropped";

    fn of(field: impl Fn(&str) -> Option<u32>) -> Option<Self> {
        Some(Self {
            seen: field("seen")?,
            learned: field("learned")?,
            rejected: field("rejected")?,
            dropped: field("dropped")?,
        })
    }

    /// Whether nothing is missing of what was sent.
    fn adds_up(&self, sent: u32) -> Result<()> {
        let gone = self.learned + self.rejected + self.dropped;
        ensure!(
            self.seen == sent && self.seen == gone,
            "of {sent} readings sent, {} were seen, and {gone} learned, rejected or dropped: {self:?}",
            self.seen
        );
        Ok(())
    }

    fn add(&mut self, other: &Self) {
        self.seen += other.seen;
        self.learned += other.learned;
        self.rejected += other.rejected;
        self.dropped += other.dropped;
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            seen,
            learned,
            rejected,
            dropped,
        } = self;
        write!(f, "{seen:>9} {learned:>9} {rejected:>9} {dropped:>9}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        Message {
            level: "info",
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_log_is_held_to_its_numbers() {
        let mut log = Log::default();
        for text in [
            "Restored { step: 20, fingerprint: 00c0ffee }",
            "Record { step: 30, value: -1.5, js_bound: -0.1, js_bound_error: NaN, seen: 12 }",
            "Account { seen: 12, learned: 7, rejected: 4, dropped: 1 }",
            "Finished { step: 40, fingerprint: 1234abcd }",
            "anything",
        ] {
            log.take(&message(text)).unwrap();
        }
        assert_eq!(log.restored, Some(20));
        assert_eq!(log.finished, Some((40, "1234abcd".to_owned())));
        let account = log.account.clone().unwrap();
        assert!(account.adds_up(12).is_ok() && account.adds_up(13).is_err());
        let short = Account {
            learned: 6,
            ..account
        };
        assert!(short.adds_up(12).is_err());

        let bad = "Record { step: 30, value: NaN, js_bound: -0.1 }";
        assert!(
            log.take(&message(bad))
                .unwrap_err()
                .to_string()
                .contains("value is NaN")
        );
        assert!(log.take(&message("NotSaved { step: 30 }")).is_err());
    }

    #[test]
    fn garbage_of_every_kind_is_among_the_readings() {
        let room = ["20.5".to_owned(), "21".to_owned()];
        let readings = readings(&room, 1000);
        assert_eq!(readings.len(), 1000);
        for garbage in GARBAGE {
            assert!(readings.iter().any(|it| it == garbage), "{garbage}");
        }
    }
}
