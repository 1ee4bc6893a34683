//! A look at a run while it goes on.

use super::LARGEST;
use crate::gan::infer;
use crate::latent::Latent;
use crate::layer::{Layer, Zero as _};
use crate::math;
use crate::model::Model;
use crate::params::ParamsExt;
use crate::quality::{self, Comparison};
use crate::rng::Rng;
use crate::session::Session;

/// The first stream of random numbers that an exam draws from; that of round n is n further on.
const EXAM: u64 = 2 << 32;
/// Blocks of [`quality::BLOCK`] samples that an exam is made of: 256 samples.
const BLOCKS: u32 = 8;
/// Generated samples that the averaged generator is recoloured by before it is judged: what would be
/// handed out, not what the networks have made of second moments so far.
pub(super) const EXAMINED_BY: u32 = 1024;
/// Samples that are generated or judged together.
const FEW: usize = 4;

/// What is seen of a run without disturbing it.
///
/// It depends on the networks, the round and the data, and on nothing that was seen before: a run that
/// is interrupted is examined as one that is not.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Exam {
    /// Rounds played.
    pub step: u32,
    /// Whether every parameter is finite and well below [`LARGEST`].
    pub sound: bool,
    /// V(G, D) on samples that the discriminator has not learned from, in nats: near −2 ln 2 where it
    /// is at a loss, near 0 where it knows real from generated.
    pub value: f32,
    /// The least spread of generated samples along any direction, beside the data's: see
    /// [`Session::recolour`].
    pub spread: f32,
    /// Half the energy distance of the averaged generator from the data, in standard deviations of the
    /// data.
    pub distance: f32,
    /// The standard error of that.
    pub error: f32,
}

impl<M: Model> Session<M> {
    /// Examines the run by 256 samples of either kind; `real` draws one in the sensor's units. The
    /// averaged generator is [recoloured](Self::recolour) first, as it would be in the end: it stays so.
    /// Networks and random streams of training are left alone. Most of the time it takes is that of the
    /// 1,024 samples that it is recoloured by: about as long as a round or two.
    pub fn examine(&mut self, mut real: impl FnMut(&mut Rng) -> M::Sample) -> Exam {
        let step = self.trainer.step();
        let mut rng = Rng::new(self.seed, EXAM + u64::from(step));
        let spread = self.recolour(EXAMINED_BY);
        let distance = self.distance(&mut rng, &mut real);
        Exam {
            step,
            sound: self.trainer.gan.generator.is_within(0.1 * LARGEST)
                && self.trainer.gan.discriminator.is_within(0.1 * LARGEST),
            value: self.value(&mut rng, &mut real),
            spread,
            distance: distance.difference(),
            error: distance.error(),
        }
    }

    /// The energy score of the averaged generator less that of real samples.
    #[inline(never)] // its blocks leave the stack before those of the others come
    fn distance(&self, rng: &mut Rng, real: &mut impl FnMut(&mut Rng) -> M::Sample) -> Comparison {
        let mut comparison = Comparison::new();
        let mut seen = [M::Sample::ZERO; quality::BLOCK];
        let mut others = [M::Sample::ZERO; quality::BLOCK];
        for _ in 0..BLOCKS {
            self.draw_real(rng, real, &mut seen);
            self.draw_real(rng, real, &mut others);
            let least = quality::energy_score(&seen, &others);
            let made = &mut others;
            self.draw_generated(&self.trainer.average, rng, made);
            comparison.push(quality::energy_score(&seen, made) - least);
        }
        comparison
    }

    /// V of the discriminator against the generator that it plays with.
    #[inline(never)]
    fn value(&self, rng: &mut Rng, real: &mut impl FnMut(&mut Rng) -> M::Sample) -> f32 {
        let (blocks, centre) = (BLOCKS as usize * quality::BLOCK / FEW, self.centre());
        let mut sum = 0.0;
        for _ in 0..blocks {
            let seen: [M::Sample; FEW] = core::array::from_fn(|_| self.to(&real(rng)));
            let latents: [<M::Generator as Layer>::In; FEW] =
                core::array::from_fn(|_| Latent::draw(rng, self.recipe.gaussian));
            let generated = infer(&self.trainer.gan.generator, &latents);
            let pairs = self.trainer.logits(&seen).into_iter();
            for (a, b) in pairs.zip(self.trainer.logits(&generated)) {
                sum -= math::softplus(centre - a) + math::softplus(b - centre);
            }
        }
        sum / (blocks * FEW) as f32
    }
}
