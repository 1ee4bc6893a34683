//! Transposed convolution: a longer window from a shorter one.

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
/// z[o][s] = b[o] + Σₖ Σᵢ w[o][k][i] · x[i][t]   over all t with STRIDE·t + k − PAD = s
/// ```
///
/// Without the bias it is the adjoint of [`Conv1d`](super::Conv1d)`<C_OUT, L_OUT, C_IN, L_IN, K,
/// STRIDE, PAD>` with the very same array `w`: ⟨Conv x, y⟩ = ⟨x, ConvT y⟩. It upsamples by `STRIDE`:
///
/// > `L_OUT` = (`L_IN` − 1) `STRIDE` − 2 `PAD` + `K`, or up to `STRIDE` − 1 more,
///
/// these being the lengths that the convolution takes to `L_IN`; the surplus is what the field calls
/// output padding. `K` = 4, `STRIDE` = 2, `PAD` = 1 doubles a length.
///
/// `w[o][k][i]` leads from channel `i` through tap `k` to channel `o`.
///
/// # Order of sums
///
/// A pre-activation starts at the bias and adds by ascending tap the sums, each from zero, over
/// ascending input channels. An input's adjoint starts at zero and adds by ascending output channel,
/// then tap. A gradient starts at what it holds and adds by ascending sample, then position.
///
/// ```
/// use ganlet::chain;
/// use ganlet::layer::{ConvTranspose1d, Dense, Flatten, LeakyRelu, Unflatten, is_layer};
///
/// /// 8 latents → 16 channels of 8 → 8 channels of 16 → 32 samples.
/// type Generator = chain![
///     Dense<8, 128, LeakyRelu>,
///     Unflatten<128, 16, 8>,
///     ConvTranspose1d<16, 8, 8, 16, 4, 2, 1, LeakyRelu>,
///     ConvTranspose1d<8, 16, 1, 32, 4, 2, 1>,
///     Flatten<1, 32, 32>,
/// ];
/// const _: () = is_layer::<Generator>();
/// ```
///
/// A length that the geometry does not give does not compile (here 34, for 32 or 33):
///
/// ```compile_fail
/// use ganlet::layer::{ConvTranspose1d, is_layer};
///
/// const _: () = is_layer::<ConvTranspose1d<8, 16, 1, 34, 4, 2, 1>>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvTranspose1d<
    const C_IN: usize,
    const L_IN: usize,
    const C_OUT: usize,
    const L_OUT: usize,
    const K: usize,
    const STRIDE: usize = 1,
    const PAD: usize = 0,
    A = Linear,
> {
    /// Kernels, `[output channel][tap][input channel]`.
    pub w: [[[f32; C_IN]; K]; C_OUT],
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
> ConvTranspose1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    const LENGTHS_AGREE: () = assert!(
        L_IN == positions(L_OUT, K, STRIDE, PAD),
        "ConvTranspose1d: L_OUT must be (L_IN - 1) STRIDE - 2 PAD + K, or up to STRIDE - 1 more"
    );

    /// A layer with the given kernels `[output channel][tap][input channel]` and biases.
    pub const fn new(w: [[[f32; C_IN]; K]; C_OUT], b: [f32; C_OUT]) -> Self {
        let () = Self::LENGTHS_AGREE;
        Self {
            w,
            b,
            activation: PhantomData,
        }
    }

    /// z = w ⋆ᵀ x + `start`, sample by sample.
    #[inline]
    fn map<const B: usize>(
        &self,
        x: &[[[f32; L_IN]; C_IN]; B],
        start: &[f32; C_OUT],
        z: &mut [[[f32; L_OUT]; C_OUT]; B],
    ) {
        for (x, z) in x.iter().zip(z) {
            *z = start.map(|b| [b; L_OUT]);
            Correlation::<STRIDE, PAD>::apply_adjoint(&self.w, x, z);
        }
    }

    /// x ← φ′(x) ∘ (w ⋆ dz), sample by sample; φ is the activation that x has come through.
    #[inline]
    fn map_back<P: Activation, const B: usize>(
        &self,
        dz: &[[[f32; L_OUT]; C_OUT]; B],
        x: &mut [[[f32; L_IN]; C_IN]; B],
    ) {
        for (dz, x) in dz.iter().zip(x) {
            let mut dx = [[0.0; L_IN]; C_IN];
            Correlation::<STRIDE, PAD>::apply(&self.w, dz, &mut dx);
            P::reverse(x.as_flattened_mut(), dx.as_flattened());
        }
    }

    /// dw += the correlation of dz with x, by ascending sample.
    #[inline]
    fn add_kernels<const B: usize>(
        &mut self,
        x: &[[[f32; L_IN]; C_IN]; B],
        dz: &[[[f32; L_OUT]; C_OUT]; B],
    ) {
        for (x, dz) in x.iter().zip(dz) {
            Correlation::<STRIDE, PAD>::add_gradient(&mut self.w, dz, x);
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
> Params for ConvTranspose1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    const ZERO: Self = Self::new([[[0.0; C_IN]; K]; C_OUT], [0.0; C_OUT]);
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
            0 => const { &[C_OUT, K, C_IN] },
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
> Layer for ConvTranspose1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
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
        // Of `K` taps, one in `STRIDE` reaches a given sample.
        let fan_in = (C_IN * K).div_ceil(STRIDE);
        init.fill::<A>(w, &mut self.b, fan_in, rng);
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{
        check_leaves, check_passes, check_penalty, random_net, random_rows,
    };
    use super::super::{
        Conv1d, Dense, Flatten, LeakyRelu, Row, Sigmoid, Silu, Tanh, Unflatten, Zero,
    };
    use super::*;
    use crate::chain;

    #[test]
    fn passes_match_the_definition_for_every_geometry() {
        check_passes::<ConvTranspose1d<1, 1, 1, 1, 1, 1, 0, Silu>>();
        check_passes::<ConvTranspose1d<1, 1, 1, 5, 5, 1, 0, Silu>>();
        check_passes::<ConvTranspose1d<3, 7, 2, 7, 3, 1, 1, Silu>>();
        check_passes::<ConvTranspose1d<2, 5, 3, 7, 3, 1, 0, Silu>>();
        check_passes::<ConvTranspose1d<4, 4, 2, 8, 4, 2, 1, Silu>>();
        check_passes::<ConvTranspose1d<4, 4, 2, 9, 4, 2, 1, Silu>>();
        check_passes::<ConvTranspose1d<2, 3, 1, 9, 4, 3, 1, Silu>>();
        check_passes::<ConvTranspose1d<2, 9, 2, 6, 2, 1, 2, Silu>>();
        check_passes::<ConvTranspose1d<2, 4, 2, 10, 1, 3, 1, Silu>>();
        check_passes::<ConvTranspose1d<17, 8, 5, 16, 4, 2, 1, Silu>>();
    }

    #[test]
    fn passes_match_the_definition_for_every_activation() {
        check_passes::<ConvTranspose1d<4, 4, 2, 8, 4, 2, 1>>();
        check_passes::<ConvTranspose1d<4, 4, 2, 8, 4, 2, 1, LeakyRelu>>();
        check_passes::<ConvTranspose1d<4, 4, 2, 8, 4, 2, 1, Tanh>>();
        check_passes::<ConvTranspose1d<4, 4, 2, 8, 4, 2, 1, Sigmoid>>();
    }

    type Generator<A> = chain![
        Dense<3, 12, A>,
        Unflatten<12, 4, 3>,
        ConvTranspose1d<4, 3, 2, 6, 4, 2, 1, A>,
        ConvTranspose1d<2, 6, 1, 12, 5, 2, 2>,
        Flatten<1, 12, 12>,
    ];
    type Critic<A> = chain![
        ConvTranspose1d<2, 4, 3, 9, 5, 2, 1, A>,
        Conv1d<3, 9, 2, 4, 3, 2, 0, A>,
        Flatten<2, 4, 8>,
        Dense<8, 1>,
    ];

    #[test]
    fn passes_match_the_definition_in_a_network() {
        check_passes::<Generator<LeakyRelu>>();
        check_passes::<Generator<Silu>>();
    }

    #[test]
    fn penalties_match_the_definition() {
        check_penalty::<Critic<LeakyRelu>>();
        check_penalty::<Critic<Tanh>>();
        check_penalty::<Critic<Silu>>();
    }

    type Down = Conv1d<3, 11, 6, 5, 4, 2, 1>;
    type Up = ConvTranspose1d<6, 5, 3, 11, 4, 2, 1>;

    /// ⟨Conv x, y⟩ = ⟨x, ConvT y⟩ with one array of kernels.
    #[test]
    fn is_the_adjoint_of_the_convolution() {
        fn inner<R: Row>(a: &[R], b: &[R]) -> f64 {
            let products = a
                .iter()
                .zip(b)
                .flat_map(|(a, b)| a.flat().iter().zip(b.flat()));
            products.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
        }
        let rng = &mut Rng::new(9, 0);
        let (down, up) = (random_net::<Down>(rng).w, [0.0; 3]);
        let (down, up) = (Down::new(down, [0.0; 6]), Up::new(down, up));
        let (x, y): ([_; 3], [_; 3]) = (random_rows(rng), random_rows(rng));
        let (mut down_x, mut up_y) = (Zero::ZERO, Zero::ZERO);
        down.forward(&x, &mut (), &mut down_x);
        up.forward(&y, &mut (), &mut up_y);
        let (left, right) = (inner(&down_x, &y), inner(&x, &up_y));
        assert!((left - right).abs() < 1e-5 * left.abs(), "{left}, {right}");
    }

    /// Every bit: each layer's adjoint is the other one's map, and both gradients are one sum.
    #[test]
    fn mirrors_the_convolution_bit_for_bit() {
        let rng = &mut Rng::new(10, 0);
        let w = random_net::<Down>(rng).w;
        let (down, up) = (Down::new(w, [0.0; 6]), Up::new(w, [0.0; 3]));
        let (long, short): ([_; 3], [_; 3]) = (random_rows(rng), random_rows(rng));
        let (mut down_long, mut up_short) = (Zero::ZERO, Zero::ZERO);
        down.forward(&long, &mut (), &mut down_long);
        up.forward(&short, &mut (), &mut up_short);

        let (mut back, mut grad) = (long, Down::ZERO);
        let spent = Input::Spent(&mut back);
        down.backward::<Linear, 3>(spent, &mut (), &mut short.clone(), Some(&mut grad));
        assert_eq!(back, up_short);

        let (mut back, mut mirrored) = (short, Up::ZERO);
        let spent = Input::Spent(&mut back);
        up.backward::<Linear, 3>(spent, &mut (), &mut long.clone(), Some(&mut mirrored));
        assert_eq!(back, down_long);
        assert_eq!(grad.w, mirrored.w);
    }

    /// The bias comes first, before the sums over channels that the taps bring.
    #[test]
    #[expect(clippy::needless_range_loop, reason = "indices as in the formula")]
    fn sums_have_the_documented_order() {
        let rng = &mut Rng::new(6, 0);
        let net: Up = random_net(rng);
        let x: [[[f32; 5]; 6]; 3] = random_rows(rng);
        let mut y = [[[0.0f32; 11]; 3]; 3];
        net.forward(&x, &mut (), &mut y);
        for (x, y) in x.iter().zip(&y) {
            for o in 0..3 {
                for s in 0..11 {
                    let mut z = net.b[o];
                    for k in 0..4 {
                        let t = (s + 1usize).checked_sub(k).filter(|t| t % 2 == 0);
                        if let Some(t) = t.map(|t| t / 2).filter(|&t| t < 5) {
                            z += (0..6).fold(0.0, |sum, i| sum + net.w[o][k][i] * x[i][t]);
                        }
                    }
                    assert_eq!(y[o][s].to_bits(), z.to_bits());
                }
            }
        }
    }

    /// Away from the ends, unit variance in is unit variance out.
    #[test]
    fn initial_weights_keep_the_variance() {
        type Wide = ConvTranspose1d<32, 9, 32, 18, 4, 2, 1>;
        let rng = &mut Rng::new(1, 0);
        let mut net = Wide::ZERO;
        net.init(&Init::default(), rng);
        let x = random_rows(rng);
        let mut y: [[[f32; 18]; 32]; 3] = Zero::ZERO;
        net.forward(&x, &mut (), &mut y);
        let inner = y.as_flattened().iter().flat_map(|y| &y[2..16]);
        let variance = inner.map(|y| y * y).sum::<f32>() / (3.0 * 32.0 * 14.0);
        assert!((variance - 1.0).abs() < 0.15, "{variance}");
    }

    #[test]
    fn leaves_have_their_shapes() {
        check_leaves::<Up>(&[&[3, 4, 6], &[3]]);
    }
}
