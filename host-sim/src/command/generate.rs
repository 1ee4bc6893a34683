//! `ganlet generate`: synthetic data of a trained generator, in the sensor's units.

use std::path::PathBuf;

use ganlet::layer::Row;
use ganlet::rng::Rng;
use ganlet::session::Session;

use crate::argument::{Model, seed, whole};
use crate::checkpoint;
use crate::console;
use crate::error::Failure;
use crate::network::{Job, Network};
use crate::source::stream;

const EXAMPLES: &str = "\
Examples:
  ganlet generate --checkpoint out/checkpoint.ganlet --count 1000 > synthetic.csv
  ganlet generate --checkpoint out/checkpoint.ganlet --count 5 --seed 42

The header is value, or v0,v1,... with one window a row.";

/// The arguments of `ganlet generate`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Checkpoint that ganlet train wrote
    #[arg(long, value_name = "FILE")]
    pub checkpoint: PathBuf,
    /// Readings, or windows, to draw
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<1, 1_000_000_000>)]
    pub count: u64,
    /// Seed of the latent stream
    #[arg(long, value_name = "S", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = seed)]
    pub seed: u64,
}

/// Draws as `args` say.
///
/// # Errors
///
/// [`Failure::Input`] for a file that is no checkpoint, [`Failure::Closed`] when the reader of a
/// pipe has heard enough.
pub fn run(args: &Args) -> Result<(), Failure> {
    let model = Model::of_checkpoint(&checkpoint::read(&args.checkpoint)?, &args.checkpoint)?;
    model.run(Generate(args))
}

struct Generate<'a>(&'a Args);

impl Job for Generate<'_> {
    type Output = Result<(), Failure>;

    fn run<M: Network>(self) -> Self::Output {
        let session = checkpoint::session::<M>(&self.0.checkpoint)?;
        let mut rng = Rng::new(self.0.seed, stream::GENERATE);
        console::print(|out| {
            let mut csv = csv::Writer::from_writer(out);
            match Session::<M>::WINDOW {
                1 => csv.write_record(["value"])?,
                n => csv.write_record((0..n).map(|i| format!("v{i}")))?,
            }
            let mut left = self.0.count;
            while left > 0 {
                let block = session.generate::<16>(&mut rng);
                for sample in block.iter().take(left.try_into().unwrap_or(usize::MAX)) {
                    csv.write_record(sample.flat().iter().map(f32::to_string))?;
                }
                left = left.saturating_sub(block.len() as u64);
            }
            csv.flush()
        })
    }
}
