//! `ganlet score`: how strange each reading, or window, is to the detector of a checkpoint, and when
//! it raises an alarm.

mod doubts;

use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ganlet::layer::{Row, Zero as _};
use ganlet::rng::Rng;
use ganlet::session::Session;
use ganlet::watch::{Change, Fit, Kind, Panel, Verdict};
use ganlet_app::Learner;
use serde::Serialize;

use crate::argument::{Model, Selection};
use crate::checkpoint;
use crate::console;
use crate::error::Failure;
use crate::measure;
use crate::network::{Job, Network};
use crate::output::OutDir;
use crate::ranking;
use crate::report::{self, data::Scores};
use crate::series::Series;
use crate::source::Pupil;

const SCORES: &str = "scores.csv";
const REPORT: &str = "score.html";
/// Generated windows that the nearest normal one is looked for among.
const GENERATED: usize = 512;
/// The stream that they are drawn from.
const NEAREST: u64 = 23;

const EXAMPLES: &str = "\
Examples:
  ganlet score --checkpoint out/checkpoint.ganlet --data room.csv --rows 2500.. > scores.csv
  ganlet score --checkpoint out/checkpoint.ganlet --data room.csv --budget 0.01 --json --out scores

Prints t,score,alarm: one row a window, t of its last reading. Of normal windows one in 10^score is
as strange. An alarm begins after four readings of windows above the threshold and ends after sixteen
below it (the first window behind a gap counts for all its readings); the threshold follows slow drift. With --json it prints the summary instead: every alarm with its
kind, the part that fired and the readings that it is about, and, where the file has labels, ROC-AUC
and average precision.";

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
    /// Share of normal windows that may be above the threshold
    #[arg(long, value_name = "SHARE", default_value_t = 1e-3)]
    #[arg(allow_negative_numbers = true, value_parser = budget)]
    pub budget: f32,
    /// Folder for scores.csv and the picture score.html, beside what is printed
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print exactly one JSON object on standard output instead of the scores
    #[arg(long)]
    pub json: bool,
}

fn budget(text: &str) -> Result<f32, String> {
    let share = text.parse().ok();
    share
        .filter(|share| (1e-6..=0.5).contains(share))
        .ok_or_else(|| "give a share from 0.000001 to 0.5, such as 0.001".to_owned())
}

/// The summary that `--json` prints.
#[derive(Debug, Clone, Serialize)]
struct Summary {
    model: String,
    windows: usize,
    /// Readings that are part of no window: before a gap, too few in a row.
    unscored: usize,
    budget: f32,
    /// The threshold at the end.
    threshold: f32,
    /// Windows under alarm.
    alarmed: usize,
    alarms: Vec<Told>,
    /// A lower bound of the Jensen-Shannon divergence between normal then and now, in nats, at the
    /// end: what the panel sees, and what the discriminator does.
    drift: f32,
    drift_by_discriminator: f64,
    rejected: usize,
    labelled: Option<usize>,
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
    warnings: Vec<String>,
}

/// One alarm.
#[derive(Debug, Clone, Serialize)]
struct Told {
    /// The time of the last reading of the window that began it, and of the one that ended it.
    begin: f64,
    end: Option<f64>,
    kind: &'static str,
    /// The part that found it strangest.
    part: &'static str,
    score: f32,
    threshold: f32,
    /// It held for so long that it counts as a new normal.
    new_normal: bool,
    /// The window that began it, the nearest that the generator makes, and by how many decades each
    /// reading would be less strange if it were that one's.
    window: Vec<f32>,
    nearest: Vec<f32>,
    contributions: Vec<f32>,
}

/// Scores the file.
///
/// # Errors
///
/// [`Failure::Input`] for unusable data or a foreign checkpoint, [`Failure::Closed`] when the
/// reader of the scores has gone.
pub fn run(args: &Args) -> Result<(), Failure> {
    let bytes = checkpoint::read(&args.checkpoint)?;
    let model = Model::of_checkpoint(&bytes, &args.checkpoint)?;
    model.run(Score(args))
}

struct Score<'a>(&'a Args);

/// One scored window.
struct Scored<S> {
    /// The time of its last reading.
    t: f64,
    window: S,
    verdict: Verdict,
    parts: Vec<f64>,
    change: Option<Change>,
    alarm: bool,
    /// Whether it is anomalous, where the file says so clearly.
    label: Option<bool>,
}

impl Job for Score<'_> {
    type Output = Result<(), Failure>;

    fn run<M: Network>(self) -> Self::Output {
        let args = self.0;
        let selection = &args.selection;
        let series = Series::read(&args.data, selection.column.as_deref(), &selection.rows)?;
        let mut learner = watcher::<M>(&args.checkpoint, args.budget)?;
        let mut warnings = series.warnings.clone();
        warnings.extend(doubts::about(&series, &learner)?);
        let rows = score(&mut learner, &series);
        if rows.is_empty() {
            return Err(Failure::input(
                format!("no run of {} consecutive readings", Session::<M>::WINDOW),
                args.data.display(),
                "give a longer series, or a checkpoint of a model with a shorter window",
            ));
        }
        warnings.extend(doubts::about_flat_runs(
            rows.iter().map(|row| row.verdict.kind),
        ));
        warnings.iter().for_each(|text| console::warn(text));
        if let Some(path) = &args.out {
            let mut out = OutDir::open(path, &[SCORES, REPORT])?;
            out.stage(SCORES, |file| table(file, &rows))?;
            let page = report::score::page(&picture::<M>(&series, &rows));
            out.stage(REPORT, |file| file.write_all(page.as_bytes()))?;
            out.commit()?;
        }
        if args.json {
            console::print_json(&summary(&learner, &series, &rows, args.budget, warnings))
        } else {
            console::print(|out| table(out, &rows))
        }
    }
}

/// The learner of a checkpoint, whose detector watches by this budget from now on.
fn watcher<M: Network>(path: &Path, budget: f32) -> Result<Pupil<'static, M>, Failure> {
    let mut learner = checkpoint::learner::<M>(path)?;
    if !learner.detector.is_fitted() {
        return Err(Failure::input(
            "a checkpoint without a fitted detector",
            path.display(),
            format!(
                "train to the end, on at least {} windows",
                Fit::<M::Panel>::FEWEST
            ),
        ));
    }
    learner.watch.fitted();
    learner.watch.set_budget(budget);
    Ok(learner)
}

/// Shows the detector every reading, and has it judge every window that crosses no gap.
fn score<M: Network>(learner: &mut Pupil<'_, M>, series: &Series) -> Vec<Scored<M::Sample>> {
    let Learner {
        watch,
        detector,
        session,
        ..
    } = learner;
    let mut rows = Vec::new();
    for segment in &series.segments {
        watch.gap();
        for place in segment.clone() {
            let Some(&reading) = series.values.get(place) else {
                continue;
            };
            watch.read(reading, false);
            let first = (place + 1).checked_sub(Session::<M>::WINDOW);
            let Some(first) = first.filter(|first| *first >= segment.start) else {
                continue;
            };
            let Some(readings) = series.values.get(first..=place) else {
                continue;
            };
            let mut window = M::Sample::ZERO;
            window.flat_mut().copy_from_slice(readings);
            let Some((change, verdict)) = watch.judge(detector, &session.standardiser, &window)
            else {
                continue;
            };
            let standardised = session.standardiser.to_row(window);
            let parts = detector.score(&standardised).parts;
            rows.push(Scored {
                t: series.t.get(place).copied().unwrap_or(f64::NAN),
                window,
                verdict,
                parts: parts.iter().map(|&part| part.into()).collect(),
                change,
                alarm: watch.holds(),
                label: label(series, first..place + 1),
            });
        }
    }
    rows
}

/// Anomalous where at least a quarter of the readings is labelled so, normal where none is.
fn label(series: &Series, window: Range<usize>) -> Option<bool> {
    let labels = series.labels.as_ref()?.get(window)?;
    let marked = labels.iter().filter(|label| **label).count();
    match marked {
        0 => Some(false),
        marked if 4 * marked >= labels.len() => Some(true),
        _ => None,
    }
}

fn table<S>(out: &mut dyn Write, rows: &[Scored<S>]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["t", "score", "alarm"])?;
    for row in rows {
        let alarm = u8::from(row.alarm).to_string();
        csv.write_record([
            row.t.to_string(),
            row.verdict.strangeness.to_string(),
            alarm,
        ])?;
    }
    csv.flush()
}

fn ranked<S>(rows: &[Scored<S>]) -> Vec<(f32, bool)> {
    rows.iter()
        .filter_map(|row| row.label.map(|label| (row.verdict.strangeness, label)))
        .collect()
}

fn summary<M: Network>(
    learner: &Pupil<'_, M>,
    series: &Series,
    rows: &[Scored<M::Sample>],
    budget: f32,
    warnings: Vec<String>,
) -> Summary {
    let ranked = ranked(rows);
    let last = rows.last().map(|row| row.verdict);
    let short = series.segments.iter().map(Range::len);
    Summary {
        model: M::NAME.to_owned(),
        windows: rows.len(),
        unscored: short.filter(|len| *len < Session::<M>::WINDOW).sum(),
        budget,
        threshold: last.map_or(0.0, |verdict| verdict.threshold),
        alarmed: rows.iter().filter(|row| row.alarm).count(),
        alarms: alarms(learner, rows),
        drift: last.map_or(0.0, |verdict| verdict.drift),
        drift_by_discriminator: by_discriminator(&learner.session, rows),
        rejected: series.rejected.total(),
        labelled: series.labels.as_ref().map(|_| ranked.len()),
        roc_auc: ranking::roc_auc(&ranked),
        average_precision: ranking::average_precision(&ranked),
        warnings,
    }
}

/// The alarms, with what an engineer asks about each.
fn alarms<M: Network>(learner: &Pupil<'_, M>, rows: &[Scored<M::Sample>]) -> Vec<Told> {
    let session = &learner.session;
    let mut rng = Rng::new(session.seed, NEAREST);
    let generated = measure::samples(session, GENERATED, &mut rng);
    let mut alarms: Vec<Told> = Vec::new();
    for row in rows {
        match (row.change, alarms.last_mut()) {
            (Some(Change::Began), _) => {
                let nearest = nearest(&generated, &row.window).unwrap_or(row.window);
                let scale = session.standardiser;
                let contributions = learner
                    .detector
                    .contributions(&scale.to_row(row.window), &scale.to_row(nearest));
                alarms.push(Told {
                    begin: row.t,
                    end: None,
                    kind: name(row.verdict.kind),
                    part: row.verdict.part,
                    score: row.verdict.strangeness,
                    threshold: row.verdict.threshold,
                    new_normal: false,
                    window: row.window.flat().to_vec(),
                    nearest: nearest.flat().to_vec(),
                    contributions: contributions.flat().to_vec(),
                });
            }
            (Some(change), Some(alarm)) => {
                alarm.end = Some(row.t);
                alarm.new_normal = change == Change::Accepted;
            }
            _ => {}
        }
    }
    alarms
}

/// The generated window with the least mean square distance.
fn nearest<S: Row>(generated: &[S], window: &S) -> Option<S> {
    let distance = |other: &S| -> f32 {
        let pairs = other.flat().iter().zip(window.flat());
        pairs.map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let each = generated.iter().copied();
    each.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// ln 2 + ½ V of the discriminator between what the generator has learned and the windows of the last
/// quarter: whatever discriminator it is, that bounds the Jensen-Shannon divergence from below.
fn by_discriminator<M: Network>(session: &Session<M>, rows: &[Scored<M::Sample>]) -> f64 {
    let now = rows.get(rows.len() - rows.len() / 4..).unwrap_or(&[]);
    if now.is_empty() {
        return 0.0;
    }
    let mut rng = Rng::new(session.seed, NEAREST);
    let generated = measure::samples(session, GENERATED, &mut rng);
    let logit = |sample: &M::Sample| f64::from(-session.strangeness(&[*sample])[0]);
    let softplus = ganlet::math::reference::softplus;
    let real: f64 = now.iter().map(|row| -softplus(-logit(&row.window))).sum();
    let fake: f64 = generated
        .iter()
        .map(|sample| -softplus(logit(sample)))
        .sum();
    let value = real / now.len() as f64 + fake / generated.len() as f64;
    (std::f64::consts::LN_2 + 0.5 * value).max(0.0)
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "event",
        Kind::Lasting => "lasting",
        Kind::Silent => "silent",
        Kind::Stuck => "stuck",
        Kind::Saturated => "saturated",
    }
}

/// The last reading of a window.
fn last<S: Row>(window: &S) -> f64 {
    window.flat().last().copied().map_or(f64::NAN, f64::from)
}

fn picture<M: Network>(series: &Series, rows: &[Scored<M::Sample>]) -> Scores {
    let ranked = ranked(rows);
    let parts = M::Panel::PARTS.iter().enumerate();
    Scores {
        source: series.path.display().to_string(),
        unit: None,
        time: rows.iter().map(|row| row.t).collect(),
        series: rows.iter().map(|row| last(&row.window)).collect(),
        score: rows
            .iter()
            .map(|row| row.verdict.strangeness.into())
            .collect(),
        threshold: rows.last().map(|row| row.verdict.threshold.into()),
        parts: parts
            .map(|(i, part)| {
                let score = rows.iter().filter_map(|row| row.parts.get(i).copied());
                ((*part).to_owned(), score.collect())
            })
            .collect(),
        alarm: rows.iter().map(|row| row.alarm).collect(),
        label: match series.labels {
            Some(_) => rows.iter().map(|row| row.label == Some(true)).collect(),
            None => Vec::new(),
        },
        roc_auc: ranking::roc_auc(&ranked),
        average_precision: ranking::average_precision(&ranked),
    }
}
