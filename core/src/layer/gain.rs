//! A fixed gain for every output.

use super::activation::{Activation, Kept, Linear, Pointwise};
use super::noise_skip::{Around, again};
use super::{Dual, Init, Input, Layer, TangentTrace, Trace};
use crate::params::Params;
use crate::rng::Rng;

/// y = g ∘ f(x), with gains that are set and not learned: their gradient is nought.
///
/// About a generator they let every output be of about unit size inside the network, as its
/// weights and their learning rate would have it, and of the data's size outside of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain<F, const N: usize> {
    /// The network.
    pub net: F,
    /// The gains.
    pub gains: [f32; N],
}

impl<F: Params, const N: usize> Params for Gain<F, N> {
    const ZERO: Self = Self {
        net: F::ZERO,
        gains: [0.0; N],
    };
    const LEN: usize = F::LEN + N;
    const LEAVES: usize = F::LEAVES + 1;

    fn leaf(&self, i: usize) -> &[f32] {
        if i == F::LEAVES {
            &self.gains
        } else {
            self.net.leaf(i)
        }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        if i == F::LEAVES {
            &mut self.gains
        } else {
            self.net.leaf_mut(i)
        }
    }
    fn shape(i: usize) -> &'static [usize] {
        if i == F::LEAVES {
            const { &[N] }
        } else {
            F::shape(i)
        }
    }
}

impl<F, const N: usize> Gain<F, N> {
    /// y ← g ∘ y. A diagonal matrix is its own transpose: the same for adjoints.
    #[inline]
    fn apply<const B: usize>(&self, y: &mut [[f32; N]; B]) {
        for y in y {
            for (y, &g) in y.iter_mut().zip(&self.gains) {
                *y *= g;
            }
        }
    }
}

impl<F: Layer<Out = [f32; N]>, const N: usize> Layer for Gain<F, N> {
    type In = F::In;
    type Out = [f32; N];
    type Tape<const B: usize> =
        Around<F::Tape<B>, <F::Through as Activation>::Hidden<[[f32; N]; B]>>;
    type TangentTape<const B: usize> = Around<F::TangentTape<B>, [[f32; N]; B]>;
    type Through = Linear;
    const READS_AGAIN: bool = F::READS_AGAIN;
    const CURVED: bool = F::CURVED;

    fn forward<const B: usize>(
        &self,
        x: &[F::In; B],
        tape: &mut Self::Tape<B>,
        y: &mut [[f32; N]; B],
    ) {
        self.net.forward(x, &mut tape.inner, y);
        tape.y.keep(y);
        self.apply(y);
    }

    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [F::In; B]>,
        tape: &mut Self::Tape<B>,
        dy: &mut [[f32; N]; B],
        grad: Option<&mut Self>,
    ) {
        self.apply(dy);
        Pointwise::<F::Through>::reverse(&tape.y, dy);
        let grad = grad.map(|grad| &mut grad.net);
        self.net.backward::<P, B>(x, &mut tape.inner, dy, grad);
    }

    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[F::In; B],
        tape: &mut Self::TangentTape<B>,
        y: &mut [[f32; N]; B],
    ) {
        let inner = Trace {
            x: at.x,
            tape: &at.tape.inner,
            y: &again(&self.net, at.x),
        };
        self.net.tangent(inner, x, &mut tape.inner, &mut tape.y);
        *y = tape.y;
        self.apply(y);
    }

    fn backward_tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        along: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[[f32; N]; B]>,
        grad: &mut Self,
        dx: Option<&mut Dual<[F::In; B]>>,
    ) {
        let inner = Trace {
            x: at.x,
            tape: &at.tape.inner,
            y: &again(&self.net, at.x),
        };
        let inner_along = TangentTrace {
            x: along.x,
            tape: &along.tape.inner,
            y: &along.tape.y,
        };
        self.apply(&mut dy.value);
        self.apply(&mut dy.tangent);
        self.net
            .backward_tangent(inner, inner_along, dy, &mut grad.net, dx);
    }

    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        xt: Input<'_, [F::In; B]>,
        tape: &mut Self::TangentTape<B>,
        dzt: &mut [[f32; N]; B],
        grad: &mut Self,
    ) {
        let hidden = again(&self.net, at.x);
        let inner = Trace {
            x: at.x,
            tape: &at.tape.inner,
            y: &hidden,
        };
        self.apply(dzt);
        Pointwise::<F::Through>::multiply(dzt, &hidden);
        self.net
            .backward_straight::<P, B>(inner, xt, &mut tape.inner, dzt, &mut grad.net);
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        self.net.init(init, rng);
        self.gains = [1.0; N];
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{check_leaves, random_net, random_rows};
    use super::super::{Dense, Silu, Tanh, Zero};
    use super::*;
    use crate::chain;

    const GAINS: [f32; 3] = [2.0, 0.5, 0.0];

    fn times_gains(rows: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
        rows.map(|row| core::array::from_fn(|i| GAINS[i] * row[i]))
    }

    /// Every pass is that of the network, its outputs multiplied by the gains, or its adjoints.
    fn check<F: Layer<In = [f32; 2], Out = [f32; 3]> + PartialEq>() {
        let rng = &mut Rng::new(31, 0);
        let net: F = random_net(rng);
        let layer = Gain { net, gains: GAINS };
        let net = &layer.net;
        let (x, xt) = (random_rows(rng), random_rows(rng));
        let (c, d) = (random_rows(rng), random_rows(rng));

        let (mut tape, mut y) = (Zero::ZERO, Zero::ZERO);
        layer.forward(&x, &mut tape, &mut y);
        let (mut inner, mut hidden) = (Zero::ZERO, Zero::ZERO);
        net.forward(&x, &mut inner, &mut hidden);
        assert_eq!(y, times_gains(hidden));

        let (at, within) = (
            Trace {
                x: &x,
                tape: &tape,
                y: &y,
            },
            Trace {
                x: &x,
                tape: &inner,
                y: &hidden,
            },
        );
        let (mut tangents, mut yt) = (Zero::ZERO, Zero::ZERO);
        layer.tangent(at, &xt, &mut tangents, &mut yt);
        let (mut inner_tangents, mut hidden_t) = (Zero::ZERO, Zero::ZERO);
        net.tangent(within, &xt, &mut inner_tangents, &mut hidden_t);
        assert_eq!(yt, times_gains(hidden_t));

        let along = TangentTrace {
            x: &xt,
            tape: &tangents,
            y: &yt,
        };
        let (mut grad, mut dx) = (Gain::ZERO, Dual::ZERO);
        let mut dy = Dual {
            value: c,
            tangent: d,
        };
        layer.backward_tangent(at, along, &mut dy, &mut grad, Some(&mut dx));
        let along = TangentTrace {
            x: &xt,
            tape: &inner_tangents,
            y: &hidden_t,
        };
        let (mut wanted, mut wanted_dx) = (F::ZERO, Dual::ZERO);
        let mut dy = Dual {
            value: times_gains(c),
            tangent: times_gains(d),
        };
        net.backward_tangent(within, along, &mut dy, &mut wanted, Some(&mut wanted_dx));
        assert_eq!((dx.value, dx.tangent), (wanted_dx.value, wanted_dx.tangent));
        assert!(grad.net == wanted && grad.gains == [0.0; 3]);

        let (mut grad, mut dx, mut dy) = (Gain::ZERO, x, c);
        layer.backward::<Linear, 3>(Input::Spent(&mut dx), &mut tape, &mut dy, Some(&mut grad));
        let (mut wanted, mut wanted_dx, mut dz) = (F::ZERO, x, hidden);
        for (dz, dy) in dz.iter_mut().zip(&times_gains(c)) {
            F::Through::reverse(dz, dy);
        }
        let spent = Input::Spent(&mut wanted_dx);
        net.backward::<Linear, 3>(spent, &mut inner, &mut dz, Some(&mut wanted));
        assert_eq!(dx, wanted_dx);
        assert!(grad.net == wanted && grad.gains == [0.0; 3]);
    }

    #[test]
    fn every_pass_is_a_product_by_the_gains_and_they_are_not_learned() {
        check::<Dense<2, 3>>();
        check::<Dense<2, 3, Tanh>>();
        check::<chain![Dense<2, 4, Tanh>, Dense<4, 3, Silu>]>();
    }

    #[test]
    fn gains_are_its_last_leaf_and_begin_at_one() {
        check_leaves::<Gain<Dense<2, 3>, 3>>(&[&[2, 3], &[3], &[3]]);
        let mut layer = Gain::<Dense<2, 3>, 3>::ZERO;
        layer.init(&Init::PLAIN, &mut Rng::new(1, 0));
        assert_eq!(layer.gains, [1.0; 3]);
        assert!(layer.net.w.as_flattened().iter().all(|w| *w != 0.0));
    }
}
