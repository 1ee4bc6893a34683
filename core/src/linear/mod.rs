//! Linear algebra of small symmetric matrices, without a heap: second moments of a stream, and
//! their principal axes.

mod compact;
mod covariance;
mod eigen;

pub use compact::{Compact, packed};
pub use covariance::Covariance;
pub use eigen::Eigen;

/// Σ aᵢ bᵢ by ascending i, from the first product on.
#[inline]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
