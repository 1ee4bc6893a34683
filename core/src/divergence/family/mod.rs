//! The families of known distributions, one a file.

mod exponential;
mod lognormal;
mod mixture;
mod normal;
mod uniform;

pub use exponential::Exponential;
pub use lognormal::LogNormal;
pub use mixture::{MAX_MODES, Mixture, Mode};
pub use normal::Normal;
pub use uniform::Uniform;

use super::error::{Parameter, TargetError};

/// ln √(2π).
const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// How far the range of quadrature goes, in standard deviations (of ln x for a lognormal): the mass
/// beyond is 2 Φ(-12) = 3.6e-33.
const REACH: f64 = 12.0;

/// `value`, if it is finite.
fn finite(name: &'static str, value: f64) -> Result<f64, TargetError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(TargetError::NotFinite(Parameter::new(name)))
    }
}

/// `value`, if it is finite and above zero.
fn positive(name: &'static str, value: f64) -> Result<f64, TargetError> {
    if finite(name, value)? > 0.0 {
        Ok(value)
    } else {
        Err(TargetError::NotPositive(Parameter::new(name), value))
    }
}

/// Whether `f32` readings can show a distribution: they do not overflow anywhere in `range`, and
/// their grid at `centre` is finer than `spread`.
fn fits_f32(range: (f64, f64), centre: f64, spread: f64) -> Result<(), TargetError> {
    let largest = f64::from(f32::MAX);
    let grid = (centre.abs() * f64::from(f32::EPSILON)).max(f64::from(f32::MIN_POSITIVE));
    if range.0 >= -largest && range.1 <= largest && spread >= grid {
        Ok(())
    } else {
        Err(TargetError::BeyondF32)
    }
}

#[cfg(test)]
mod tests {
    use super::super::density::{Density, Distribution};
    use super::super::quadrature::{integrate, over};
    use super::super::{Target, wasserstein};
    use super::normal::standard_quantile;
    use super::*;
    use crate::rng::Rng;
    use std::vec::Vec;

    const TARGETS: [&str; 14] = [
        "normal:0:1",
        "normal:-1e4:0.01",
        "normal:3:1e6",
        "uniform:-1:1",
        "uniform:1000:1000.5",
        "exponential:1",
        "exponential:2500",
        "lognormal:0:0.5",
        "lognormal:-3:1",
        "lognormal:0:2",
        "mixture:0.5:-1.5:0.05,0.5:1.5:0.05",
        "mixture:0.8:-1.5:0.2,0.2:1.5:0.2",
        "mixture:1:-7:.1,1:-5:.1,1:-3:.1,1:-1:.1,1:1:.1,1:3:.1,1:5:.1,1:7:.1",
        "mixture:1:0:1,1e-6:1000:0.001,3:0.5:20",
    ];

    fn each(test: impl Fn(&str, &Target)) {
        for text in TARGETS {
            test(text, &text.parse().unwrap());
        }
    }

    /// What the grid of `f64` leaves of the accuracy, far from 0.
    fn grid(p: &Target) -> f64 {
        p.mean().abs() / p.sd() * f64::EPSILON
    }

    #[test]
    fn densities_integrate_to_one_and_give_the_moments() {
        each(|text, p| {
            let mass = over(p, |x| p.density(x)).value;
            assert!((mass - 1.0).abs() < 1e-12 + grid(p), "{text}: {mass}");
            let (mean, sd) = (p.mean(), p.sd());
            // Relative to the distribution, so that an offset costs no digits.
            let first = over(p, |x| (x - mean) / sd * p.density(x)).value;
            let second = over(p, |x| (x - mean) / sd * ((x - mean) / sd) * p.density(x)).value;
            assert!(first.abs() < 1e-9, "{text}: {first}");
            assert!((second - 1.0).abs() < 1e-9, "{text}: {second}");
        });
    }

    #[test]
    fn the_distribution_function_is_the_integral_of_the_density() {
        each(|text, p| {
            for u in [1e-6, 0.01, 0.3, 0.5, 0.77, 0.999] {
                let x = p.quantile(u);
                let below =
                    integrate(|x| p.density(x), (p.range().0, x), |x| p.next_breakpoint(x)).value;
                let error = (p.cdf(x) - below).abs();
                assert!(
                    error < 1e-12 + grid(p),
                    "{text} at {x}: {} against {below}",
                    p.cdf(x)
                );
            }
        });
    }

    #[test]
    fn quantiles_invert_the_distribution_function() {
        each(|text, p| {
            for u in [1e-9, 1e-3, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1.0 - 1e-9] {
                let x = p.quantile(u);
                // As near as the grid of x allows.
                let grid = p.density(x) * x.abs() * f64::EPSILON;
                assert!(
                    (p.cdf(x) - u).abs() <= 4e-15 + 2.0 * grid,
                    "{text} at {u}: {x} has {}",
                    p.cdf(x)
                );
            }
            assert_eq!((p.quantile(0.0), p.quantile(1.0)), p.support(), "{text}");
            for outside in [-1e-9, 1.1, f64::NAN] {
                assert!(p.quantile(outside).is_nan(), "{text} at {outside}");
            }
        });
    }

    #[test]
    fn shortfall_is_the_integral_of_the_distribution_function() {
        each(|text, p| {
            for u in [1e-3, 0.2, 0.5, 0.9, 1.0 - 1e-7] {
                let x = p.quantile(u);
                let below =
                    integrate(|x| p.cdf(x), (p.range().0, x), |x| p.next_breakpoint(x)).value;
                let error = (p.shortfall(x) - below).abs();
                assert!(
                    error < 1e-12 * (x - p.range().0),
                    "{text} at {u}: {} against {below}",
                    p.shortfall(x)
                );
            }
            assert!(p.shortfall(p.range().0).abs() < 1e-20);
        });
    }

    #[test]
    fn the_range_holds_all_but_a_trace() {
        each(|text, p| {
            let (low, high) = p.range();
            assert!(p.cdf(low) < 1e-14 && 1.0 - p.cdf(high) < 1e-14, "{text}");
            assert!(p.breakpoints().is_sorted(), "{text}");
            assert!(p.breakpoints().count() >= 2, "{text}");
        });
    }

    #[test]
    fn draws_follow_the_distribution() {
        each(|text, p| {
            let mut rng = Rng::new(11, 0);
            let mut samples: Vec<f32> = (0..40_000).map(|_| p.draw(&mut rng)).collect();
            samples.sort_unstable_by(f32::total_cmp);
            // The largest gap between the distribution functions: sup |F_n - F| > 2 / √n has
            // probability 2 e^-8 (Kolmogorov). The grid of `f32` adds to it, and so does a rough
            // logarithm behind the Gaussian.
            let largest = if crate::math::BACKEND == "micromath" {
                0.03
            } else {
                0.01
            };
            let grid = samples
                .iter()
                .map(|x| f64::from(*x) - f64::from(x.next_down()));
            let coarse =
                grid.fold(0.0, f64::max) * p.density(p.quantile(0.5)).max(p.density(p.mean()));
            for (i, &x) in (0u32..).zip(&samples) {
                let gap = (p.cdf(f64::from(x)) - f64::from(i) / 40_000.0).abs();
                assert!(gap < largest + coarse, "{text} at {x}: {gap}");
            }
            let w1 = wasserstein::to_distribution(&samples, p).unwrap();
            assert!(w1 < 0.05 * p.sd(), "{text}: {w1}");
        });
    }

    #[test]
    fn tails_keep_their_logarithm_where_the_density_underflows() {
        let p: Target = "normal:0:1".parse().unwrap();
        assert!((p.ln_density(1e4) + 5e7 + 0.918_938_533_204_672_8).abs() < 1e-7);
        assert_eq!(p.density(1e4), 0.0);
        let mixture: Target = "mixture:0.25:0:1,0.75:1:1".parse().unwrap();
        let expected = Normal::new(1.0, 1.0).unwrap().ln_density(1e4) + math_ln(0.75);
        assert!((mixture.ln_density(1e4) - expected).abs() < 1e-7);
        for outside in ["uniform:0:1", "exponential:1", "lognormal:0:1"] {
            let p: Target = outside.parse().unwrap();
            assert_eq!(p.ln_density(-0.5), f64::NEG_INFINITY, "{outside}");
            assert_eq!(p.density(-0.5), 0.0, "{outside}");
            assert_eq!(p.cdf(-0.5), 0.0, "{outside}");
        }
    }

    fn math_ln(x: f64) -> f64 {
        crate::math::reference::ln(x)
    }

    #[test]
    fn normal_quantiles_agree_with_forty_digits() {
        // mpmath 1.3, 40 digits.
        let table = [
            (1e-300, -37.047_096_299_361_2),
            (1e-20, -9.262_340_089_798_407),
            (1e-10, -6.361_340_902_404_056),
            (0.001, -3.090_232_306_167_813_5),
            (0.025, -1.959_963_984_540_054_2),
            (0.07, -1.475_791_028_179_170_7),
            (0.08, -1.405_071_560_309_632_5),
            (0.3, -0.524_400_512_708_040_8),
            (0.7, 0.524_400_512_708_040_7),
            (0.975, 1.959_963_984_540_053_9),
            (0.999, 3.090_232_306_167_813),
        ];
        for (u, z) in table {
            let found = standard_quantile(u);
            assert!(
                (found - z).abs() <= 4e-16 * z.abs(),
                "{u}: {found} against {z}"
            );
        }
    }

    #[test]
    fn modes_are_told_for_gaussians_only() {
        let normal: Target = "normal:2:3".parse().unwrap();
        let mode = Mode {
            weight: 1.0,
            mean: 2.0,
            sd: 3.0,
        };
        assert_eq!(normal.modes().collect::<Vec<_>>(), [mode]);
        let mixture: Target = "mixture:1:0:1,3:5:2".parse().unwrap();
        let weights: Vec<f64> = mixture.modes().map(|mode| mode.weight).collect();
        assert_eq!(weights, [0.25, 0.75]);
        let uniform: Target = "uniform:0:1".parse().unwrap();
        assert_eq!(uniform.modes().count(), 0);
    }
}
