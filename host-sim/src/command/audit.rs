//! `ganlet audit`: the detector held against labelled series and synthetic faults, beside the simple
//! methods.

mod alarms;
mod areas;
mod judge;
mod normal;
mod protocol;
mod rate;
mod simple;
mod stationary;

use std::io::{self, Write};
use std::path::PathBuf;

use ganlet::model::{Model, Window32};
use ganlet::stream::Standardiser;
use ganlet::watch::{Detector, Fit, Panel};
use rayon::prelude::*;
use serde::Serialize;

use self::alarms::{BUDGETS, DETECTORS, Watched};
use self::areas::{Areas, FAULTS, Faults, WAYS};
use self::normal::Normal;
use self::protocol::{Kept, Labelled};
use self::rate::Pooled;
use self::stationary::Wander;
use crate::argument::whole;
use crate::console;
use crate::error::Failure;
use crate::manifest;
use crate::signal::Signal;

/// The panel under audit.
type Parts = <Window32 as Model>::Panel;
/// Windows that a fit is made from at most.
const KEPT: u64 = Fit::<Parts>::MOST as u64;

const EXAMPLES: &str = "\
Examples:
  ganlet audit --data-dir ../shared/data
  ganlet audit --seeds 1 --kept 256 --json

Each series is cut into windows of 32 readings: every second one of its training part (train_n in
MANIFEST.md), of which --kept are remembered at random, and every fourth behind it. A window is
anomalous where at least 8 of its readings are labelled so. Rates and delays are of every window, means
over 5 detectors. Rates of normal windows have a standard error: windows that overlap exceed a limit
together, so that a short recording says little of 1/1000.";

/// The arguments of `ganlet audit`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Folder of labelled series and their MANIFEST.md
    #[arg(long, value_name = "DIR", default_value = "../shared/data")]
    pub data_dir: PathBuf,
    /// Windows that are remembered of a training part
    #[arg(long, value_name = "N", default_value_t = KEPT)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<64, KEPT>)]
    pub kept: u64,
    /// Seeds for each series
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<1, 100>)]
    pub seeds: u64,
    /// Print exactly one JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

/// All that an audit finds.
#[derive(Debug, Serialize)]
struct Findings {
    kept: u64,
    seeds: u64,
    parameters: usize,
    /// Bytes of a detector, and of a fit under way.
    detector_bytes: usize,
    fit_bytes: usize,
    mean_roc_auc: f64,
    ways: [&'static str; WAYS.len()],
    simple: [&'static str; simple::NAMES.len()],
    areas: Vec<Areas>,
    budgets: [f32; BUDGETS.len()],
    /// Detectors that the rates and alarms of a series are means over.
    detectors: u64,
    watched: Vec<Watched>,
    normal: Vec<Normal>,
    pooled: [Pooled; BUDGETS.len()],
    fault_kinds: [&'static str; FAULTS.len()],
    faults: Vec<Faults>,
}

/// Audits the detector and prints the tables.
///
/// # Errors
///
/// [`Failure::Input`] for a folder without labelled series.
pub fn run(args: &Args) -> Result<(), Failure> {
    let all = manifest::read(&args.data_dir)?;
    let all = all.iter().map(Labelled::read);
    let mut series: Vec<Labelled> = all.collect::<Result<_, _>>()?;
    if !series.iter().any(Labelled::has_both) {
        return Err(Failure::input(
            "no series with normal and labelled windows behind its training part",
            args.data_dir.display(),
            "give series with a column label of 0 and 1",
        ));
    }
    let capacity = args.kept as usize;
    let normal: Vec<Normal> = series
        .par_iter()
        .filter_map(|series| Normal::of(series, capacity))
        .collect();
    series.retain(Labelled::has_both);
    let areas: Vec<Areas> = series
        .par_iter()
        .map(|series| Areas::of(series, capacity, args.seeds))
        .collect();
    let watched: Vec<Watched> = series
        .par_iter()
        .map(|series| Watched::of(series, capacity))
        .collect();
    let faults = Signal::ALL
        .par_iter()
        .map(|signal| Faults::of(*signal, 1))
        .collect();
    let findings = Findings {
        kept: args.kept,
        seeds: args.seeds,
        parameters: Parts::PARAMETERS,
        detector_bytes: size_of::<Detector<Parts>>(),
        fit_bytes: size_of::<Fit<Parts>>(),
        mean_roc_auc: mean(areas.iter().map(|areas| areas.ways[0])),
        ways: WAYS,
        simple: simple::NAMES,
        areas,
        budgets: BUDGETS,
        detectors: DETECTORS,
        watched,
        pooled: Normal::pooled(&normal),
        normal,
        fault_kinds: FAULTS,
        faults,
    };
    if args.json {
        console::print_json(&findings)
    } else {
        console::print(|out| write(out, &findings))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A detector fitted to windows at one go.
fn fitted(kept: &Kept, seed: u64) -> Detector<Parts> {
    let mut detector = Detector::BLANK;
    let mut fit = Box::new(Fit::<Parts>::IDLE);
    fit.begin(seed);
    while fit.is_under_way() {
        fit.turn(kept, &Standardiser::IDENTITY, &mut detector);
    }
    detector
}

fn write(out: &mut dyn Write, findings: &Findings) -> io::Result<()> {
    writeln!(
        out,
        "detector: {} numbers, {} bytes, fitted to {} windows; fit under way: {} bytes\n",
        findings.parameters, findings.detector_bytes, findings.kept, findings.fit_bytes
    )?;
    writeln!(out, "ROC-AUC, mean over {} seeds", findings.seeds)?;
    let names = simple::NAMES.map(|name| format!(" {name} |")).concat();
    writeln!(
        out,
        "| series | detector | worst seed | AP |{names} short of the best |"
    )?;
    writeln!(
        out,
        "|---|---|---|---|{}---|",
        "---|".repeat(simple::NAMES.len())
    )?;
    for areas in &findings.areas {
        let simple = areas.simple.map(|area| format!(" {area:.3} |")).concat();
        writeln!(
            out,
            "| {} | **{:.3}** | {:.3} | {:.3} |{simple} {:+.3} |",
            areas.series,
            areas.ways[0],
            areas.worst,
            areas.average_precision,
            areas.shortfall()
        )?;
    }
    let all = &findings.areas;
    let of = |i: usize| mean(all.iter().map(|areas| areas.simple[i]));
    let simple: String = (0..simple::NAMES.len())
        .map(|i| format!(" {:.3} |", of(i)))
        .collect();
    let worst = mean(all.iter().map(|areas| areas.worst));
    let precision = mean(all.iter().map(|areas| areas.average_precision));
    let short = all.iter().map(Areas::shortfall).fold(f64::MIN, f64::max);
    let ours = findings.mean_roc_auc;
    writeln!(
        out,
        "| mean | **{ours:.4}** | {worst:.3} | {precision:.3} |{simple} worst {short:+.3} |\n"
    )?;

    writeln!(out, "ablation\n| parts | mean ROC-AUC |\n|---|---|")?;
    for (i, way) in WAYS.iter().enumerate() {
        writeln!(
            out,
            "| {way} | {:.4} |",
            mean(all.iter().map(|areas| areas.ways[i]))
        )?;
    }

    write_watched(out, findings)?;
    write_normal(out, findings)?;
    writeln!(
        out,
        "\nsynthetic faults at half severity, ROC-AUC: detector / best simple method of that fault / discriminator that has not seen its family"
    )?;
    writeln!(
        out,
        "| signal |{} mean | best simple mean | normal above 1/100 | 1/1000 |",
        FAULTS.map(|fault| format!(" {fault} |")).concat()
    )?;
    writeln!(out, "|---|{}---|---|---|---|", "---|".repeat(FAULTS.len()))?;
    for faults in &findings.faults {
        let each: String = (0..FAULTS.len())
            .map(|i| {
                format!(
                    " {:.3} / {:.3} / {:.3} |",
                    faults.detector[i], faults.simple[i], faults.discriminator[i]
                )
            })
            .collect();
        let best = faults.simple_means.iter().copied().fold(0.0, f64::max);
        writeln!(
            out,
            "| {} |{each} {:.3} | {best:.3} | {:.4} | {:.5} |",
            faults.signal,
            mean(faults.detector.into_iter()),
            faults.false_alarms[0],
            faults.false_alarms[1]
        )?;
    }
    Ok(())
}

fn write_watched(out: &mut dyn Write, findings: &Findings) -> io::Result<()> {
    writeln!(
        out,
        "\nbehind the training part: shares of normal windows above the limit, ± one standard error (of labelled ones); means over {DETECTORS} detectors"
    )?;
    writeln!(
        out,
        "| series | normal windows | that do not overlap | 1/100 fixed | tracking | of that under alarm | 1/1000 fixed | tracking | of that under alarm | drift, normal | labelled |"
    )?;
    writeln!(out, "|{}", "---|".repeat(11))?;
    for watched in &findings.watched {
        let [first, _] = &watched.budgets;
        let rates = watched.budgets.each_ref().map(|told| {
            let rates = told.rates;
            format!(
                " {} ({:.2}) | {} ({:.2}) | {:.4} |",
                rates.fixed,
                rates.fixed_recall.share,
                rates.tracking,
                rates.tracking_recall.share,
                rates.tracking_alarmed.share
            )
        });
        writeln!(
            out,
            "| {} | {} | {} |{} {:.3} | {:.3} |",
            watched.series,
            watched.normal,
            first.rates.fixed.apart,
            rates.concat(),
            watched.drift_normal,
            watched.drift_labelled
        )?;
    }
    writeln!(
        out,
        "\nalarms: labelled events, how many are found, the delay in windows, alarms outside of them, new normals"
    )?;
    writeln!(
        out,
        "| series | events | 1/100 found | delay | false alarms | new normals | 1/1000 found | delay | false alarms | new normals |"
    )?;
    writeln!(out, "|{}", "---|".repeat(10))?;
    for watched in &findings.watched {
        let told = watched.budgets.each_ref().map(|told| {
            let delay = told.delay.map_or("-".to_owned(), |delay| delay.to_string());
            format!(
                " {:.1} | {delay} | {:.1} | {:.1} |",
                told.found, told.false_alarms, told.shifts
            )
        });
        writeln!(
            out,
            "| {} | {} |{}",
            watched.series,
            watched.events,
            told.concat()
        )?;
    }
    Ok(())
}

fn write_normal(out: &mut dyn Write, findings: &Findings) -> io::Result<()> {
    writeln!(
        out,
        "\nall normal windows of a recording, each tenth by {DETECTORS} detectors that are fitted to the others: shares above the limit, ± one standard error; alarms in 1,000 windows; stationary where no F between the tenths is above {}",
        Wander::MOST
    )?;
    writeln!(
        out,
        "| series | windows | that do not overlap | F of level | loudness | rhythm | stationary | above 1/100 | 1/1000 | alarms at 1/100 | 1/1000 |"
    )?;
    writeln!(out, "|{}", "---|".repeat(11))?;
    for normal in &findings.normal {
        let Wander {
            level,
            loudness,
            rhythm,
        } = normal.wander;
        let [hundredth, thousandth] = normal.rates;
        let [often, seldom] = normal.alarms;
        writeln!(
            out,
            "| {} | {} | {} | {level:.1} | {loudness:.1} | {rhythm:.1} | {} | {hundredth} | {thousandth} | {often:.2} | {seldom:.2} |",
            normal.series,
            normal.windows,
            normal.apart,
            if normal.stationary { "yes" } else { "no" },
        )?;
    }
    let [pooled, _] = &findings.pooled;
    let stationary = match &pooled.recordings[..] {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    writeln!(out, "\nstationary recordings: {stationary}")?;
    for pooled in &findings.pooled {
        writeln!(out, "{pooled}")?;
    }
    Ok(())
}
