//! The learned noise skip.

use super::activation::{Activation, Kept, Linear, Pointwise};
use super::{Dual, Init, Input, Layer, TangentTrace, Trace, Zero};
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

/// What a layer about a network remembers: that network's tape, and its output where that is needed.
#[derive(Clone, Copy, Debug)]
pub struct Around<T, Y> {
    pub(super) inner: T,
    pub(super) y: Y,
}

impl<T: Zero, Y: Zero> Zero for Around<T, Y> {
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

/// dε = s ∘ dy.
fn scale_back<Z, const N: usize, const B: usize>(
    scale: &[f32; N],
    dy: &[[f32; N]; B],
    dx: &mut [(Z, [f32; N]); B],
) {
    for ((_, de), dy) in dx.iter_mut().zip(dy) {
        for (de, (&s, &dy)) in de.iter_mut().zip(scale.iter().zip(dy)) {
            *de = s * dy;
        }
    }
}

/// The adjoint of z, beside that of ε.
fn join<Z: Copy, const N: usize, const B: usize>(dz: &[Z; B], dx: &mut [(Z, [f32; N]); B]) {
    for (dx, &dz) in dx.iter_mut().zip(dz) {
        dx.0 = dz;
    }
}

/// y of a forward pass, made again: generators, which are what these layers are for, never come to
/// need it.
pub(super) fn again<F: Layer, const B: usize>(net: &F, x: &[F::In; B]) -> [F::Out; B] {
    let (mut tape, mut y) = (F::Tape::<B>::ZERO, [F::Out::ZERO; B]);
    net.forward(x, &mut tape, &mut y);
    y
}

impl<F: Layer<Out = [f32; N]>, const N: usize> Layer for NoiseSkip<F, N> {
    type In = (F::In, [f32; N]);
    type Out = [f32; N];
    type Tape<const B: usize> =
        Around<F::Tape<B>, <F::Through as Activation>::Hidden<[[f32; N]; B]>>;
    type TangentTape<const B: usize> = Around<F::TangentTape<B>, [[f32; N]; B]>;
    type Through = Linear;
    const READS_AGAIN: bool = F::READS_AGAIN;
    const CURVED: bool = F::CURVED;

    fn forward<const B: usize>(
        &self,
        x: &[Self::In; B],
        tape: &mut Self::Tape<B>,
        y: &mut [[f32; N]; B],
    ) {
        let z = x.map(|(z, _)| z);
        self.net.forward(&z, &mut tape.inner, y);
        tape.y.keep(y);
        add_scaled(y, &self.scale, x);
    }

    /// No layer puts out pairs, so that none has come through an activation.
    #[cfg_attr(target_arch = "arm", inline(never))] // its z leaves the stack
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
        let Around { inner, y } = tape;
        match x {
            Input::Kept(_) => {
                Pointwise::<F::Through>::reverse(y, dy);
                self.net
                    .backward::<Linear, B>(Input::Kept(&z), inner, dy, grad);
            }
            Input::Spent(x) => {
                scale_back(&self.scale, dy, x);
                Pointwise::<F::Through>::reverse(y, dy);
                self.net
                    .backward::<Linear, B>(Input::Spent(&mut z), inner, dy, grad);
                join(&z, x);
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
        let hidden = again(&self.net, &z);
        let inner = Trace {
            x: &z,
            tape: &at.tape.inner,
            y: &hidden,
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
        mut dx: Option<&mut Dual<[Self::In; B]>>,
    ) {
        let (z, zt) = (at.x.map(|(z, _)| z), along.x.map(|(z, _)| z));
        let hidden = again(&self.net, &z);
        let inner = Trace {
            x: &z,
            tape: &at.tape.inner,
            y: &hidden,
        };
        let inner_along = TangentTrace {
            x: &zt,
            tape: &along.tape.inner,
            y: &along.tape.y,
        };
        add_product(&mut grad.scale, &dy.tangent, along.x);
        add_product(&mut grad.scale, &dy.value, at.x);
        let mut dz = Dual::ZERO;
        let dz_wanted = dx.is_some().then_some(&mut dz);
        if let Some(dx) = &mut dx {
            scale_back(&self.scale, &dy.value, &mut dx.value);
            scale_back(&self.scale, &dy.tangent, &mut dx.tangent);
        }
        self.net
            .backward_tangent(inner, inner_along, dy, &mut grad.net, dz_wanted);
        if let Some(dx) = dx {
            join(&dz.value, &mut dx.value);
            join(&dz.tangent, &mut dx.tangent);
        }
    }

    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        xt: Input<'_, [Self::In; B]>,
        tape: &mut Self::TangentTape<B>,
        dzt: &mut [[f32; N]; B],
        grad: &mut Self,
    ) {
        let (z, mut zt) = (at.x.map(|(z, _)| z), xt.value().map(|(z, _)| z));
        let hidden = again(&self.net, &z);
        let inner = Trace {
            x: &z,
            tape: &at.tape.inner,
            y: &hidden,
        };
        add_product(&mut grad.scale, dzt, xt.value());
        match xt {
            Input::Kept(_) => {
                Pointwise::<F::Through>::multiply(dzt, &hidden);
                let kept = Input::Kept(&zt);
                self.net.backward_straight::<Linear, B>(
                    inner,
                    kept,
                    &mut tape.inner,
                    dzt,
                    &mut grad.net,
                );
            }
            Input::Spent(xt) => {
                scale_back(&self.scale, dzt, xt);
                Pointwise::<F::Through>::multiply(dzt, &hidden);
                let spent = Input::Spent(&mut zt);
                self.net.backward_straight::<Linear, B>(
                    inner,
                    spent,
                    &mut tape.inner,
                    dzt,
                    &mut grad.net,
                );
                join(&zt, xt);
            }
        }
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        self.net.init(init, rng);
        self.scale = [init.noise; N];
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::super::checks::{
        assert_close, check_leaves, random_net, random_rows, slopes, widen,
    };
    use super::super::oracle::{self, Defined, Jet};
    use super::super::{Dense, Silu, Tanh};
    use super::*;
    use crate::chain;
    use crate::params::ParamsExt as _;

    type Sample = ([f32; 2], [f32; 3]);

    /// z, ε, ż and ε̇ of three samples, in this order.
    const NUMBERS: usize = 2 + 3 + 2 + 3;

    fn draw(rng: &mut Rng) -> [Sample; 3] {
        let (z, noise): ([[f32; 2]; 3], [[f32; 3]; 3]) = (random_rows(rng), random_rows(rng));
        core::array::from_fn(|i| (z[i], noise[i]))
    }

    /// Σ c y + d ẏ with y = f(z) + s ε, of parameters (those of f, then s) and samples.
    fn weighed<F: Defined>(at: &[f64], c: &[f64], d: &[f64]) -> f64 {
        let (theta, samples) = at.split_at(at.len() - 3 * NUMBERS);
        let (theta, scale) = theta.split_at(theta.len() - 3);
        let weights = c.chunks(3).zip(d.chunks(3));
        let sums = samples.chunks(NUMBERS).zip(weights).map(|(x, (c, d))| {
            let jet = |i: usize| Jet {
                value: x[i],
                slope: x[5 + i],
            };
            let y = oracle::run(&F::definition(), theta, &[jet(0), jet(1)]);
            let terms = (0..3).map(|i| {
                let noise = jet(2 + i);
                c[i] * (y[i].value + scale[i] * noise.value)
                    + d[i] * (y[i].slope + scale[i] * noise.slope)
            });
            terms.sum::<f64>()
        });
        sums.sum()
    }

    fn check<F: Defined + Layer<In = [f32; 2], Out = [f32; 3]>>() {
        let rng = &mut Rng::new(29, 0);
        let net: NoiseSkip<F, 3> = random_net(rng);
        let (x, direction, c, d) = (draw(rng), draw(rng), random_rows(rng), random_rows(rng));
        let mut at = widen(net.leaves().flatten());
        for ((z, noise), (zt, noise_t)) in x.iter().zip(&direction) {
            at.extend(widen(z.iter().chain(noise).chain(zt).chain(noise_t)));
        }
        let [cs, ds] = [&c, &d].map(|rows: &[[f32; 3]; 3]| widen(rows.as_flattened()));
        let zeros = [0.0; 9];
        let parameters = at.len() - 3 * NUMBERS;

        let (mut tape, mut y) = (Zero::ZERO, Zero::ZERO);
        net.forward(&x, &mut tape, &mut y);
        let (trace, mut tangent_tape, mut yt) = (
            Trace {
                x: &x,
                tape: &tape,
                y: &y,
            },
            Zero::ZERO,
            Zero::ZERO,
        );
        net.tangent(trace, &direction, &mut tangent_tape, &mut yt);
        let along = TangentTrace {
            x: &direction,
            tape: &tangent_tape,
            y: &yt,
        };
        for (i, (y, yt)) in y.iter().flatten().zip(yt.iter().flatten()).enumerate() {
            let unit: Vec<f64> = (0..9).map(|j| f64::from(u8::from(i == j))).collect();
            let wanted = [
                weighed::<F>(&at, &unit, &zeros),
                weighed::<F>(&at, &zeros, &unit),
            ];
            assert_close("y and ẏ", &widen([y, yt]), &wanted);
        }

        let flat = |rows: &[Sample; 3]| -> Vec<f64> {
            rows.iter()
                .flat_map(|(z, noise)| widen(z.iter().chain(noise)))
                .collect()
        };
        let wanted = slopes(&at, |at| weighed::<F>(at, &cs, &zeros));
        let (by_parameters, by_samples) = wanted.split_at(parameters);
        let by_x: Vec<f64> = by_samples
            .chunks(NUMBERS)
            .flat_map(|x| &x[..5])
            .copied()
            .collect();
        let (mut dx, mut grad) = (x, NoiseSkip::ZERO);
        let spent = Input::Spent(&mut dx);
        net.backward::<Linear, 3>(spent, &mut tape.clone(), &mut c.clone(), Some(&mut grad));
        assert_close("dθ", &widen(grad.leaves().flatten()), by_parameters);
        assert_close("dx", &flat(&dx), &by_x);
        // Nobody asks for the adjoint of the input; or for the gradient.
        let mut again = NoiseSkip::ZERO;
        net.backward::<Linear, 3>(
            Input::Kept(&x),
            &mut tape.clone(),
            &mut c.clone(),
            Some(&mut again),
        );
        assert!(again.values().eq(grad.values()));
        let mut frozen = x;
        net.backward::<Linear, 3>(
            Input::Spent(&mut frozen),
            &mut tape.clone(),
            &mut c.clone(),
            None,
        );
        assert_eq!(frozen, dx);
        let mut back = x;
        net.there_and_back::<Linear, 3>(&mut back, &mut [], |y| {
            *y = c;
            true
        });
        assert_eq!(back, dx);

        let wanted = slopes(&at, |at| weighed::<F>(at, &cs, &ds));
        let (by_parameters, by_samples) = wanted.split_at(parameters);
        let by = |part: core::ops::Range<usize>| -> Vec<f64> {
            by_samples
                .chunks(NUMBERS)
                .flat_map(|x| &x[part.clone()])
                .copied()
                .collect()
        };
        let (mut dx, mut grad) = (Dual::ZERO, NoiseSkip::ZERO);
        let dy = Dual {
            value: c,
            tangent: d,
        };
        net.backward_tangent(trace, along, &mut dy.clone(), &mut grad, Some(&mut dx));
        assert_close("dθ of both", &widen(grad.leaves().flatten()), by_parameters);
        assert_close("dx of both", &flat(&dx.value), &by(0..5));
        assert_close("dẋ of both", &flat(&dx.tangent), &by(5..10));
        let mut again = NoiseSkip::ZERO;
        net.backward_tangent(trace, along, &mut dy.clone(), &mut again, None);
        assert!(again.values().eq(grad.values()));
    }

    #[test]
    fn passes_match_the_definition() {
        check::<Dense<2, 3, Tanh>>();
        check::<chain![Dense<2, 4, Silu>, Dense<4, 3>]>();
    }

    #[test]
    fn the_scale_is_its_last_leaf_and_begins_at_the_noise() {
        type Net = NoiseSkip<Dense<2, 3>, 3>;
        check_leaves::<Net>(&[&[2, 3], &[3], &[3]]);
        let mut net = Net::ZERO;
        let init = Init {
            noise: 0.75,
            ..Init::PLAIN
        };
        net.init(&init, &mut Rng::new(1, 0));
        assert_eq!(net.leaf(2), [0.75; 3]);
    }
}
