//! Networks as a list of layers, evaluated one sample and one number at a time.

use std::slice::Iter;

use crate::convolution::Convolution;
use crate::number::{Number, dot};

/// The leaves of a tree of parameters, in the core's order: a weight matrix is `[input][output]`.
pub type Leaves<T> = Vec<Vec<T>>;

/// A pointwise function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// z.
    Linear,
    /// z where positive, else 0.2 z.
    LeakyRelu,
    /// tanh z.
    Tanh,
    /// σ(z).
    Sigmoid,
    /// z σ(z).
    Silu,
}

impl Activation {
    fn of<T: Number>(self, z: T) -> T {
        match self {
            Self::Linear => z,
            // The slope is that of the core's `f32`, which is not quite 1/5.
            Self::LeakyRelu if z.plain() < 0.0 => T::from(f64::from(0.2f32)) * z,
            Self::LeakyRelu => z,
            Self::Tanh => z.tanh(),
            Self::Sigmoid => z.sigmoid(),
            Self::Silu => z * z.sigmoid(),
        }
    }

    /// φ of each, telling where a rectifier is evaluated.
    fn of_all<T: Number>(self, z: Vec<T>, kink: &mut dyn FnMut(f64)) -> Vec<T> {
        if self == Self::LeakyRelu {
            z.iter().for_each(|z| kink(z.plain()));
        }
        z.into_iter().map(|z| self.of(z)).collect()
    }
}

/// One layer.
#[derive(Clone, Debug)]
pub enum Layer {
    /// φ(x W + b); leaves W and b.
    Dense {
        /// How many outputs.
        outputs: usize,
        /// φ.
        activation: Activation,
    },
    /// φ(w ⋆ x + b) of channels one after the other; leaves w and b.
    Convolution {
        /// What is linked with what.
        geometry: Convolution,
        /// φ.
        activation: Activation,
    },
    /// f(z) + s ∘ ε of an input that holds z, then ε; leaves of f, then s.
    NoiseSkip {
        /// f.
        net: Network,
        /// How many outputs.
        outputs: usize,
    },
}

/// Layers in order.
#[derive(Clone, Debug)]
pub struct Network(pub Vec<Layer>);

impl Network {
    /// f(x).
    pub fn output<T: Number>(&self, leaves: &[Vec<T>], x: &[T]) -> Vec<T> {
        self.run(&mut leaves.iter(), x, &mut |_| ())
    }

    /// The smallest |z| at which a leaky rectifier is evaluated: how far `x` is from a point
    /// without derivative.
    pub fn closest_kink(&self, leaves: &[Vec<f64>], x: &[f64]) -> f64 {
        let mut closest = f64::INFINITY;
        self.run(&mut leaves.iter(), x, &mut |z| {
            closest = closest.min(z.abs())
        });
        closest
    }

    fn run<T: Number>(
        &self,
        leaves: &mut Iter<'_, Vec<T>>,
        x: &[T],
        kink: &mut dyn FnMut(f64),
    ) -> Vec<T> {
        let mut x = x.to_vec();
        for layer in &self.0 {
            x = layer.run(leaves, &x, kink);
        }
        x
    }
}

impl Layer {
    fn run<T: Number>(
        &self,
        leaves: &mut Iter<'_, Vec<T>>,
        x: &[T],
        kink: &mut dyn FnMut(f64),
    ) -> Vec<T> {
        match self {
            Self::Dense {
                outputs,
                activation,
            } => {
                let w = leaves.next().expect("a leaf of weights");
                let b = leaves.next().expect("a leaf of biases");
                let column = |o: usize| w.iter().skip(o).step_by(*outputs).copied();
                let z = |o: usize| dot(x, &column(o).collect::<Vec<T>>()) + b[o];
                activation.of_all((0..*outputs).map(z).collect(), kink)
            }
            Self::Convolution {
                geometry,
                activation,
            } => {
                let w = leaves.next().expect("a leaf of kernels");
                let b = leaves.next().expect("a leaf of biases");
                activation.of_all(geometry.output(w, b, x), kink)
            }
            Self::NoiseSkip { net, outputs } => {
                let (z, noise) = x.split_at(x.len() - outputs);
                let y = net.run(leaves, z, kink);
                let scale = leaves.next().expect("a leaf for the scale of the noise");
                let terms = y.iter().zip(scale.iter().zip(noise));
                terms.map(|(&y, (&s, &e))| y + s * e).collect()
            }
        }
    }
}
