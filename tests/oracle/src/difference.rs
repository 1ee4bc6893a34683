//! Gradients by central differences.

use crate::network::Leaves;

/// Far below the distance kept from kinks, far above rounding: errors of some 1e-10.
const STEP: f64 = 1e-5;

/// ∂f/∂θ ≈ (f(θ + h) − f(θ − h)) / 2h for every number of every leaf.
pub fn gradient(at: &[Vec<f64>], f: impl Fn(&[Vec<f64>]) -> f64) -> Leaves<f64> {
    let mut moved = at.to_vec();
    let mut slope = |leaf: usize, i: usize| {
        let mut f_at = |x: f64| {
            moved[leaf][i] = x;
            f(&moved)
        };
        let x = at[leaf][i];
        let difference = f_at(x + STEP) - f_at(x - STEP);
        f_at(x);
        difference / (2.0 * STEP)
    };
    let lengths = at.iter().map(Vec::len).enumerate();
    lengths
        .map(|(leaf, length)| (0..length).map(|i| slope(leaf, i)).collect())
        .collect()
}
