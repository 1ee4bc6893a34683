//! `ganlet score`: how strange each reading, or window, is to a trained discriminator.

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use ganlet::layer::{Row, Zero};
use ganlet::session::Session;
use serde::Serialize;

use crate::checkpoint;
use crate::cli::{Model, Selection};
use crate::console;
use crate::error::Failure;
use crate::network::{Job, Network};
use crate::output::OutDir;
use crate::ranking;
use crate::report::{self, data::Scores};
use crate::series::Series;

const SCORES: &str = "scores.csv";
const REPORT: &str = "score.html";

const EXAMPLES: &str = "\
Examples:
  ganlet score --checkpoint out/checkpoint.ganlet --data room.csv --rows 2500.. > scores.csv
  ganlet score --checkpoint out/checkpoint.ganlet --data room.csv --json --out scores

Prints t,score,alarm: one row a window, t of its last reading, higher is stranger.
With --json it prints the summary instead, with ROC-AUC and average precision where the file has labels.";

/// The arguments of `ganlet score`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Checkpoint that ganlet train wrote
    #[arg(long, value_name = "FILE")]
    pub checkpoint: PathBuf,
    /// CSV file to score
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Part of the file to score.
    #[command(flatten)]
    pub selection: Selection,
    /// Folder for scores.csv and the picture score.html, beside what is printed
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print exactly one JSON object on standard output instead of the scores
    #[arg(long)]
    pub json: bool,
}

/// The summary that `--json` prints.
#[derive(Debug, Clone, Serialize)]
struct Summary {
    model: String,
    windows: usize,
    alarms: usize,
    threshold: f32,
    rejected: usize,
    labelled: Option<usize>,
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
}

/// Scores the file.
///
/// # Errors
///
/// [`Failure::Input`] for unusable data or a foreign checkpoint, [`Failure::Closed`] when the
/// reader of the scores has gone.
pub fn run(args: &Args) -> Result<(), Failure> {
    let model = Model::of_checkpoint(&checkpoint::read(&args.checkpoint)?, &args.checkpoint)?;
    model.run(Score(args))
}

struct Score<'a>(&'a Args);

/// One scored window.
struct Scored {
    /// The time of its last reading.
    t: f64,
    /// Its last reading.
    value: f32,
    score: f32,
    alarm: bool,
    /// Whether it is anomalous, where the file says so clearly.
    label: Option<bool>,
}

impl Job for Score<'_> {
    type Output = Result<(), Failure>;

    fn run<M: Network>(self) -> Self::Output {
        let args = self.0;
        let session = checkpoint::session::<M>(&args.checkpoint)?;
        let selection = &args.selection;
        let series = Series::read(&args.data, selection.column.as_deref(), &selection.rows)?;
        let rows = score(&session, &series);
        if rows.is_empty() {
            return Err(Failure::input(
                format!("no run of {} consecutive readings", Session::<M>::WINDOW),
                args.data.display(),
                "give a longer series, or a checkpoint of a model with a shorter window",
            ));
        }
        series.warnings.iter().for_each(|text| console::warn(text));
        if let Some(path) = &args.out {
            let mut out = OutDir::open(path, &[SCORES, REPORT])?;
            out.stage(SCORES, |file| table(file, &rows))?;
            let page = report::score::page(&picture(&session, &series, &rows));
            out.stage(REPORT, |file| file.write_all(page.as_bytes()))?;
            out.commit()?;
        }
        if args.json {
            console::print_json(&summary(&session, &series, &rows))
        } else {
            console::print(|out| table(out, &rows))
        }
    }
}

/// Scores every window that crosses no gap.
fn score<M: Network>(session: &Session<M>, series: &Series) -> Vec<Scored> {
    let window = Session::<M>::WINDOW;
    let starts = series
        .segments
        .iter()
        .flat_map(|segment| segment.start..(segment.end + 1).saturating_sub(window));
    starts
        .map(|start| {
            let end = start + window;
            let mut sample = M::Sample::ZERO;
            sample
                .flat_mut()
                .copy_from_slice(&series.values[start..end]);
            let [score] = session.strangeness(&[sample]);
            Scored {
                t: series.t[end - 1],
                value: series.values[end - 1],
                score,
                alarm: score > session.threshold,
                label: label(series, start..end),
            }
        })
        .collect()
}

/// Anomalous where at least a quarter of the readings is labelled so, normal where none is.
fn label(series: &Series, window: Range<usize>) -> Option<bool> {
    let labels = &series.labels.as_ref()?[window];
    let marked = labels.iter().filter(|label| **label).count();
    match marked {
        0 => Some(false),
        marked if 4 * marked >= labels.len() => Some(true),
        _ => None,
    }
}

fn table(out: &mut dyn Write, rows: &[Scored]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["t", "score", "alarm"])?;
    for row in rows {
        let alarm = u8::from(row.alarm).to_string();
        csv.write_record([row.t.to_string(), row.score.to_string(), alarm])?;
    }
    csv.flush()
}

fn ranked(rows: &[Scored]) -> Vec<(f32, bool)> {
    rows.iter()
        .filter_map(|row| row.label.map(|label| (row.score, label)))
        .collect()
}

fn summary<M: Network>(session: &Session<M>, series: &Series, rows: &[Scored]) -> Summary {
    let ranked = ranked(rows);
    Summary {
        model: M::NAME.to_owned(),
        windows: rows.len(),
        alarms: rows.iter().filter(|row| row.alarm).count(),
        threshold: session.threshold,
        rejected: series.rejected.total(),
        labelled: series.labels.as_ref().map(|_| ranked.len()),
        roc_auc: ranking::roc_auc(&ranked),
        average_precision: ranking::average_precision(&ranked),
    }
}

fn picture<M: Network>(session: &Session<M>, series: &Series, rows: &[Scored]) -> Scores {
    let ranked = ranked(rows);
    Scores {
        source: series.path.display().to_string(),
        unit: None,
        time: rows.iter().map(|row| row.t).collect(),
        series: rows.iter().map(|row| row.value.into()).collect(),
        score: rows.iter().map(|row| row.score.into()).collect(),
        threshold: Some(session.threshold.into()),
        alarm: rows.iter().map(|row| row.alarm).collect(),
        label: match series.labels {
            Some(_) => rows.iter().map(|row| row.label == Some(true)).collect(),
            None => Vec::new(),
        },
        roc_auc: ranking::roc_auc(&ranked),
        average_precision: ranking::average_precision(&ranked),
    }
}
