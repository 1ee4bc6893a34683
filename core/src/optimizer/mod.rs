//! Optimizers: immutable configuration here, moments in a state that the caller owns.

mod adam;
mod rms_prop;
mod schedule;
mod sgd;

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

/// Moves a leaf of parameters and `K` leaves of moments by a rule for one number, in one pass.
///
/// Leaves are short, and what a compiler leaves over of a loop in vectors can be most of one: the
/// vectors are spelled out.
#[inline]
fn update_leaf<const K: usize>(
    params: &mut [f32],
    mut moments: [&mut [f32]; K],
    grad: &[f32],
    rule: impl Fn(f32, [f32; K], f32) -> (f32, [f32; K]),
) {
    let (whole, rest) = params.as_chunks_mut::<LANES>();
    let done = whole.len() * LANES;
    for (i, (params, grad)) in whole
        .iter_mut()
        .zip(grad.as_chunks::<LANES>().0)
        .enumerate()
    {
        let mut old = [[0.0; LANES]; K];
        for (old, moment) in old.iter_mut().zip(&moments) {
            if let Some(moment) = moment.as_chunks().0.get(i) {
                *old = *moment;
            }
        }
        let mut new = old;
        for lane in 0..LANES {
            let (p, moments) = rule(params[lane], old.map(|m| m[lane]), grad[lane]);
            params[lane] = p;
            for (new, moment) in new.iter_mut().zip(moments) {
                new[lane] = moment;
            }
        }
        for (moment, new) in moments.iter_mut().zip(new) {
            if let Some(moment) = moment.as_chunks_mut().0.get_mut(i) {
                *moment = new;
            }
        }
    }
    for (i, (param, &g)) in rest.iter_mut().zip(grad.iter().skip(done)).enumerate() {
        let old = moments
            .each_ref()
            .map(|m| m.get(done + i).copied().unwrap_or(0.0));
        let (p, new) = rule(*param, old, g);
        *param = p;
        for (moment, new) in moments.iter_mut().zip(new) {
            if let Some(moment) = moment.get_mut(done + i) {
                *moment = new;
            }
        }
    }
}

/// Numbers that go together in a step of an optimizer.
const LANES: usize = if cfg!(target_arch = "arm") { 1 } else { 8 };
