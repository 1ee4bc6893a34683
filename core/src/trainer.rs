//! The alternation: discriminator steps, one generator step, the average.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::gan::{DiscriminatorStep, Gan, Step, infer};
use crate::health::LARGEST;
use crate::latent::Latent;
use crate::layer::Layer;
use crate::model::Model;
use crate::optimizer::{Optimizer, OptimizerState, RmsProp};
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
    pub gan: Gan<M::Generator, M::Discriminator, RmsProp>,
    /// The exponential moving average of the generator, which is the one that generates.
    pub average: M::Generator,
    data: Rng,
    latent: Rng,
    step: u32,
    skipped: u32,
    turn: u32,
    /// The last of its steps.
    discriminator: DiscriminatorStep,
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
    pub const PARAMETERS: usize = <M::Generator as Params>::LEN + <M::Discriminator as Params>::LEN;

    /// What training takes at most, in bytes: this value, and a step's gradient and activations on
    /// the stack. Call frames come on top.
    pub const RAM_BYTES: usize = {
        const fn with_moments<P: Params>() -> usize {
            <P as Params>::LEN + <<RmsProp as Optimizer>::State<P> as OptimizerState>::LEN
        }
        let average = <M::Generator as Params>::LEN;
        let players = with_moments::<M::Generator>() + with_moments::<M::Discriminator>();
        // Not the size of this type, which a host pads.
        size_of::<f32>() * (average + players)
            + size_of::<(f32, [Rng; 2], [u32; 3], DiscriminatorStep)>()
            + Gan::<M::Generator, M::Discriminator, RmsProp>::STEP_BYTES
    };

    /// Zeros throughout: the contents of a static, before [`restart`](Self::restart).
    pub const BLANK: Self = Self {
        average: M::Generator::ZERO,
        gan: Gan::BLANK,
        data: Rng::BLANK,
        latent: Rng::BLANK,
        step: 0,
        skipped: 0,
        turn: 0,
        discriminator: DiscriminatorStep::ZERO,
    };

    /// Fresh networks; the same seed gives the same bits everywhere.
    pub fn new(seed: u64) -> Self {
        let mut trainer = Self::BLANK;
        trainer.restart(seed);
        trainer
    }

    /// Fresh networks in the place of the old ones, without a second copy of them in memory.
    pub fn restart(&mut self, seed: u64) {
        let initial = &mut Rng::new(seed, stream::INITIAL);
        self.gan.generator.init(&M::INIT.0, initial);
        self.gan.discriminator.init(&M::INIT.1, initial);
        self.gan.generator_state.restart();
        self.gan.discriminator_state.restart();
        self.gan.centre = 0.0;
        self.average.copy_from(&self.gan.generator);
        self.data = Rng::new(seed, stream::DATA);
        self.latent = Rng::new(seed, stream::LATENT);
        self.step = 0;
        self.skipped = 0;
        self.turn = 0;
    }

    /// Tells the generator how far samples spread along their axes.
    pub fn suit(&mut self, axes: &M::Axes) {
        M::suit(&mut self.gan.generator, axes);
        M::suit(&mut self.average, axes);
    }

    /// One round: D is trained `recipe.discriminator_steps` times with G fixed, then G once with D
    /// fixed. `real` draws a standardised sample.
    pub fn round(&mut self, recipe: &Recipe, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Round {
        loop {
            if let Some(round) = self.turn(recipe, &mut real) {
                return round;
            }
        }
    }

    /// The next turn of a round: one step of one player. The round is given when G has had its turn,
    /// which is the last one.
    ///
    /// This is the slice of training that a device fits between two readings.
    pub fn turn(
        &mut self,
        recipe: &Recipe,
        mut real: impl FnMut(&mut Rng) -> M::Sample,
    ) -> Option<Round> {
        let Self {
            gan, data, latent, ..
        } = self;
        let mut real = || real(data);
        let mut draw = || Latent::draw(latent, recipe.gaussian);
        let rate = recipe.rate_schedule.factor(self.step, recipe.steps);

        if self.turn < recipe.discriminator_steps {
            let first = self.step.wrapping_mul(recipe.discriminator_steps);
            let due = first
                .wrapping_add(self.turn)
                .is_multiple_of(recipe.penalty_every.max(1));
            self.discriminator = gan.train_discriminator_on_real_and_generated(
                &recipe.objective(self.step, due),
                &recipe.optimizer,
                rate * recipe.discriminator_rate,
                recipe.batch,
                &mut real,
                &mut draw,
            );
            self.skipped += u32::from(self.discriminator.step.skipped);
            self.turn += 1;
            return None;
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

        self.renew_average(recipe.average);
        self.step += 1;
        self.turn = 0;
        Some(Round {
            discriminator: self.discriminator,
            generator,
        })
    }

    /// Moves the average towards the generator.
    #[inline(never)] // what it needs is not on the stack beside a step
    fn renew_average(&mut self, share: f32) {
        // A young average forgets its start quickly: its first steps weigh 1/2, 1/3, …
        let warm = (self.step as f32 + 1.0) / (self.step as f32 + 2.0);
        if self.gan.generator.is_within(LARGEST) {
            self.average
                .average_towards(&self.gan.generator, share.min(warm));
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

    /// Whether the next turn is the first of a round.
    pub fn between_rounds(&self) -> bool {
        self.turn == 0
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
    const BYTES: usize = Gan::<M::Generator, M::Discriminator, RmsProp>::BYTES
        + M::Generator::BYTES
        + 2 * Rng::BYTES
        + 3 * u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.gan.save(out);
        self.average.save(out);
        self.data.save(out);
        self.latent.save(out);
        self.step.save(out);
        self.skipped.save(out);
        self.turn.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.gan.load(from)?;
        self.average.load(from)?;
        self.data.load(from)?;
        self.latent.load(from)?;
        self.step.load(from)?;
        self.skipped.load(from)?;
        self.turn.load(from)
    }
}
