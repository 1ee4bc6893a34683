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
