//! Adam (Kingma and Ba 2015).

use super::{Optimizer, OptimizerState, update_leaf_by_two};
use crate::math;
use crate::params::Params;

/// m ← β₁ m + (1−β₁) g, v ← β₂ v + (1−β₂) g²,
/// p ← p − rate · m̂ / (√v̂ + ε) with m̂ = m / (1−β₁ᵗ), v̂ = v / (1−β₂ᵗ).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Adam {
    /// Decay of the first moment, in [0, 1).
    pub beta1: f32,
    /// Decay of the second moment, in [0, 1).
    pub beta2: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
}

/// Both moments, and β₁ᵗ and β₂ᵗ.
#[derive(Clone, Debug)]
pub struct AdamState<P> {
    first: P,
    second: P,
    powers: [f32; 2],
}

impl Optimizer for Adam {
    type State<P: Params> = AdamState<P>;

    fn update<P: Params>(&self, state: &mut AdamState<P>, rate: f32, params: &mut P, grad: &P) {
        state.powers[0] *= self.beta1;
        state.powers[1] *= self.beta2;
        // One factor for each moment, so that an element costs one root and one division.
        let step = rate / (1.0 - state.powers[0]);
        let unbias = 1.0 / (1.0 - state.powers[1]);
        for i in 0..P::LEAVES {
            let moments = [state.first.leaf_mut(i), state.second.leaf_mut(i)];
            let rule = self.rule(step, unbias);
            update_leaf_by_two(params.leaf_mut(i), moments, grad.leaf(i), rule);
        }
    }
}

impl Adam {
    /// The rule for one number, the same function for every network.
    fn rule(self, step: f32, unbias: f32) -> impl Fn(&mut f32, &mut f32, &mut f32, f32) {
        move |p, m, v, g| {
            *m = self.beta1 * *m + (1.0 - self.beta1) * g;
            *v = self.beta2 * *v + (1.0 - self.beta2) * (g * g);
            *p -= step * *m / (math::sqrt(*v * unbias) + self.epsilon);
        }
    }
}

impl<P: Params> OptimizerState for AdamState<P> {
    const START: Self = Self {
        first: P::ZERO,
        second: P::ZERO,
        powers: [1.0, 1.0],
    };
    const BLANK: Self = Self {
        first: P::ZERO,
        second: P::ZERO,
        powers: [0.0, 0.0],
    };
    const LEN: usize = 2 * P::LEN + 2;
    const LEAVES: usize = 2 * P::LEAVES + 1;

    fn leaf(&self, i: usize) -> &[f32] {
        match i.checked_sub(P::LEAVES) {
            None => self.first.leaf(i),
            Some(i) if i == P::LEAVES => &self.powers,
            Some(i) => self.second.leaf(i),
        }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        match i.checked_sub(P::LEAVES) {
            None => self.first.leaf_mut(i),
            Some(i) if i == P::LEAVES => &mut self.powers,
            Some(i) => self.second.leaf_mut(i),
        }
    }

    fn restart(&mut self) {
        (0..Self::LEAVES).for_each(|i| self.leaf_mut(i).fill(0.0));
        self.powers = [1.0, 1.0];
    }
}
