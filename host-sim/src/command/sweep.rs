//! `ganlet sweep`: many seeds and settings in parallel, beside the noise floor and the baselines.

mod bench;
mod likeness;
mod modes;
mod outcome;
mod suite;
mod table;

use std::path::PathBuf;

use clap::ValueEnum;
use rayon::prelude::*;

use self::outcome::Row;
use crate::argument::{Destination, steps, threads, whole};
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
}

impl Suite {
    /// Its name on the command line.
    fn name(self) -> &'static str {
        match self {
            Self::Scalars => "scalars",
            Self::Windows => "windows",
            Self::Real => "real",
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
    /// Seeds for each row of the table
    #[arg(long, value_name = "N", default_value_t = 6)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<1, 1000>)]
    pub seeds: u64,
    /// Steps of the generator [default: by the model]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps)]
    pub steps: Option<u64>,
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
    let settings = suite::settings(args.suite, &args.data_dir)?;
    let mut out = OutDir::open(&args.destination.out, &[REPORT])?;
    let runs = settings.len() as u64 * args.seeds;
    let progress = Progress::new(runs, "runs");
    let rows = in_parallel(args.threads, || {
        settings
            .par_iter()
            .map(|setting| Row::of(setting, args.seeds, args.steps, &progress))
            .collect::<Result<Vec<Row>, Failure>>()
    })??;
    progress.finish();
    let page = report::sweep::page(args.suite.name(), &table::pictures(args.suite, &rows));
    out.stage(REPORT, |file| file.write_all(page.as_bytes()))?;
    let folder = out.path().to_owned();
    out.commit()?;
    if args.destination.json {
        console::print_json(&table::Summary::new(args, &rows))
    } else {
        let path = folder.join(REPORT);
        console::print(|to| {
            table::write(to, args.suite, &rows)?;
            writeln!(to, "wrote {}", path.display())
        })
    }
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
