//! A window as coordinates along the principal axes of normal windows, and what they leave over.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::linear::{Covariance, Eigen, dot};
use crate::math;

/// The mean and the first `P` principal axes of windows of `N` readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axes<const N: usize, const P: usize> {
    mean: [f32; N],
    axes: [[f32; N]; P],
    /// 1 / standard deviation along each.
    inverse: [f32; P],
}

/// A window in these terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Projection<const P: usize> {
    /// In standard deviations along each axis.
    pub(super) coordinates: [f32; P],
    /// ln of the mean square that the first [`Axes::INNER`] axes leave over.
    pub(super) inner_rest: f32,
    /// ln of the mean square that all `P` leave over.
    pub(super) rest: f32,
}

impl<const N: usize, const P: usize> Axes<N, P> {
    /// Axes before the rest is looked at a first time.
    pub(super) const INNER: usize = if P < 8 { P } else { 8 };
    /// The least variance of an axis: one that has less is noise of the sensor's steps, in which no
    /// direction means anything.
    const LEAST: f32 = 1e-3;
    /// Added to a mean square before its logarithm: a hundredth of a standard deviation.
    const FAINT: f32 = 1e-5;

    pub(super) const ZERO: Self = Self {
        mean: [0.0; N],
        axes: [[0.0; N]; P],
        inverse: [0.0; P],
    };

    /// The axes of `windows`.
    #[inline(never)] // its matrices leave the stack before a mixture is fitted
    pub(super) fn fit(&mut self, windows: impl Iterator<Item = [f32; N]>) {
        let mut moments = Covariance::<N>::new();
        windows.for_each(|window| {
            moments.push(&window);
        });
        self.mean = moments.mean();
        let (matrix, unit) = moments.spend_in_units();
        let mut eigen = Eigen::ZERO;
        eigen.decompose(matrix);
        let pairs = eigen.values.iter().zip(&eigen.vectors);
        let places = self.axes.iter_mut().zip(&mut self.inverse);
        for ((axis, inverse), (value, vector)) in places.zip(pairs) {
            *axis = *vector;
            *inverse = 1.0 / math::sqrt((value * unit * unit).max(Self::LEAST));
        }
    }

    /// A window as coordinates. Axes are taken off one after the other, so that a small rest is not
    /// the difference of two large numbers.
    pub(super) fn project(&self, window: &[f32; N]) -> Projection<P> {
        let mut left = *window;
        left.iter_mut()
            .zip(&self.mean)
            .for_each(|(x, mean)| *x -= mean);
        let mut coordinates = [0.0; P];
        let mut inner = 0.0;
        let each = coordinates.iter_mut().zip(&self.axes).zip(&self.inverse);
        for (i, ((coordinate, axis), inverse)) in each.enumerate() {
            if i == Self::INNER {
                inner = square(&left);
            }
            let along = dot(&left, axis);
            let pairs = left.iter_mut().zip(axis);
            pairs.for_each(|(x, axis)| *x -= along * axis);
            *coordinate = along * inverse;
        }
        let outer = square(&left);
        if P <= Self::INNER {
            inner = outer;
        }
        let rest = |square: f32, axes: usize| {
            math::ln(square / N.saturating_sub(axes).max(1) as f32 + Self::FAINT)
        };
        Projection {
            coordinates,
            inner_rest: rest(inner, Self::INNER),
            rest: rest(outer, P),
        }
    }
}

fn square(x: &[f32]) -> f32 {
    dot(x, x)
}

impl<const N: usize, const P: usize> Persist for Axes<N, P> {
    const BYTES: usize = <[f32; N]>::BYTES + <[[f32; N]; P]>::BYTES + <[f32; P]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.mean.save(out);
        self.axes.save(out);
        self.inverse.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.mean.load(from)?;
        self.axes.load(from)?;
        self.inverse.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use std::vec::Vec;

    #[test]
    fn coordinates_of_what_it_was_fitted_to_are_white_and_the_rest_is_the_rest() {
        let mut rng = Rng::new(1, 0);
        // Two directions of sd 3 and 1, and noise of sd 0.1.
        let windows: Vec<[f32; 8]> = (0..4000)
            .map(|_| {
                let (a, b) = (3.0 * rng.gaussian(), rng.gaussian());
                core::array::from_fn(|i| {
                    let side = if i % 2 == 0 { 1.0 } else { -1.0 };
                    (a + side * b) / 8.0f32.sqrt() + 0.1 * rng.gaussian() + 5.0
                })
            })
            .collect();
        let mut axes = Axes::<8, 2>::ZERO;
        axes.fit(windows.iter().copied());
        let n = windows.len() as f32;
        let mut squares = [0.0f32; 2];
        let mut rest = 0.0;
        for window in &windows {
            let projection = axes.project(window);
            for (sum, c) in squares.iter_mut().zip(projection.coordinates) {
                *sum += c * c / n;
            }
            rest += projection.rest / n;
        }
        assert!(
            squares.iter().all(|s| (s - 1.0).abs() < 0.01),
            "{squares:?}"
        );
        // E ln of a mean of 6 squares of sd 0.1 is ln 0.01 less about 1/6.
        assert!((rest - (math::ln(0.01) - 0.17)).abs() < 0.05, "{rest}");
    }
}
