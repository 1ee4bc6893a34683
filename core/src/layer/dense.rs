//! Fully connected layer.

use core::marker::PhantomData;

use super::activation::{Activation, Kept, Linear, Pointwise};
use super::product::{add_gradient, map, map_back};
use super::{Dual, Init, Input, Kinks, Layer, TangentTrace, Trace};
use crate::math;
use crate::params::Params;
use crate::rng::Rng;

/// y = φ(x W + b): `I` inputs, `O` outputs, activation `A`.
///
/// `w[i][o]` leads from input `i` to output `o`: the outputs of one input lie side by side, which
/// is the order in which both passes read them.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(target_arch = "arm"), repr(align(64)))] // no vector across two lines of a cache
pub struct Dense<const I: usize, const O: usize, A = Linear> {
    /// Weights, `[input][output]`.
    pub w: [[f32; O]; I],
    /// Biases.
    pub b: [f32; O],
    activation: PhantomData<A>,
}

impl<const I: usize, const O: usize, A> Dense<I, O, A> {
    /// A layer with the given weights `[input][output]` and biases.
    pub const fn new(w: [[f32; O]; I], b: [f32; O]) -> Self {
        Self {
            w,
            b,
            activation: PhantomData,
        }
    }
}

impl<const I: usize, const O: usize, A: Activation> Params for Dense<I, O, A> {
    const ZERO: Self = Self::new([[0.0; O]; I], [0.0; O]);
    const LEN: usize = I * O + O;
    const LEAVES: usize = 2;

    fn leaf(&self, i: usize) -> &[f32] {
        match i {
            0 => self.w.as_flattened(),
            1 => &self.b,
            _ => &[],
        }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        match i {
            0 => self.w.as_flattened_mut(),
            1 => &mut self.b,
            _ => &mut [],
        }
    }
    fn shape(i: usize) -> &'static [usize] {
        match i {
            0 => const { &[I, O] },
            1 => const { &[O] },
            _ => &[],
        }
    }
}

impl<const I: usize, const O: usize, A: Activation> Layer for Dense<I, O, A> {
    type In = [f32; I];
    type Out = [f32; O];
    type Tape<const B: usize> = A::Tape<[[f32; O]; B]>;
    type TangentTape<const B: usize> = A::TangentTape<[[f32; O]; B]>;
    type Through = A::ByOutput;
    const READS_AGAIN: bool = false;
    const CURVED: bool = A::CURVED;

    fn forward<const B: usize>(
        &self,
        x: &[[f32; I]; B],
        tape: &mut Self::Tape<B>,
        y: &mut [[f32; O]; B],
    ) {
        if A::CURVED || <A::Tape<[[f32; O]; B]> as Kept<_>>::KEEPS {
            map(x, &self.b, &self.w, forward::<Linear>, y);
            Pointwise::<A>::forward(y, tape);
        } else {
            map(x, &self.b, &self.w, forward::<A>, y);
        }
    }

    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [[f32; I]; B]>,
        tape: &mut Self::Tape<B>,
        dz: &mut [[f32; O]; B],
        grad: Option<&mut Self>,
    ) {
        Pointwise::<A>::backward(tape, dz);
        if let Some(grad) = grad {
            add_gradient(&mut grad.w, Some(&mut grad.b), x.value(), dz);
        }
        if let Input::Spent(x) = x {
            map_back::<P, I, O>(dz, &self.w, x);
        }
    }

    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[[f32; I]; B],
        tape: &mut Self::TangentTape<B>,
        y: &mut [[f32; O]; B],
    ) {
        map(x, &[0.0; O], &self.w, forward::<Linear>, y);
        Pointwise::<A>::tangent(at.tape, at.y, y, tape);
    }

    fn backward_tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        along: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[[f32; O]; B]>,
        grad: &mut Self,
        dx: Option<&mut Dual<[[f32; I]; B]>>,
    ) {
        Pointwise::<A>::backward_tangent(at.tape, at.y, along.tape, along.y, dy);
        add_gradient(&mut grad.w, None, along.x, &dy.tangent);
        add_gradient(&mut grad.w, Some(&mut grad.b), at.x, &dy.value);
        if let Some(dx) = dx {
            map_back::<Linear, I, O>(&dy.value, &self.w, &mut dx.value);
            map_back::<Linear, I, O>(&dy.tangent, &self.w, &mut dx.tangent);
        }
    }

    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        xt: Input<'_, [[f32; I]; B]>,
        _: &mut Self::TangentTape<B>,
        dzt: &mut [[f32; O]; B],
        grad: &mut Self,
    ) {
        add_gradient(&mut grad.w, None, xt.value(), dzt);
        if let Input::Spent(xt) = xt {
            map_back::<Linear, I, O>(dzt, &self.w, xt);
            Pointwise::<P>::multiply(xt, at.x);
        }
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        init.fill::<A>(self.w.as_flattened_mut(), &mut self.b, I, rng);
        let scale = if A::OUTPUT { init.output_scale } else { 1.0 };
        let norm = scale * math::sqrt(A::GAIN);
        let kinks = if A::OUTPUT { Kinks::Drawn } else { init.kinks };
        match kinks {
            Kinks::Drawn if init.equal_norms => (0..O).for_each(|o| self.set_norm(o, norm)),
            Kinks::Drawn => {}
            Kinks::Stratified(spread) => (0..O).for_each(|o| {
                self.set_norm(o, norm);
                let share = o as f32 + 0.5 + (rng.uniform() - 0.5);
                let u = 2.0 * (share / O as f32) - 1.0;
                let kink = self.norm(o) * spread * u;
                self.set_bias(o, kink);
            }),
            Kinks::HeavyTailed(spread) => (0..O).for_each(|o| {
                let widest = math::sqrt(3.0 * A::GAIN);
                let u = (2 * o + 1) as f32 / O as f32 - 1.0;
                self.set_norm(o, widest * (1.0 - u.abs()));
                self.set_bias(o, widest * spread * u);
            }),
        }
    }
}

/// φ(z), whatever was there; one function for all blocks.
#[inline]
fn forward<A: Activation>(_: f32, z: f32) -> f32 {
    A::value(z)
}

/// Units, by their number.
impl<const I: usize, const O: usize, A> Dense<I, O, A> {
    /// The Euclidean norm of the weights of unit `o`.
    fn norm(&self, o: usize) -> f32 {
        let column = self.w.iter().filter_map(|w| w.get(o));
        math::sqrt(column.fold(0.0, |sum, w| sum + w * w))
    }

    /// Scales the weights of unit `o` to a norm; those of a unit that has none stay zero.
    fn set_norm(&mut self, o: usize, norm: f32) {
        let now = self.norm(o);
        if now > 0.0 {
            let factor = norm / now;
            let column = self.w.iter_mut().filter_map(|w| w.get_mut(o));
            column.for_each(|w| *w *= factor);
        }
    }

    fn set_bias(&mut self, o: usize, bias: f32) {
        if let Some(b) = self.b.get_mut(o) {
            *b = bias;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::LeakyRelu;
    use super::super::checks::check_leaves;
    use super::*;
    use crate::chain;

    type Net = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];

    fn drawn(init: &Init) -> Net {
        let mut net = Net::ZERO;
        net.init(init, &mut Rng::new(1, 0));
        net
    }

    /// The kinks of a first layer of one input, ascending.
    fn kinks(first: &Dense<1, 16, LeakyRelu>) -> [f32; 16] {
        let [w] = first.w;
        let mut kinks = core::array::from_fn(|o| first.b[o] / w[o].abs());
        kinks.sort_by(f32::total_cmp);
        kinks
    }

    #[test]
    fn heavy_tailed_kinks_reach_far_out() {
        let init = Init {
            kinks: Kinks::HeavyTailed(0.5),
            ..Init::PLAIN
        };
        let (first, (second, _)) = drawn(&init);
        for (o, kink) in kinks(&first).into_iter().enumerate() {
            let u = (o as f32 - 7.5) / 8.0;
            let wanted = 0.5 * u / (1.0 - u.abs());
            assert!((kink - wanted).abs() < 1e-5 * wanted.abs(), "{kink}");
        }
        let [w] = first.w;
        let power = w.iter().map(|w| w * w).sum::<f32>() / 16.0;
        assert!((power / LeakyRelu::GAIN - 1.0).abs() < 0.01, "{power}");
        assert!(second.b.iter().all(|b| *b == 0.0));
    }

    #[test]
    fn stratified_kinks_lie_one_in_each_share() {
        let init = Init {
            kinks: Kinks::Stratified(0.8),
            ..Init::PLAIN
        };
        let (first, _) = drawn(&init);
        for (o, kink) in kinks(&first).into_iter().enumerate() {
            let from = 0.1 * (o as f32 - 8.0);
            assert!(
                (from..from + 0.1001).contains(&(kink + 5e-5)),
                "{o}: {kink}"
            );
        }
    }

    #[test]
    fn norms_are_equal_when_asked_for() {
        let init = Init {
            output_scale: 0.3,
            equal_norms: true,
            ..Init::PLAIN
        };
        let (_, (second, last)) = drawn(&init);
        for o in 0..16 {
            let power = second.norm(o) * second.norm(o);
            assert!((power - LeakyRelu::GAIN).abs() < 1e-5, "unit {o}: {power}");
        }
        assert!((last.norm(0) - 0.3).abs() < 1e-6, "{}", last.norm(0));
    }

    #[test]
    fn norms_are_left_to_luck_where_nobody_asks() {
        let (_, (second, _)) = drawn(&Init::PLAIN);
        let norms = (0..16).map(|o| second.norm(o));
        let (least, most) = (norms.clone().fold(9.0, f32::min), norms.fold(0.0, f32::max));
        assert!(most > 1.2 * least, "{least} to {most}");
    }

    #[test]
    fn a_unit_without_weights_stays_without() {
        let mut dense = Dense::<2, 1>::ZERO;
        dense.set_norm(0, 1.0);
        assert_eq!(dense.w, [[0.0], [0.0]]);
    }

    #[test]
    fn leaves_have_their_shapes() {
        check_leaves::<Dense<3, 2>>(&[&[3, 2], &[2]]);
        check_leaves::<chain![Dense<3, 2>, Dense<2, 1>]>(&[&[3, 2], &[2], &[2, 1], &[1]]);
    }
}
