//! `ganlet sweep`: many seeds and settings in parallel, beside the noise floor and the baselines.

mod bench;
mod care;
mod drift;
mod grid;
mod likeness;
mod mixture;
mod modes;
mod outcome;
mod suite;
mod table;

use std::path::PathBuf;

use clap::ValueEnum;
use rayon::prelude::*;

use self::outcome::Row;
use crate::argument::{Destination, Rescue, steps, threads, whole};
use crate::console;
use crate::error::Failure;
use crate::output::OutDir;
use crate::progress::Progress;
use crate::report;

const REPORT: &str = "sweep.html";

const EXAMPLES: &str = "\
Examples:
  ganlet sweep
  ganlet sweep --suite windows --seeds 3 --json
  ganlet sweep --suite drift --seeds 3
  ganlet sweep --only '3 modes sd 0.2' --seeds 100
  ganlet sweep --suite real --data-dir ../shared/data";

/// What a sweep trains on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Suite {
    /// Known distributions of single readings
    #[default]
    Scalars,
    /// Simulated signals in windows
    Windows,
    /// The real series of --data-dir
    Real,
    /// A sensor whose regime changes while it is learned
    Drift,
}

impl Suite {
    /// Its name on the command line.
    fn name(self) -> &'static str {
        match self {
            Self::Scalars => "scalars",
            Self::Windows => "windows",
            Self::Real => "real",
            Self::Drift => "drift",
        }
    }
}

/// The arguments of `ganlet sweep`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to train on
    #[arg(long, value_enum, default_value_t)]
    pub suite: Suite,
    /// Only the row of this name, or else those whose name has this in it
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Seeds for each row of the table
    #[arg(long, value_name = "N", default_value_t = 6)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<1, 1000>)]
    pub seeds: u64,
    /// Steps of the generator [default: by the model]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps)]
    pub steps: Option<u64>,
    /// Whether a run that goes wrong is treated; the lives of the suite drift never are.
    #[command(flatten)]
    pub rescue: Rescue,
    /// Folder of the real series and their MANIFEST.md
    #[arg(long, value_name = "DIR", default_value = "../shared/data")]
    pub data_dir: PathBuf,
    /// Runs at a time [default: all cores]; the results do not depend on it
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = threads)]
    pub threads: Option<usize>,
    /// Where the results go.
    #[command(flatten)]
    pub destination: Destination,
}

/// Sweeps the suite and prints its table.
///
/// # Errors
///
/// [`Failure::Input`] for a folder without series, [`Failure::Job`] when a run or writing fails.
pub fn run(args: &Args) -> Result<(), Failure> {
    let suite = args.suite.name();
    let mut out = OutDir::open(&args.destination.out, &[REPORT])?;
    let swept = in_parallel(args.threads, || match args.suite {
        Suite::Drift => drift::rows(args).map(Swept::Drift),
        _ => trained(args).map(Swept::Trained),
    })??;
    let pictures = match &swept {
        Swept::Drift(rows) => drift::pictures(rows),
        Swept::Trained(rows) => table::pictures(args.suite, rows),
    };
    let page = report::sweep::page(suite, &pictures);
    out.stage(REPORT, |file| file.write_all(page.as_bytes()))?;
    let folder = out.path().to_owned();
    out.commit()?;
    if args.destination.json {
        return match &swept {
            Swept::Drift(rows) => console::print_json(&drift::Summary::new(args, rows)),
            Swept::Trained(rows) => console::print_json(&table::Summary::new(args, rows)),
        };
    }
    let path = folder.join(REPORT);
    console::print(|to| {
        match &swept {
            Swept::Drift(rows) => drift::write(to, rows)?,
            Swept::Trained(rows) => {
                table::write(to, args.suite, rows)?;
                care::write(to, rows)?;
            }
        }
        writeln!(to, "wrote {}", path.display())
    })
}

/// The rows of a sweep.
enum Swept {
    Trained(Vec<Row>),
    Drift(Vec<drift::Row>),
}

/// Trains and measures every row of a suite.
fn trained(args: &Args) -> Result<Vec<Row>, Failure> {
    let settings = suite::settings(args.suite, &args.data_dir)?;
    let settings = chosen(settings, args.only.as_deref(), |setting| &setting.name)?;
    let progress = Progress::new(settings.len() as u64 * args.seeds, "runs");
    let rows = settings
        .par_iter()
        .map(|setting| Row::of(setting, args, &progress))
        .collect();
    progress.finish();
    rows
}

/// The rows that the user wants.
fn chosen<T>(
    rows: Vec<T>,
    only: Option<&str>,
    name: impl Fn(&T) -> &str,
) -> Result<Vec<T>, Failure> {
    let Some(text) = only else {
        return Ok(rows);
    };
    let exact = rows.iter().any(|row| name(row) == text);
    let wanted = |row: &T| match exact {
        true => name(row) == text,
        false => name(row).contains(text),
    };
    let (chosen, others): (Vec<T>, Vec<T>) = rows.into_iter().partition(wanted);
    if chosen.is_empty() {
        let names: Vec<&str> = others.iter().map(name).collect();
        return Err(Failure::input(
            "no row has this in its name",
            format!("--only {text}"),
            format!("the rows are: {}", names.join("; ")),
        ));
    }
    Ok(chosen)
}

/// Does the work on as many threads as the user wants.
fn in_parallel<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    let pool = pool
        .build()
        .map_err(|error| Failure::job(error, "--threads", "give a smaller number"))?;
    Ok(pool.install(work))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_name_is_one_row_and_a_part_of_names_several() {
        let rows = || vec!["sine", "sine, modes", "noise"];
        let some = |text| chosen(rows(), Some(text), |row| row).map_err(|error| error.to_string());
        assert_eq!(some("sine"), Ok(vec!["sine"]));
        assert_eq!(some("sin"), Ok(vec!["sine", "sine, modes"]));
        let refused = some("cosine").unwrap_err();
        assert!(
            refused.contains("the rows are: sine; sine, modes; noise"),
            "{refused}"
        );
        assert_eq!(
            chosen(rows(), None, |row| row).map_or(0, |rows| rows.len()),
            3
        );
    }
}
