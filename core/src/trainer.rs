//! The alternation: discriminator steps, one generator step, the average.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::gan::{DiscriminatorStep, Gan, Step, infer};
use crate::latent::Latent;
use crate::layer::Layer;
use crate::model::Model;
use crate::optimizer::Adam;
use crate::params::{Params, ParamsExt, fingerprint};
use crate::recipe::Recipe;
use crate::rng::Rng;

/// Streams of random numbers, one for each purpose.
mod stream {
    pub(super) const INITIAL: u64 = 0;
    pub(super) const DATA: u64 = 1;
    pub(super) const LATENT: u64 = 2;
}

/// Everything that training changes: networks, moments, the averaged generator, random streams.
///
/// Its size is fixed by `M`; see [`RAM_BYTES`](Self::RAM_BYTES).
#[derive(Clone, Debug)]
pub struct Trainer<M: Model> {
    /// Both players.
    pub gan: Gan<M::Generator, M::Discriminator, Adam>,
    /// The exponential moving average of the generator, which is the one that generates.
    pub average: M::Generator,
    data: Rng,
    latent: Rng,
    step: u32,
    skipped: u32,
}

/// One round of the game: the last discriminator step, and the generator step.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Round {
    /// The last of the discriminator steps.
    pub discriminator: DiscriminatorStep,
    /// The generator step.
    pub generator: Step,
}

impl<M: Model> Trainer<M> {
    /// Numbers that are learned.
    pub const PARAMETERS: usize = M::Generator::LEN + M::Discriminator::LEN;

    /// What training takes at most, in bytes: this value, and a step's gradient and activations on
    /// the stack. Call frames come on top.
    pub const RAM_BYTES: usize =
        size_of::<Self>() + Gan::<M::Generator, M::Discriminator, Adam>::STEP_BYTES;

    /// Fresh networks; the same seed gives the same bits everywhere.
    pub fn new(seed: u64) -> Self {
        let (generator, discriminator) = M::draw(&mut Rng::new(seed, stream::INITIAL));
        Self {
            average: generator.clone(),
            gan: Gan::new(generator, discriminator),
            data: Rng::new(seed, stream::DATA),
            latent: Rng::new(seed, stream::LATENT),
            step: 0,
            skipped: 0,
        }
    }

    /// One round: D is trained `recipe.discriminator_steps` times with G fixed, then G once with D
    /// fixed. `real` draws a standardised sample.
    pub fn round(&mut self, recipe: &Recipe, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Round {
        let Self {
            gan, data, latent, ..
        } = self;
        let mut real = || real(data);
        let mut draw = || Latent::draw(latent, recipe.gaussian);
        let rate = recipe.rate_schedule.factor(self.step, recipe.steps);
        let first = self.step.wrapping_mul(recipe.discriminator_steps);

        let mut discriminator = DiscriminatorStep::ZERO;
        for i in 0..recipe.discriminator_steps {
            let due = first.wrapping_add(i) % recipe.penalty_every.max(1) == 0;
            discriminator = gan.train_discriminator_on_real_and_generated(
                &recipe.objective(self.step, due),
                &recipe.optimizer,
                rate * recipe.discriminator_rate,
                recipe.batch,
                &mut real,
                &mut draw,
            );
            self.skipped += u32::from(discriminator.step.skipped);
        }
        let generator = gan.train_generator_through_discriminator(
            &recipe.objective(self.step, false),
            &recipe.optimizer,
            rate * recipe.generator_rate,
            recipe.batch,
            &mut real,
            &mut draw,
        );
        self.skipped += u32::from(generator.skipped);

        // A young average forgets its start quickly: its first steps weigh 1/2, 1/3, …
        let warm = (self.step as f32 + 1.0) / (self.step as f32 + 2.0);
        self.average
            .average_towards(&gan.generator, recipe.average.min(warm));
        self.step += 1;
        Round {
            discriminator,
            generator,
        }
    }

    /// A block of generated samples, standardised, from the averaged generator.
    pub fn generate<const B: usize>(&self, recipe: &Recipe, rng: &mut Rng) -> [M::Sample; B] {
        let latents: [<M::Generator as Layer>::In; B] =
            core::array::from_fn(|_| Latent::draw(rng, recipe.gaussian));
        infer(&self.average, &latents)
    }

    /// The discriminator's logits of a block of standardised samples.
    pub fn logits<const B: usize>(&self, samples: &[M::Sample; B]) -> [f32; B] {
        infer(&self.gan.discriminator, samples).map(|[logit]| logit)
    }

    /// Rounds played.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Steps skipped because a gradient was not finite.
    pub fn skipped(&self) -> u32 {
        self.skipped
    }

    /// See [`fingerprint`].
    pub fn fingerprint(&self) -> u32 {
        fingerprint(&self.average, &self.gan.discriminator)
    }
}

impl<M: Model> Persist for Trainer<M> {
    const BYTES: usize = Gan::<M::Generator, M::Discriminator, Adam>::BYTES
        + M::Generator::BYTES
        + 2 * Rng::BYTES
        + 2 * u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.gan.save(out);
        self.average.save(out);
        self.data.save(out);
        self.latent.save(out);
        self.step.save(out);
        self.skipped.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.gan.load(from)?;
        self.average.load(from)?;
        self.data.load(from)?;
        self.latent.load(from)?;
        self.step.load(from)?;
        self.skipped.load(from)
    }
}
