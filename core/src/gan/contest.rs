//! Real samples against generated ones: the gradient of either player, block by block.

use core::array;

use super::pass::{Pass, infer, infer_into};
use super::{BLOCK, DiscriminatorStep, Objective, Step};
use crate::layer::{Activation, Input, Layer, Linear, Zero};
use crate::penalty::{self, Discriminator};

/// Samples that do so where memory is plenty: whole blocks in a row, so that every sum stays what it
/// is, and weights are loaded less often.
pub(super) const MANY: usize = if cfg!(target_arch = "arm") {
    BLOCK
} else {
    4 * BLOCK
};

/// Bytes of a sample that is copied in less time than a call for one more block takes.
const SMALL: usize = 16;

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
pub(super) fn few(batch: usize) -> usize {
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
pub(super) struct Contest<'a, D, R, Z> {
    pub(super) net: &'a D,
    pub(super) objective: &'a Objective,
    /// What is taken off a logit before V is read.
    pub(super) centre: f32,
    /// 1 / batch.
    pub(super) weight: f32,
    /// Where real samples come from.
    pub(super) real: R,
    /// Where the generator's inputs come from.
    pub(super) latent: Z,
}

impl<D: Discriminator, R: FnMut() -> D::In, Z> Contest<'_, D, R, Z> {
    /// Draws as many `samples` of either kind, real and generated blocks in turn, and adds the loss
    /// of the discriminator to `sums`, its gradient to `grad`: `N` pairs, that is `B` samples, at a time.
    pub(super) fn play<G: Layer<Out = D::In>, const N: usize, const B: usize>(
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
    pub(super) fn coach<G: Layer<Out = D::In>, const B: usize>(
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
