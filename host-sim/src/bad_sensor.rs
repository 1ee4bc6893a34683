//! A sensor that fails, simulated: what a device would take in of the readings that a sound sensor
//! gives.

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use ganlet::rng::Rng;
use ganlet_app::{Fault, Faulty, Inbox, Mishap, Plausible, Sample, Sampler, Sensor, Tally};
use heapless::spsc::Queue;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::error::Failure;
use crate::series::Series;
use crate::source::{Source, stream};

/// Readings that a simulated sensor gives, some of which its faults spoil.
const DRAWN: usize = 65_536;

/// Seed of the faults and of the readings of a simulated sensor: as in a recording they are the same
/// whatever the seed of training, so that a run goes on from a checkpoint with the same data.
const SEED: u64 = 0;

/// Which faults befall a sensor, and how often; written `KIND,KIND:RATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    kinds: Vec<Mishap>,
    /// The share of attempts to read that one of them befalls.
    rate: f32,
}

/// No faults are written like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "give KIND:RATE or KIND,KIND:RATE, a rate from 0 to 1 and kinds of {}",
    Mishap::OF_SENSORS.map(Mishap::name).join(", ")
)]
pub struct NoFaults;

impl FromStr for Faults {
    type Err = NoFaults;

    fn from_str(text: &str) -> Result<Self, NoFaults> {
        let (kinds, rate) = text.split_once(':').ok_or(NoFaults)?;
        let rate: f32 = rate.parse().map_err(|_| NoFaults)?;
        let kind = |name: &str| {
            name.parse()
                .ok()
                .filter(|it| Mishap::OF_SENSORS.contains(it))
        };
        let kinds = kinds.split(',').map(kind).collect::<Option<_>>();
        match (kinds, (0.0..=1.0).contains(&rate)) {
            (Some(kinds), true) => Ok(Self { kinds, rate }),
            _ => Err(NoFaults),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.kinds.iter().map(|it| it.name()).collect();
        write!(f, "{}:{}", kinds.join(","), self.rate)
    }
}

/// What became of the readings of a sensor that fails: due = kept + rejected + passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Toll {
    /// Readings that a sound sensor would have given.
    pub due: u64,
    /// Those that were taken in, false ones among them that nobody can tell from true ones.
    pub kept: u64,
    /// Attempts to read that a fault befell.
    pub struck: u64,
    /// Attempts that were rejected with [`Fault::NoAnswer`].
    pub no_answer: u64,
    /// With [`Fault::Bus`].
    pub bus: u64,
    /// With [`Fault::NotFinite`].
    pub not_finite: u64,
    /// With [`Fault::OutOfRange`].
    pub out_of_range: u64,
    /// With [`Fault::Stuck`].
    pub stuck: u64,
    /// Readings that nobody asked for, while a sensor that had not answered was left alone.
    pub passed_over: u64,
}

impl Toll {
    fn of(tally: &Tally, due: usize, struck: u32) -> Self {
        let [no_answer, bus, not_finite, out_of_range, stuck] =
            Fault::ALL.map(|fault| tally.rejected(fault).into());
        Self {
            due: due as u64,
            kept: tally.taken().into(),
            struck: struck.into(),
            no_answer,
            bus,
            not_finite,
            out_of_range,
            stuck,
            passed_over: due as u64 - u64::from(tally.seen()),
        }
    }

    /// Attempts that were rejected, by the name of the fault.
    pub fn rejected(&self) -> [(&'static str, u64); Fault::ALL.len()] {
        [
            ("no answer", self.no_answer),
            ("bus", self.bus),
            ("not finite", self.not_finite),
            ("out of range", self.out_of_range),
            ("stuck", self.stuck),
        ]
    }

    /// All of them.
    pub fn rejected_in_all(&self) -> u64 {
        self.rejected().iter().map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Toll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self
            .rejected()
            .map(|(kind, count)| format!("{count} {kind}"));
        write!(
            f,
            "of {} readings {} kept, {} passed over, {} rejected ({}); {} struck",
            self.due,
            self.kept,
            self.passed_over,
            self.rejected_in_all(),
            kinds.join(", "),
            self.struck
        )
    }
}

/// What a sensor says now.
#[derive(Debug)]
struct Now<'a>(&'a Cell<f32>);

impl Sensor for Now<'_> {
    fn read(&mut self) -> Result<f32, Fault> {
        Ok(self.0.get())
    }
}

impl Faults {
    /// What a device's sampler lets through of the readings of `sound`, as a recording of `window`
    /// readings a sample: those that are kept are the sensor's own, to the bit, and where some are
    /// missing there is a gap.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] when too few are left.
    pub fn befall(&self, sound: &Source, window: usize) -> Result<(Source, Toll), Failure> {
        let (heard, toll) = self.heard(&recording(sound));
        let source = Source::recorded(heard, window).map_err(|_| {
            Failure::input(
                format!("{} of {} readings are left", toll.kept, toll.due),
                format!("--faults {self}"),
                "give a lower rate, or a model with a shorter window",
            )
        })?;
        Ok((source, toll))
    }

    fn heard(&self, sound: &Series) -> (Series, Toll) {
        let (now, tally) = (Cell::new(0.0), Tally::new());
        let mut sensor = Faulty::new(Now(&now), self.kinds.iter().copied(), self.rate, SEED);
        let mut queue = Queue::<Sample, 4>::new();
        let (outbox, mut inbox) = queue.split();
        let mut sampler = Sampler::new(&mut sensor, limits(&sound.values), outbox, &tally);
        let mut kept = Vec::new();
        let mut segments = Vec::new();
        for segment in &sound.segments {
            let mut begin = kept.len();
            for place in segment.clone() {
                now.set(sound.values[place]);
                sampler.sample();
                while let Some(sample) = inbox.next() {
                    match sample {
                        Sample::Reading(x) => kept.push((place, x)),
                        Sample::Gap => {
                            segments.push(begin..kept.len());
                            begin = kept.len();
                        }
                    }
                }
            }
            segments.push(begin..kept.len());
        }
        segments.retain(|segment| !segment.is_empty());
        let of_labels = |labels: &Vec<bool>| kept.iter().map(|(place, _)| labels[*place]).collect();
        let heard = Series {
            values: kept.iter().map(|(_, x)| *x).collect(),
            t: kept.iter().map(|(place, _)| sound.t[*place]).collect(),
            labels: sound.labels.as_ref().map(of_labels),
            segments,
            ..sound.clone()
        };
        (
            heard,
            Toll::of(&tally, sound.values.len(), sensor.happened()),
        )
    }
}

/// The readings of a sensor in their order: of a simulated one, as many as a day may bring.
fn recording(source: &Source) -> Series {
    if let Some(series) = source.series() {
        return series.clone();
    }
    let mut rng = Rng::new(SEED, stream::RECORDING);
    let readings = (0..DRAWN).flat_map(|_| source.draw::<[f32; 1]>(&mut rng));
    Series {
        path: PathBuf::from(source.name()),
        column: "value".to_owned(),
        values: readings.collect(),
        t: (0..DRAWN).map(|place| place as f64).collect(),
        step: None,
        labels: None,
        segments: std::iter::once(0..DRAWN).collect(),
        rejected: Default::default(),
        warnings: Vec::new(),
    }
}

/// What a sensor can say that says this when it is sound: up to a span beyond its extremes, and equal
/// readings in a row as many as it has had.
fn limits(readings: &[f32]) -> Plausible {
    let low = readings.iter().copied().fold(f32::MAX, f32::min);
    let high = readings.iter().copied().fold(f32::MIN, f32::max);
    let equal = readings.chunk_by(|a, b| a == b).map(<[f32]>::len).max();
    Plausible {
        low: low - (high - low),
        high: high + (high - low),
        stuck_after: equal.unwrap_or(0) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    use crate::series::Rows;

    /// A coarse sensor, which repeats itself, with a gap after 200 readings.
    fn sound() -> Series {
        let row = |i: usize| match i {
            200 => "200,\n".to_owned(),
            _ => format!("{i},{}\n", (i / 3 * 37 % 100) as f32 / 10.0),
        };
        let text: String = (0..1000).map(row).collect();
        let bytes = format!("t,value\n{text}").into_bytes();
        Series::from_bytes(Path::new("x.csv"), bytes, None, &Rows::default()).unwrap()
    }

    fn heard(faults: &str) -> (Series, Toll) {
        faults.parse::<Faults>().unwrap().heard(&sound())
    }

    #[test]
    fn a_sensor_that_does_not_fail_is_heard_as_it_is() {
        let (series, toll) = heard("silence,lie:0");
        assert_eq!(series, sound());
        let due = series.values.len() as u64;
        let kept = due;
        assert_eq!(
            toll,
            Toll {
                due,
                kept,
                ..Toll::default()
            }
        );
    }

    #[test]
    fn what_is_kept_is_the_sensors_own_and_what_is_not_is_counted_and_leaves_a_gap() {
        let sound = sound();
        let true_at = |t: f64| {
            let place = sound.t.iter().position(|it| *it == t).unwrap();
            sound.values[place].to_bits()
        };
        for (kind, count) in [
            ("silence", (|toll| toll.no_answer) as fn(&Toll) -> u64),
            ("glitch", |toll| toll.bus),
            ("not-a-number", |toll| toll.not_finite),
            ("overrange", |toll| toll.out_of_range),
        ] {
            let (series, toll) = heard(&format!("{kind}:0.2"));
            assert!(toll.struck > 50, "{kind}: {toll}");
            assert_eq!(
                (count(&toll), toll.rejected_in_all()),
                (toll.struck, toll.struck),
                "{kind}"
            );
            assert_eq!(
                toll.due,
                toll.kept + toll.struck + toll.passed_over,
                "{kind}"
            );
            assert_eq!(
                toll.passed_over > 0,
                matches!(kind, "silence" | "glitch"),
                "{kind}"
            );
            assert_eq!(toll.kept, series.values.len() as u64, "{kind}");
            for (t, x) in series.t.iter().zip(&series.values) {
                assert_eq!(x.to_bits(), true_at(*t), "{kind} at {t}");
            }
            let covered: usize = series.segments.iter().map(|it| it.len()).sum();
            assert_eq!(covered, series.values.len(), "{kind}");
            for segment in &series.segments {
                let missing = |pair: &[f64]| pair[1] != pair[0] + 1.0;
                assert!(!series.t[segment.clone()].windows(2).any(missing), "{kind}");
            }
        }
    }

    #[test]
    fn a_frozen_sensor_is_found_out_by_what_a_sound_one_never_does() {
        let (series, toll) = heard("freeze:0.9");
        assert!(toll.stuck > 300, "{toll}");
        assert_eq!(toll.due, toll.kept + toll.stuck);
        let longest = |values: &[f32]| values.chunk_by(|a, b| a == b).map(<[f32]>::len).max();
        assert_eq!(longest(&series.values), longest(&sound().values));
    }

    #[test]
    fn what_is_written_is_read_or_refused() {
        for good in ["silence:0.05", "glitch,lie:1", "freeze:0"] {
            assert_eq!(good.parse::<Faults>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "silence",
            "silence:",
            "silence:2",
            "silence:-0.1",
            "silence:nan",
            ":0.1",
            "silence,:0.1",
            "drought:0.1",
            "bit-flip:0.1",
            "silence:0.1:0.2",
        ] {
            assert_eq!(bad.parse::<Faults>(), Err(NoFaults), "{bad}");
        }
    }
}
