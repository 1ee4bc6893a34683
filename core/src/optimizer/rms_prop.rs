//! RMSProp with Adam's correction of the start: Adam without a first moment.

use super::{Optimizer, OptimizerState, update_leaf};
use crate::math;
use crate::params::Params;

/// v ← β₂ v + (1−β₂) g², p ← p − rate · g / (√v̂ + ε) with v̂ = v / (1−β₂ᵗ).
///
/// RMSProp (Tieleman and Hinton 2012), started as [`Adam`](super::Adam) is (Kingma and Ba 2015): the
/// very numbers that Adam gives with β₁ = 0, which suits a game of two players better than momentum
/// does, for two thirds of Adam's memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RmsProp {
    /// Decay of the second moment, in [0, 1).
    pub beta2: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
}

/// The second moment, and β₂ᵗ.
#[derive(Clone, Debug)]
pub struct RmsPropState<P> {
    second: P,
    power: [f32; 1],
}

impl Optimizer for RmsProp {
    type State<P: Params> = RmsPropState<P>;

    fn update<P: Params>(&self, state: &mut RmsPropState<P>, rate: f32, params: &mut P, grad: &P) {
        let [power] = &mut state.power;
        *power *= self.beta2;
        let unbias = 1.0 / (1.0 - *power);
        for i in 0..P::LEAVES {
            let moment = state.second.leaf_mut(i);
            let rule = self.rule(rate, unbias);
            update_leaf(params.leaf_mut(i), moment, grad.leaf(i), rule);
        }
    }
}

impl RmsProp {
    /// The rule for one number, the same function for every network.
    fn rule(self, rate: f32, unbias: f32) -> impl Fn(&mut f32, &mut f32, f32) {
        move |p, v, g| {
            *v = self.beta2 * *v + (1.0 - self.beta2) * (g * g);
            *p -= rate * g / (math::sqrt(*v * unbias) + self.epsilon);
        }
    }
}

impl<P: Params> OptimizerState for RmsPropState<P> {
    const START: Self = Self {
        second: P::ZERO,
        power: [1.0],
    };
    const BLANK: Self = Self {
        second: P::ZERO,
        power: [0.0],
    };
    const LEN: usize = P::LEN + 1;
    const LEAVES: usize = P::LEAVES + 1;

    fn leaf(&self, i: usize) -> &[f32] {
        match i {
            0 => &self.power,
            i => self.second.leaf(i - 1),
        }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        match i {
            0 => &mut self.power,
            i => self.second.leaf_mut(i - 1),
        }
    }

    fn restart(&mut self) {
        (0..Self::LEAVES).for_each(|i| self.leaf_mut(i).fill(0.0));
        self.power = [1.0];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Dense, Init, Layer};
    use crate::optimizer::Adam;
    use crate::rng::Rng;

    type Net = Dense<3, 4>;

    #[test]
    fn it_is_adam_without_a_first_moment_to_the_bit() {
        let (beta2, epsilon) = (0.99, 1e-8);
        let adam = Adam {
            beta1: 0.0,
            beta2,
            epsilon,
        };
        let rms_prop = RmsProp { beta2, epsilon };
        let mut rng = Rng::new(1, 0);
        let mut draw = || {
            let mut net = Net::ZERO;
            net.init(&Init::PLAIN, &mut rng);
            net
        };
        let mut ours = draw();
        let mut theirs = ours;
        let mut state = RmsPropState::START;
        let mut moments = <Adam as Optimizer>::State::<Net>::START;
        for _ in 0..100 {
            let grad = draw();
            rms_prop.update(&mut state, 1e-2, &mut ours, &grad);
            adam.update(&mut moments, 1e-2, &mut theirs, &grad);
            assert_eq!(ours, theirs);
        }
    }
}
