//! The two-player game: one function for each player.
//!
//! > G* = arg min_G max_D V(G, D),  V(G, D) = E ln D(x) + E ln(1 − D(G(z)))
//!
//! [`Gan::train_discriminator_on_real_and_generated`] holds G fixed and takes its positives from
//! the data and its negatives from G. [`Gan::train_generator_through_discriminator`] holds D fixed
//! and moves G alone. The frozen network is borrowed immutably: that it keeps its bits is checked by
//! the compiler.

mod contest;
mod pass;
#[cfg(test)]
mod tests;

use crate::layer::{Layer, Row};
use crate::loss::Loss;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::params::{Params, ParamsExt};
use crate::penalty::Discriminator;
use contest::{Contest, MANY, few};
use pass::Pass;

pub use pass::infer;

/// Samples that pass through a network together. A short last block of a batch is filled up with
/// rows of weight zero.
///
/// Part of the arithmetic: the gradient of a batch adds, block by block, the real samples, then the
/// generated ones.
pub const BLOCK: usize = 4;

/// A generator, a discriminator, and one optimizer state for each.
#[derive(Clone, Debug)]
pub struct Gan<G: Params, D: Params, O: Optimizer> {
    /// From a latent to a sample.
    pub generator: G,
    /// From a sample to the logit of its being real.
    pub discriminator: D,
    /// The optimizer's memory of the generator.
    pub generator_state: O::State<G>,
    /// The optimizer's memory of the discriminator.
    pub discriminator_state: O::State<D>,
    /// Running midpoint of real and generated logits. A relativistic loss leaves the logit open up
    /// to a constant; V is read with this one taken off.
    pub centre: f32,
}

/// How fast [`Gan::centre`] follows: a memory of some 20 batches.
const CENTRE_RATE: f32 = 0.05;

/// What both players play for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Objective {
    /// The pair of losses.
    pub loss: Loss,
    /// γ of the penalty on real samples; 0 switches it off.
    pub r1: f32,
    /// γ of the penalty on generated samples; 0 switches it off.
    pub r2: f32,
}

/// One player's step, as it was before its update.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Step {
    /// Mean adversarial loss of the batch, without penalties.
    pub loss: f32,
    /// The penalties' value, (r1/2) mean |∇D(real)|² + (r2/2) mean |∇D(generated)|².
    pub penalty: f32,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f32,
    /// Whether the gradient was not finite; the update was then skipped, and nothing has changed.
    pub skipped: bool,
}

/// A discriminator's step, with what its fresh batch says of the game.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DiscriminatorStep {
    /// The step.
    pub step: Step,
    /// V(G, D) estimated on the batch before D learns from it, whichever loss is minimised.
    pub value: f32,
    /// Mean logit of the real samples.
    pub real_logit: f32,
    /// Mean logit of the generated samples.
    pub generated_logit: f32,
}

impl<G, D, O> Gan<G, D, O>
where
    G: Layer<Out: Row>,
    D: Discriminator<In = G::Out>,
    O: Optimizer,
{
    /// What a step of either player takes on a device's stack at most, in bytes: one gradient, the
    /// activations of one block, the block itself; a generator's takes less. Call frames come on top.
    pub const STEP_BYTES: usize = {
        let samples = size_of::<[D::In; 2 * BLOCK]>();
        let discriminator = 4 * D::LEN + samples + Pass::<D, { 2 * BLOCK }>::BYTES;
        let generator = 4 * G::LEN + Pass::<G, BLOCK>::BYTES + Pass::<D, BLOCK>::BYTES;
        size_of::<[G::In; BLOCK]>()
            + if discriminator > generator {
                discriminator
            } else {
                generator
            }
    };

    /// Zeros throughout, optimizers included: no game before both are set.
    pub const BLANK: Self = Self {
        generator: G::ZERO,
        discriminator: D::ZERO,
        generator_state: O::State::<G>::BLANK,
        discriminator_state: O::State::<D>::BLANK,
        centre: 0.0,
    };

    /// Two networks before their first step.
    pub const fn new(generator: G, discriminator: D) -> Self {
        Self {
            generator,
            discriminator,
            generator_state: O::State::<G>::START,
            discriminator_state: O::State::<D>::START,
            centre: 0.0,
        }
    }

    /// Trains D with G fixed: positives are `real` samples, negatives are G(`latent`).
    ///
    /// Minimises the discriminator's loss plus its penalties over a batch of `batch` pairs, and
    /// takes one optimizer step at `rate`.
    #[inline(never)] // in one frame with the other player's step, both gradients would take stack
    pub fn train_discriminator_on_real_and_generated(
        &mut self,
        objective: &Objective,
        optimizer: &O,
        rate: f32,
        batch: usize,
        real: impl FnMut() -> D::In,
        latent: impl FnMut() -> G::In,
    ) -> DiscriminatorStep {
        let mut grad = D::ZERO;
        let centre = if objective.loss.leaves_a_constant() {
            self.centre
        } else {
            0.0
        };
        let mut contest = Contest {
            net: &self.discriminator,
            objective,
            centre,
            weight: 1.0 / batch as f32,
            real,
            latent,
        };
        let (mut sums, generator) = (DiscriminatorStep::ZERO, &self.generator);
        let penalised = objective.r1 > 0.0 || objective.r2 > 0.0;
        let rest = if penalised { batch } else { few(batch) };
        if batch > rest {
            let samples = batch - rest;
            contest.play::<G, MANY, { 2 * MANY }>(generator, samples, &mut grad, &mut sums);
        }
        contest.play::<G, BLOCK, { 2 * BLOCK }>(generator, rest, &mut grad, &mut sums);
        sums.step.take(
            optimizer,
            rate,
            &mut self.discriminator,
            &mut self.discriminator_state,
            &grad,
        );
        let midpoint = 0.5 * (sums.real_logit + sums.generated_logit);
        if midpoint.is_finite() && !sums.step.skipped {
            self.centre += CENTRE_RATE * (midpoint - self.centre);
        }
        sums
    }

    /// Trains G with D fixed: gradients pass through D, which keeps its bits and costs no gradient
    /// memory. `real` samples are drawn only for a loss that compares pairs.
    ///
    /// Minimises the generator's loss over a batch of `batch` latents, and takes one optimizer step
    /// at `rate`.
    #[inline(never)] // see above
    pub fn train_generator_through_discriminator(
        &mut self,
        objective: &Objective,
        optimizer: &O,
        rate: f32,
        batch: usize,
        real: impl FnMut() -> D::In,
        latent: impl FnMut() -> G::In,
    ) -> Step {
        let mut grad = G::ZERO;
        let mut step = Step::ZERO;
        let mut contest = Contest {
            net: &self.discriminator,
            objective,
            centre: 0.0,
            weight: 1.0 / batch as f32,
            real,
            latent,
        };
        let (generator, loss) = (&self.generator, &mut step.loss);
        let rest = few(batch);
        if batch > rest {
            contest.coach::<G, MANY>(generator, batch - rest, &mut grad, loss);
        }
        contest.coach::<G, BLOCK>(generator, rest, &mut grad, loss);
        step.take(
            optimizer,
            rate,
            &mut self.generator,
            &mut self.generator_state,
            &grad,
        );
        step
    }
}

impl Step {
    const ZERO: Self = Self {
        loss: 0.0,
        penalty: 0.0,
        gradient_norm: 0.0,
        skipped: false,
    };

    /// Moves the parameters along the gradient, unless that is not finite.
    #[inline(always)]
    fn take<P: Params, O: Optimizer>(
        &mut self,
        optimizer: &O,
        rate: f32,
        params: &mut P,
        state: &mut O::State<P>,
        grad: &P,
    ) {
        /// Of a small network the call would be what is deepest.
        const LARGE: usize = 4096;
        if cfg!(target_arch = "arm") && size_of::<P>() > LARGE {
            self.take_apart(optimizer, rate, params, state, grad);
        } else {
            self.take_here(optimizer, rate, params, state, grad);
        }
    }

    #[inline(never)] // what it needs is not on the stack beside a block
    fn take_apart<P: Params, O: Optimizer>(
        &mut self,
        optimizer: &O,
        rate: f32,
        params: &mut P,
        state: &mut O::State<P>,
        grad: &P,
    ) {
        self.take_here(optimizer, rate, params, state, grad);
    }

    #[inline(always)]
    fn take_here<P: Params, O: Optimizer>(
        &mut self,
        optimizer: &O,
        rate: f32,
        params: &mut P,
        state: &mut O::State<P>,
        grad: &P,
    ) {
        self.gradient_norm = grad.norm();
        self.skipped = !self.gradient_norm.is_finite();
        if !self.skipped {
            optimizer.update(state, rate, params, grad);
        }
    }
}

impl DiscriminatorStep {
    /// A step that has not happened.
    pub const ZERO: Self = Self {
        step: Step::ZERO,
        value: 0.0,
        real_logit: 0.0,
        generated_logit: 0.0,
    };
}
