//! What the host wants of a run: the first line that it sends, as `key=value` words.

use core::str::FromStr;

use ganlet_app::{Pace, WARM_UP};

/// The orders, with what holds for a key that is not given.
pub(crate) struct Orders {
    /// The networks: `scalar`, or `window32` where the memory allows.
    pub(crate) window: bool,
    /// Rounds to play.
    pub(crate) steps: u32,
    /// The seed of every random stream.
    pub(crate) seed: u64,
    /// Readings before each round in lockstep; 0 for as they come.
    pub(crate) readings: u32,
    /// Readings before the first round.
    pub(crate) warm_up: u32,
    /// Rounds between two records.
    pub(crate) report: u32,
    /// Rounds between two checkpoints.
    pub(crate) save: u32,
    /// Bytes of the memory that the host keeps for the device; 0 for none.
    pub(crate) store: u32,
    /// Readings a second; 0 for as many as there is room for.
    pub(crate) rate: u32,
    /// Whether the thermometer on the bus is read.
    pub(crate) bus: bool,
    /// Whether it goes on after the last round, until the readings end.
    pub(crate) watch: bool,
    /// Of 1,000 readings, those that are to fail in any way there is; an account follows at the end.
    pub(crate) faults: u32,
    /// How the run is to crash, to see that a crash is told of.
    pub(crate) crash: Option<Crash>,
}

/// A way to crash.
#[derive(Clone, Copy)]
pub(crate) enum Crash {
    Panic,
    Fault,
}

impl Default for Orders {
    fn default() -> Self {
        Self {
            window: false,
            steps: 1000,
            seed: 0,
            readings: 0,
            warm_up: WARM_UP,
            report: 100,
            save: 0,
            store: 0,
            rate: 0,
            bus: false,
            watch: false,
            faults: 0,
            crash: None,
        }
    }
}

impl Orders {
    pub(crate) fn pace(&self) -> Pace {
        match self.readings {
            0 => Pace::Free,
            readings => Pace::Lockstep { readings },
        }
    }

    /// Reads the line.
    ///
    /// # Errors
    /// The first word that is no order.
    pub(crate) fn read(line: &str) -> Result<Self, &str> {
        let mut orders = Self::default();
        for word in line.split_ascii_whitespace() {
            orders.obey(word).ok_or(word)?;
        }
        Ok(orders)
    }

    fn obey(&mut self, word: &str) -> Option<()> {
        let (key, value) = word.split_once('=')?;
        match key {
            "model" => self.window = choice(value, ["scalar", "window32"])?,
            "sensor" => self.bus = choice(value, ["uart", "i2c"])?,
            "until" => self.watch = choice(value, ["trained", "end"])?,
            "steps" => set(&mut self.steps, value)?,
            "seed" => set(&mut self.seed, value)?,
            "readings" => set(&mut self.readings, value)?,
            "warm-up" => set(&mut self.warm_up, value)?,
            "report" => set(&mut self.report, value)?,
            "save" => set(&mut self.save, value)?,
            "store" => set(&mut self.store, value)?,
            "rate" => set(&mut self.rate, value)?,
            "faults" => set(&mut self.faults, value)?,
            "crash" => {
                self.crash = Some(match choice(value, ["panic", "fault"])? {
                    false => Crash::Panic,
                    true => Crash::Fault,
                });
            }
            _ => return None,
        }
        Some(())
    }
}

/// Whether `value` is the second of two.
fn choice(value: &str, [first, second]: [&str; 2]) -> Option<bool> {
    match value {
        _ if value == first => Some(false),
        _ if value == second => Some(true),
        _ => None,
    }
}

fn set<T: FromStr>(place: &mut T, value: &str) -> Option<()> {
    *place = value.parse().ok()?;
    Some(())
}
