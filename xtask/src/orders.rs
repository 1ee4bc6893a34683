//! What a device is told to do in a run: the first line that it reads.

use std::fmt;

use clap::ValueEnum;

use crate::store;

/// The orders of a run.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Orders {
    /// The networks
    #[arg(long, value_enum, default_value_t = Model::Scalar)]
    pub(crate) model: Model,
    /// Rounds of training
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) steps: u32,
    /// Seed of every random stream
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Readings that are taken in before each round; 0 for as they come
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) readings: u32,
    /// Readings that the scale is learned from
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub(crate) warm_up: u32,
    /// Readings a second, whether the device keeps up or not [default: as fast as it does]
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) rate: Option<u32>,
    /// What the device reads with
    #[arg(long, value_enum, default_value_t = Sensor::Uart)]
    pub(crate) sensor: Sensor,
    /// Rounds between two records of the log
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) report: u32,
    /// Rounds between two checkpoints; 0 for one at the end
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) save: u32,
    /// When the run ends
    #[arg(long, value_enum, default_value_t = Until::Trained)]
    pub(crate) until: Until,
    /// Of 1,000 readings, make so many fail, in every way that a sensor can
    #[arg(long, value_name = "N", default_value_t = 0,
          conflicts_with = "crash", value_parser = clap::value_parser!(u32).range(..=1000))]
    pub(crate) faults: u32,
    /// Crash instead, to see how the log tells of it
    #[arg(long, value_enum)]
    pub(crate) crash: Option<Crash>,
}

/// The networks that the firmware holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// Single readings
    Scalar,
    /// Windows of 32 readings
    Window32,
}

/// What the device reads with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sensor {
    /// Readings come as text over the serial line
    Uart,
    /// A thermometer on the I2C bus, its temperatures set from outside
    I2c,
}

/// When a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Until {
    /// With the last round
    Trained,
    /// With the last reading: the device goes on watching
    End,
}

/// A way to crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Crash {
    /// A panic
    Panic,
    /// A hard fault
    Fault,
}

impl Orders {
    /// The arguments by which `ganlet train` trains the same networks.
    pub(crate) fn networks(&self) -> [String; 6] {
        let (steps, seed) = (self.steps.to_string(), self.seed.to_string());
        [
            "--model",
            &name(self.model),
            "--steps",
            &steps,
            "--seed",
            &seed,
        ]
        .map(str::to_owned)
    }

    /// The arguments by which it takes readings like a device that remembers so many samples.
    pub(crate) fn pace(&self, memory: u32) -> [String; 6] {
        let [memory, pace, warm_up] = [memory, self.readings, self.warm_up].map(|n| n.to_string());
        ["--memory", &memory, "--pace", &pace, "--warm-up", &warm_up].map(str::to_owned)
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "model={} steps={}", name(self.model), self.steps)?;
        write!(f, " seed={} readings={}", self.seed, self.readings)?;
        write!(
            f,
            " warm-up={} rate={}",
            self.warm_up,
            self.rate.unwrap_or(0)
        )?;
        write!(f, " sensor={} report={}", name(self.sensor), self.report)?;
        write!(f, " save={} store={}", self.save, store::BYTES)?;
        write!(f, " until={}", name(self.until))?;
        if self.faults > 0 {
            write!(f, " faults={}", self.faults)?;
        }
        match self.crash {
            Some(crash) => write!(f, " crash={}", name(crash)),
            None => Ok(()),
        }
    }
}

/// A value as it is written on the command line and in the orders.
fn name(value: impl ValueEnum) -> String {
    let value = value.to_possible_value().expect("no value is hidden");
    value.get_name().to_owned()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        orders: Orders,
    }

    #[test]
    fn orders_fit_the_line_that_the_device_reads() {
        let words = "run --model window32 --seed 18446744073709551615 --steps 4294967295 \
             --readings 4294967295 --warm-up 4294967295 --rate 10000 --sensor i2c \
             --report 4294967295 --save 4294967295 --until end --crash panic";
        let line = Line::parse_from(words.split_whitespace())
            .orders
            .to_string();
        assert!(line.starts_with("model=window32 steps=4294967295 seed=18446744073709551615 "));
        assert!(line.len() <= 200, "{} characters: {line}", line.len());
    }
}
