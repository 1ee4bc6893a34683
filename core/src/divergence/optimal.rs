//! The discriminator's side of the game where both densities are known: the optimum D*, the value
//! V(G, D) of any discriminator, and what V says of the Jensen-Shannon divergence.
//!
//! p is the density of the data, q that of the generator. A discriminator is given by its logit l,
//! D(x) = σ(l(x)), and ln D = -s(-l), ln(1 - D) = -s(l) with the softplus s(l) = ln(1 + e^l): so no
//! logarithm of a rounded probability is ever taken.
//!
//! Source: Goodfellow et al., Generative adversarial nets, 2014, section 4.1.

use core::f64::consts::LN_2;

use super::density::{Density, Mixed};
use super::exact::expected;
use super::quadrature::{Integral, absolute_over, over};
use crate::math::reference as math;

/// D*(x) = p(x) / (p(x) + q(x)), and ½ where both are 0.
pub fn optimal_discriminator(
    p: &(impl Density + ?Sized),
    q: &(impl Density + ?Sized),
    x: f64,
) -> f64 {
    math::sigmoid(optimal_logit(p, q, x))
}

/// The logit of D*: ln p(x) - ln q(x), and 0 where both densities are 0.
pub fn optimal_logit(p: &(impl Density + ?Sized), q: &(impl Density + ?Sized), x: f64) -> f64 {
    let (ln_p, ln_q) = (p.ln_density(x), q.ln_density(x));
    if ln_p == ln_q { 0.0 } else { ln_p - ln_q }
}

/// V(G, D) = E_p ln D(x) + E_q ln(1 - D(x)) of the discriminator with this logit.
///
/// Between minus infinity and V(G, D*) <= 0. A logit computed in `f32` limits the accuracy to
/// about 1e-8; the integral's error says how far it got.
pub fn value(
    p: &(impl Density + ?Sized),
    q: &(impl Density + ?Sized),
    logit: impl Fn(f64) -> f64,
) -> Integral {
    over(&Mixed::new(p, q), |x| {
        let l = logit(x);
        let on_data = expected(p.ln_density(x), |_| -math::softplus(-l));
        let on_generated = expected(q.ln_density(x), |_| -math::softplus(l));
        on_data + on_generated
    })
}

/// V(G, D*) = -2 ln 2 + 2 JS(p, q): the maximum of [`value`] over all discriminators.
pub fn value_at_optimum(p: &(impl Density + ?Sized), q: &(impl Density + ?Sized)) -> f64 {
    value(p, q, |x| optimal_logit(p, q, x)).value
}

/// The bound on the Jensen-Shannon divergence that a value of V proves: JS(p, q) >= ln 2 + V / 2,
/// with equality for D*. It is negative, and proves nothing, for a discriminator worse than D = ½.
pub fn js_bound(value: f64) -> f64 {
    LN_2 + 0.5 * value
}

/// How far a discriminator is from D*: E_m |D(x) - D*(x)| with m = (p + q) / 2.
pub fn discriminator_error(
    p: &(impl Density + ?Sized),
    q: &(impl Density + ?Sized),
    logit: impl Fn(f64) -> f64,
) -> Integral {
    let m = Mixed::new(p, q);
    absolute_over(&m, |x| {
        let error = math::sigmoid(logit(x)) - optimal_discriminator(p, q, x);
        m.density(x) * error
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::{Target, js, total_variation};

    const PAIRS: [(&str, &str); 6] = [
        ("normal:0:1", "normal:1:1"),
        ("normal:0:1", "mixture:0.5:-1:0.5,0.5:1:0.5"),
        ("normal:0:1", "normal:3:0.5"),
        ("mixture:1:-2:0.05,1:0:0.05,1:2:0.05", "normal:0:1"),
        ("uniform:0:1", "uniform:0.5:3"),
        ("exponential:1", "lognormal:0:1"),
    ];

    fn pairs() -> impl Iterator<Item = (Target, Target)> {
        PAIRS
            .into_iter()
            .map(|(p, q)| (p.parse().unwrap(), q.parse().unwrap()))
    }

    #[test]
    fn the_optimum_is_a_logistic_function_for_shifted_normals() {
        let (p, q) = pairs().next().unwrap();
        for x in [-3.0, 0.0, 0.5, 2.0, 40.0, -800.0] {
            // ln N(x; 0, 1) - ln N(x; 1, 1) = 1/2 - x.
            assert!((optimal_logit(&p, &q, x) - (0.5 - x)).abs() < 1e-9, "{x}");
            let expected = 1.0 / (1.0 + math::exp(x - 0.5));
            assert!(
                (optimal_discriminator(&p, &q, x) - expected).abs() < 1e-12,
                "{x}"
            );
        }
    }

    #[test]
    fn the_optimum_is_certain_outside_of_a_support_and_open_outside_of_both() {
        let (p, q) = pairs().nth(4).unwrap();
        assert_eq!(optimal_discriminator(&p, &q, 0.25), 1.0);
        assert_eq!(optimal_discriminator(&p, &q, 2.0), 0.0);
        assert_eq!(optimal_discriminator(&p, &q, 9.0), 0.5);
        assert!((optimal_discriminator(&p, &q, 0.75) - 1.0 / 1.4).abs() < 1e-15);
    }

    #[test]
    fn the_value_at_the_optimum_is_the_divergence() {
        for (p, q) in pairs() {
            let (v, js) = (value_at_optimum(&p, &q), js(&p, &q));
            assert!(
                (v - (-2.0 * LN_2 + 2.0 * js)).abs() < 1e-10,
                "{p} and {q}: {v} and {js}"
            );
            assert!((js_bound(v) - js).abs() < 1e-10);
        }
    }

    #[test]
    fn no_discriminator_exceeds_the_optimum() {
        for (p, q) in pairs() {
            let best = value_at_optimum(&p, &q);
            for epsilon in [0.5, 0.1, 0.01] {
                let wrong =
                    |x: f64| optimal_logit(&p, &q, x).clamp(-30.0, 30.0) + epsilon * libm::sin(x);
                let v = value(&p, &q, wrong);
                assert!(
                    v.value < best && v.error < 1e-9,
                    "{p} and {q}: {v:?} against {best}"
                );
            }
        }
    }

    #[test]
    fn knowing_nothing_is_worth_minus_two_ln_two() {
        for (p, q) in pairs() {
            let v = value(&p, &q, |_| 0.0).value;
            assert!((v + 2.0 * LN_2).abs() < 1e-11 && js_bound(v).abs() < 1e-11);
        }
    }

    #[test]
    fn certainty_overflows_nothing() {
        let (p, q) = pairs().next().unwrap();
        for logit in [1e5, 1e300] {
            // E_p ln D = 0 and E_q ln(1 - D) = -logit.
            let v = value(&p, &q, |_| logit).value;
            assert!((v / -logit - 1.0).abs() < 1e-11, "{v}");
        }
        assert_eq!(value(&p, &q, |_| f64::INFINITY).value, f64::NEG_INFINITY);
        assert_eq!(
            value(&p, &q, |_| f64::NEG_INFINITY).value,
            f64::NEG_INFINITY
        );
    }

    #[test]
    fn a_logit_in_f32_is_integrated_to_its_own_accuracy() {
        let (p, q) = pairs().next().unwrap();
        let v = value(&p, &q, |x| f64::from(0.5f32 - x as f32));
        assert!((v.value - value_at_optimum(&p, &q)).abs() < 1e-8, "{v:?}");
        assert!(v.error < 1e-6, "{v:?}");
    }

    #[test]
    fn the_constant_half_is_half_the_total_variation_off() {
        for (p, q) in pairs() {
            // |1/2 - p / (p + q)| (p + q) / 2 = |p - q| / 4.
            let error = discriminator_error(&p, &q, |_| 0.0).value;
            assert!(
                (error - 0.5 * total_variation(&p, &q)).abs() < 1e-10,
                "{p} and {q}"
            );
            assert_eq!(
                discriminator_error(&p, &q, |x| optimal_logit(&p, &q, x)).value,
                0.0
            );
        }
    }
}
