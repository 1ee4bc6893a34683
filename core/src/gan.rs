//! The two-player game: one function for each player.
//!
//! > G* = arg min_G max_D V(G, D),  V(G, D) = E ln D(x) + E ln(1 − D(G(z)))
//!
//! [`Gan::train_discriminator_on_real_and_generated`] holds G fixed and takes its positives from
//! the data and its negatives from G. [`Gan::train_generator_through_discriminator`] holds D fixed
//! and moves G alone. The frozen network is borrowed immutably: that it keeps its bits is checked by
//! the compiler.

#[cfg(test)]
mod tests;

use core::array;

use crate::layer::{Activation, Input, Layer, Linear, Row, Trace, Zero};
use crate::loss::Loss;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::params::{Params, ParamsExt};
use crate::penalty::{self, Discriminator};

/// Samples that pass through a network together. A short last block of a batch is filled up with
/// rows of weight zero.
///
/// Part of the arithmetic: the gradient of a batch adds, block by block, the real samples, then the
/// generated ones.
pub const BLOCK: usize = 4;

/// Samples that do so where memory is plenty: whole blocks in a row, so that every sum stays what it
/// is, and weights are loaded less often.
const MANY: usize = if cfg!(target_arch = "arm") {
    BLOCK
} else {
    4 * BLOCK
};

/// Bytes of a sample that is copied in less time than a call for one more block takes.
const SMALL: usize = 16;

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

/// A forward pass with its memory, for `B` samples.
#[cfg_attr(not(target_arch = "arm"), repr(align(64)))]
struct Pass<L: Layer, const B: usize> {
    tape: L::Tape<B>,
    y: [L::Out; B],
}

impl<L: Layer, const B: usize> Pass<L, B> {
    /// Without what alignment adds on a host.
    const BYTES: usize = size_of::<L::Tape<B>>() + size_of::<[L::Out; B]>();

    const ZERO: Self = Self {
        tape: L::Tape::<B>::ZERO,
        y: [L::Out::ZERO; B],
    };

    /// In place: a pass that is handed over is on the stack twice.
    fn run(&mut self, net: &L, x: &[L::In; B]) {
        net.forward(x, &mut self.tape, &mut self.y);
    }

    fn trace<'a>(&'a self, x: &'a [L::In; B]) -> Trace<'a, L, B> {
        Trace {
            x,
            tape: &self.tape,
            y: &self.y,
        }
    }
}

/// Sets each row of a block that counts to `f`, the others to zero.
fn fill<T: Zero>(block: &mut [T; BLOCK], rows: usize, mut f: impl FnMut() -> T) {
    for (i, place) in block.iter_mut().enumerate() {
        if i < rows {
            *place = f();
        } else {
            *place = T::ZERO;
        }
    }
}

/// How many rows count in each block of a batch that is taken `many` samples at a time.
fn blocks(batch: usize, many: usize) -> impl Iterator<Item = usize> {
    (0..batch.div_ceil(many)).map(move |i| BLOCK.min(batch - i * many))
}

/// How many samples of a batch are not taken [`MANY`] at a time.
fn few(batch: usize) -> usize {
    if MANY > BLOCK { batch % MANY } else { batch }
}

/// Pairs of blocks, the real one first.
fn pairs<T>(rows: &[T]) -> &[[[T; BLOCK]; 2]] {
    rows.as_chunks().0.as_chunks().0
}

/// The same, to be written.
fn pairs_mut<T>(rows: &mut [T]) -> &mut [[[T; BLOCK]; 2]] {
    rows.as_chunks_mut().0.as_chunks_mut().0
}

/// A batch of real samples against generated ones, before the eyes of one discriminator.
struct Contest<'a, D, R, Z> {
    net: &'a D,
    objective: &'a Objective,
    /// What is taken off a logit before V is read.
    centre: f32,
    /// 1 / batch.
    weight: f32,
    /// Where real samples come from.
    real: R,
    /// Where the generator's inputs come from.
    latent: Z,
}

impl<D: Discriminator, R: FnMut() -> D::In, Z> Contest<'_, D, R, Z> {
    /// Draws as many `samples` of either kind, real and generated blocks in turn, and adds the loss
    /// of the discriminator to `sums`, its gradient to `grad`: `N` pairs, that is `B` samples, at a time.
    fn play<G: Layer<Out = D::In>, const N: usize, const B: usize>(
        &mut self,
        generator: &G,
        samples: usize,
        grad: &mut D,
        sums: &mut DiscriminatorStep,
    ) where
        Z: FnMut() -> G::In,
    {
        const { assert!(B == 2 * N) };
        let mut x = [D::In::ZERO; B];
        for rows in blocks(samples, N) {
            if size_of::<D::In>() <= SMALL {
                self.draw::<G, N>(generator, rows, pairs_mut(&mut x));
            } else {
                for pair in pairs_mut(&mut x).chunks_mut(1) {
                    self.draw::<G, BLOCK>(generator, rows, pair);
                }
            }
            self.judge::<N, B>(rows, &x, grad, sums);
            self.penalise(rows, &x, grad, &mut sums.step);
        }
    }

    /// Draws `N` real and generated samples, in pairs of blocks. Latents leave the stack, unless they
    /// are not worth a call.
    #[inline(always)]
    fn draw<G: Layer<Out = D::In>, const N: usize>(
        &mut self,
        generator: &G,
        rows: usize,
        pairs: &mut [[[D::In; BLOCK]; 2]],
    ) where
        Z: FnMut() -> G::In,
    {
        if cfg!(target_arch = "arm") && !is_worth_a_call(size_of::<[G::In; N]>()) {
            self.draw_here::<G, N>(generator, rows, pairs);
        } else {
            self.draw_apart::<G, N>(generator, rows, pairs);
        }
    }

    #[inline(never)]
    fn draw_apart<G: Layer<Out = D::In>, const N: usize>(
        &mut self,
        generator: &G,
        rows: usize,
        pairs: &mut [[[D::In; BLOCK]; 2]],
    ) where
        Z: FnMut() -> G::In,
    {
        self.draw_here::<G, N>(generator, rows, pairs);
    }

    #[inline(always)]
    fn draw_here<G: Layer<Out = D::In>, const N: usize>(
        &mut self,
        generator: &G,
        rows: usize,
        pairs: &mut [[[D::In; BLOCK]; 2]],
    ) where
        Z: FnMut() -> G::In,
    {
        let mut latents = [G::In::ZERO; N];
        for ([positives, negatives], latents) in pairs.iter_mut().zip(latents.as_chunks_mut().0) {
            fill(positives, rows, &mut self.real);
            fill(latents, rows, &mut self.latent);
            if N == BLOCK {
                infer_into(generator, latents, negatives);
            }
        }
        if N > BLOCK {
            let generated = infer(generator, &latents);
            for ([_, negatives], generated) in pairs.iter_mut().zip(generated.as_chunks().0) {
                *negatives = *generated;
            }
        }
    }

    /// Adds the loss of the first `rows` samples of each block to `sums`, and its gradient to `grad`.
    #[inline(never)] // its activations leave the stack before those of the generator or a penalty come
    fn judge<const N: usize, const B: usize>(
        &self,
        rows: usize,
        x: &[D::In; B],
        grad: &mut D,
        sums: &mut DiscriminatorStep,
    ) {
        let mut judged = Pass::<D, B>::ZERO;
        judged.run(self.net, x);
        self.compare::<N>(rows, &mut judged.y, sums);
        let (x, dz) = (Input::Kept(x), &mut judged.y);
        self.net
            .backward::<Linear, B>(x, &mut judged.tape, dz, Some(grad));
    }

    /// Adds the loss of the first `rows` pairs of each block to `sums`; logits give way to their adjoints.
    #[inline(always)] // one with the pass
    fn compare<const N: usize>(
        &self,
        rows: usize,
        logits: &mut [[f32; 1]],
        sums: &mut DiscriminatorStep,
    ) {
        let (loss, centre, weight) = (self.objective.loss, self.centre, self.weight);
        if self.compare_at_once::<N>(rows, logits, sums) {
            return;
        }
        for [on_real, on_generated] in pairs_mut(logits) {
            for (i, ([a], [b])) in on_real.iter_mut().zip(on_generated).enumerate() {
                if i < rows {
                    let (pair, value) = loss.discriminator_and_value(*a, *b, centre);
                    sums.step.loss += pair.value * weight;
                    sums.value += value * weight;
                    sums.real_logit += *a * weight;
                    sums.generated_logit += *b * weight;
                    *a = D::Through::adjoint(*a, pair.da * weight);
                    *b = D::Through::adjoint(*b, pair.db * weight);
                } else {
                    (*a, *b) = (0.0, 0.0);
                }
            }
        }
    }

    /// The same by vectors, where there are any and the loss is one for them; tells whether.
    #[inline(always)]
    fn compare_at_once<const N: usize>(
        &self,
        rows: usize,
        logits: &mut [[f32; 1]],
        sums: &mut DiscriminatorStep,
    ) -> bool {
        let (mut a, mut b) = ([0.0; N], [0.0; N]);
        let blocks = a.as_chunks_mut().0.iter_mut().zip(b.as_chunks_mut().0);
        for ((a, b), [on_real, on_generated]) in blocks.zip(pairs(logits)) {
            (*a, *b) = (on_real.map(|[a]| a), on_generated.map(|[b]| b));
        }
        let loss = self.objective.loss;
        let Some((of_pairs, values)) = loss.discriminators_and_values(&a, &b, self.centre) else {
            return false;
        };
        let weighted = |x: [f32; N]| x.map(|x| x * self.weight);
        let adjoints = |logits: &[f32; N], slopes: [f32; N]| -> [f32; N] {
            let slopes = weighted(slopes);
            array::from_fn(|i| D::Through::adjoint(logits[i], slopes[i]))
        };
        let (da, db) = (adjoints(&a, of_pairs.da), adjoints(&b, of_pairs.db));
        let blocks = da.as_chunks::<BLOCK>().0.iter().zip(db.as_chunks().0);
        for ((da, db), [on_real, on_generated]) in blocks.zip(pairs_mut(logits)) {
            for (places, adjoints) in [(on_real, da), (on_generated, db)] {
                let mut adjoints = adjoints.iter();
                fill(places, rows, || [adjoints.next().copied().unwrap_or(0.0)]);
            }
        }
        let [losses, values, a, b] = [of_pairs.value, values, a, b].map(weighted);
        for i in (0..N).filter(|i| i % BLOCK < rows) {
            sums.step.loss += losses[i];
            sums.value += values[i];
            sums.real_logit += a[i];
            sums.generated_logit += b[i];
        }
        true
    }

    /// Adds the penalties on the slope at the first `rows` samples of each block to the step's, and
    /// their gradient to `grad`.
    fn penalise(&self, rows: usize, x: &[D::In], grad: &mut D, step: &mut Step) {
        let Objective { r1, r2, .. } = *self.objective;
        for [positives, negatives] in pairs(x) {
            for (gamma, x) in [(r1, positives), (r2, negatives)] {
                if gamma > 0.0 {
                    let mut weights = [0.0; BLOCK];
                    fill(&mut weights, rows, || gamma * self.weight);
                    step.penalty += penalise(self.net, x, &weights, grad);
                }
            }
        }
    }

    /// Draws as many `samples` of latents, and adds the generator's gradient to `grad`, its loss to
    /// `loss`.
    fn coach<G: Layer<Out = D::In>, const B: usize>(
        &mut self,
        generator: &G,
        samples: usize,
        grad: &mut G,
        loss: &mut f32,
    ) where
        Z: FnMut() -> G::In,
    {
        let paired = self.objective.loss.pairs_generator_with_real();
        let mut latents = [G::In::ZERO; B];
        let mut generated = Pass::<G, B>::ZERO;
        let mut on_real = [[0.0]; B];
        for rows in blocks(samples, B) {
            let places = latents.as_chunks_mut().0.iter_mut();
            for (latents, real) in places.zip(generated.y.as_chunks_mut().0) {
                if paired {
                    fill(real, rows, &mut self.real);
                }
                fill(latents, rows, &mut self.latent);
            }
            if paired {
                ask::<Linear, D, B>(self.net, &mut generated.y, |judged| {
                    on_real = *judged;
                    false
                });
            }
            generated.run(generator, &latents);
            let advise = |judged: &mut [[f32; 1]; B]| {
                self.advise(rows, &on_real, judged, loss);
                true
            };
            ask::<G::Through, D, B>(self.net, &mut generated.y, advise);
            let (latents, dz) = (Input::Kept(&latents), &mut generated.y);
            generator.backward::<Linear, B>(latents, &mut generated.tape, dz, Some(grad));
        }
    }

    /// Adds the generator's loss at the first `rows` samples of each block, whose logits give way to
    /// their adjoints. Real ones have those of `on_real`.
    fn advise<const N: usize>(
        &self,
        rows: usize,
        on_real: &[[f32; 1]; N],
        judged: &mut [[f32; 1]; N],
        loss: &mut f32,
    ) {
        let (a, b) = (on_real.map(|[a]| a), judged.map(|[b]| b));
        let loss_of = self.objective.loss;
        let together = loss_of.generators(&a, &b);
        let blocks = judged.as_chunks_mut::<BLOCK>().0.iter_mut();
        let blocks = blocks.zip(on_real.as_chunks::<BLOCK>().0);
        for (k, (judged, on_real)) in blocks.enumerate() {
            let mut sum = 0.0;
            for (i, ([b], &[a])) in judged.iter_mut().zip(on_real).enumerate() {
                if i < rows {
                    let (value, db) = match &together {
                        Some(pairs) => (pairs.value[BLOCK * k + i], pairs.db[BLOCK * k + i]),
                        None => {
                            let pair = loss_of.generator(a, *b);
                            (pair.value, pair.db)
                        }
                    };
                    *b = D::Through::adjoint(*b, db * self.weight);
                    sum += value * self.weight;
                } else {
                    *b = 0.0;
                }
            }
            *loss += sum;
        }
    }
}

/// Whether so many bytes are to leave the stack of a device as soon as they can, at the cost of a call.
const fn is_worth_a_call(bytes: usize) -> bool {
    cfg!(target_arch = "arm") && bytes > 64
}

/// [There and back](Layer::there_and_back) through a discriminator.
#[inline(always)]
fn ask<P: Activation, D: Discriminator, const B: usize>(
    net: &D,
    x: &mut [D::In; B],
    turn: impl FnOnce(&mut [[f32; 1]; B]) -> bool,
) {
    if is_worth_a_call(size_of::<[D::In; B]>()) {
        ask_apart::<P, D, B>(net, x, turn);
    } else {
        net.there_and_back::<P, B>(x, &mut [], turn);
    }
}

#[inline(never)] // its activations leave the stack before latents are drawn
fn ask_apart<P: Activation, D: Discriminator, const B: usize>(
    net: &D,
    x: &mut [D::In; B],
    turn: impl FnOnce(&mut [[f32; 1]; B]) -> bool,
) {
    net.there_and_back::<P, B>(x, &mut [], turn);
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
    let mut pass = Pass::<D, BLOCK>::ZERO;
    pass.run(net, x);
    penalty::accumulate(net, pass.trace(x), weights, grad)
}

/// Runs a network forward on one block, keeping nothing.
pub fn infer<L: Layer, const B: usize>(net: &L, x: &[L::In; B]) -> [L::Out; B] {
    let mut y = [L::Out::ZERO; B];
    infer_into(net, x, &mut y);
    y
}

#[inline(never)] // its activations leave the stack before those of a training pass come
fn infer_into<L: Layer, const B: usize>(net: &L, x: &[L::In; B], y: &mut [L::Out; B]) {
    let mut tape = L::Tape::<B>::ZERO;
    net.forward(x, &mut tape, y);
}

impl<G, D, O> Gan<G, D, O>
where
    G: Layer<Out: Row>,
    D: Discriminator<In = G::Out>,
    O: Optimizer,
{
    /// What a step of either player takes on a device's stack at most, in bytes: one gradient, the
    /// activations of one block, the block itself. Call frames come on top.
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
