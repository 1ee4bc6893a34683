//! A fixed gain for every output.

use super::{Activation, Dual, Init, Input, Layer, Linear, TangentTrace, Trace};
use crate::params::Params;
use crate::rng::Rng;

/// y = g ∘ x, with gains that are set and not learned: their gradient is nought.
///
/// At the end of a generator they let every output be of about unit size inside the network, as its
/// weights and their learning rate would have it, and of the data's size outside of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain<const N: usize> {
    /// The gains.
    pub gains: [f32; N],
}

impl<const N: usize> Params for Gain<N> {
    const ZERO: Self = Self { gains: [0.0; N] };
    const LEN: usize = N;
    const LEAVES: usize = 1;

    fn leaf(&self, i: usize) -> &[f32] {
        if i == 0 { &self.gains } else { &[] }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        if i == 0 { &mut self.gains } else { &mut [] }
    }
    fn shape(i: usize) -> &'static [usize] {
        if i == 0 { const { &[N] } } else { &[] }
    }
}

impl<const N: usize> Gain<N> {
    /// The map, its tangent and its reverse: a diagonal matrix is its own transpose.
    #[inline]
    fn apply<const B: usize>(&self, x: &[[f32; N]; B], y: &mut [[f32; N]; B]) {
        for (x, y) in x.iter().zip(y) {
            for ((y, &x), &g) in y.iter_mut().zip(x).zip(&self.gains) {
                *y = g * x;
            }
        }
    }
}

impl<const N: usize> Layer for Gain<N> {
    type In = [f32; N];
    type Out = [f32; N];
    type Tape<const B: usize> = ();
    type TangentTape<const B: usize> = ();
    type Through = Linear;
    const READS_AGAIN: bool = false;

    fn forward<const B: usize>(&self, x: &[[f32; N]; B], (): &mut (), y: &mut [[f32; N]; B]) {
        self.apply(x, y);
    }

    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [[f32; N]; B]>,
        (): &mut (),
        dy: &mut [[f32; N]; B],
        _: Option<&mut Self>,
    ) {
        if let Input::Spent(x) = x {
            for (x, dy) in x.iter_mut().zip(dy) {
                for (dy, &g) in dy.iter_mut().zip(&self.gains) {
                    *dy *= g;
                }
                P::reverse(x, dy);
            }
        }
    }

    fn tangent<const B: usize>(
        &self,
        _: Trace<'_, Self, B>,
        x: &[[f32; N]; B],
        (): &mut (),
        y: &mut [[f32; N]; B],
    ) {
        self.apply(x, y);
    }

    fn backward_tangent<const B: usize>(
        &self,
        _: Trace<'_, Self, B>,
        _: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[[f32; N]; B]>,
        _: &mut Self,
        dx: Option<&mut Dual<[[f32; N]; B]>>,
    ) {
        if let Some(dx) = dx {
            self.apply(&dy.value, &mut dx.value);
            self.apply(&dy.tangent, &mut dx.tangent);
        }
    }

    fn init(&mut self, _: &Init, _: &mut Rng) {
        self.gains = [1.0; N];
    }
}

#[cfg(test)]
mod tests {
    use super::super::LeakyRelu;
    use super::super::checks::check_leaves;
    use super::*;

    #[test]
    fn every_pass_is_a_product_by_the_gains_and_they_are_not_learned() {
        let layer = Gain {
            gains: [2.0, 0.5, 0.0],
        };
        let x = [[1.0, -4.0, 7.0]];
        let mut y = [[0.0; 3]];
        layer.forward(&x, &mut (), &mut y);
        assert_eq!(y, [[2.0, -2.0, 0.0]]);
        let at = Trace {
            x: &x,
            tape: &(),
            y: &y,
        };
        let (mut dx, mut grad) = (x, Gain::ZERO);
        let spent = Input::Spent(&mut dx);
        layer.backward::<LeakyRelu, 1>(spent, &mut (), &mut [[1.0; 3]], Some(&mut grad));
        assert_eq!((dx, grad), ([[2.0, 0.1, 0.0]], Gain::ZERO));
        let mut along = [[0.0; 3]];
        layer.tangent(at, &[[3.0, 2.0, 1.0]], &mut (), &mut along);
        assert_eq!(along, [[6.0, 1.0, 0.0]]);
        let mut dual = Dual {
            value: [[1.0; 3]],
            tangent: [[2.0; 3]],
        };
        let mut out = Dual {
            value: [[9.0; 3]],
            tangent: [[9.0; 3]],
        };
        let trace = TangentTrace {
            x: &x,
            tape: &(),
            y: &along,
        };
        layer.backward_tangent(at, trace, &mut dual, &mut grad, Some(&mut out));
        assert_eq!(out.value, [[2.0, 0.5, 0.0]]);
        assert_eq!(out.tangent, [[4.0, 1.0, 0.0]]);
        assert_eq!(grad, Gain::ZERO);
    }

    #[test]
    fn gains_are_its_leaf_and_begin_at_one() {
        check_leaves::<Gain<3>>(&[&[3]]);
        let mut layer = Gain::ZERO;
        layer.init(&Init::PLAIN, &mut Rng::new(1, 0));
        assert_eq!(layer.gains, [1.0; 3]);
    }
}
