//! The result of a monitored run, for `--json` and for readers.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use ganlet::record::{Number, Record};
use serde::{Serialize, Serializer};

use super::log::Log;
use super::view;
use crate::report::number::{count, short, short_or_dash};

/// The result as `--json` prints it.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    records: u64,
    #[serde(serialize_with = "by_name")]
    last: Option<&'a Record>,
    alarms: u64,
    faults: u64,
    /// Whether the log ends in a panic or a hard fault.
    panicked: bool,
    crash: Option<&'a str>,
    crashes: u64,
    restarts: u64,
    broken: u64,
    lines: u64,
    /// The events of every name.
    events: BTreeMap<&'a str, u64>,
}

impl<'a> Summary<'a> {
    /// The log's result.
    pub(super) fn of(log: &'a Log) -> Self {
        let events = log.events().iter();
        Self {
            records: log.records,
            last: log.last(),
            alarms: log.alarms(),
            faults: log.faults(),
            panicked: log.crash.is_some(),
            crash: log.crash.as_ref().map(|crash| crash.text.as_str()),
            crashes: log.crashes,
            restarts: log.restarts,
            broken: log.broken,
            lines: log.lines,
            events: events
                .map(|(name, told)| (name.as_str(), told.count))
                .collect(),
        }
    }
}

/// A record as a map from its fields' names; a number that is not finite is null.
fn by_name<S: Serializer>(record: &Option<&Record>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Value {
        Count(u32),
        Real(Option<f32>),
    }
    let value = |number| match number {
        Number::Count(count) => Value::Count(count),
        Number::Real(real) => Value::Real(real.is_finite().then_some(real)),
    };
    match record {
        Some(record) => to.collect_map(record.fields().map(|(name, number)| (name, value(number)))),
        None => to.serialize_none(),
    }
}

/// The result in a few lines.
pub(super) fn tell(out: &mut dyn Write, log: &Log, written: &[PathBuf]) -> io::Result<()> {
    let Some(last) = log.last() else {
        return Ok(());
    };
    let number = |real: f32| short_or_dash(Some(real.into()));
    writeln!(
        out,
        "{} records to step {}; {} alarms and {} faults told, {} restarts",
        count(log.records),
        count(last.step.into()),
        count(log.alarms()),
        count(log.faults()),
        count(log.restarts),
    )?;
    writeln!(
        out,
        "V(G, D) {} nats, so JS is at least {}",
        view::value(last),
        view::js_bound(last),
    )?;
    writeln!(
        out,
        "losses D {}, G {}; gradients D {}, G {}; {} steps skipped",
        number(last.discriminator_loss),
        number(last.generator_loss),
        number(last.discriminator_gradient),
        number(last.generator_gradient),
        count(log.skipped),
    )?;
    writeln!(
        out,
        "{} readings seen, {} rejected, {} dropped; {} µs a round{}",
        count(last.seen.into()),
        count(last.rejected.into()),
        count(last.dropped.into()),
        short(last.cost_us.into()),
        match last.stack {
            0 => String::new(),
            bytes => format!(", {} bytes of stack", count(bytes.into())),
        },
    )?;
    if let Some(finished) = log.events().get("Finished") {
        writeln!(out, "{}", finished.last)?;
    }
    let written: Vec<String> = written
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    writeln!(out, "wrote {}", written.join(", "))
}
