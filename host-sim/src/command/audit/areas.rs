//! How well windows are ranked: the detector, its parts and subsets, the simple methods, and what a
//! discriminator adds.

use ganlet::model::{Model, Window32};
use ganlet::rng::Rng;
use ganlet::watch::{Detector, Threshold};
use serde::Serialize;

use super::alarms::BUDGETS;
use super::judge::Judge;
use super::protocol::{Labelled, Sample};
use super::simple::{self, Simple};
use super::{KEPT, Parts, fitted};
use crate::ranking;
use crate::signal::Signal;

/// Ways to make one number of the parts.
pub(super) const WAYS: [&str; 12] = [
    "detector",
    "window alone",
    "features alone",
    "distance alone",
    "run alone",
    "without window",
    "without features",
    "without distance",
    "without run",
    "sum in place of maximum",
    "discriminator alone",
    "detector and discriminator",
];

/// Areas of one series.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Areas {
    pub(super) series: String,
    /// ROC-AUC of each of [`WAYS`], the mean over the seeds.
    pub(super) ways: [f64; WAYS.len()],
    /// ROC-AUC of the detector, the worst seed.
    pub(super) worst: f64,
    /// Average precision of the detector.
    pub(super) average_precision: f64,
    /// ROC-AUC of each of [`simple::NAMES`], fitted to all training windows.
    pub(super) simple: [f64; simple::NAMES.len()],
}

impl Areas {
    pub(super) fn of(series: &Labelled, capacity: usize, seeds: u64) -> Self {
        let judged: Vec<(Sample, bool)> = series
            .sparse()
            .filter_map(|window| Some((window.sample, window.label?)))
            .collect();
        let simple = Simple::fit(&series.train);
        let simple_scores: Vec<_> = judged.iter().map(|(w, _)| simple.scores(w)).collect();
        let mut areas = Self {
            series: series.name.clone(),
            ways: [0.0; WAYS.len()],
            worst: 1.0,
            average_precision: 0.0,
            simple: std::array::from_fn(|i| {
                area(simple_scores.iter().map(|scores| scores[i]), &judged).0
            }),
        };
        for seed in 0..seeds {
            let kept = series.kept(capacity, seed);
            let detector = fitted(&kept, seed);
            let windows: Vec<Sample> = kept.samples().copied().collect();
            let judge = Judge::train(&windows, seed, None);
            let scores: Vec<_> = judged
                .iter()
                .map(|(window, _)| ways(&detector, &judge, window))
                .collect();
            for (i, sum) in areas.ways.iter_mut().enumerate() {
                let (roc, precision) = area(scores.iter().map(|scores| scores[i]), &judged);
                *sum += roc / seeds as f64;
                if i == 0 {
                    areas.worst = areas.worst.min(roc);
                    areas.average_precision += precision / seeds as f64;
                }
            }
        }
        areas
    }

    /// How far the detector is below the best of the simple methods.
    pub(super) fn shortfall(&self) -> f64 {
        self.simple.iter().copied().fold(0.0, f64::max) - self.ways[0]
    }
}

fn ways(detector: &Detector<Parts>, judge: &Judge, window: &Sample) -> [f32; WAYS.len()] {
    let [w, f, d, r] = detector.score(window).parts;
    let j = judge.decades(window);
    let all = w.max(f).max(d).max(r);
    [
        all,
        w,
        f,
        d,
        r,
        f.max(d).max(r),
        w.max(d).max(r),
        w.max(f).max(r),
        w.max(f).max(d),
        w.max(0.0) + f.max(0.0) + d.max(0.0) + r,
        j,
        all.max(j),
    ]
}

/// ROC-AUC and average precision.
pub(super) fn area(scores: impl Iterator<Item = f32>, judged: &[(Sample, bool)]) -> (f64, f64) {
    let pairs: Vec<(f32, bool)> = scores.zip(judged).map(|(s, (_, l))| (s, *l)).collect();
    (
        ranking::roc_auc(&pairs).unwrap_or(f64::NAN),
        ranking::average_precision(&pairs).unwrap_or(f64::NAN),
    )
}

/// Fault kinds: what happens to a window of unit variance at half severity.
pub(super) const FAULTS: [&str; 8] = [
    "offset", "spike", "noise", "drift", "gain", "stuck", "dropout", "clipping",
];

/// The fault `kind` of [`FAULTS`] in a window, at half severity.
pub(super) fn fault(kind: usize, window: &Sample, rng: &mut Rng) -> Sample {
    let mut x = *window;
    let n = x.len();
    let from = rng.below(n as u32 / 2) as usize;
    let sign = rng.rademacher();
    match kind {
        0 => x.iter_mut().for_each(|x| *x += 1.5 * sign),
        1 => x[from + n / 4] += 3.0 * sign,
        2 => x.iter_mut().for_each(|x| *x += 0.5 * rng.gaussian()),
        3 => (0..n).for_each(|i| x[i] += 2.0 * sign * i as f32 / n as f32),
        4 => {
            let gain = if sign > 0.0 { 1.5 } else { 1.0 / 1.5 };
            x.iter_mut().for_each(|x| *x *= gain);
        }
        5 => {
            let level = x[from];
            x[from..from + n / 2].fill(level);
        }
        6 => x[from..from + n / 4].fill(0.0),
        _ => x.iter_mut().for_each(|x| *x = x.clamp(-0.8, 0.8)),
    }
    x
}

/// Ranks of synthetic faults in one simulated signal.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Faults {
    pub(super) signal: String,
    /// ROC-AUC of the detector for each of [`FAULTS`].
    pub(super) detector: [f64; FAULTS.len()],
    /// The best of the simple methods for each.
    pub(super) simple: [f64; FAULTS.len()],
    /// The mean over all faults of each of [`simple::NAMES`].
    pub(super) simple_means: [f64; simple::NAMES.len()],
    /// A discriminator whose perturbations leave the judged fault's family out.
    pub(super) discriminator: [f64; FAULTS.len()],
    /// Shares of fresh normal windows above the limit of each of [`BUDGETS`], the mean over
    /// [`FITS`].
    pub(super) false_alarms: [f64; BUDGETS.len()],
}

/// Detectors that false alarms are counted of: one has half or twice its budget as often as not, the
/// mean over so many is off by a tenth of it, or a fifth where one window in 1000 is beyond the limit.
const FITS: u64 = 200;
/// Fresh windows for each.
const FRESH: usize = 2_500;

/// Windows of a signal, in its standard deviations.
struct Drawn {
    signal: Signal,
    rng: Rng,
    mean: f32,
    sd: f32,
}

impl Drawn {
    /// The signal, and 384 windows of it that it is standardised by.
    fn of(signal: Signal, seed: u64) -> (Self, Vec<Sample>) {
        let rng = Rng::new(seed, 21);
        let mut drawn = Self {
            signal,
            rng,
            mean: 0.0,
            sd: 1.0,
        };
        let raw: Vec<Sample> = (0..KEPT).map(|_| drawn.next()).collect();
        let all: Vec<f32> = raw.iter().flatten().copied().collect();
        drawn.mean = all.iter().sum::<f32>() / all.len() as f32;
        let square = |x: &f32| (x - drawn.mean).powi(2);
        drawn.sd = (all.iter().map(square).sum::<f32>() / all.len() as f32).sqrt();
        let train = raw.into_iter().map(|window| drawn.scaled(window)).collect();
        (drawn, train)
    }

    fn scaled(&self, window: Sample) -> Sample {
        window.map(|x| (x - self.mean) / self.sd)
    }

    fn next(&mut self) -> Sample {
        let mut window = [0.0; 32];
        self.signal.draw(&mut self.rng, &mut window);
        self.scaled(window)
    }

    /// Shares of fresh windows above the limits of a detector that is fitted to others.
    fn false_alarms(signal: Signal, seed: u64) -> [f64; BUDGETS.len()] {
        let (mut drawn, train) = Self::of(signal, seed);
        let detector = fitted(&train.iter().copied().collect(), seed);
        let mut shares = [0.0; BUDGETS.len()];
        for _ in 0..FRESH {
            let strangeness = detector.score(&drawn.next()).strangeness;
            for (share, budget) in shares.iter_mut().zip(BUDGETS) {
                let above = strangeness > Threshold::of_budget(budget).level();
                *share += f64::from(u8::from(above)) / FRESH as f64;
            }
        }
        shares
    }
}

impl Faults {
    /// 384 normal windows to fit to, 500 fresh ones and 500 faulty ones of each kind to judge.
    pub(super) fn of(signal: Signal, seed: u64) -> Self {
        let (mut drawn, train) = Drawn::of(signal, seed);
        let detector = fitted(&train.iter().copied().collect(), seed);
        let simple = Simple::fit(&train);
        let normal: Vec<Sample> = (0..500).map(|_| drawn.next()).collect();
        let mut told = Self {
            signal: signal.to_string(),
            detector: [0.0; FAULTS.len()],
            simple: [0.0; FAULTS.len()],
            simple_means: [0.0; simple::NAMES.len()],
            discriminator: [0.0; FAULTS.len()],
            false_alarms: [0.0; BUDGETS.len()],
        };
        for fit in 0..FITS {
            let shares = Drawn::false_alarms(signal, seed + fit);
            for (mean, share) in told.false_alarms.iter_mut().zip(shares) {
                *mean += share / FITS as f64;
            }
        }
        for kind in 0..FAULTS.len() {
            let judge = Judge::train(&train, seed, Some(kind));
            let faulty = (0..500).map(|_| {
                let window = drawn.next();
                (fault(kind, &window, &mut drawn.rng), true)
            });
            let faulty: Vec<_> = faulty.collect();
            let judged: Vec<(Sample, bool)> = normal
                .iter()
                .map(|window| (*window, false))
                .chain(faulty)
                .collect();
            let of = |score: &dyn Fn(&Sample) -> f32| {
                area(judged.iter().map(|(window, _)| score(window)), &judged).0
            };
            told.detector[kind] = of(&|w| {
                let parts = detector.score(w).parts;
                parts.into_iter().fold(f32::MIN, f32::max)
            });
            told.discriminator[kind] = of(&|w| judge.decades(w));
            for (i, sum) in told.simple_means.iter_mut().enumerate() {
                let area = of(&|w| simple.scores(w)[i]);
                *sum += area / FAULTS.len() as f64;
                told.simple[kind] = told.simple[kind].max(area);
            }
        }
        told
    }
}

/// The recipe of the generators whose samples a [`Judge`] has to tell from data.
pub(super) fn recipe() -> ganlet::recipe::Recipe {
    ganlet::recipe::Recipe {
        steps: 1500,
        ..Window32::RECIPE
    }
}
