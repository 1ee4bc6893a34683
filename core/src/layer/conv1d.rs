//! Convolution along a window.

use core::marker::PhantomData;

use super::activation::{Activation, Linear, Pointwise};
use super::correlation::{Correlation, positions};
use super::{Dual, Init, Input, Layer, TangentTrace, Trace};
use crate::params::Params;
use crate::rng::Rng;

/// `C_IN` channels of `L_IN` samples to `C_OUT` channels of `L_OUT`, with kernels of `K` taps and
/// activation `A`: y = φ(z),
///
/// ```text
/// z[o][t] = b[o] + Σᵢ Σₖ w[i][k][o] · x[i][STRIDE·t + k − PAD]
/// ```
///
/// What the field calls a convolution is a cross-correlation: kernels are not reversed. Samples
/// beyond either end are zeros, `PAD` of them in reach. The lengths must agree,
///
/// > `L_OUT` = ⌊(`L_IN` + 2 `PAD` − `K`) / `STRIDE`⌋ + 1,
///
/// which is checked where the network is defined. `K` = 4, `STRIDE` = 2, `PAD` = 1 halves an even
/// length; `K` = 3, `PAD` = 1 keeps it.
///
/// `w[i][k][o]` leads from channel `i` through tap `k` to channel `o`.
///
/// # Order of sums
///
/// A pre-activation starts at the bias and adds by ascending input channel, then tap. An input's
/// adjoint starts at zero and adds by ascending tap the sums, each from zero, over ascending output
/// channels. A gradient starts at what it holds and adds by ascending sample, then position. The
/// zeros of the padding are added like any other sample.
///
/// ```
/// use ganlet::chain;
/// use ganlet::layer::{Conv1d, Dense, Flatten, LeakyRelu, Unflatten, is_layer};
///
/// /// 32 samples → 8 channels of 16 → 16 channels of 8 → one logit.
/// type Discriminator = chain![
///     Unflatten<32, 1, 32>,
///     Conv1d<1, 32, 8, 16, 4, 2, 1, LeakyRelu>,
///     Conv1d<8, 16, 16, 8, 4, 2, 1, LeakyRelu>,
///     Flatten<16, 8, 128>,
///     Dense<128, 1>,
/// ];
/// const _: () = is_layer::<Discriminator>();
/// ```
///
/// A length that the geometry does not give does not compile (here 15 for 16):
///
/// ```compile_fail
/// use ganlet::layer::{Conv1d, is_layer};
///
/// const _: () = is_layer::<Conv1d<1, 32, 8, 15, 4, 2, 1>>();
/// ```
///
/// nor do channels that the next layer does not take:
///
/// ```compile_fail
/// use ganlet::chain;
/// use ganlet::layer::{Conv1d, is_layer};
///
/// type Wrong = chain![Conv1d<1, 32, 8, 16, 4, 2, 1>, Conv1d<4, 16, 16, 8, 4, 2, 1>];
/// const _: () = is_layer::<Wrong>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv1d<
    const C_IN: usize,
    const L_IN: usize,
    const C_OUT: usize,
    const L_OUT: usize,
    const K: usize,
    const STRIDE: usize = 1,
    const PAD: usize = 0,
    A = Linear,
> {
    /// Kernels, `[input channel][tap][output channel]`.
    pub w: [[[f32; C_OUT]; K]; C_IN],
    /// Biases, one for each output channel.
    pub b: [f32; C_OUT],
    activation: PhantomData<A>,
}

impl<
    const C_IN: usize,
    const L_IN: usize,
    const C_OUT: usize,
    const L_OUT: usize,
    const K: usize,
    const STRIDE: usize,
    const PAD: usize,
    A,
> Conv1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    const LENGTHS_AGREE: () = assert!(
        L_OUT == positions(L_IN, K, STRIDE, PAD),
        "Conv1d: L_OUT must be (L_IN + 2 PAD - K) / STRIDE + 1, rounded down"
    );

    /// A layer with the given kernels `[input channel][tap][output channel]` and biases.
    pub const fn new(w: [[[f32; C_OUT]; K]; C_IN], b: [f32; C_OUT]) -> Self {
        let () = Self::LENGTHS_AGREE;
        Self {
            w,
            b,
            activation: PhantomData,
        }
    }

    /// z = w ⋆ x + `start`, sample by sample.
    #[inline]
    fn map<const B: usize>(
        &self,
        x: &[[[f32; L_IN]; C_IN]; B],
        start: &[f32; C_OUT],
        z: &mut [[[f32; L_OUT]; C_OUT]; B],
    ) {
        for (x, z) in x.iter().zip(z) {
            *z = start.map(|b| [b; L_OUT]);
            Correlation::<STRIDE, PAD>::apply(&self.w, x, z);
        }
    }

    /// x ← φ′(x) ∘ (w ⋆ᵀ dz), sample by sample; φ is the activation that x has come through.
    #[inline]
    fn map_back<P: Activation, const B: usize>(
        &self,
        dz: &[[[f32; L_OUT]; C_OUT]; B],
        x: &mut [[[f32; L_IN]; C_IN]; B],
    ) {
        for (dz, x) in dz.iter().zip(x) {
            let mut dx = [[0.0; L_IN]; C_IN];
            Correlation::<STRIDE, PAD>::apply_adjoint(&self.w, dz, &mut dx);
            P::reverse(x.as_flattened_mut(), dx.as_flattened());
        }
    }

    /// dw += the correlation of x with dz, by ascending sample.
    #[inline]
    fn add_kernels<const B: usize>(
        &mut self,
        x: &[[[f32; L_IN]; C_IN]; B],
        dz: &[[[f32; L_OUT]; C_OUT]; B],
    ) {
        for (x, dz) in x.iter().zip(dz) {
            Correlation::<STRIDE, PAD>::add_gradient(&mut self.w, x, dz);
        }
    }

    /// db += Σₜ dz, by ascending sample.
    #[inline]
    fn add_bias<const B: usize>(&mut self, dz: &[[[f32; L_OUT]; C_OUT]; B]) {
        for dz in dz {
            for (b, dz) in self.b.iter_mut().zip(dz) {
                *b = dz.iter().fold(*b, |sum, &dz| sum + dz);
            }
        }
    }
}

impl<
    const C_IN: usize,
    const L_IN: usize,
    const C_OUT: usize,
    const L_OUT: usize,
    const K: usize,
    const STRIDE: usize,
    const PAD: usize,
    A: Activation,
> Params for Conv1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    const ZERO: Self = Self::new([[[0.0; C_OUT]; K]; C_IN], [0.0; C_OUT]);
    const LEN: usize = {
        let () = Self::LENGTHS_AGREE;
        C_IN * K * C_OUT + C_OUT
    };
    const LEAVES: usize = 2;

    fn leaf(&self, i: usize) -> &[f32] {
        match i {
            0 => self.w.as_flattened().as_flattened(),
            1 => &self.b,
            _ => &[],
        }
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        match i {
            0 => self.w.as_flattened_mut().as_flattened_mut(),
            1 => &mut self.b,
            _ => &mut [],
        }
    }
    fn shape(i: usize) -> &'static [usize] {
        match i {
            0 => const { &[C_IN, K, C_OUT] },
            1 => const { &[C_OUT] },
            _ => &[],
        }
    }
}

impl<
    const C_IN: usize,
    const L_IN: usize,
    const C_OUT: usize,
    const L_OUT: usize,
    const K: usize,
    const STRIDE: usize,
    const PAD: usize,
    A: Activation,
> Layer for Conv1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    type In = [[f32; L_IN]; C_IN];
    type Out = [[f32; L_OUT]; C_OUT];
    type Tape<const B: usize> = A::Tape<[Self::Out; B]>;
    type TangentTape<const B: usize> = A::TangentTape<[Self::Out; B]>;
    type Through = A::ByOutput;
    const READS_AGAIN: bool = false;
    const CURVED: bool = A::CURVED;

    fn forward<const B: usize>(
        &self,
        x: &[Self::In; B],
        tape: &mut Self::Tape<B>,
        y: &mut [Self::Out; B],
    ) {
        self.map(x, &self.b, y);
        Pointwise::<A>::forward(y, tape);
    }

    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [Self::In; B]>,
        tape: &mut Self::Tape<B>,
        dz: &mut [Self::Out; B],
        grad: Option<&mut Self>,
    ) {
        Pointwise::<A>::backward(tape, dz);
        if let Some(grad) = grad {
            grad.add_kernels(x.value(), dz);
            grad.add_bias(dz);
        }
        if let Input::Spent(x) = x {
            self.map_back::<P, B>(dz, x);
        }
    }

    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[Self::In; B],
        tape: &mut Self::TangentTape<B>,
        y: &mut [Self::Out; B],
    ) {
        self.map(x, &[0.0; C_OUT], y);
        Pointwise::<A>::tangent(at.tape, at.y, y, tape);
    }

    fn backward_tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        along: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[Self::Out; B]>,
        grad: &mut Self,
        dx: Option<&mut Dual<[Self::In; B]>>,
    ) {
        Pointwise::<A>::backward_tangent(at.tape, at.y, along.tape, along.y, dy);
        grad.add_kernels(along.x, &dy.tangent);
        grad.add_kernels(at.x, &dy.value);
        grad.add_bias(&dy.value);
        if let Some(dx) = dx {
            self.map_back::<Linear, B>(&dy.value, &mut dx.value);
            self.map_back::<Linear, B>(&dy.tangent, &mut dx.tangent);
        }
    }

    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        xt: Input<'_, [Self::In; B]>,
        _: &mut Self::TangentTape<B>,
        dzt: &mut [Self::Out; B],
        grad: &mut Self,
    ) {
        grad.add_kernels(xt.value(), dzt);
        if let Input::Spent(xt) = xt {
            self.map_back::<Linear, B>(dzt, xt);
            Pointwise::<P>::multiply(xt, at.x);
        }
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        let w = self.w.as_flattened_mut().as_flattened_mut();
        init.fill::<A>(w, &mut self.b, C_IN * K, rng);
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{
        check_leaves, check_passes, check_penalty, random_net, random_rows,
    };
    use super::super::{Dense, Flatten, LeakyRelu, Sigmoid, Silu, Tanh, Unflatten, Zero};
    use super::*;
    use crate::chain;
    use crate::params::ParamsExt;

    #[test]
    fn passes_match_the_definition_for_every_geometry() {
        check_passes::<Conv1d<1, 1, 1, 1, 1, 1, 0, Silu>>();
        check_passes::<Conv1d<1, 5, 1, 1, 5, 1, 0, Silu>>();
        check_passes::<Conv1d<2, 7, 3, 7, 3, 1, 1, Silu>>();
        check_passes::<Conv1d<3, 7, 2, 5, 3, 1, 0, Silu>>();
        check_passes::<Conv1d<2, 8, 4, 4, 4, 2, 1, Silu>>();
        check_passes::<Conv1d<2, 9, 3, 4, 3, 2, 0, Silu>>();
        check_passes::<Conv1d<1, 9, 2, 3, 4, 3, 1, Silu>>();
        check_passes::<Conv1d<2, 6, 2, 9, 2, 1, 2, Silu>>();
        check_passes::<Conv1d<2, 10, 2, 4, 1, 3, 1, Silu>>();
        check_passes::<Conv1d<5, 16, 17, 8, 4, 2, 1, Silu>>();
    }

    #[test]
    fn passes_match_the_definition_for_every_activation() {
        check_passes::<Conv1d<2, 8, 4, 4, 4, 2, 1>>();
        check_passes::<Conv1d<2, 8, 4, 4, 4, 2, 1, LeakyRelu>>();
        check_passes::<Conv1d<2, 8, 4, 4, 4, 2, 1, Tanh>>();
        check_passes::<Conv1d<2, 8, 4, 4, 4, 2, 1, Sigmoid>>();
    }

    type Critic<A> = chain![
        Unflatten<12, 1, 12>,
        Conv1d<1, 12, 3, 6, 4, 2, 1, A>,
        Conv1d<3, 6, 4, 4, 3, 1, 0, A>,
        Flatten<4, 4, 16>,
        Dense<16, 5, A>,
        Dense<5, 1>,
    ];
    type Strided<A> = chain![
        Conv1d<2, 9, 3, 3, 5, 3, 2, A>,
        Conv1d<3, 3, 2, 4, 2, 1, 1, A>,
        Conv1d<2, 4, 1, 1, 4>,
        Flatten<1, 1, 1>,
    ];

    #[test]
    fn penalties_match_the_definition() {
        check_penalty::<Critic<LeakyRelu>>();
        check_penalty::<Critic<Tanh>>();
        check_penalty::<Critic<Silu>>();
        check_penalty::<Strided<LeakyRelu>>();
        check_penalty::<Strided<Tanh>>();
        check_penalty::<Strided<Sigmoid>>();
        check_penalty::<Strided<Silu>>();
    }

    /// Every bit, from loops that follow the documented orders one number at a time.
    #[test]
    #[expect(clippy::needless_range_loop, reason = "indices as in the formula")]
    fn sums_have_the_documented_order() {
        type Net = Conv1d<3, 10, 6, 5, 4, 2, 1>;
        let read = |x: &[f32; 10], t: usize, k: usize| {
            let s = (2 * t + k).checked_sub(1);
            s.and_then(|s| x.get(s)).copied().unwrap_or(0.0)
        };
        let rng = &mut Rng::new(5, 0);
        let net: Net = random_net(rng);
        let (x, dz): ([_; 3], [_; 3]) = (random_rows(rng), random_rows(rng));
        let (mut y, mut dx) = (Zero::ZERO, x);
        let start: Net = random_net(rng);
        let mut grad = start;
        net.forward(&x, &mut (), &mut y);
        net.backward::<Linear, 3>(
            Input::Spent(&mut dx),
            &mut (),
            &mut dz.clone(),
            Some(&mut grad),
        );

        let mut wanted = start;
        for ((x, dz), (y, dx)) in x.iter().zip(&dz).zip(y.iter().zip(&dx)) {
            for o in 0..6 {
                for t in 0..5 {
                    let mut z = net.b[o];
                    for i in 0..3 {
                        for k in 0..4 {
                            z += net.w[i][k][o] * read(&x[i], t, k);
                            wanted.w[i][k][o] += dz[o][t] * read(&x[i], t, k);
                        }
                    }
                    wanted.b[o] += dz[o][t];
                    assert_eq!(y[o][t].to_bits(), z.to_bits());
                }
            }
            for i in 0..3 {
                for s in 0..10 {
                    let mut sum = 0.0;
                    for k in 0..4 {
                        let t = (s + 1usize).checked_sub(k).filter(|t| t % 2 == 0);
                        if let Some(t) = t.map(|t| t / 2).filter(|&t| t < 5) {
                            sum += (0..6).fold(0.0, |sum, o| sum + net.w[i][k][o] * dz[o][t]);
                        }
                    }
                    assert_eq!(dx[i][s].to_bits(), f32::to_bits(sum));
                }
            }
        }
        assert!(
            grad.values()
                .map(f32::to_bits)
                .eq(wanted.values().map(f32::to_bits))
        );
    }

    #[test]
    fn initial_weights_keep_the_variance() {
        let mut net = Conv1d::<16, 8, 64, 5, 4>::ZERO;
        net.init(&Init::default(), &mut Rng::new(1, 0));
        let variance = net.w.as_flattened().as_flattened().iter();
        let variance = variance.map(|w| w * w).sum::<f32>() / (16.0 * 4.0 * 64.0);
        assert!((variance * 64.0 - 1.0).abs() < 0.1, "{variance}");
    }

    #[test]
    fn leaves_have_their_shapes() {
        check_leaves::<Conv1d<3, 10, 6, 5, 4, 2, 1, Tanh>>(&[&[3, 4, 6], &[6]]);
    }
}
