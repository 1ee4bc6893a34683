//! A log as text: one line a record, or a block of lines that is drawn over and over.

use std::f64::consts::LN_2;

use console::{Style, measure_text_width};
use ganlet::record::{Record, Vitals};

use super::curve::{Curve, sparkline};
use super::log::Log;
use crate::error::excerpt;
use crate::report::number::{beside, count, short, short_or_dash};

/// V of a generator that cannot be told from the data, in nats.
const BALANCE: f64 = -2.0 * LN_2;
/// Lines of the curve of V.
const HEIGHT: usize = 6;
/// Columns before a curve.
const MARGIN: usize = 9;
/// Columns of a sparkline.
const SPARK: usize = 40;

/// A record on a line of its own.
pub(super) fn in_one_line(record: &Record) -> String {
    let training = format!(
        "step {:>6}  D {}  G {}  V {}  JS ≥ {}",
        record.step,
        beside(record.discriminator_loss.into(), 0.1),
        beside(record.generator_loss.into(), 0.1),
        value(record),
        js_bound(record),
    );
    if record.vitals() == Vitals::default() {
        return training;
    }
    format!("{training}  {}", vitals(record))
}

/// V to the digits that matter beside the balance.
pub(super) fn value(record: &Record) -> String {
    beside(record.value.into(), 0.01)
}

/// The bound with its error; a dash where there is none.
pub(super) fn js_bound(record: &Record) -> String {
    let number = |real: f32| beside(real.into(), 0.01);
    match record.js_bound.is_finite() {
        true => format!(
            "{} ± {}",
            number(record.js_bound),
            number(record.js_bound_error)
        ),
        false => short_or_dash(None),
    }
}

/// What the device says of itself.
fn vitals(record: &Record) -> String {
    let stack = match record.stack {
        0 => String::new(),
        bytes => format!("  stack {} B", count(bytes.into())),
    };
    format!(
        "seen {}  rejected {}  dropped {}  {} µs{stack}",
        count(record.seen.into()),
        count(record.rejected.into()),
        count(record.dropped.into()),
        short(record.cost_us.into()),
    )
}

/// The log as a block of lines, each at most `width` columns wide, for standard error.
pub(super) fn live(log: &Log, width: usize) -> String {
    let Some(last) = log.last() else {
        return format!("ganlet monitor: {} lines, no record yet", log.lines);
    };
    let width = width.clamp(40, 100);
    let mut lines = vec![format!(
        "{}  step {}, {} records",
        strong().apply_to("ganlet monitor"),
        strong().apply_to(count(last.step.into())),
        count(log.records),
    )];
    lines.extend(game(log, last, width));
    lines.extend(losses(log, last, width));
    lines.push(format!(
        "{:<MARGIN$}{} nats   gradients D {} G {}   skipped {}",
        "JS ≥",
        strong().apply_to(js_bound(last)),
        short(last.discriminator_gradient.into()),
        short(last.generator_gradient.into()),
        count(log.skipped),
    ));
    lines.push(device(last));
    lines.push(events(log, width));
    let fit = |line: String| match measure_text_width(&line) <= width {
        true => line,
        false => console::truncate_str(&line, width, "…").into_owned(),
    };
    lines.into_iter().map(fit).collect::<Vec<_>>().join("\n")
}

/// V over the steps, with the level of balance.
fn game(log: &Log, last: &Record, width: usize) -> Vec<String> {
    let values: Vec<f64> = log.history.records().map(|r| r.value.into()).collect();
    let curve = Curve::new(&values, BALANCE, width - MARGIN - 1, HEIGHT);
    let label = |at: usize| match at {
        at if at == curve.level_line => "−2 ln 2".to_owned(),
        0 => format!("{:.2}", curve.high),
        at if at + 1 == HEIGHT => format!("{:.2}", curve.low),
        _ => String::new(),
    };
    let title = format!(
        "{:<MARGIN$}{} nats; −1.386 where nothing can tell real from generated",
        "V(G, D)",
        strong().apply_to(value(last)),
    );
    let drawn = curve.lines.iter().enumerate().map(|(at, line)| {
        let line = generated().apply_to(line);
        format!("{:>width$} {line}", label(at), width = MARGIN - 1)
    });
    [title].into_iter().chain(drawn).collect()
}

/// The latest of both losses.
fn losses(log: &Log, last: &Record, width: usize) -> [String; 2] {
    let spark = SPARK.min(width - MARGIN - 10);
    let row = |name: &str, style: Style, pick: fn(&Record) -> f32| {
        let mut latest: Vec<f64> = log
            .history
            .records()
            .rev()
            .take(spark)
            .map(|record| pick(record).into())
            .collect();
        latest.reverse();
        format!(
            "{name:<MARGIN$}{} {}",
            style.apply_to(sparkline(&latest, spark)),
            strong().apply_to(short_or_dash(Some(pick(last).into()))),
        )
    };
    [
        row("D loss", data(), |record| record.discriminator_loss),
        row("G loss", generated(), |record| record.generator_loss),
    ]
}

fn device(last: &Record) -> String {
    let text = format!("{:<MARGIN$}{}", "device", vitals(last));
    match last.dropped {
        0 => text,
        _ => alarm().apply_to(text).to_string(),
    }
}

fn events(log: &Log, width: usize) -> String {
    let mut text = format!(
        "{:<MARGIN$}alarms {}  faults told {}",
        "events",
        count(log.alarms()),
        count(log.faults())
    );
    for (name, number) in [
        ("crashes", log.crashes),
        ("restarts", log.restarts),
        ("broken", log.broken),
    ] {
        if number > 0 {
            text += &format!("  {name} {}", count(number));
        }
    }
    match &log.trouble {
        Some(trouble) => format!(
            "{text}  last: {}",
            alarm().apply_to(excerpt(trouble, width))
        ),
        None => text,
    }
}

fn strong() -> Style {
    Style::new().for_stderr().bold()
}

fn data() -> Style {
    Style::new().for_stderr().cyan()
}

fn generated() -> Style {
    Style::new().for_stderr().yellow()
}

/// The style of trouble.
pub(super) fn alarm() -> Style {
    Style::new().for_stderr().red()
}

#[cfg(test)]
mod tests {
    use super::super::line;
    use super::*;

    fn record(step: u32) -> Record {
        Record {
            step,
            discriminator_loss: 1.38,
            generator_loss: 0.69,
            value: BALANCE as f32,
            js_bound: 0.0123,
            js_bound_error: 0.0041,
            ..Record::default()
        }
    }

    #[test]
    fn a_line_tells_the_record_and_the_device_where_there_is_one() {
        let host = in_one_line(&record(100));
        assert_eq!(
            host,
            "step    100  D 1.380  G 0.690  V −1.3863  JS ≥ 0.0123 ± 0.0041"
        );
        let vitals = Vitals {
            seen: 3200,
            cost_us: 821.0,
            stack: 4812,
            ..Vitals::default()
        };
        let device = in_one_line(&record(100).with(vitals));
        let rest = device.strip_prefix(&host);
        assert_eq!(
            rest,
            Some("  seen 3,200  rejected 0  dropped 0  821 µs  stack 4,812 B")
        );
    }

    #[test]
    fn the_view_keeps_its_height_and_the_terminal_s_width() {
        let mut log = Log::default();
        assert_eq!(live(&log, 80).lines().count(), 1);
        for (step, value) in [(1, -1.0), (2, f32::NAN), (3, f32::INFINITY), (4, -1e38)] {
            let record = Record {
                value,
                js_bound: value,
                ..record(step)
            };
            log.take(&line::read(&record.to_string()));
            log.take(&line::read(&format!("Alarm {{ at: {} }}", "9".repeat(200))));
            for width in [1, 40, 80, 500] {
                let view = live(&log, width);
                assert_eq!(view.lines().count(), 1 + 1 + HEIGHT + 2 + 3);
                for line in view.lines() {
                    assert!(measure_text_width(line) <= width.clamp(40, 100), "{line}");
                }
            }
        }
    }
}
