//! Stochastic gradient descent, plain and with momentum.

use super::{Optimizer, update_leaf};
use crate::params::Params;

/// p ← p − rate · g.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sgd;

impl Optimizer for Sgd {
    type State<P: Params> = ();

    fn update<P: Params>(&self, _: &mut (), rate: f32, params: &mut P, grad: &P) {
        for i in 0..P::LEAVES {
            for (p, &g) in params.leaf_mut(i).iter_mut().zip(grad.leaf(i)) {
                *p -= rate * g;
            }
        }
    }
}

/// m ← μ m + g, p ← p − rate · m (Polyak 1964).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Momentum {
    /// How much of the last step's direction is kept, in [0, 1).
    pub mu: f32,
}

impl Optimizer for Momentum {
    type State<P: Params> = P;

    fn update<P: Params>(&self, moment: &mut P, rate: f32, params: &mut P, grad: &P) {
        for i in 0..P::LEAVES {
            let moment = Params::leaf_mut(moment, i);
            update_leaf(params.leaf_mut(i), moment, grad.leaf(i), |p, m, g| {
                *m = self.mu * *m + g;
                *p -= rate * *m;
            });
        }
    }
}
