//! A run as a whole: settings, scale, networks. This is what a checkpoint holds, and what device and
//! host share.

use crate::checkpoint::{self, Invalid, Name, Persist, Reader, Writer};
use crate::layer::Row;
use crate::model::Model;
use crate::recipe::Recipe;
use crate::rng::Rng;
use crate::stream::Standardiser;
use crate::trainer::{Round, Trainer};

/// A trainer that speaks the sensor's units.
#[derive(Clone, Debug)]
pub struct Session<M: Model> {
    /// The seed of every random stream.
    pub seed: u64,
    /// How it is trained.
    pub recipe: Recipe,
    /// Between the sensor's units and the networks'.
    pub standardiser: Standardiser,
    /// What is trained.
    pub trainer: Trainer<M>,
    /// Samples stranger than this are alarms; see [`strangeness`](Self::strangeness).
    pub threshold: f32,
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
        trainer: Trainer::BLANK,
        threshold: 0.0,
    };

    /// Begins anew in place, as [`new`](Self::new) does.
    pub fn restart(&mut self, recipe: Recipe, standardiser: Standardiser, seed: u64) {
        self.seed = seed;
        self.recipe = recipe;
        self.standardiser = standardiser;
        self.trainer.restart(seed);
        self.threshold = f32::MAX;
    }

    /// One round of the game; `real` draws a sample in the sensor's units.
    pub fn round(&mut self, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Round {
        let standardiser = self.standardiser;
        self.trainer
            .round(&self.recipe, |rng| standardiser.to_row(real(rng)))
    }

    /// The next turn of a round, see [`Trainer::turn`]; `real` draws a sample in the sensor's units.
    pub fn turn(&mut self, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Option<Round> {
        let standardiser = self.standardiser;
        self.trainer
            .turn(&self.recipe, |rng| standardiser.to_row(real(rng)))
    }

    /// Whether the recipe's steps have been taken.
    pub fn done(&self) -> bool {
        self.trainer.step() >= self.recipe.steps
    }

    /// A block of generated samples in the sensor's units.
    pub fn generate<const B: usize>(&self, rng: &mut Rng) -> [M::Sample; B] {
        self.trainer
            .generate(&self.recipe, rng)
            .map(|sample| self.standardiser.back_row(sample))
    }

    /// How strange each sample (in the sensor's units) is to the discriminator: minus its logit,
    /// with the loss's open constant taken off, so that 0 is as likely real as generated.
    pub fn strangeness<const B: usize>(&self, samples: &[M::Sample; B]) -> [f32; B] {
        let standardised = samples.map(|sample| self.standardiser.to_row(sample));
        self.trainer
            .logits(&standardised)
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

impl<M: Model> Persist for Session<M> {
    const BYTES: usize =
        u64::BYTES + Recipe::BYTES + Standardiser::BYTES + Trainer::<M>::BYTES + f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.seed.save(out);
        self.recipe.save(out);
        self.standardiser.save(out);
        self.trainer.save(out);
        self.threshold.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.seed.load(from)?;
        self.recipe.load(from)?;
        self.standardiser.load(from)?;
        self.trainer.load(from)?;
        self.threshold.load(from)
    }
}
