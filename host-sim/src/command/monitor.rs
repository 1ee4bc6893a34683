//! `ganlet monitor`: a device's decoded log, as it comes, becomes a live view and the files of a run.

mod curve;
mod display;
mod feed;
mod history;
mod line;
mod log;
mod page;
mod quotes;
mod summary;
mod view;

use std::io::{self, BufRead, IsTerminal, Write};

use self::display::Display;
use self::feed::Feed;
use self::line::Line;
use self::log::Log;
use self::summary::Summary;
use crate::argument::Destination;
use crate::console;
use crate::error::{Failure, excerpt};
use crate::output::OutDir;
use crate::report::device;
use crate::report::metrics::DeviceWriter;

const EXAMPLES: &str = "\
Examples:
  cargo run --release | ganlet monitor               in a board's folder
  defmt-print -e firmware.elf < frames | ganlet monitor --out night
  ganlet monitor --picture < device.log

Reads the text that defmt's decoder prints, whatever stands before and after it in a line. Lines
that are no records are shown as they are. Ctrl-C ends the log and keeps the results.

Writes metrics.csv and report.html to --out. Exit code 1: the log ends in a panic or a hard fault.";

const METRICS: &str = "metrics.csv";
const REPORT: &str = "report.html";
const PICTURE: &str = "monitor.svg";

/// What complaints call the log.
const PLACE: &str = "standard input";

/// The arguments of `ganlet monitor`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Also write monitor.svg, the log and its curves
    #[arg(long)]
    pub picture: bool,
    /// Where the results go.
    #[command(flatten)]
    pub destination: Destination,
}

/// Follows the log on standard input to its end.
///
/// # Errors
///
/// [`Failure::Input`] when the log holds no record, [`Failure::Job`] when it ends in a crash of the
/// device or the results cannot be written.
pub fn run(args: &Args) -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        return Err(Failure::input(
            "no log: standard input is a terminal",
            PLACE,
            "pipe a decoded log into it: cargo run --release | ganlet monitor",
        ));
    }
    let mut out = OutDir::open(&args.destination.out, &[METRICS, REPORT, PICTURE])?;
    let mut log = Log::default();
    out.stage(METRICS, |file| follow(&mut log, file))?;
    warn(&log);
    if log.last().is_none() {
        return Err(crash(&log).unwrap_or_else(|| silence(&log)));
    }

    let told = page::device(&log);
    out.stage(REPORT, |file| {
        file.write_all(device::page(&told).as_bytes())
    })?;
    if args.picture {
        out.stage(PICTURE, |file| {
            file.write_all(device::picture(&told).as_bytes())
        })?;
    }
    let written = out.commit()?;
    if args.destination.json {
        console::print_json(&Summary::of(&log))?;
    } else {
        console::print(|out| summary::tell(out, &log, &written))?;
    }
    crash(&log).map_or(Ok(()), Err)
}

/// Takes in the log as it comes, shows it, and writes each record's row.
fn follow(log: &mut Log, metrics: &mut dyn Write) -> io::Result<()> {
    let mut display = Display::new();
    take_in(log, Feed::new(io::stdin()), metrics, |log, line| {
        display.show(log, line)
    })?;
    display.finish(log);
    Ok(())
}

/// Takes in the log line by line, and writes each record's row; `after` sees every line.
fn take_in(
    log: &mut Log,
    lines: impl Iterator<Item = String>,
    metrics: &mut dyn Write,
    mut after: impl FnMut(&Log, &Line),
) -> io::Result<()> {
    let mut rows = DeviceWriter::new(metrics)?;
    for text in lines {
        let line = line::read(&text);
        for record in log.take(&line) {
            rows.push(&page::metric(&record), &page::device_metric(&record))?;
        }
        after(log, &line);
    }
    Ok(rows.flush()?)
}

/// The report's page of a log that is all there; each record's row goes to `metrics`.
///
/// # Errors
///
/// Of `metrics`.
pub fn report(log: impl BufRead, metrics: &mut dyn Write) -> io::Result<String> {
    let mut taken = Log::default();
    take_in(&mut taken, feed::lines(log), metrics, |_, _| ())?;
    Ok(device::page(&page::device(&taken)))
}

/// Says what of the log could not be read.
fn warn(log: &Log) {
    if let Some((line, error)) = &log.first_broken {
        let (broken, rest) = (log.broken, "their numbers are left out");
        let first = format!("the first in line {line}: {error}");
        console::warn(&format!("{broken} broken records, {first}; {rest}"));
    }
}

/// The failure of a log that ends in a crash.
fn crash(log: &Log) -> Option<Failure> {
    let crash = log.crash.as_ref()?;
    Some(Failure::job(
        format!("the device crashed: {}", excerpt(&crash.text, 200)),
        format!("{PLACE}, line {}", crash.line),
        "the place in its source stands in the log",
    ))
}

/// The failure of a log without records.
fn silence(log: &Log) -> Failure {
    let what = match log.lines {
        0 => "an empty log".to_owned(),
        lines => format!("no record in {lines} lines"),
    };
    Failure::input(
        what,
        PLACE,
        "give the decoded log of a device built with DEFMT_LOG=info",
    )
}
