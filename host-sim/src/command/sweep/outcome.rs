//! What one run of a sweep came to, and what a row of runs did.

use ganlet::divergence::{Mode, Target};
use ganlet::likelihood;
use ganlet::rng::Rng;
use ganlet::session::Session;
use rayon::prelude::*;
use serde::Serialize;

use super::suite::Setting;
use crate::error::Failure;
use crate::gaussian::GaussianWindow;
use crate::measure::{self, Distance, Reference};
use crate::network::{self, Job, Network};
use crate::progress::Progress;
use crate::sliced;
use crate::source::{Pupil, Source, stream};

/// Readings of either kind that are compared.
const READINGS: usize = 100_000;
/// Windows of either kind that are compared.
const WINDOWS: usize = 2000;
/// A mode counts as found when its neighbourhood holds this share of its mass.
const FOUND: f64 = 0.25;

/// One seed's generator, measured.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Outcome {
    pub(super) seed: u64,
    /// Wasserstein-1 of pooled readings, in standard deviations of the data.
    pub(super) w1: f64,
    /// Jensen-Shannon divergence of histograms of pooled readings, in nats.
    pub(super) js: f64,
    /// Sliced Wasserstein-1 of windows, in standard deviations of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sliced_w1: Option<f64>,
    /// Modes, where the target has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) modes: Option<Modes>,
    pub(super) fingerprint: String,
    /// Steps skipped because a gradient was not finite.
    pub(super) skipped: u32,
    pub(super) seconds: f64,
}

/// How a generator does on a mixture.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Modes {
    /// Share of readings within three standard deviations of some mode.
    pub(super) within_3_sigma: f64,
    /// Modes with at least a quarter of their mass near them.
    pub(super) found: usize,
    /// Modes there are.
    pub(super) of: usize,
    /// Largest error of the share of readings nearest to a mode.
    pub(super) mass_error: f64,
}

/// Distances that something other than the GAN has from the data.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Yardstick {
    pub(super) w1: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) js: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sliced_w1: Option<f64>,
}

/// One setting with all its seeds.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) model: &'static str,
    pub(super) parameters: usize,
    pub(super) steps: u32,
    /// Two real samples; for a recording, which has only one, absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) floor: Option<Yardstick>,
    /// The Gaussian fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gaussian: Option<Yardstick>,
    pub(super) outcomes: Vec<Outcome>,
}

impl Row {
    /// Trains `seeds` seeds of a setting; the order of the outcomes is that of the seeds.
    pub(super) fn of(
        setting: &Setting,
        seeds: u64,
        steps: Option<u64>,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        setting.model.run(Runs {
            setting,
            seeds,
            steps,
            progress,
        })
    }
}

struct Runs<'a> {
    setting: &'a Setting,
    seeds: u64,
    steps: Option<u64>,
    progress: &'a Progress,
}

impl Job for Runs<'_> {
    type Output = Result<Row, Failure>;

    fn run<M: Network>(self) -> Self::Output {
        let source = &self.setting.source;
        let mut recipe = M::RECIPE;
        if let Some(steps) = self.steps {
            recipe.steps = steps as u32;
        }
        let outcomes = (1..=self.seeds)
            .into_par_iter()
            .map(|seed| {
                let outcome = trained(source.learner::<M>(recipe, seed)?, source);
                self.progress.advance(1, || self.setting.name.clone());
                Ok(outcome)
            })
            .collect::<Result<Vec<Outcome>, Failure>>()?;
        let (floor, gaussian) = yardsticks::<M>(source)?;
        Ok(Row {
            name: self.setting.name.clone(),
            model: M::NAME,
            parameters: network::parameters::<M>(),
            steps: recipe.steps,
            floor,
            gaussian,
            outcomes,
        })
    }
}

fn trained<M: Network>(mut learner: Pupil<'_, M>, source: &Source) -> Outcome {
    let begun = std::time::Instant::now();
    while !learner.session.done() {
        learner.turn();
    }
    let session = learner.session;
    let seconds = begun.elapsed().as_secs_f64();
    let seed = session.seed;
    let mut rng = measure::rng(seed);
    let readings = measure::readings(&session, READINGS, &mut rng);
    let modes = source
        .target()
        .and_then(|target| Modes::of(target, &readings));
    let reference = Reference::new(source.reference(READINGS, seed));
    let Distance { w1, js } = reference.distance(readings);
    let sliced_w1 = (Session::<M>::WINDOW > 1).then(|| {
        let real = rows(source.windows::<M::Sample>(WINDOWS, seed));
        let generated = rows(measure::samples(&session, WINDOWS, &mut rng));
        sliced::wasserstein(&real, &generated, sd(&session))
    });
    Outcome {
        seed,
        w1,
        js,
        sliced_w1,
        modes,
        fingerprint: format!("{:08x}", session.trainer.fingerprint()),
        skipped: session.trainer.skipped(),
        seconds,
    }
}

fn sd<M: Network>(session: &Session<M>) -> f64 {
    session.standardiser.sd().into()
}

fn rows<S: ganlet::layer::Row>(samples: Vec<S>) -> Vec<Vec<f64>> {
    let row = |sample: S| sample.flat().iter().map(|&x| f64::from(x)).collect();
    samples.into_iter().map(row).collect()
}

/// The noise floor and the Gaussian fit, measured as the generators are.
fn yardsticks<M: Network>(
    source: &Source,
) -> Result<(Option<Yardstick>, Option<Yardstick>), Failure> {
    const SEED: u64 = 1;
    const AGAIN: u64 = 0xF100;
    let sd = sd(&source.learner::<M>(M::RECIPE, SEED)?.session);
    let reference = Reference::new(source.reference(READINGS, SEED));
    let windows = Session::<M>::WINDOW > 1;
    let real = windows.then(|| rows(source.windows::<M::Sample>(WINDOWS, SEED)));
    let floor = source.series().is_none().then(|| {
        let Distance { w1, js } = reference.distance(source.reference(READINGS, AGAIN));
        let again = |real: &Vec<Vec<f64>>| {
            let again = rows(source.windows::<M::Sample>(WINDOWS, AGAIN));
            sliced::wasserstein(real, &again, sd)
        };
        Yardstick {
            w1,
            js: Some(js),
            sliced_w1: real.as_ref().map(again),
        }
    });
    let mut rng = Rng::new(SEED, stream::FLOOR);
    let gaussian = match &real {
        Some(real) => {
            let fit = GaussianWindow::fit(real);
            let drawn: Vec<Vec<f64>> = (0..WINDOWS).map(|_| fit.draw(&mut rng)).collect();
            let pooled = drawn.iter().flatten().map(|&x| x as f32).collect();
            let Distance { w1, js } = reference.distance(pooled);
            Some(Yardstick {
                w1,
                js: Some(js),
                sliced_w1: Some(sliced::wasserstein(real, &drawn, sd)),
            })
        }
        None => likelihood::fit_gaussian(reference.sorted())
            .ok()
            .map(|fit| {
                let fit = Target::Normal(fit);
                let drawn = (0..READINGS).map(|_| fit.draw(&mut rng)).collect();
                let Distance { w1, js } = reference.distance(drawn);
                Yardstick {
                    w1,
                    js: Some(js),
                    sliced_w1: None,
                }
            }),
    };
    Ok((floor, gaussian))
}

impl Modes {
    /// `None` for a target without modes.
    fn of(target: &Target, readings: &[f32]) -> Option<Self> {
        let modes: Vec<Mode> = target.modes().collect();
        if modes.is_empty() {
            return None;
        }
        let share = |predicate: &dyn Fn(f64) -> bool| {
            let count = readings.iter().filter(|&&x| predicate(x.into())).count();
            count as f64 / readings.len() as f64
        };
        let near = |mode: &Mode, x: f64| (x - mode.mean).abs() < 3.0 * mode.sd;
        let nearest = |mode: &Mode, x: f64| {
            let distance = (x - mode.mean).abs();
            modes.iter().all(|other| distance <= (x - other.mean).abs())
        };
        let found = |mode: &&Mode| share(&|x| near(mode, x)) >= FOUND * mode.weight;
        let errors = modes
            .iter()
            .map(|mode| (share(&|x| nearest(mode, x)) - mode.weight).abs());
        Some(Self {
            within_3_sigma: share(&|x| modes.iter().any(|mode| near(mode, x))),
            found: modes.iter().filter(found).count(),
            of: modes.len(),
            mass_error: errors.fold(0.0, f64::max),
        })
    }
}
