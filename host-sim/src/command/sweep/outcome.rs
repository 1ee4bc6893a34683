//! What one run of a sweep came to, and what a row of runs did.

use std::time::{Duration, Instant};

use ganlet::health::Shadow;
use ganlet::session::Session;
use rayon::prelude::*;
use serde::Serialize;

use super::Args;
use super::bench::{Baselines, Bench, Difference, rows};
use super::care::Care;
use super::likeness::Likeness;
use super::modes::Modes;
use super::suite::Setting;
use crate::as_device::{self, Orders};
use crate::error::Failure;
use crate::measure;
use crate::network::{self, Job, Network};
use crate::progress::Progress;
use crate::source::Pupil;

/// Generated samples that a generator is settled by.
const SETTLED_BY: u32 = 65_536;
/// Samples that the distance on the way is measured by, and those that it is recoloured by.
const QUICK: (usize, u32) = (4000, 2048);
/// Distances that a run is timed to.
const GOALS: [f64; 2] = [0.1, 0.05];

/// One seed's generator, measured.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Outcome {
    pub(super) seed: u64,
    /// What is generated in the end.
    #[serde(flatten)]
    pub(super) likeness: Likeness,
    /// Modes, where the target has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) modes: Option<Modes>,
    /// Whether the Gaussian fit stands in for the network, which was no better by the measure that a
    /// device has.
    pub(super) fallback: bool,
    /// What the network generates, where it is not the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network: Option<Likeness>,
    /// The distance of the Gaussian fit of what this very learner has seen: that of the baseline, with
    /// another sampling error.
    pub(super) own_fit: f64,
    /// The distance less that of the Gaussian fit, with its sampling error; for a recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) beside_gaussian: Option<Difference>,
    /// The least spread of the network's samples in any direction, beside the data's.
    pub(super) spread: f32,
    /// When the distance first was below 0.1, and below 0.05.
    pub(super) reached: [Option<Reached>; 2],
    pub(super) fingerprint: String,
    /// Steps skipped because a gradient was not finite.
    pub(super) skipped: u32,
    /// What went wrong on the way.
    #[serde(flatten)]
    pub(super) care: Care,
    pub(super) seconds: f64,
}

/// How long it took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Reached {
    pub(super) steps: u32,
    pub(super) seconds: f64,
}

/// One setting with all its seeds.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) model: &'static str,
    pub(super) parameters: usize,
    pub(super) steps: u32,
    #[serde(flatten)]
    pub(super) baselines: Baselines,
    pub(super) outcomes: Vec<Outcome>,
}

impl Row {
    /// Trains the seeds of a setting; the order of the outcomes is that of the seeds.
    pub(super) fn of(setting: &Setting, args: &Args, progress: &Progress) -> Result<Self, Failure> {
        setting.model.run(Runs {
            setting,
            args,
            progress,
        })
    }
}

struct Runs<'a> {
    setting: &'a Setting,
    args: &'a Args,
    progress: &'a Progress,
}

impl Job for Runs<'_> {
    type Output = Result<Row, Failure>;

    fn run<M: Network>(self) -> Self::Output {
        let mut recipe = M::RECIPE;
        if let Some(steps) = self.args.steps {
            recipe.steps = steps as u32;
        }
        let bench = Bench::of::<M>(self.setting);
        let outcomes = (1..=self.args.seeds)
            .into_par_iter()
            .map(|seed| {
                let learner = self.setting.source.learner::<M>(recipe, seed)?;
                let rescue = !self.args.rescue.no_rescue;
                let outcome = trained(learner, self.setting, &bench, rescue)?;
                self.progress.advance(1, || self.setting.name.clone());
                Ok(outcome)
            })
            .collect::<Result<Vec<Outcome>, Failure>>()?;
        Ok(Row {
            name: self.setting.name.clone(),
            model: M::NAME,
            parameters: network::parameters::<M>(),
            steps: recipe.steps,
            baselines: bench.baselines,
            outcomes,
        })
    }
}

/// Trains as `ganlet train` does.
fn trained<M: Network>(
    mut learner: Pupil<'_, M>,
    setting: &Setting,
    bench: &Bench,
    rescue: bool,
) -> Result<Outcome, Failure> {
    let mut race = Race::new();
    let orders = Orders {
        plan: None,
        report_every: 0,
        save_every: 0,
        end: learner.session.recipe.steps,
        rescue,
    };
    let look = |it: &Pupil<'_, M>, _| {
        race.look(&it.session, bench);
        Ok(())
    };
    let mut shadow = Shadow::NONE;
    let care = as_device::live(&mut learner, &mut shadow, vec![], orders, look, |_| Ok(()))?;
    race.stop();
    let settled = learner.settle(SETTLED_BY);
    let mut session = learner.session;
    let fallback = settled.is_some_and(|settled| settled.fallback);
    let samples = |session: &Session<M>| {
        let mut rng = measure::rng(session.seed);
        rows(measure::samples(session, bench.count, &mut rng))
    };
    let generated = samples(&session);
    let likeness = bench.likeness(&generated);
    let network = fallback.then(|| {
        session.fallback = false;
        bench.likeness(&samples(&session))
    });
    session.fallback = true;
    let own_fit = bench.distance(&samples(&session));
    let target = setting.source.target();
    let modes = target.and_then(|target| Modes::of(target, &generated));
    let spread = settled.map_or(0.0, |settled| settled.spread);
    let skipped = session.trainer.skipped();
    Ok(Outcome {
        seed: session.seed,
        likeness,
        modes,
        fallback,
        network,
        own_fit,
        beside_gaussian: bench.beside_gaussian(&generated),
        spread,
        reached: race.reached,
        fingerprint: format!("{:08x}", session.trainer.fingerprint()),
        skipped,
        care: Care::of(&care, skipped, (spread, fallback), modes),
        seconds: race.spent.as_secs_f64(),
    })
}

/// A run against the clock, which stands still while the distance is measured.
struct Race {
    spent: Duration,
    /// When the clock was last set going.
    since: Instant,
    next: u32,
    reached: [Option<Reached>; 2],
}

impl Race {
    fn new() -> Self {
        Self {
            spent: Duration::ZERO,
            since: Instant::now(),
            next: 100,
            reached: [None; 2],
        }
    }

    fn stop(&mut self) {
        self.spent += self.since.elapsed();
    }

    /// Measures the distance, if it is time to: every 100 rounds to begin with, and every tenth part
    /// of the way from then on, until all goals are reached.
    fn look<M: Network>(&mut self, session: &Session<M>, bench: &Bench) {
        let step = session.trainer.step();
        if step < self.next || self.reached.iter().all(Option::is_some) {
            return;
        }
        self.stop();
        self.next = step + (step / 10).max(100);
        let mut session = session.clone(); // the run's own is examined as it is
        session.recolour(QUICK.1);
        let mut rng = measure::rng(session.seed);
        let distance = bench.distance(&rows(measure::samples(&session, QUICK.0, &mut rng)));
        for (reached, goal) in self.reached.iter_mut().zip(GOALS) {
            if reached.is_none() && distance < goal {
                *reached = Some(Reached {
                    steps: step,
                    seconds: self.spent.as_secs_f64(),
                });
            }
        }
        self.since = Instant::now();
    }
}
