//! The two-player game: one function for each player.
//!
//! > G* = arg min_G max_D V(G, D),  V(G, D) = E ln D(x) + E ln(1 − D(G(z)))
//!
//! [`Gan::train_discriminator_on_real_and_generated`] holds G fixed and takes its positives from
//! the data and its negatives from G. [`Gan::train_generator_through_discriminator`] holds D fixed
//! and moves G alone. The frozen network is borrowed immutably: that it keeps its bits is checked by
//! the compiler.

use crate::layer::{Layer, Row, Trace, Zero};
use crate::loss::{self, Loss};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::params::{Params, ParamsExt};
use crate::penalty::{self, Discriminator};

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

/// A forward pass with its memory, for one block.
struct Pass<L: Layer> {
    tape: L::Tape<BLOCK>,
    y: [L::Out; BLOCK],
}

impl<L: Layer> Pass<L> {
    const ZERO: Self = Self {
        tape: L::Tape::<BLOCK>::ZERO,
        y: [L::Out::ZERO; BLOCK],
    };

    /// In place: a pass that is handed over is on the stack twice.
    fn run(&mut self, net: &L, x: &[L::In; BLOCK]) {
        net.forward(x, &mut self.tape, &mut self.y);
    }

    fn trace<'a>(&'a self, x: &'a [L::In; BLOCK]) -> Trace<'a, L, BLOCK> {
        Trace {
            x,
            tape: &self.tape,
            y: &self.y,
        }
    }
}

/// `f` of each row that counts in a block of `rows`, zero elsewhere.
fn fill<T: Zero>(rows: usize, mut f: impl FnMut() -> T) -> [T; BLOCK] {
    core::array::from_fn(|i| if i < rows { f() } else { T::ZERO })
}

/// How many rows count in each block of a batch.
fn blocks(batch: usize) -> impl Iterator<Item = usize> {
    (0..batch.div_ceil(BLOCK)).map(move |i| BLOCK.min(batch - i * BLOCK))
}

/// Real samples against generated ones, before the eyes of one discriminator.
struct Contest<'a, D> {
    net: &'a D,
    loss: Loss,
    /// What is taken off a logit before V is read.
    centre: f32,
    /// 1 / batch.
    weight: f32,
}

impl<D: Discriminator> Contest<'_, D> {
    /// Adds the loss of the first `rows` pairs of a block to `sums`, and its gradient to `grad`: of
    /// the real samples, then of the generated ones.
    #[inline(never)] // its activations leave the stack before those of the penalties come
    fn judge(
        &self,
        rows: usize,
        positives: &[D::In; BLOCK],
        negatives: &[D::In; BLOCK],
        grad: &mut D,
        sums: &mut DiscriminatorStep,
    ) {
        let (mut on_real, mut on_generated) = (Pass::<D>::ZERO, Pass::<D>::ZERO);
        on_real.run(self.net, positives);
        on_generated.run(self.net, negatives);

        let (mut da, mut db) = ([[0.0]; BLOCK], [[0.0]; BLOCK]);
        let logits = on_real.y.iter().zip(&on_generated.y).take(rows);
        for ((&[a], &[b]), (da, db)) in logits.zip(da.iter_mut().zip(&mut db)) {
            let pair = self.loss.discriminator(a, b);
            *da = [pair.da * self.weight];
            *db = [pair.db * self.weight];
            sums.step.loss += pair.value * self.weight;
            sums.value += loss::value_term(a - self.centre, b - self.centre) * self.weight;
            sums.real_logit += a * self.weight;
            sums.generated_logit += b * self.weight;
        }
        let real = on_real.trace(positives);
        self.net.backward(real, &mut da, Some(grad), None);
        let generated = on_generated.trace(negatives);
        self.net.backward(generated, &mut db, Some(grad), None);
    }

    /// The generator's loss at the first `rows` generated samples of a block, paired with the logits
    /// of real ones, and in `dx` which way each sample should move.
    #[inline(never)] // its activations leave the stack before those of the generator are gone over
    fn advise(
        &self,
        rows: usize,
        paired: &[[f32; 1]; BLOCK],
        generated: &[D::In; BLOCK],
        dx: &mut [D::In; BLOCK],
    ) -> f32 {
        let mut judged = Pass::<D>::ZERO;
        judged.run(self.net, generated);
        let (mut loss, mut db) = (0.0, [[0.0]; BLOCK]);
        let logits = paired.iter().zip(&judged.y).take(rows);
        for ((&[a], &[b]), db) in logits.zip(&mut db) {
            let pair = self.loss.generator(a, b);
            *db = [pair.db * self.weight];
            loss += pair.value * self.weight;
        }
        let at = judged.trace(generated);
        self.net.backward(at, &mut db, None, Some(dx));
        loss
    }
}

/// The penalty on the slope at one block, its gradient added to `grad`.
///
/// The forward pass is the one that the contest has made, made again: on a device the memory that
/// holding it would take is dearer, and penalties are rare.
#[inline(never)]
fn penalise<D: Discriminator>(
    net: &D,
    x: &[D::In; BLOCK],
    weights: &[f32; BLOCK],
    grad: &mut D,
) -> f32 {
    let mut pass = Pass::<D>::ZERO;
    pass.run(net, x);
    penalty::accumulate(net, pass.trace(x), weights, grad)
}

/// Runs a network forward on one block, keeping nothing.
#[inline(never)] // its activations leave the stack before those of a training pass come
pub fn infer<L: Layer, const B: usize>(net: &L, x: &[L::In; B]) -> [L::Out; B] {
    let mut tape = L::Tape::<B>::ZERO;
    let mut y = [L::Out::ZERO; B];
    net.forward(x, &mut tape, &mut y);
    y
}

impl<G, D, O> Gan<G, D, O>
where
    G: Layer<Out: Row>,
    D: Discriminator<In = G::Out>,
    O: Optimizer,
{
    /// What a step of either player takes on the stack at most, in bytes: one gradient, the
    /// activations of one block, the block itself. Call frames come on top.
    pub const STEP_BYTES: usize = {
        let block = size_of::<[G::In; BLOCK]>() + 2 * size_of::<[G::Out; BLOCK]>();
        let discriminator = size_of::<D>() + 2 * size_of::<Pass<D>>();
        let generator = size_of::<G>() + size_of::<Pass<G>>() + size_of::<Pass<D>>();
        block
            + if discriminator > generator {
                discriminator
            } else {
                generator
            }
    };

    /// Zeros throughout, optimizers included: no game before both are set.
    pub(crate) const BLANK: Self = Self {
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
        mut real: impl FnMut() -> D::In,
        mut latent: impl FnMut() -> G::In,
    ) -> DiscriminatorStep {
        let (generator, net) = (&self.generator, &self.discriminator);
        let mut grad = D::ZERO;
        let weight = 1.0 / batch as f32;
        let centre = if objective.loss.leaves_a_constant() {
            self.centre
        } else {
            0.0
        };
        let contest = Contest {
            net,
            loss: objective.loss,
            centre,
            weight,
        };
        let mut sums = DiscriminatorStep::ZERO;
        for rows in blocks(batch) {
            let positives = fill(rows, &mut real);
            let negatives = infer(generator, &fill(rows, &mut latent));
            contest.judge(rows, &positives, &negatives, &mut grad, &mut sums);
            for (gamma, x) in [(objective.r1, &positives), (objective.r2, &negatives)] {
                if gamma > 0.0 {
                    let weights = fill(rows, || gamma * weight);
                    sums.step.penalty += penalise(net, x, &weights, &mut grad);
                }
            }
        }
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
        mut real: impl FnMut() -> D::In,
        mut latent: impl FnMut() -> G::In,
    ) -> Step {
        let (net, judge) = (&self.generator, &self.discriminator);
        let mut grad = G::ZERO;
        let weight = 1.0 / batch as f32;
        let mut step = Step::ZERO;
        let contest = Contest {
            net: judge,
            loss: objective.loss,
            centre: 0.0,
            weight,
        };
        let mut generated = Pass::<G>::ZERO;
        for rows in blocks(batch) {
            let paired = if objective.loss.pairs_generator_with_real() {
                infer(judge, &fill(rows, &mut real))
            } else {
                [[0.0]; BLOCK]
            };
            let latents = fill(rows, &mut latent);
            generated.run(net, &latents);
            let mut dx = [D::In::ZERO; BLOCK];
            step.loss += contest.advise(rows, &paired, &generated.y, &mut dx);
            net.backward(generated.trace(&latents), &mut dx, Some(&mut grad), None);
        }
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
    fn take<P: Params, O: Optimizer>(
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
