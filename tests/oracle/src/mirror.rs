//! From the core's types to the oracle's values.

use std::fmt::Debug;

use ganlet::layer::{self, Conv1d, ConvTranspose1d, Dense, NoiseSkip, Reshape, Row};
use ganlet::params::{Params, ParamsExt};
use ganlet::rng::Rng;

use crate::convolution::Convolution;
use crate::network::{Activation, Layer, Leaves, Network};

/// A layer of the core that the oracle knows how to evaluate.
pub trait Mirror: layer::Layer<In: Sample, Out: Sample> {
    /// The same layer, as the oracle writes it.
    fn network() -> Network;
}

/// A pointwise function of the core by the oracle's name.
pub trait Named: layer::Activation {
    /// Its name.
    const NAME: Activation;
}

impl Named for layer::Linear {
    const NAME: Activation = Activation::Linear;
}
impl Named for layer::LeakyRelu {
    const NAME: Activation = Activation::LeakyRelu;
}
impl Named for layer::Tanh {
    const NAME: Activation = Activation::Tanh;
}
impl Named for layer::Sigmoid {
    const NAME: Activation = Activation::Sigmoid;
}
impl Named for layer::Silu {
    const NAME: Activation = Activation::Silu;
}

impl<const I: usize, const O: usize, A: Named> Mirror for Dense<I, O, A> {
    fn network() -> Network {
        Network(vec![Layer::Dense {
            outputs: O,
            activation: A::NAME,
        }])
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
    A: Named,
> Mirror for Conv1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    fn network() -> Network {
        Network(vec![Layer::Convolution {
            geometry: Convolution {
                long: (C_IN, L_IN),
                short: (C_OUT, L_OUT),
                taps: K,
                stride: STRIDE,
                padding: PAD,
                transposed: false,
            },
            activation: A::NAME,
        }])
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
    A: Named,
> Mirror for ConvTranspose1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    fn network() -> Network {
        Network(vec![Layer::Convolution {
            geometry: Convolution {
                long: (C_OUT, L_OUT),
                short: (C_IN, L_IN),
                taps: K,
                stride: STRIDE,
                padding: PAD,
                transposed: true,
            },
            activation: A::NAME,
        }])
    }
}

/// The same list of numbers: nothing to compute.
impl<X: Sample + Row, Y: Sample + Row> Mirror for Reshape<X, Y> {
    fn network() -> Network {
        Network(vec![])
    }
}

impl<F: Mirror<Out = [f32; N]>, const N: usize> Mirror for NoiseSkip<F, N> {
    fn network() -> Network {
        Network(vec![Layer::NoiseSkip {
            net: F::network(),
            outputs: N,
        }])
    }
}

impl<A: Mirror, C: Mirror<In = A::Out>> Mirror for (A, C) {
    fn network() -> Network {
        let (Network(mut first), Network(second)) = (A::network(), C::network());
        first.extend(second);
        Network(first)
    }
}

/// One sample of an input or output, to and from a list of numbers.
pub trait Sample: layer::Zero + Debug {
    /// Every number drawn by `next`, in order.
    fn draw(next: &mut dyn FnMut() -> f32) -> Self;
    /// The numbers in order.
    fn list(&self) -> Vec<f64>;
    /// The numbers in order, to be changed.
    fn entries(&mut self) -> Vec<&mut f32>;
}

impl<const N: usize> Sample for [f32; N] {
    fn draw(next: &mut dyn FnMut() -> f32) -> Self {
        std::array::from_fn(|_| next())
    }
    fn list(&self) -> Vec<f64> {
        self.iter().copied().map(f64::from).collect()
    }
    fn entries(&mut self) -> Vec<&mut f32> {
        self.iter_mut().collect()
    }
}

impl<const L: usize, const C: usize> Sample for [[f32; L]; C] {
    fn draw(next: &mut dyn FnMut() -> f32) -> Self {
        std::array::from_fn(|_| std::array::from_fn(|_| next()))
    }
    fn list(&self) -> Vec<f64> {
        self.as_flattened().iter().copied().map(f64::from).collect()
    }
    fn entries(&mut self) -> Vec<&mut f32> {
        self.as_flattened_mut().iter_mut().collect()
    }
}

impl<A: Sample, C: Sample> Sample for (A, C) {
    fn draw(next: &mut dyn FnMut() -> f32) -> Self {
        (A::draw(next), C::draw(next))
    }
    fn list(&self) -> Vec<f64> {
        [self.0.list(), self.1.list()].concat()
    }
    fn entries(&mut self) -> Vec<&mut f32> {
        let mut entries = self.0.entries();
        entries.extend(self.1.entries());
        entries
    }
}

/// The numbers of each sample.
pub fn rows<S: Sample>(samples: &[S]) -> Vec<Vec<f64>> {
    samples.iter().map(Sample::list).collect()
}

/// All numbers of a block of samples as one leaf.
pub fn one_leaf<S: Sample>(samples: &[S]) -> Leaves<f64> {
    vec![rows(samples).concat()]
}

/// The numbers of each leaf.
pub fn leaves<P: Params>(params: &P) -> Leaves<f64> {
    let list = |leaf: &[f32]| leaf.iter().copied().map(f64::from).collect();
    params.leaves().map(list).collect()
}

/// Parameters that keep activations of order one: weights U(±1.5 / √fan_in), the others U(±0.7).
pub fn draw_params<P: Params>(rng: &mut Rng) -> P {
    let mut params = P::ZERO;
    for i in 0..P::LEAVES {
        let spread = match *P::shape(i) {
            [fan_in, _] => 1.5 / (fan_in as f32).sqrt(),
            [channels, taps, others] => 1.5 / ((channels.max(others) * taps) as f32).sqrt(),
            _ => 0.7,
        };
        let leaf = params.leaf_mut(i).iter_mut();
        leaf.for_each(|p| *p = spread * symmetric(rng));
    }
    params
}

/// Uniform on (−1, 1).
pub fn symmetric(rng: &mut Rng) -> f32 {
    2.0 * rng.uniform() - 1.0
}

/// A sample with entries U(±1.5).
pub fn draw_sample<S: Sample>(rng: &mut Rng) -> S {
    S::draw(&mut || 1.5 * symmetric(rng))
}
