//! Forward-mode automatic differentiation: x + ẋ ε with ε² = 0.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::number::Number;

/// A number and its derivative along one direction. `Dual<Dual<f64>>` holds second derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<T> {
    /// x.
    pub value: T,
    /// ẋ.
    pub tangent: T,
}

impl<T: Number> Dual<T> {
    /// f(x) and f(x)′ = `slope` · ẋ.
    fn chain(self, value: T, slope: T) -> Self {
        let tangent = slope * self.tangent;
        Self { value, tangent }
    }
}

impl<T: Number> From<f64> for Dual<T> {
    fn from(constant: f64) -> Self {
        let (value, tangent) = (T::from(constant), T::from(0.0));
        Self { value, tangent }
    }
}

impl<T: Number> Neg for Dual<T> {
    type Output = Self;
    fn neg(self) -> Self {
        self.chain(-self.value, T::from(-1.0))
    }
}

impl<T: Number> Add for Dual<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            tangent: self.tangent + other.tangent,
        }
    }
}

impl<T: Number> Sub for Dual<T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<T: Number> Mul for Dual<T> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            tangent: self.tangent * other.value + self.value * other.tangent,
        }
    }
}

impl<T: Number> Div for Dual<T> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        let tangent = (self.tangent - value * other.tangent) / other.value;
        Self { value, tangent }
    }
}

impl<T: Number> Number for Dual<T> {
    fn plain(self) -> f64 {
        self.value.plain()
    }
    fn exp(self) -> Self {
        let value = self.value.exp();
        self.chain(value, value)
    }
    fn ln(self) -> Self {
        self.chain(self.value.ln(), T::from(1.0) / self.value)
    }
}

/// f′ at `x` along `direction`, from `f` of dual numbers.
pub fn directional<T: Number, Y>(x: &[T], direction: &[T], f: impl FnOnce(&[Dual<T>]) -> Y) -> Y {
    let pairs = x.iter().zip(direction);
    let seeded: Vec<_> = pairs
        .map(|(&value, &tangent)| Dual { value, tangent })
        .collect();
    f(&seeded)
}

/// ∇f at `x`, one direction at a time.
pub fn gradient<T: Number>(x: &[T], f: impl Fn(&[Dual<T>]) -> Dual<T>) -> Vec<T> {
    let along = |axis| {
        let unit = |i| T::from(if i == axis { 1.0 } else { 0.0 });
        let direction: Vec<T> = (0..x.len()).map(unit).collect();
        directional(x, &direction, &f).tangent
    };
    (0..x.len()).map(along).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_textbook() {
        let at = |x: f64, f: fn(Dual<f64>) -> Dual<f64>| gradient(&[x], |x| f(x[0]))[0];
        for x in [-1.3, 0.4, 2.0f64] {
            let s = 1.0 / (1.0 + (-x).exp());
            let close = |ours: f64, truth: f64| assert!((ours - truth).abs() < 1e-12, "at {x}");
            close(at(x, |x| x * x * x), 3.0 * x * x);
            close(at(x, |x| Dual::from(1.0) / x), -1.0 / (x * x));
            close(at(x, Number::softplus), s);
            close(at(x, Number::sigmoid), s * (1.0 - s));
            close(at(x, Number::tanh), 1.0 - x.tanh() * x.tanh());
        }
    }

    #[test]
    fn nested_duals_hold_second_derivatives() {
        let cube = |x: &[Dual<Dual<f64>>]| x[0] * x[0] * x[0];
        let slope = |x: &[Dual<f64>]| gradient(x, cube)[0];
        assert_eq!(gradient(&[2.0], slope), [12.0]);
    }
}
