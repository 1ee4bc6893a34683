//! How a model is trained: every number of a run that is not learned.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::gan::Objective;
use crate::loss::Loss;
use crate::optimizer::{RmsProp, Schedule};

/// The settings of a training run. Values, not types: they can come from a command line.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Recipe {
    /// The pair of losses.
    pub loss: Loss,
    /// γ of R1 at the start of the run.
    pub r1: f32,
    /// γ of R2 at the start of the run.
    pub r2: f32,
    /// How γ goes on.
    pub penalty_schedule: Schedule,
    /// Penalties are computed in every n-th discriminator step, n times as strong ("lazy"): the
    /// same gradient on average, at a fraction of the cost.
    pub penalty_every: u32,
    /// Learning rate of the generator at the start of the run.
    pub generator_rate: f32,
    /// Learning rate of the discriminator at the start of the run.
    pub discriminator_rate: f32,
    /// How both rates go on.
    pub rate_schedule: Schedule,
    /// The optimizer of both players.
    pub optimizer: RmsProp,
    /// Samples per step of either player.
    pub batch: usize,
    /// Discriminator steps per generator step.
    pub discriminator_steps: u32,
    /// How much of the averaged generator each step keeps; the averaged one generates.
    pub average: f32,
    /// How many latent coordinates are Gaussian; the rest are ±1.
    pub gaussian: usize,
    /// Generator steps in the run.
    pub steps: u32,
}

impl Recipe {
    /// For single readings.
    ///
    /// Found by trial over ten targets and six seeds, the worst seed counting. The penalties make the
    /// start steady and are gone at the end; the rates fall from the first step on, so that the
    /// average at the end is one of small steps.
    pub const SCALAR: Self = Self {
        loss: Loss::Relativistic,
        r1: 1.0,
        r2: 1.0,
        penalty_schedule: Schedule::Linear { from: 0.0, to: 1.0 },
        penalty_every: 4,
        generator_rate: 5e-4,
        discriminator_rate: 5e-4,
        rate_schedule: Schedule::Linear { from: 0.0, to: 1.0 },
        optimizer: RmsProp {
            beta2: 0.99,
            epsilon: 1e-8,
        },
        batch: 32,
        discriminator_steps: 3,
        average: 0.9999,
        gaussian: 3,
        steps: 60_000,
    };

    /// Zeros throughout, for a static before it is set.
    pub(crate) const BLANK: Self = Self {
        loss: Loss::Minimax,
        r1: 0.0,
        r2: 0.0,
        penalty_schedule: Schedule::Constant,
        penalty_every: 0,
        generator_rate: 0.0,
        discriminator_rate: 0.0,
        rate_schedule: Schedule::Constant,
        optimizer: RmsProp {
            beta2: 0.0,
            epsilon: 0.0,
        },
        batch: 0,
        discriminator_steps: 0,
        average: 0.0,
        gaussian: 0,
        steps: 0,
    };

    /// For windows along their principal axes.
    pub const WINDOW: Self = Self {
        r1: 0.3,
        r2: 0.3,
        generator_rate: 1e-3,
        discriminator_rate: 1e-3,
        rate_schedule: Schedule::Linear { from: 0.5, to: 1.0 },
        average: 0.9998,
        gaussian: 4,
        steps: 10_000,
        ..Self::SCALAR
    };

    /// What the players play for at generator step `step`; `penalised` in a discriminator step in
    /// which the penalties are due.
    pub fn objective(&self, step: u32, penalised: bool) -> Objective {
        let gamma = if penalised {
            self.penalty_schedule.factor(step, self.steps) * self.penalty_every as f32
        } else {
            0.0
        };
        Objective {
            loss: self.loss,
            r1: self.r1 * gamma,
            r2: self.r2 * gamma,
        }
    }
}

impl Recipe {
    /// The most samples per step that a checkpoint may ask for.
    const LARGEST_BATCH: usize = 1024;
    /// The most discriminator steps per generator step.
    const MOST_STEPS: u32 = 100;

    /// Whether a device can train so: a round ends, and no setting makes a step of sound numbers
    /// unsound. Nobody writes others, but whoever forges a checkpoint can.
    fn is_sound(&self) -> bool {
        let fraction = 0.0..=1.0;
        (1..=Self::LARGEST_BATCH).contains(&self.batch)
            && self.discriminator_steps <= Self::MOST_STEPS
            && fraction.contains(&self.generator_rate)
            && fraction.contains(&self.discriminator_rate)
            && fraction.contains(&self.average)
            && (0.0..1.0).contains(&self.optimizer.beta2)
            && self.optimizer.epsilon > 0.0
    }

    /// All settings as numbers, in the order of the fields.
    fn numbers(&self) -> ([u32; 8], [f32; 11]) {
        let (penalty, penalty_from, penalty_to) = self.penalty_schedule.numbers();
        let (rate, rate_from, rate_to) = self.rate_schedule.numbers();
        let whole = [
            self.loss as u32,
            penalty,
            self.penalty_every,
            rate,
            self.batch as u32,
            self.discriminator_steps,
            self.gaussian as u32,
            self.steps,
        ];
        let real = [
            self.r1,
            self.r2,
            penalty_from,
            penalty_to,
            self.generator_rate,
            self.discriminator_rate,
            rate_from,
            rate_to,
            self.optimizer.beta2,
            self.optimizer.epsilon,
            self.average,
        ];
        (whole, real)
    }

    /// The settings that [`numbers`](Self::numbers) gives, if there are such.
    fn from_numbers(whole: [u32; 8], real: [f32; 11]) -> Option<Self> {
        let [
            loss,
            penalty,
            penalty_every,
            rate,
            batch,
            discriminator_steps,
            gaussian,
            steps,
        ] = whole;
        let [
            r1,
            r2,
            penalty_from,
            penalty_to,
            generator_rate,
            discriminator_rate,
            rest @ ..,
        ] = real;
        let [rate_from, rate_to, beta2, epsilon, average] = rest;
        Some(Self {
            loss: *Loss::ALL.get(loss as usize)?,
            r1,
            r2,
            penalty_schedule: Schedule::from_numbers(penalty, penalty_from, penalty_to)?,
            penalty_every,
            generator_rate,
            discriminator_rate,
            rate_schedule: Schedule::from_numbers(rate, rate_from, rate_to)?,
            optimizer: RmsProp { beta2, epsilon },
            batch: batch as usize,
            discriminator_steps,
            average,
            gaussian: gaussian as usize,
            steps,
        })
    }
}

impl Persist for Recipe {
    const BYTES: usize = <[u32; 8]>::BYTES + <[f32; 11]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        let (whole, real) = self.numbers();
        whole.save(out);
        real.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let (whole, real) = (from.read([0; 8])?, from.read([0.0; 11])?);
        let recipe =
            Self::from_numbers(whole, real).ok_or(Invalid("a setting that does not exist"))?;
        if !recipe.is_sound() {
            return Err(Invalid("a setting beyond its limits"));
        }
        from.set(self, recipe);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{self, Error, Name};

    const MODEL: Name = Name::new("recipe").unwrap();

    fn restored(recipe: &Recipe) -> Result<Recipe, Error> {
        let mut bytes = [0; checkpoint::bytes::<Recipe>()];
        checkpoint::save(MODEL, recipe, &mut bytes)?;
        let mut restored = Recipe::WINDOW;
        checkpoint::load(MODEL, &mut restored, &bytes)?;
        Ok(restored)
    }

    #[test]
    fn a_recipe_survives_its_checkpoint_up_to_its_limits() {
        let mut recipe = Recipe::SCALAR;
        assert_eq!(restored(&recipe), Ok(recipe));
        (recipe.batch, recipe.discriminator_steps) = (1024, 100);
        (recipe.generator_rate, recipe.discriminator_rate) = (0.0, 1.0);
        (recipe.average, recipe.optimizer.beta2) = (1.0, 0.0);
        assert_eq!(restored(&recipe), Ok(recipe));
    }

    #[test]
    fn a_recipe_that_no_device_could_follow_is_refused() {
        type Spoil = fn(&mut Recipe);
        let spoils: [Spoil; 11] = [
            |it| it.batch = 0,
            |it| it.batch = 1025,
            |it| it.discriminator_steps = 101,
            |it| it.generator_rate = 1.5,
            |it| it.generator_rate = -0.1,
            |it| it.discriminator_rate = 1.5,
            |it| it.average = 1.5,
            |it| it.average = -0.5,
            |it| it.optimizer.beta2 = 1.0,
            |it| it.optimizer.beta2 = -0.5,
            |it| it.optimizer.epsilon = 0.0,
        ];
        for spoil in spoils {
            let mut recipe = Recipe::SCALAR;
            spoil(&mut recipe);
            let told = restored(&recipe);
            let what = "a setting beyond its limits";
            assert!(
                matches!(told, Err(Error::Invalid { what: told, .. }) if told == what),
                "{recipe:?}: {told:?}"
            );
        }
    }
}
