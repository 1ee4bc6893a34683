//! Wasserstein-1 (earth mover's) distance W1 = ∫ |F(x) - G(x)| dx = ∫ |F⁻¹(u) - G⁻¹(u)| du, in the
//! unit of x.
//!
//! Samples are slices sorted ascending (`samples.sort_unstable_by(f32::total_cmp)`); all sums run in
//! ascending order, in `f64`.

use core::fmt;

use super::density::{Distribution, Mixed};
use super::quadrature::absolute_over;

/// Why a sample has no distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SampleError {
    /// There is no sample.
    Empty,
    /// A sample is NaN or infinite.
    NotFinite,
    /// A sample is smaller than the one before it.
    Unsorted,
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no samples to compare; give at least one",
            Self::NotFinite => "a sample is not finite; leave it out",
            Self::Unsorted => "the samples are not sorted; sort them ascending",
        })
    }
}

impl core::error::Error for SampleError {}

/// W1 of two sorted samples of any lengths, exact: both quantile functions are step functions, and
/// their difference is summed over the steps of both, from u = 0 to 1.
///
/// # Errors
/// If a sample is empty, unsorted or not finite.
pub fn between_samples(a: &[f32], b: &[f32]) -> Result<f64, SampleError> {
    check(a)?;
    check(b)?;
    // In units of 1 / (n m) of probability, each of the n values of `a` weighs m, and vice versa.
    let (weight_a, weight_b) = (b.len(), a.len());
    let (mut left_a, mut left_b) = (weight_a, weight_b);
    let (mut rest_a, mut rest_b) = (a.iter(), b.iter());
    let (mut value_a, mut value_b) = (rest_a.next(), rest_b.next());
    let mut sum = 0.0;
    while let (Some(&x), Some(&y)) = (value_a, value_b) {
        let step = left_a.min(left_b);
        sum += step as f64 * (f64::from(x) - f64::from(y)).abs();
        left_a -= step;
        left_b -= step;
        if left_a == 0 {
            value_a = rest_a.next();
            left_a = weight_a;
        }
        if left_b == 0 {
            value_b = rest_b.next();
            left_b = weight_b;
        }
    }
    Ok(sum / (a.len() as f64) / (b.len() as f64))
}

/// W1 of a sorted sample and a known distribution, exact: between two neighbours x_i and x_(i+1) the
/// empirical distribution function is the constant i / n, and the integral of F is known (see
/// [`Distribution::shortfall`]). Summed from the lower tail over the gaps to the upper tail.
///
/// # Errors
/// If the sample is empty, unsorted or not finite.
pub fn to_distribution(
    samples: &[f32],
    p: &(impl Distribution + ?Sized),
) -> Result<f64, SampleError> {
    check(samples)?;
    let (Some(&first), Some(&last)) = (samples.first(), samples.last()) else {
        return Err(SampleError::Empty);
    };
    let n = samples.len() as f64;
    let mut sum = p.shortfall(f64::from(first));
    for ((i, &low), &high) in (1u32..).zip(samples).zip(samples.iter().skip(1)) {
        sum += gap(p, f64::from(low), f64::from(high), f64::from(i) / n);
    }
    // E max(X - x, 0) = E max(x - X, 0) - (x - E X).
    let last = f64::from(last);
    Ok(sum + (p.shortfall(last) - (last - p.mean())))
}

/// W1 of two known distributions, ∫ |F(x) - G(x)| dx by quadrature.
pub fn between(p: &(impl Distribution + ?Sized), q: &(impl Distribution + ?Sized)) -> f64 {
    absolute_over(&Mixed::new(p, q), |x| p.cdf(x) - q.cdf(x)).value
}

/// ∫ |F(x) - u| dx from `low` to `high`.
fn gap(p: &(impl Distribution + ?Sized), low: f64, high: f64, u: f64) -> f64 {
    if low == high {
        return 0.0;
    }
    let above = |from: f64, to: f64| p.shortfall(to) - p.shortfall(from) - u * (to - from);
    if p.cdf(low) >= u {
        above(low, high)
    } else if p.cdf(high) <= u {
        -above(low, high)
    } else {
        let crossing = p.quantile(u).clamp(low, high);
        above(crossing, high) - above(low, crossing)
    }
}

fn check(samples: &[f32]) -> Result<(), SampleError> {
    if samples.is_empty() {
        Err(SampleError::Empty)
    } else if !samples.iter().all(|x| x.is_finite()) {
        Err(SampleError::NotFinite)
    } else if !samples.is_sorted() {
        Err(SampleError::Unsorted)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::quadrature::integrate;
    use crate::divergence::{Density, Target};
    use crate::rng::Rng;
    use std::vec::Vec;

    fn sorted(mut samples: Vec<f32>) -> Vec<f32> {
        samples.sort_unstable_by(f32::total_cmp);
        samples
    }

    fn drawn(text: &str, n: usize, seed: u64) -> Vec<f32> {
        let target: Target = text.parse().unwrap();
        let mut rng = Rng::new(seed, 0);
        sorted((0..n).map(|_| target.draw(&mut rng)).collect())
    }

    /// F_n(x) by counting.
    fn empirical(samples: &[f32], x: f64) -> f64 {
        samples.iter().filter(|&&s| f64::from(s) <= x).count() as f64 / samples.len() as f64
    }

    #[test]
    fn samples_by_hand() {
        assert_eq!(between_samples(&[0.0], &[3.0]), Ok(3.0));
        assert_eq!(between_samples(&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0]), Ok(5.0));
        assert_eq!(between_samples(&[0.0, 2.0], &[1.0, 1.0, 1.0]), Ok(1.0));
        let sixth = between_samples(&[0.0, 1.0], &[0.0, 0.5, 1.0]).unwrap();
        assert!((sixth - 1.0 / 6.0).abs() < 1e-16);
    }

    #[test]
    fn samples_of_any_lengths_agree_with_the_area_between_the_counts() {
        for (n, m) in [(1, 7), (6, 4), (50, 50), (64, 81)] {
            let (a, b) = (drawn("normal:0:1", n, 1), drawn("uniform:-1:4", m, 2));
            let grid = sorted(a.iter().chain(&b).copied().collect());
            let area: f64 = grid
                .iter()
                .zip(grid.iter().skip(1))
                .map(|(&low, &high)| (f64::from(low), f64::from(high)))
                .map(|(low, high)| (empirical(&a, low) - empirical(&b, low)).abs() * (high - low))
                .sum();
            let found = between_samples(&a, &b).unwrap();
            assert!(
                (found - area).abs() < 1e-13,
                "{n} and {m}: {found} against {area}"
            );
            assert_eq!(between_samples(&b, &a), Ok(found));
        }
    }

    #[test]
    fn a_sample_against_a_distribution_by_hand() {
        let uniform: Target = "uniform:0:1".parse().unwrap();
        assert!((to_distribution(&[0.5], &uniform).unwrap() - 0.25).abs() < 1e-15);
        assert!((to_distribution(&[-1.0], &uniform).unwrap() - 1.5).abs() < 1e-15);
        // The midpoints of n equal parts are 1 / (4 n) away.
        let midpoints: Vec<f32> = (0u8..8).map(|i| (f32::from(i) + 0.5) / 8.0).collect();
        assert!((to_distribution(&midpoints, &uniform).unwrap() - 1.0 / 32.0).abs() < 1e-15);
        let normal: Target = "normal:0:1".parse().unwrap();
        let mean_distance = 0.797_884_560_802_865_4;
        assert!((to_distribution(&[0.0], &normal).unwrap() - mean_distance).abs() < 1e-15);
        assert!((to_distribution(&[0.0; 9], &normal).unwrap() - mean_distance).abs() < 1e-15);
    }

    #[test]
    fn a_sample_against_a_distribution_is_the_area_between_the_two() {
        for text in [
            "normal:5:2",
            "exponential:3",
            "lognormal:0:1",
            "mixture:0.5:-1.5:0.05,0.5:1.5:0.05",
        ] {
            let p: Target = text.parse().unwrap();
            for samples in [drawn(text, 40, 9), drawn("normal:0:1", 25, 3)] {
                let next = |x: f64| {
                    let sample = samples.iter().map(|&s| f64::from(s)).find(|&s| s > x);
                    sample
                        .into_iter()
                        .chain(p.next_breakpoint(x))
                        .reduce(f64::min)
                };
                let low = p.range().0.min(f64::from(samples[0]));
                let high = p.range().1.max(f64::from(samples[samples.len() - 1]));
                let area = integrate(
                    |x| (empirical(&samples, x) - p.cdf(x)).abs(),
                    (low, high),
                    next,
                );
                let found = to_distribution(&samples, &p).unwrap();
                assert!(
                    (found - area.value).abs() < 1e-10,
                    "{text}: {found} against {area:?}"
                );
            }
        }
    }

    #[test]
    fn an_offset_costs_no_digits() {
        let samples = drawn("normal:0:1", 4096, 4);
        let shifted: Vec<f32> = samples
            .iter()
            .map(|x| (x * 256.0) as i32 as f32 / 256.0)
            .collect();
        let far: Vec<f32> = shifted.iter().map(|x| x + 16384.0).collect();
        let (near, there): (Target, Target) = (
            "normal:0:1".parse().unwrap(),
            "normal:16384:1".parse().unwrap(),
        );
        let difference =
            to_distribution(&shifted, &near).unwrap() - to_distribution(&far, &there).unwrap();
        assert!(difference.abs() < 1e-11, "{difference}");
    }

    #[test]
    fn what_is_no_sorted_sample_is_refused() {
        let p: Target = "normal:0:1".parse().unwrap();
        assert_eq!(between_samples(&[], &[1.0]), Err(SampleError::Empty));
        assert_eq!(
            between_samples(&[1.0], &[2.0, 1.0]),
            Err(SampleError::Unsorted)
        );
        assert_eq!(
            to_distribution(&[f32::NAN], &p),
            Err(SampleError::NotFinite)
        );
        assert_eq!(
            to_distribution(&[0.0, f32::INFINITY], &p),
            Err(SampleError::NotFinite)
        );
        assert_eq!(to_distribution(&[], &p), Err(SampleError::Empty));
    }
}
