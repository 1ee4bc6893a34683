//! What can be wrong with a run, and what is done about it.

use core::fmt;

use super::Exam;
use crate::layer::Layer as _;
use crate::model::Model;
use crate::optimizer::OptimizerState as _;
use crate::params::ParamsExt;
use crate::recipe::Recipe;
use crate::rng::Rng;
use crate::session::Session;
use crate::trainer::Trainer;

/// What is wrong with a run whose networks are sound numbers.
///
/// Healthy runs stay far from every limit. One seed each of seven targets (four distributions of readings,
/// a sine, two harmonics and AR(2) as windows) had V below −1.3 at every exam and a least spread above 0.25;
/// a run of windows three times as long, whose weakest directions fade and are recoloured, 0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Illness {
    /// Parameters or losses grow beyond what a recipe brings them to, or numbers are not finite.
    Diverged,
    /// Generated samples have a twentieth of the data's spread, or less, along some direction, and are
    /// no nearer to the data than the Gaussian fit, for several exams.
    Collapsed,
    /// The discriminator knows nearly every sample: its gradient tells the generator little.
    Outplayed,
    /// The generator is clearly worse than it was, for several exams.
    Worsened,
    /// The generator is far from the data, and has not come nearer for several exams.
    Stalled,
}

/// What is done about an illness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Cure {
    /// It begins again from the best generator so far, with a fresh discriminator, at a quarter of
    /// both learning rates.
    SlowDown,
    /// The same at the old rates, with penalties four times as strong and half of the
    /// discriminator's steps.
    HoldDiscriminator,
    /// A fresh discriminator, with one more step a round, is set against the generator as it is.
    RenewDiscriminator,
    /// The run ends with the best generator: nothing has helped.
    Stop,
    /// The run is over, and its best generator is kept rather than its last.
    KeepBest,
}

/// V at which a discriminator has won, in nats: the divergence is at least ln 2 − 0.15 of at most
/// ln 2.
const WON: f32 = -0.3;
/// V below which a discriminator is confidently wrong, in nats; one that guesses has −2 ln 2.
const ASTRAY: f32 = -4.0;
/// The least spread of generated samples in any direction, beside the data's, that is not a collapse.
pub const LEAST_SPREAD: f32 = 0.05;
/// The lowest γ that holds a discriminator, the highest that there is, and the factor between two.
const GAMMA: (f32, f32, f32) = (0.5, 64.0, 4.0);
/// What rates are multiplied by.
const SLOWER: f32 = 0.25;
/// The most discriminator steps that a cure asks for.
const MOST_STEPS: u32 = 10;

impl fmt::Display for Illness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Diverged => "parameters diverged",
            Self::Collapsed => "the generator collapsed",
            Self::Outplayed => "the discriminator won",
            Self::Worsened => "the generator became worse than it was",
            Self::Stalled => "the generator came no nearer to the data",
        })
    }
}

impl fmt::Display for Cure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SlowDown => "begun again from the best so far, at a quarter of the rates",
            Self::HoldDiscriminator => {
                "begun again from the best so far, with stronger penalties and fewer discriminator steps"
            }
            Self::RenewDiscriminator => "set against a fresh discriminator, with more steps",
            Self::Stop => "the run was stopped: nothing had helped",
            Self::KeepBest => "the best so far was kept",
        })
    }
}

impl Illness {
    /// The illness that shows at one look.
    pub(super) fn at_sight(exam: &Exam) -> Option<Self> {
        let finite = exam.value.is_finite() && exam.distance.is_finite();
        if !exam.sound || !finite || exam.value < ASTRAY {
            return Some(Self::Diverged);
        }
        (exam.value > WON).then_some(Self::Outplayed)
    }

    /// What is tried first.
    pub(super) fn cure(self) -> Cure {
        match self {
            Self::Diverged | Self::Collapsed | Self::Worsened => Cure::SlowDown,
            Self::Outplayed => Cure::HoldDiscriminator,
            Self::Stalled => Cure::RenewDiscriminator,
        }
    }
}

impl Cure {
    /// What it changes in the settings, which a checkpoint keeps.
    fn settle(self, recipe: &mut Recipe) {
        match self {
            Self::SlowDown => {
                recipe.generator_rate *= SLOWER;
                recipe.discriminator_rate *= SLOWER;
            }
            Self::HoldDiscriminator => {
                let (least, most, factor) = GAMMA;
                for gamma in [&mut recipe.r1, &mut recipe.r2] {
                    *gamma = (*gamma * factor).clamp(least, most);
                }
                recipe.penalty_every = recipe.penalty_every.max(1);
                recipe.discriminator_steps = (recipe.discriminator_steps / 2).max(1);
            }
            Self::RenewDiscriminator => {
                let more = recipe.discriminator_steps.saturating_add(1);
                recipe.discriminator_steps = more.min(MOST_STEPS.max(recipe.discriminator_steps));
            }
            Self::Stop | Self::KeepBest => {}
        }
    }
}

impl<M: Model> Session<M> {
    /// Applies a cure: to the settings, and to the networks. `best` is what to begin again from;
    /// without it networks are drawn anew by `rng`. Rounds and random streams go on.
    pub(super) fn treat(&mut self, cure: Cure, best: Option<&M::Generator>, rng: &mut Rng) {
        cure.settle(&mut self.recipe);
        let trainer = &mut self.trainer;
        match (cure, best) {
            (Cure::RenewDiscriminator, _) => {}
            (_, Some(best)) => {
                trainer.gan.generator.copy_from(best);
                trainer.average.copy_from(best);
            }
            (Cure::Stop, None) => {}
            (_, None) => {
                trainer.gan.generator.init(&M::INIT.0, rng);
                trainer.average.copy_from(&trainer.gan.generator);
                trainer.suit(&self.axes);
            }
        }
        if cure == Cure::Stop {
            self.recipe.steps = self.trainer.step();
        } else {
            self.trainer.renew_discriminator(rng);
        }
    }
}

impl<M: Model> Trainer<M> {
    /// A fresh discriminator, and fresh moments for both players.
    pub(super) fn renew_discriminator(&mut self, rng: &mut Rng) {
        self.gan.discriminator.init(&M::INIT.1, rng);
        self.gan.centre = 0.0;
        self.gan.generator_state.restart();
        self.gan.discriminator_state.restart();
    }
}
