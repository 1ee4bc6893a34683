//! Trees of `f32`: parameters, gradients and moments are values of one type.
//!
//! A network is a tree whose leaves are its weight and bias arrays. The tree is walked leaf by
//! leaf, always in the same order, so that optimizers, averages, norms, checkpoints and the
//! fingerprint need to know nothing of layers.

use core::hint;

use crc::{CRC_32_ISO_HDLC, Crc};

use crate::math;

/// A value made of `f32` leaves whose shapes its type fixes.
///
/// A gradient with respect to a network is a value of the network's own type, and so is each of an
/// optimizer's moments: nothing can be missing from them.
pub trait Params: Clone + core::fmt::Debug {
    /// All leaves zero: an empty gradient, a fresh moment.
    const ZERO: Self;
    /// How many numbers it holds.
    const LEN: usize;
    /// How many leaves it has.
    const LEAVES: usize;

    /// The `i`-th leaf, flat, in row-major order of its [`shape`](Self::shape); empty past the
    /// last one.
    fn leaf(&self, i: usize) -> &[f32];

    /// The `i`-th leaf, to be written.
    fn leaf_mut(&mut self, i: usize) -> &mut [f32];

    /// The dimensions of the `i`-th leaf; empty past the last one.
    fn shape(i: usize) -> &'static [usize];
}

/// What every tree of parameters can do.
pub trait ParamsExt: Params {
    /// The leaves in order.
    fn leaves(&self) -> impl Iterator<Item = &[f32]> {
        (0..Self::LEAVES).map(|i| self.leaf(i))
    }

    /// All numbers in order.
    fn values(&self) -> impl Iterator<Item = f32> {
        self.leaves().flatten().copied()
    }

    /// Takes over every number of `other`, without a copy in between.
    fn copy_from(&mut self, other: &Self) {
        for i in 0..Self::LEAVES {
            let pairs = self.leaf_mut(i).iter_mut().zip(other.leaf(i));
            pairs.for_each(|(mine, theirs)| *mine = *theirs);
        }
    }

    /// Whether no number is NaN or infinite.
    fn all_finite(&self) -> bool {
        self.leaves().all(|leaf| leaf.iter().all(|x| x.is_finite()))
    }

    /// Whether no number is NaN, and none larger than `limit`, whichever its sign.
    fn is_within(&self, limit: f32) -> bool {
        self.leaves()
            .all(|leaf| leaf.iter().all(|x| x.abs() <= limit))
    }

    /// The Euclidean norm over all leaves; not finite if any number is not.
    fn norm(&self) -> f32 {
        if cfg!(target_arch = "arm") {
            return math::sqrt(self.leaves().fold(0.0, |sum, leaf| sum + squares(leaf)));
        }
        let mut sum = 0.0;
        for first in (0..Self::LEAVES).step_by(6) {
            // Weights and biases take turns: those of three layers are of like sizes.
            let of = |i| squares_of_three([0, 2, 4].map(|k| self.leaf(first + k + i)));
            for (weights, biases) in of(0).into_iter().zip(of(1)) {
                sum = sum + weights + biases;
            }
        }
        math::sqrt(sum)
    }

    /// `self ← keep · self + (1 − keep) · other`, the exponential moving average of a sequence.
    fn average_towards(&mut self, other: &Self, keep: f32) {
        for i in 0..Self::LEAVES {
            for (mean, &x) in self.leaf_mut(i).iter_mut().zip(other.leaf(i)) {
                *mean += (1.0 - keep) * (x - *mean);
            }
        }
    }
}

impl<P: Params> ParamsExt for P {}

/// The sum of squares in eight interleaved partial sums, added up from the first to the last: a
/// fixed order that a vector unit can follow.
#[inline(never)] // once, not for each leaf
fn squares(x: &[f32]) -> f32 {
    let mut partial = [0.0f32; 8];
    let (chunks, rest) = x.as_chunks::<8>();
    let (pairs, odd) = chunks.as_chunks::<2>();
    for [first, second] in pairs {
        add_squares(&mut partial, first);
        add_squares(&mut partial, second);
        if cfg!(target_arch = "arm") {
            hint::black_box(()); // or a compiler spells out eight chunks, for 0.6 KB of flash
        }
    }
    for chunk in odd {
        add_squares(&mut partial, chunk);
    }
    for (sum, x) in partial.iter_mut().zip(rest) {
        *sum += x * x;
    }
    partial.iter().fold(0.0, |sum, x| sum + x)
}

/// [`squares`] of three leaves, none of which waits for the sums of another.
#[inline(never)]
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
fn squares_of_three(leaves: [&[f32]; 3]) -> [f32; 3] {
    let mut partial = [[0.0f32; 8]; 3];
    let leaves = leaves.map(|leaf| leaf.as_chunks());
    let chunks = leaves.iter().map(|(chunks, _)| chunks.len()).max();
    for i in 0..chunks.unwrap_or(0) {
        for (partial, (chunks, _)) in partial.iter_mut().zip(&leaves) {
            if let Some(chunk) = chunks.get(i) {
                add_squares(partial, chunk);
            }
        }
    }
    for (partial, (_, rest)) in partial.iter_mut().zip(&leaves) {
        let mut last = [0.0; 8]; // so that vectors stay vectors: squares of 0 change nothing
        last.iter_mut().zip(*rest).for_each(|(last, x)| *last = *x);
        add_squares(partial, &last);
    }
    partial.map(|partial| partial.iter().fold(0.0, |sum, x| sum + x))
}

#[inline]
fn add_squares(partial: &mut [f32; 8], x: &[f32; 8]) {
    for (sum, x) in partial.iter_mut().zip(x) {
        *sum += x * x;
    }
}

pub(crate) const CRC32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// CRC-32 (ISO-HDLC) over the little-endian bits of every parameter, generator first, then
/// discriminator: two runs with the same fingerprint have the same networks, bit for bit.
///
/// The generator given is the averaged one, the one that generates. Print it as eight hex digits.
pub fn fingerprint<G: Params, D: Params>(generator: &G, discriminator: &D) -> u32 {
    let mut digest = CRC32.digest();
    for x in generator.values().chain(discriminator.values()) {
        digest.update(&x.to_le_bytes());
    }
    digest.finalize()
}

/// No parameters: what a layer without weights is.
impl Params for () {
    const ZERO: Self = ();
    const LEN: usize = 0;
    const LEAVES: usize = 0;

    fn leaf(&self, _: usize) -> &[f32] {
        &[]
    }
    fn leaf_mut(&mut self, _: usize) -> &mut [f32] {
        &mut []
    }
    fn shape(_: usize) -> &'static [usize] {
        &[]
    }
}

/// Two trees side by side, the first one's leaves first.
impl<A: Params, B: Params> Params for (A, B) {
    const ZERO: Self = (A::ZERO, B::ZERO);
    const LEN: usize = A::LEN + B::LEN;
    const LEAVES: usize = A::LEAVES + B::LEAVES;

    fn leaf(&self, i: usize) -> &[f32] {
        match i.checked_sub(A::LEAVES) {
            None => self.0.leaf(i),
            Some(i) => self.1.leaf(i),
        }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        match i.checked_sub(A::LEAVES) {
            None => self.0.leaf_mut(i),
            Some(i) => self.1.leaf_mut(i),
        }
    }
    fn shape(i: usize) -> &'static [usize] {
        match i.checked_sub(A::LEAVES) {
            None => A::shape(i),
            Some(i) => B::shape(i),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain;
    use crate::layer::{Dense, Gain, Init, Layer, LeakyRelu};
    use crate::rng::Rng;
    use std::vec::Vec;

    #[test]
    fn leaves_whose_squares_are_taken_together_have_the_sums_of_leaves_alone() {
        let mut rng = Rng::new(8, 0);
        let numbers: Vec<f32> = (0..100).map(|_| rng.gaussian()).collect();
        for lengths in [[0, 1, 8], [100, 33, 40], [7, 0, 0], [16, 64, 15]] {
            let leaves = lengths.map(|length| &numbers[..length]);
            let (together, alone) = (squares_of_three(leaves), leaves.map(squares));
            assert_eq!(together.map(f32::to_bits), alone.map(f32::to_bits));
        }
    }

    #[test]
    fn a_norm_is_that_of_all_leaves_in_order() {
        fn check<L: Layer>() {
            let mut net = L::ZERO;
            net.init(&Init::default(), &mut Rng::new(3, 0));
            let sum = net.leaves().fold(0.0, |sum, leaf| sum + squares(leaf));
            assert_eq!(net.norm().to_bits(), math::sqrt(sum).to_bits());
        }
        check::<Dense<3, 2>>();
        check::<chain![Dense<5, 9, LeakyRelu>, Dense<9, 12, LeakyRelu>, Dense<12, 4>]>();
        check::<
            Gain<
                chain![
                    Dense<5, 9, LeakyRelu>,
                    Dense<9, 9, LeakyRelu>,
                    Dense<9, 9, LeakyRelu>,
                    Dense<9, 7>
                ],
                7,
            >,
        >();
    }
}
