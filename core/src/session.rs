//! A run as a whole: settings, scale, networks. This is what a checkpoint holds, and what device and
//! host share.

use crate::checkpoint::{self, Invalid, Name, Persist, Reader, Writer};
use crate::gan::infer;
use crate::latent::Latent;
use crate::layer::{Layer, Row, Zero};
use crate::math;
use crate::model::Model;
use crate::quality::{self, Comparison};
use crate::recipe::Recipe;
use crate::rng::Rng;
use crate::stream::{Axes, Moments, Standardiser};
use crate::trainer::{Round, Trainer};

/// The stream of random numbers behind the moments of generated samples.
const RECOLOUR: u64 = 5;
/// That behind a comparison with the Gaussian fit.
const COMPARE: u64 = 6;
/// What a generator of windows must be better by than the Gaussian fit, at most: the energy score's
/// difference for each root of a window's length, in standard deviations of the data. A sine is worth
/// nine times as much.
const ENOUGH: f32 = 0.002;
/// Samples generated together.
const BLOCK: usize = 4;

/// A trainer that speaks the sensor's units.
#[derive(Clone, Debug)]
pub struct Session<M: Model> {
    /// The seed of every random stream.
    pub seed: u64,
    /// How it is trained.
    pub recipe: Recipe,
    /// Between the sensor's units and standardised samples.
    pub standardiser: Standardiser,
    /// Between standardised samples and the networks'.
    pub axes: M::Axes,
    /// What is trained.
    pub trainer: Trainer<M>,
    /// Whether samples come from the Gaussian fit of the data rather than from the generator; see
    /// [`compare`](Self::compare).
    pub fallback: bool,
}

/// How a generator turned out.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Settled {
    /// The least spread of its samples in any direction before they were recoloured, beside the
    /// data's: 1 where there was nothing to correct, near 0 where it had collapsed.
    pub spread: f32,
    /// Its energy score less that of the Gaussian fit, in standard deviations of the data.
    pub difference: f32,
    /// The standard error of that.
    pub error: f32,
    /// Whether the Gaussian fit stands in for it.
    pub fallback: bool,
}

impl<M: Model> Session<M> {
    /// The model's name as a checkpoint carries it.
    pub const NAME: Name = match Name::new(M::NAME) {
        Some(name) => name,
        None => panic!("a model's name is at most 16 printable ASCII characters"),
    };

    /// Readings in one sample.
    pub const WINDOW: usize = <M::Sample as Row>::LEN;

    /// The exact size of its checkpoint, in bytes.
    pub const CHECKPOINT_BYTES: usize = checkpoint::bytes::<Self>();

    /// Fresh networks for readings of the given scale.
    pub fn new(recipe: Recipe, standardiser: Standardiser, seed: u64) -> Self {
        let mut session = Self::BLANK;
        session.restart(recipe, standardiser, seed);
        session
    }

    /// Zeros throughout: the contents of a static, which take no flash, or a place to load a
    /// checkpoint into. No session before [`restart`](Self::restart).
    pub const BLANK: Self = Self {
        seed: 0,
        recipe: Recipe::BLANK,
        standardiser: Standardiser::BLANK,
        axes: M::Axes::BLANK,
        trainer: Trainer::BLANK,
        fallback: false,
    };

    /// Begins anew in place, as [`new`](Self::new) does.
    pub fn restart(&mut self, recipe: Recipe, standardiser: Standardiser, seed: u64) {
        self.seed = seed;
        self.recipe = recipe;
        self.standardiser = standardiser;
        self.axes.reset();
        self.trainer.restart(seed);
        self.fallback = false;
    }

    /// Has the networks see samples along their principal axes, those of samples with the given
    /// moments. To be done before the first round: a network that has learned along other axes would
    /// have to begin anew.
    pub fn turn_to_axes(&mut self, moments: &<M::Axes as Axes>::Moments) {
        self.axes.fit(moments, &self.standardiser);
        self.trainer.suit(&self.axes);
    }

    /// One round of the game; `real` draws a sample in the sensor's units.
    pub fn round(&mut self, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Round {
        loop {
            if let Some(round) = self.turn(&mut real) {
                return round;
            }
        }
    }

    /// The next turn of a round, see [`Trainer::turn`]; `real` draws a sample in the sensor's units.
    pub fn turn(&mut self, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Option<Round> {
        let Self {
            recipe,
            standardiser,
            axes,
            trainer,
            ..
        } = self;
        trainer.turn(recipe, |rng| axes.to(&standardiser.to_row(real(rng))))
    }

    /// Sees to it that generated samples have the data's mean and covariance, by the moments of
    /// `count` samples from the averaged generator ([`PrincipalAxes`](crate::stream::PrincipalAxes)).
    ///
    /// Returns the least spread of a generated sample in any direction, beside what it should be: 1
    /// for a generator that needs no correction, near 0 for one that has collapsed. Training does
    /// not see the correction; it is to be renewed when the networks have changed.
    pub fn recolour(&mut self, count: u32) -> f32 {
        self.recolour_by(None, count)
    }

    /// The same, by the moments of another generator where one is given.
    #[inline(never)] // its moments leave the stack before blocks of samples come
    pub(crate) fn recolour_by(&mut self, other: Option<&M::Generator>, count: u32) -> f32 {
        let mut moments = <M::Axes as Axes>::Moments::NONE;
        let generator = other.unwrap_or(&self.trainer.average);
        self.take_moments(generator, count, &mut moments);
        self.axes.recolour(&mut moments)
    }

    /// Takes in `count` generated samples.
    #[inline(never)] // its samples leave the stack before the axes are fitted
    fn take_moments(
        &self,
        generator: &M::Generator,
        count: u32,
        moments: &mut <M::Axes as Axes>::Moments,
    ) {
        let mut rng = Rng::new(self.seed, RECOLOUR);
        for _ in 0..count.div_ceil(BLOCK as u32) {
            let latents: [<M::Generator as Layer>::In; BLOCK] =
                core::array::from_fn(|_| Latent::draw(&mut rng, self.recipe.gaussian));
            for sample in &infer(generator, &latents) {
                moments.push(sample);
            }
        }
    }

    /// Whether the recipe's steps have been taken.
    pub fn done(&self) -> bool {
        self.trainer.step() >= self.recipe.steps
    }

    /// Holds generated samples against those of the Gaussian fit, over `blocks` blocks of
    /// [`quality::BLOCK`] real samples in the sensor's units, of which `real` draws one.
    #[inline(never)] // its blocks leave the stack before training goes on
    pub fn compare(&self, blocks: u32, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Comparison {
        let mut rng = Rng::new(self.seed, COMPARE);
        let mut comparison = Comparison::new();
        let mut seen = [M::Sample::ZERO; quality::BLOCK];
        let mut made = [M::Sample::ZERO; quality::BLOCK];
        for _ in 0..blocks {
            self.draw_real(&mut rng, &mut real, &mut seen);
            self.draw_generated(&self.trainer.average, &mut rng, &mut made);
            let score = quality::energy_score(&seen, &made);
            for sample in &mut made {
                *sample = self.axes.gaussian(&mut rng);
            }
            comparison.push(score - quality::energy_score(&seen, &made));
        }
        comparison
    }

    /// Fills a block with real samples, standardised.
    pub(crate) fn draw_real(
        &self,
        rng: &mut Rng,
        real: &mut impl FnMut(&mut Rng) -> M::Sample,
        block: &mut [M::Sample; quality::BLOCK],
    ) {
        for sample in block {
            *sample = self.standardiser.to_row(real(rng));
        }
    }

    /// Fills a block with samples from this generator, standardised. A few are made at a time: a
    /// network's activations are larger than its samples.
    #[inline(never)] // its few leave the stack
    pub(crate) fn draw_generated(
        &self,
        generator: &M::Generator,
        rng: &mut Rng,
        block: &mut [M::Sample; quality::BLOCK],
    ) {
        for few in block.chunks_mut(BLOCK) {
            let latents: [<M::Generator as Layer>::In; BLOCK] =
                core::array::from_fn(|_| Latent::draw(rng, self.recipe.gaussian));
            for (sample, seen) in few.iter_mut().zip(&infer(generator, &latents)) {
                *sample = self.axes.back(seen);
            }
        }
    }

    /// Ends training, or an interval of it: [recolours](Self::recolour) by `count` generated samples,
    /// [compares](Self::compare) as many with the Gaussian fit, and has that stand in for the
    /// generator unless the generator is better, that of windows
    /// [by a margin](Comparison::is_better_by). `real` draws a sample in the sensor's units.
    pub fn settle(&mut self, count: u32, real: impl FnMut(&mut Rng) -> M::Sample) -> Settled {
        let spread = self.recolour(count);
        let comparison = self.compare(count.div_ceil(quality::BLOCK as u32), real);
        let enough = match Self::WINDOW {
            1 => 0.0, // its networks have seen more readings than the scale of the fit was taken from
            readings => ENOUGH * math::sqrt(readings as f32),
        };
        self.fallback = !comparison.is_better_by(enough);
        Settled {
            spread,
            difference: comparison.difference(),
            error: comparison.error(),
            fallback: self.fallback,
        }
    }

    /// A block of generated samples in the sensor's units: from the generator, or from the Gaussian
    /// fit where it is to [stand in](Self::fallback) for it.
    pub fn generate<const B: usize>(&self, rng: &mut Rng) -> [M::Sample; B] {
        if self.fallback {
            return core::array::from_fn(|_| self.draw_gaussian(rng));
        }
        self.trainer
            .generate(&self.recipe, rng)
            .map(|sample| self.back(&sample))
    }

    /// A sample of the Gaussian fit of the data, in the sensor's units.
    pub fn draw_gaussian(&self, rng: &mut Rng) -> M::Sample {
        self.standardiser.back_row(self.axes.gaussian(rng))
    }

    /// A sample (in the sensor's units) as the networks see it.
    #[inline]
    pub fn to(&self, sample: &M::Sample) -> M::Sample {
        self.axes.to(&self.standardiser.to_row(*sample))
    }

    /// The sample in the sensor's units that a generator means by this one.
    #[inline]
    pub fn back(&self, sample: &M::Sample) -> M::Sample {
        self.standardiser.back_row(self.axes.back(sample))
    }

    /// How strange each sample (in the sensor's units) is to the discriminator: minus its logit,
    /// with the loss's open constant taken off, so that 0 is as likely real as generated.
    pub fn strangeness<const B: usize>(&self, samples: &[M::Sample; B]) -> [f32; B] {
        let seen = samples.map(|sample| self.to(&sample));
        self.trainer
            .logits(&seen)
            .map(|logit| self.centre() - logit)
    }

    /// The constant that the loss leaves open in the logit; 0 for a loss that leaves none.
    pub fn centre(&self) -> f32 {
        if self.recipe.loss.leaves_a_constant() {
            self.trainer.gan.centre
        } else {
            0.0
        }
    }
}

/// Format 2 held no axes: samples were seen as they are. Up to format 3 there was a limit on what the
/// discriminator finds strange.
impl<M: Model> Persist for Session<M> {
    const BYTES: usize = u64::BYTES
        + Recipe::BYTES
        + Standardiser::BYTES
        + M::Axes::BYTES
        + Trainer::<M>::BYTES
        + f32::BYTES
        + bool::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.seed.save(out);
        self.recipe.save(out);
        self.standardiser.save(out);
        self.trainer.save(out);
        if !out.has(4) {
            0.0f32.save(out);
        }
        if out.has(3) {
            self.axes.save(out);
            self.fallback.save(out);
        }
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.seed.load(from)?;
        self.recipe.load(from)?;
        self.standardiser.load(from)?;
        self.trainer.load(from)?;
        if !from.has(4) {
            from.read(0.0f32)?;
        }
        if from.has(3) {
            self.axes.load(from)?;
            return self.fallback.load(from);
        }
        if from.writes() {
            self.axes.reset();
            self.fallback = false;
        }
        Ok(())
    }
}
