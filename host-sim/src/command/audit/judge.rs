//! A discriminator as a part: trained on generated and on perturbed windows.

use ganlet::gan::{Gan, Objective, infer};
use ganlet::layer::{Dense, Init, Layer as _};
use ganlet::loss::Loss;
use ganlet::model::WindowDiscriminator;
use ganlet::optimizer::{Adam, OptimizerState as _};
use ganlet::params::Params as _;
use ganlet::rng::Rng;
use ganlet::session::Session;
use ganlet::stream::Standardiser;

use super::areas::{FAULTS, fault, recipe};
use super::protocol::{Sample, WINDOW};

type Discriminator = WindowDiscriminator<WINDOW>;
/// Hands negatives through: a generator that is never trained.
type Through = Dense<WINDOW, WINDOW>;

/// Steps of training, of 32 real windows against 32 negatives.
const STEPS: u32 = 2000;

/// Half of its negatives are drawn from a GAN that was trained on the same windows, half are real
/// windows with a fault. Its logits become decades by an exponential tail over the very windows that
/// it was trained on.
pub(super) struct Judge {
    discriminator: Discriminator,
    median: f32,
    excess: f32,
}

impl Judge {
    /// Trains it; no fault of the family `without` is among its negatives.
    pub(super) fn train(windows: &[Sample], seed: u64, without: Option<usize>) -> Self {
        let pick = |rng: &mut Rng| windows[rng.below(windows.len() as u32) as usize];
        let mut session =
            Session::<ganlet::model::Window32>::new(recipe(), Standardiser::IDENTITY, seed);
        while !session.done() {
            session.round(pick);
        }
        let mut rng = Rng::new(seed, 31);
        let mut through = Through::ZERO;
        for i in 0..WINDOW {
            ganlet::params::Params::leaf_mut(&mut through, 0)[i * WINDOW + i] = 1.0;
        }
        let mut discriminator = Discriminator::ZERO;
        discriminator.init(&Init::default(), &mut rng);
        let adam = Adam {
            beta1: 0.5,
            beta2: 0.99,
            epsilon: 1e-8,
        };
        let mut gan: Gan<Through, Discriminator, Adam> = Gan::new(through, discriminator);
        gan.discriminator_state.restart();
        let objective = Objective {
            loss: Loss::NonSaturating,
            r1: 0.05,
            r2: 0.05,
        };
        let (mut real, mut negative) = (rng.clone(), Rng::new(seed, 32));
        for _ in 0..STEPS {
            gan.train_discriminator_on_real_and_generated(
                &objective,
                &adam,
                1e-3,
                32,
                || pick(&mut real),
                || {
                    let kind = negative.below(FAULTS.len() as u32) as usize;
                    if negative.uniform() < 0.5 || without == Some(kind) {
                        let [window] = session.generate::<1>(&mut negative);
                        window
                    } else {
                        fault(kind, &pick(&mut negative), &mut negative)
                    }
                },
            );
        }
        let mut judge = Self {
            discriminator: gan.discriminator,
            median: 0.0,
            excess: 1.0,
        };
        let mut scores: Vec<f32> = windows.iter().map(|w| judge.strangeness(w)).collect();
        scores.sort_by(f32::total_cmp);
        let upper = &scores[scores.len() / 2..];
        judge.median = upper[0];
        let sum: f32 = upper.iter().map(|s| s - judge.median).sum();
        judge.excess = (sum / upper.len() as f32).max(1e-3);
        judge
    }

    fn strangeness(&self, window: &Sample) -> f32 {
        let [[logit]] = infer(&self.discriminator, &[*window]);
        -logit
    }

    /// −log₁₀ p.
    pub(super) fn decades(&self, window: &Sample) -> f32 {
        let tail = (self.strangeness(window) - self.median) / self.excess;
        std::f32::consts::LOG10_2 + std::f32::consts::LOG10_E * tail
    }
}
