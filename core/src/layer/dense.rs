//! Fully connected layer.

use core::marker::PhantomData;

use super::activation::{Activation, Linear, Pointwise};
use super::{Dual, Init, Layer, TangentTrace, Trace};
use crate::params::Params;
use crate::rng::Rng;

/// y = φ(x W + b): `I` inputs, `O` outputs, activation `A`.
///
/// `w[i][o]` leads from input `i` to output `o`: the outputs of one input lie side by side, which
/// is the order in which both passes read them.
#[derive(Clone, Copy, Debug, PartialEq)]
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

    /// z = x W + `start`, row by row.
    #[inline]
    fn map<const B: usize>(&self, x: &[[f32; I]; B], start: &[f32; O], z: &mut [[f32; O]; B]) {
        for (x, z) in x.iter().zip(z) {
            let mut sum = *start;
            for (&x, w) in x.iter().zip(&self.w) {
                for (sum, &w) in sum.iter_mut().zip(w) {
                    *sum += x * w;
                }
            }
            *z = sum;
        }
    }

    /// dx = dz Wᵀ, row by row.
    #[inline]
    fn map_back<const B: usize>(&self, dz: &[[f32; O]; B], dx: &mut [[f32; I]; B]) {
        for (dz, dx) in dz.iter().zip(dx) {
            for (dx, w) in dx.iter_mut().zip(&self.w) {
                *dx = dz.iter().zip(w).fold(0.0, |sum, (&dz, &w)| sum + dz * w);
            }
        }
    }

    /// dW += xᵀ dz, by ascending sample.
    #[inline]
    fn add_outer<const B: usize>(&mut self, x: &[[f32; I]; B], dz: &[[f32; O]; B]) {
        for (i, w) in self.w.iter_mut().enumerate() {
            for (x, dz) in x.iter().zip(dz) {
                let x = x.get(i).copied().unwrap_or(0.0);
                for (w, &dz) in w.iter_mut().zip(dz) {
                    *w += x * dz;
                }
            }
        }
    }

    /// db += dz, by ascending sample.
    #[inline]
    fn add_bias<const B: usize>(&mut self, dz: &[[f32; O]; B]) {
        for dz in dz {
            for (b, &dz) in self.b.iter_mut().zip(dz) {
                *b += dz;
            }
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

    fn forward<const B: usize>(
        &self,
        x: &[[f32; I]; B],
        tape: &mut Self::Tape<B>,
        y: &mut [[f32; O]; B],
    ) {
        self.map(x, &self.b, y);
        Pointwise::<A>::forward(y, tape);
    }

    fn backward<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        dy: &mut [[f32; O]; B],
        grad: Option<&mut Self>,
        dx: Option<&mut [[f32; I]; B]>,
    ) {
        Pointwise::<A>::backward(at.tape, at.y, dy);
        if let Some(grad) = grad {
            grad.add_outer(at.x, dy);
            grad.add_bias(dy);
        }
        if let Some(dx) = dx {
            self.map_back(dy, dx);
        }
    }

    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[[f32; I]; B],
        tape: &mut Self::TangentTape<B>,
        y: &mut [[f32; O]; B],
    ) {
        self.map(x, &[0.0; O], y);
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
        grad.add_outer(along.x, &dy.tangent);
        grad.add_outer(at.x, &dy.value);
        grad.add_bias(&dy.value);
        if let Some(dx) = dx {
            self.map_back(&dy.value, &mut dx.value);
            self.map_back(&dy.tangent, &mut dx.tangent);
        }
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        init.fill::<A>(self.w.as_flattened_mut(), &mut self.b, I, rng);
    }
}
