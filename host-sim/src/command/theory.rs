//! `ganlet theory`: the identities of adversarial training, in numbers, for two known distributions.

mod affine;
mod answers;
mod closed_form;
mod divergences;
mod duel;
mod game;
mod likelihood;
mod losses;
mod page;
mod summary;
mod text;

use std::time::Instant;

use ganlet::divergence::Target;

use self::divergences::Divergences;
use self::duel::Duel;
use self::likelihood::Likelihood;
use self::summary::Summary;
use crate::argument::{Destination, seed, steps};
use crate::console;
use crate::error::Failure;
use crate::output::OutDir;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  ganlet theory
  ganlet theory --p normal:0:1 --q mixture:0.5:-1:0.5,0.5:1:0.5 --json

Targets: normal:MEAN:SD, uniform:A:B, exponential:RATE, lognormal:MU:SIGMA,
mixture:W:MEAN:SD,W:MEAN:SD,...

Writes theory.html to --out.";

/// Steps of D that bring it within 0.2 % of the optimum, with room to spare.
const STEPS: u64 = 10_000;

const PAGE: &str = "theory.html";

/// The arguments of `ganlet theory`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Distribution of the data
    #[arg(long, value_name = "T", default_value = "normal:0:1")]
    pub p: Target,
    /// Distribution that plays the generator
    #[arg(long, value_name = "T", default_value = "normal:1:1")]
    pub q: Target,
    /// Steps of the discriminator
    #[arg(long, value_name = "N", default_value_t = STEPS)]
    #[arg(allow_negative_numbers = true, value_parser = steps)]
    pub steps: u64,
    /// Seed of every random stream
    #[arg(long, value_name = "S", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = seed)]
    pub seed: u64,
    /// Where the results go.
    #[command(flatten)]
    pub destination: Destination,
}

/// Everything that was found out about p and q.
#[derive(Debug)]
struct Findings<'a> {
    p: &'a Target,
    q: &'a Target,
    seed: u64,
    divergences: Divergences,
    duel: Duel,
    likelihood: Likelihood,
    losses: [losses::Row; 6],
}

impl<'a> Findings<'a> {
    fn of(args: &'a Args) -> Result<Self, Failure> {
        let Args { p, q, seed, .. } = args;
        let likelihood =
            Likelihood::of(p, q, *seed).map_err(|unfit| Failure::told(&unfit, "--p"))?;
        let divergences = Divergences::of(p, q);
        Ok(Self {
            duel: Duel::play(p, q, *seed, args.steps as u32, &divergences)?,
            losses: losses::table(p, q, &divergences),
            p,
            q,
            seed: *seed,
            divergences,
            likelihood,
        })
    }
}

/// Prints the table of the theory.
///
/// # Errors
///
/// [`Failure::Input`] for distributions that `f32` readings cannot show together, or a folder that
/// cannot be written; [`Failure::Job`] when training or writing fails.
pub fn run(args: &Args) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut out = OutDir::open(&args.destination.out, &[PAGE])?;
    let found = Findings::of(args)?;
    let page = report::theory::page(&page::theory(&found));
    out.stage(PAGE, |file| file.write_all(page.as_bytes()))?;
    let path = out.path().join(PAGE);
    out.commit()?;
    if args.destination.json {
        console::print_json(&Summary::new(&found, begun.elapsed().as_secs_f64()))
    } else {
        console::print(|to| {
            text::write(to, &found)?;
            writeln!(to, "wrote {}", path.display())
        })
    }
}
