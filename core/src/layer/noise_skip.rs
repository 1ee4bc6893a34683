//! The learned noise skip.

use super::{Activation, Dual, Init, Input, Layer, Linear, TangentTrace, Trace, Zero};
use crate::params::Params;
use crate::rng::Rng;

/// y = f(z) + s ∘ ε: a network, plus noise whose scale `s` is learned for every output.
///
/// The input of a sample is the pair (z, ε). With whitened data and s = 1 the generator starts as
/// the Gaussian fit of the data, and has only the rest to learn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseSkip<F, const N: usize> {
    /// The network.
    pub net: F,
    /// Standard deviation of the noise added to each output.
    pub scale: [f32; N],
}

impl<F: Params, const N: usize> Params for NoiseSkip<F, N> {
    const ZERO: Self = Self {
        net: F::ZERO,
        scale: [0.0; N],
    };
    const LEN: usize = F::LEN + N;
    const LEAVES: usize = F::LEAVES + 1;

    fn leaf(&self, i: usize) -> &[f32] {
        if i == F::LEAVES {
            &self.scale
        } else {
            self.net.leaf(i)
        }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        if i == F::LEAVES {
            &mut self.scale
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

/// What the skip remembers: the inner network's tape and output.
#[derive(Clone, Copy, Debug)]
pub struct SkipTape<T, Y> {
    inner: T,
    y: Y,
}

impl<T: Zero, Y: Zero> Zero for SkipTape<T, Y> {
    const ZERO: Self = Self {
        inner: T::ZERO,
        y: Y::ZERO,
    };
}

/// y += s ∘ ε, row by row.
fn add_scaled<Z, const N: usize, const B: usize>(
    y: &mut [[f32; N]; B],
    scale: &[f32; N],
    x: &[(Z, [f32; N]); B],
) {
    for (y, (_, noise)) in y.iter_mut().zip(x) {
        for (y, (&s, &e)) in y.iter_mut().zip(scale.iter().zip(noise)) {
            *y += s * e;
        }
    }
}

/// ds += dy ∘ ε, by ascending sample.
fn add_product<Z, const N: usize, const B: usize>(
    scale: &mut [f32; N],
    dy: &[[f32; N]; B],
    x: &[(Z, [f32; N]); B],
) {
    for (dy, (_, noise)) in dy.iter().zip(x) {
        for (ds, (&dy, &e)) in scale.iter_mut().zip(dy.iter().zip(noise)) {
            *ds += dy * e;
        }
    }
}

/// dε = s ∘ dy, beside the adjoint of z.
fn join<Z: Copy, const N: usize, const B: usize>(
    dz: &[Z; B],
    scale: &[f32; N],
    dy: &[[f32; N]; B],
    dx: &mut [(Z, [f32; N]); B],
) {
    for ((dx, &dz), dy) in dx.iter_mut().zip(dz).zip(dy) {
        dx.0 = dz;
        for (dx, (&s, &dy)) in dx.1.iter_mut().zip(scale.iter().zip(dy)) {
            *dx = s * dy;
        }
    }
}

impl<F: Layer<Out = [f32; N]>, const N: usize> Layer for NoiseSkip<F, N> {
    type In = (F::In, [f32; N]);
    type Out = [f32; N];
    type Tape<const B: usize> = SkipTape<F::Tape<B>, [[f32; N]; B]>;
    type TangentTape<const B: usize> = SkipTape<F::TangentTape<B>, [[f32; N]; B]>;
    type Through = Linear;

    fn forward<const B: usize>(
        &self,
        x: &[Self::In; B],
        tape: &mut Self::Tape<B>,
        y: &mut [[f32; N]; B],
    ) {
        let z = x.map(|(z, _)| z);
        self.net.forward(&z, &mut tape.inner, &mut tape.y);
        *y = tape.y;
        add_scaled(y, &self.scale, x);
    }

    /// No layer puts out pairs, so that none has come through an activation.
    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [Self::In; B]>,
        tape: &mut Self::Tape<B>,
        dy: &mut [[f32; N]; B],
        grad: Option<&mut Self>,
    ) {
        let mut z = x.value().map(|(z, _)| z);
        let grad = grad.map(|grad| {
            add_product(&mut grad.scale, dy, x.value());
            &mut grad.net
        });
        let SkipTape { inner, y } = tape;
        for (y, dy) in y.iter_mut().zip(&*dy) {
            F::Through::reverse(y, dy);
        }
        match x {
            Input::Kept(_) => {
                self.net
                    .backward::<Linear, B>(Input::Kept(&z), inner, y, grad);
            }
            Input::Spent(x) => {
                self.net
                    .backward::<Linear, B>(Input::Spent(&mut z), inner, y, grad);
                join(&z, &self.scale, dy, x);
            }
        }
    }

    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[Self::In; B],
        tape: &mut Self::TangentTape<B>,
        y: &mut [[f32; N]; B],
    ) {
        let z = at.x.map(|(z, _)| z);
        let inner = Trace {
            x: &z,
            tape: &at.tape.inner,
            y: &at.tape.y,
        };
        let zt = x.map(|(z, _)| z);
        self.net.tangent(inner, &zt, &mut tape.inner, &mut tape.y);
        *y = tape.y;
        add_scaled(y, &self.scale, x);
    }

    fn backward_tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        along: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[[f32; N]; B]>,
        grad: &mut Self,
        dx: Option<&mut Dual<[Self::In; B]>>,
    ) {
        let (z, zt) = (at.x.map(|(z, _)| z), along.x.map(|(z, _)| z));
        let inner = Trace {
            x: &z,
            tape: &at.tape.inner,
            y: &at.tape.y,
        };
        let inner_along = TangentTrace {
            x: &zt,
            tape: &along.tape.inner,
            y: &along.tape.y,
        };
        add_product(&mut grad.scale, &dy.tangent, along.x);
        add_product(&mut grad.scale, &dy.value, at.x);
        let skip = *dy;
        let mut dz = Dual::ZERO;
        let dz_wanted = dx.is_some().then_some(&mut dz);
        self.net
            .backward_tangent(inner, inner_along, dy, &mut grad.net, dz_wanted);
        if let Some(dx) = dx {
            join(&dz.value, &self.scale, &skip.value, &mut dx.value);
            join(&dz.tangent, &self.scale, &skip.tangent, &mut dx.tangent);
        }
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        self.net.init(init, rng);
        self.scale = [init.noise; N];
    }
}
