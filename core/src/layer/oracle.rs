//! The tests' oracle: layers written down from their definitions, in `f64`, on dual numbers.
//!
//! Nothing here is shared with the layers: no order of loops, no reverse pass.

use core::ops::{Add, Mul};
use std::vec::Vec;

use super::activation::Activation;
use super::{
    Conv1d, ConvTranspose1d, Dense, Layer, LeakyRelu, Linear, Reshape, Row, Sigmoid, Silu, Tanh,
};

/// `value` + `slope` ε with ε² = 0: a number and its directional derivative.
#[derive(Clone, Copy)]
pub(crate) struct Jet {
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

impl Jet {
    fn constant(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }
    fn map(self, value: f64, derivative: f64) -> Self {
        Self {
            value,
            slope: derivative * self.slope,
        }
    }
}

impl Add for Jet {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            slope: self.slope + other.slope,
        }
    }
}

impl Mul<f64> for Jet {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self {
            value: factor * self.value,
            slope: factor * self.slope,
        }
    }
}

/// An activation by its textbook formula.
pub(crate) trait Formula: Activation {
    fn formula(z: Jet) -> Jet;
}

impl Formula for Linear {
    fn formula(z: Jet) -> Jet {
        z
    }
}
impl Formula for LeakyRelu {
    fn formula(z: Jet) -> Jet {
        z * if z.value > 0.0 { 1.0 } else { 0.2 }
    }
}
impl Formula for Tanh {
    fn formula(z: Jet) -> Jet {
        z.map(z.value.tanh(), z.value.cosh().powi(-2))
    }
}
impl Formula for Sigmoid {
    fn formula(z: Jet) -> Jet {
        let (up, down) = (z.value.exp(), (-z.value).exp());
        z.map(1.0 / (1.0 + down), 1.0 / (2.0 + up + down))
    }
}
impl Formula for Silu {
    fn formula(z: Jet) -> Jet {
        let sigmoid = Sigmoid::formula(z);
        Jet {
            value: z.value * sigmoid.value,
            slope: z.slope * sigmoid.value + z.value * sigmoid.slope,
        }
    }
}

/// What connects an output to an input.
enum Wiring {
    /// Output position t reads input position stride · t + k − pad through w[i][k][o].
    Convolution,
    /// Input position t writes output position stride · t + k − pad through w[o][k][i].
    Transposed,
}

/// One layer with weights, by definition. A dense layer is a convolution of length one.
pub(crate) struct Definition {
    wiring: Wiring,
    c_in: usize,
    l_in: usize,
    c_out: usize,
    l_out: usize,
    k: usize,
    stride: usize,
    pad: usize,
    formula: fn(Jet) -> Jet,
}

impl Definition {
    fn weights(&self) -> usize {
        self.c_in * self.k * self.c_out
    }

    /// The weight that leads from channel `i`, position `s` to channel `o`, position `t`, if any.
    fn weight(&self, w: &[f64], (i, s): (usize, usize), (o, t): (usize, usize)) -> Option<f64> {
        let (short, long) = match self.wiring {
            Wiring::Convolution => (t, s),
            Wiring::Transposed => (s, t),
        };
        let k = (long + self.pad).checked_sub(self.stride * short)?;
        let at = match self.wiring {
            Wiring::Convolution => (i * self.k + k) * self.c_out + o,
            Wiring::Transposed => (o * self.k + k) * self.c_in + i,
        };
        (k < self.k).then(|| w[at])
    }

    fn run(&self, theta: &[f64], x: &[Jet]) -> Vec<Jet> {
        assert_eq!(x.len(), self.c_in * self.l_in);
        let (w, b) = theta.split_at(self.weights());
        let mut y = Vec::new();
        for (o, &bias) in b.iter().enumerate() {
            for t in 0..self.l_out {
                let mut z = Jet::constant(bias);
                for (j, &x) in x.iter().enumerate() {
                    let from = (j / self.l_in, j % self.l_in);
                    if let Some(w) = self.weight(w, from, (o, t)) {
                        z = z + x * w;
                    }
                }
                y.push((self.formula)(z));
            }
        }
        y
    }
}

/// A network that the oracle can run.
pub(crate) trait Defined: Layer<In: Row> {
    fn definition() -> Vec<Definition>;
}

impl<
    const C_IN: usize,
    const L_IN: usize,
    const C_OUT: usize,
    const L_OUT: usize,
    const K: usize,
    const STRIDE: usize,
    const PAD: usize,
    A: Formula,
> Defined for Conv1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    fn definition() -> Vec<Definition> {
        std::vec![Definition {
            wiring: Wiring::Convolution,
            c_in: C_IN,
            l_in: L_IN,
            c_out: C_OUT,
            l_out: L_OUT,
            k: K,
            stride: STRIDE,
            pad: PAD,
            formula: A::formula,
        }]
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
    A: Formula,
> Defined for ConvTranspose1d<C_IN, L_IN, C_OUT, L_OUT, K, STRIDE, PAD, A>
{
    fn definition() -> Vec<Definition> {
        std::vec![Definition {
            wiring: Wiring::Transposed,
            c_in: C_IN,
            l_in: L_IN,
            c_out: C_OUT,
            l_out: L_OUT,
            k: K,
            stride: STRIDE,
            pad: PAD,
            formula: A::formula,
        }]
    }
}

impl<const I: usize, const O: usize, A: Formula> Defined for Dense<I, O, A> {
    fn definition() -> Vec<Definition> {
        std::vec![Definition {
            wiring: Wiring::Convolution,
            c_in: I,
            l_in: 1,
            c_out: O,
            l_out: 1,
            k: 1,
            stride: 1,
            pad: 0,
            formula: A::formula,
        }]
    }
}

impl<X: Row, Y: Row> Defined for Reshape<X, Y> {
    fn definition() -> Vec<Definition> {
        Vec::new()
    }
}

/// The layers in order, each taking its parameters from the front of `theta`.
pub(crate) fn run(net: &[Definition], mut theta: &[f64], x: &[Jet]) -> Vec<Jet> {
    net.iter().fold(x.to_vec(), |x, layer| {
        let (own, rest) = theta.split_at(layer.weights() + layer.c_out);
        theta = rest;
        layer.run(own, &x)
    })
}

impl<F: Defined, G: Defined<In = F::Out>> Defined for (F, G) {
    fn definition() -> Vec<Definition> {
        let mut layers = F::definition();
        layers.extend(G::definition());
        layers
    }
}
