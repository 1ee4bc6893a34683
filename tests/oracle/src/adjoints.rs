//! What the passes of a layer should give on a block, by differences of the oracle's forward pass.

use crate::difference;
use crate::dual::{Dual, directional};
use crate::network::{Leaves, Network};
use crate::number::dot;

/// A layer, a block of rows, and what its passes start from.
#[derive(Clone, Debug)]
pub struct Point {
    /// The layer.
    pub net: Network,
    /// θ.
    pub theta: Leaves<f64>,
    /// x, a row for every sample.
    pub x: Leaves<f64>,
    /// A direction ẋ.
    pub along: Leaves<f64>,
    /// Adjoint of y.
    pub dy: Leaves<f64>,
    /// Adjoint of ẏ.
    pub dyt: Leaves<f64>,
}

impl Point {
    /// The smallest |z| at which a leaky rectifier is evaluated.
    pub fn closest_kink(&self) -> f64 {
        let kinks = self.x.iter().map(|x| self.net.closest_kink(&self.theta, x));
        kinks.fold(f64::INFINITY, f64::min)
    }

    /// y = f(x).
    pub fn outputs(&self) -> Leaves<f64> {
        let output = |x: &Vec<f64>| self.net.output(&self.theta, x);
        self.x.iter().map(output).collect()
    }

    /// ẏ = J(x) ẋ.
    pub fn tangents(&self) -> Leaves<f64> {
        let rows = self.x.iter().zip(&self.along);
        let pushed = rows.map(|(x, along)| pushed(&self.net, &self.theta, x, along).1);
        pushed.collect()
    }

    /// Derivatives of Σ dy · f(x) by θ and by x.
    pub fn adjoints(&self) -> [Leaves<f64>; 2] {
        let projected = |theta: &[Vec<f64>], x: &[Vec<f64>]| {
            let rows = x.iter().zip(&self.dy);
            rows.map(|(x, dy)| dot(&self.net.output(theta, x), dy))
                .sum()
        };
        [
            difference::gradient(&self.theta, |theta| projected(theta, &self.x)),
            difference::gradient(&self.x, |x| projected(&self.theta, x)),
        ]
    }

    /// Derivatives of Σ dy · f(x) + dẏ · J(x) ẋ by θ, by x and by ẋ.
    pub fn double_adjoints(&self) -> [Leaves<f64>; 3] {
        let projected = |theta: &[Vec<f64>], x: &[Vec<f64>], along: &[Vec<f64>]| {
            let rows = x.iter().zip(along).zip(self.dy.iter().zip(&self.dyt));
            rows.map(|((x, along), (dy, dyt))| {
                let (y, tangent) = pushed(&self.net, theta, x, along);
                dot(&y, dy) + dot(&tangent, dyt)
            })
            .sum()
        };
        [
            difference::gradient(&self.theta, |theta| projected(theta, &self.x, &self.along)),
            difference::gradient(&self.x, |x| projected(&self.theta, x, &self.along)),
            difference::gradient(&self.along, |along| projected(&self.theta, &self.x, along)),
        ]
    }
}

/// f(x) and J(x) ẋ of one row.
fn pushed(net: &Network, theta: &[Vec<f64>], x: &[f64], along: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let held: Vec<Vec<_>> = theta
        .iter()
        .map(|leaf| leaf.iter().copied().map(Dual::from).collect())
        .collect();
    let y = directional(x, along, |x| net.output(&held, x));
    y.into_iter().map(|y| (y.value, y.tangent)).unzip()
}
