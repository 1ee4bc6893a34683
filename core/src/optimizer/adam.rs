//! Adam (Kingma and Ba 2015).

use core::array;

use super::{LANES, Optimizer, OptimizerState};
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
        let rule = Rule {
            adam: *self,
            step,
            unbias,
        };
        for i in 0..P::LEAVES {
            let moments = [state.first.leaf_mut(i), state.second.leaf_mut(i)];
            rule.update_leaf(params.leaf_mut(i), moments, grad.leaf(i));
        }
    }
}

/// Numbers that go together: on a Cortex-M4 as many as there are roots in a call.
const TOGETHER: usize = if cfg!(feature = "small") {
    1
} else if cfg!(target_arch = "arm") {
    4
} else {
    LANES
};

/// A step of any network.
struct Rule {
    adam: Adam,
    /// rate / (1−β₁ᵗ).
    step: f32,
    /// 1 / (1−β₂ᵗ).
    unbias: f32,
}

impl Rule {
    /// In one pass: whole vectors first, since leaves are short and what a compiler leaves over of a loop
    /// in vectors can be most of one.
    #[inline]
    fn update_leaf(&self, params: &mut [f32], [first, second]: [&mut [f32]; 2], grad: &[f32]) {
        let (p, p_rest) = params.as_chunks_mut::<TOGETHER>();
        let (m, m_rest) = first.as_chunks_mut();
        let (v, v_rest) = second.as_chunks_mut();
        let (g, g_rest) = grad.as_chunks();
        if !p.is_empty() {
            update(self, p, [m, v], g);
        }
        if !p_rest.is_empty() {
            let moments = [m_rest, v_rest].map(|rest| rest.as_chunks_mut::<1>().0);
            update(
                self,
                p_rest.as_chunks_mut().0,
                moments,
                g_rest.as_chunks().0,
            );
        }
    }

    /// All roots in one call; in two passes, or a compiler makes more addresses than there are.
    #[inline(always)]
    fn update_at_once<const N: usize>(
        &self,
        params: &mut [f32; N],
        [first, second]: [&mut [f32; N]; 2],
        grad: &[f32; N],
    ) {
        let m: [f32; N] = array::from_fn(|i| self.first(first[i], grad[i]));
        let v: [f32; N] = array::from_fn(|i| self.second(second[i], grad[i]));
        (*first, *second) = (m, v);
        let numerators = m.map(|m| self.numerator(m));
        let roots = math::sqrt_each(v.map(|v| self.unbiased(v)));
        for ((p, numerator), root) in params.iter_mut().zip(numerators).zip(roots) {
            *p -= numerator / self.denominator(root);
        }
    }

    /// The next m.
    fn first(&self, m: f32, g: f32) -> f32 {
        self.adam.beta1 * m + (1.0 - self.adam.beta1) * g
    }

    /// The next v.
    fn second(&self, v: f32, g: f32) -> f32 {
        self.adam.beta2 * v + (1.0 - self.adam.beta2) * (g * g)
    }

    /// rate · m̂.
    fn numerator(&self, m: f32) -> f32 {
        self.step * m
    }

    /// v̂.
    fn unbiased(&self, v: f32) -> f32 {
        v * self.unbias
    }

    /// √v̂ + ε.
    fn denominator(&self, root: f32) -> f32 {
        root + self.adam.epsilon
    }
}

#[inline(never)] // once, not for each leaf
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
fn update<const N: usize>(
    rule: &Rule,
    params: &mut [[f32; N]],
    [first, second]: [&mut [[f32; N]]; 2],
    grad: &[[f32; N]],
) {
    let moments = first.iter_mut().zip(second);
    for ((p, g), (m, v)) in params.iter_mut().zip(grad).zip(moments) {
        if cfg!(target_arch = "arm") {
            rule.update_at_once(p, [m, v], g);
        } else {
            for ((p, &g), (m, v)) in p.iter_mut().zip(g).zip(m.iter_mut().zip(v)) {
                (*m, *v) = (rule.first(*m, g), rule.second(*v, g));
                *p -= rule.numerator(*m) / rule.denominator(math::sqrt(rule.unbiased(*v)));
            }
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
