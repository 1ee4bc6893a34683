//! What the oracle computes with: `f64`, or `f64` with derivatives.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number, perhaps with derivatives attached.
pub trait Number:
    Copy
    + Debug
    + From<f64>
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// The number without its derivatives, to decide branches by.
    fn plain(self) -> f64;
    /// e^x.
    fn exp(self) -> Self;
    /// ln x.
    fn ln(self) -> Self;

    /// max(0, x).
    fn positive_part(self) -> Self {
        if self.plain() > 0.0 {
            self
        } else {
            Self::from(0.0)
        }
    }

    /// s(x) = ln(1 + e^x), without overflow.
    fn softplus(self) -> Self {
        let magnitude = if self.plain() > 0.0 { self } else { -self };
        self.positive_part() + (Self::from(1.0) + (-magnitude).exp()).ln()
    }

    /// σ(x) = 1 / (1 + e^-x); for |x| below some 700.
    fn sigmoid(self) -> Self {
        Self::from(1.0) / (Self::from(1.0) + (-self).exp())
    }

    /// tanh x = 2 σ(2x) − 1.
    fn tanh(self) -> Self {
        Self::from(2.0) * (self + self).sigmoid() - Self::from(1.0)
    }
}

impl Number for f64 {
    fn plain(self) -> f64 {
        self
    }
    fn exp(self) -> f64 {
        self.exp()
    }
    fn ln(self) -> f64 {
        self.ln()
    }
}

/// Σ xᵢ yᵢ.
pub fn dot<T: Number>(x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len(), "a dot product of unequal lengths");
    let products = x.iter().zip(y).map(|(&x, &y)| x * y);
    products.fold(T::from(0.0), |sum, product| sum + product)
}

/// The arithmetic mean of as many terms as there are.
pub fn mean<T: Number>(terms: impl ExactSizeIterator<Item = T>) -> T {
    let count = T::from(terms.len() as f64);
    terms.fold(T::from(0.0), |sum, term| sum + term) / count
}
