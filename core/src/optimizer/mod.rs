//! Optimizers: immutable configuration here, moments in a state that the caller owns.

mod adam;
mod rms_prop;
mod schedule;
mod sgd;
#[cfg(test)]
mod tests;

pub use adam::{Adam, AdamState};
pub use rms_prop::{RmsProp, RmsPropState};
pub use schedule::Schedule;
pub use sgd::{Momentum, Sgd};

use crate::params::Params;

/// A first-order update rule.
pub trait Optimizer: Copy {
    /// What it remembers about a network of type `P`.
    type State<P: Params>: OptimizerState;

    /// One step along `grad` at learning rate `rate`.
    fn update<P: Params>(&self, state: &mut Self::State<P>, rate: f32, params: &mut P, grad: &P);
}

/// An optimizer's memory as numbers, so that a checkpoint can hold it.
pub trait OptimizerState: Clone + core::fmt::Debug {
    /// The state before the first step.
    const START: Self;
    /// Zeros throughout, which a static holds without taking flash; not a state before
    /// [`restart`](Self::restart).
    const BLANK: Self;
    /// How many numbers.
    const LEN: usize;
    /// How many slices they come in.
    const LEAVES: usize;
    /// The `i`-th slice of numbers; empty past the last one.
    fn leaf(&self, i: usize) -> &[f32];
    /// The `i`-th slice, to be written.
    fn leaf_mut(&mut self, i: usize) -> &mut [f32];

    /// Becomes [`START`](Self::START) in place, without a second copy of it on the stack.
    fn restart(&mut self) {
        (0..Self::LEAVES).for_each(|i| self.leaf_mut(i).fill(0.0));
    }
}

/// A tree of moments is a state.
impl<P: Params> OptimizerState for P {
    const START: Self = P::ZERO;
    const BLANK: Self = P::ZERO;
    const LEN: usize = P::LEN;
    const LEAVES: usize = P::LEAVES;

    fn leaf(&self, i: usize) -> &[f32] {
        Params::leaf(self, i)
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        Params::leaf_mut(self, i)
    }
}

/// Moves a leaf of parameters and one of moments by a rule for a number of each and its derivative, in
/// one pass: whole vectors first, spelled out, since leaves are short and what a compiler leaves over
/// of a loop in vectors can be most of one.
#[inline(never)] // once for each rule, not for each leaf
fn update_leaf(
    params: &mut [f32],
    moment: &mut [f32],
    grad: &[f32],
    rule: impl Fn(&mut f32, &mut f32, f32),
) {
    let (p, p_rest) = params.as_chunks_mut::<LANES>();
    let (m, m_rest) = moment.as_chunks_mut::<LANES>();
    let (g, g_rest) = grad.as_chunks::<LANES>();
    for ((p, m), g) in p.iter_mut().zip(m).zip(g) {
        for ((p, m), &g) in p.iter_mut().zip(m).zip(g) {
            rule(p, m, g);
        }
    }
    for ((p, m), &g) in p_rest.iter_mut().zip(m_rest).zip(g_rest) {
        rule(p, m, g);
    }
}

/// Numbers that go together in a step of an optimizer: on a host two vectors of AVX2, since chunks of one
/// tempt a compiler into making lanes of the chunks, with a transposition before and after; on a
/// Cortex-M4 three, since of four it makes an index beside the addresses.
const LANES: usize = if cfg!(target_arch = "arm") { 3 } else { 16 };
