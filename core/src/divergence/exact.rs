//! Divergences of two known densities, by quadrature, in nats.
//!
//! Where p = 0 nothing is added, whatever the other factor: 0 ln 0 = 0 by continuity.

use super::density::{Density, Mixed};
use super::quadrature::{absolute_over, over};
use crate::math::reference as math;

/// Differential entropy H(p) = -∫ p(x) ln p(x) dx. It depends on the unit of x and may be negative.
pub fn entropy(p: &(impl Density + ?Sized)) -> f64 {
    let integrand = |x| expected(p.ln_density(x), |ln_p| -ln_p);
    over(p, integrand).value
}

/// Cross-entropy H(p, q) = -∫ p(x) ln q(x) dx = H(p) + KL(p ‖ q): the expected negative
/// log-likelihood of a model q on data from p. Infinite where q excludes what p allows.
pub fn cross_entropy(p: &(impl Density + ?Sized), q: &(impl Density + ?Sized)) -> f64 {
    if !covers(q, p) {
        return f64::INFINITY;
    }
    let integrand = |x| expected(p.ln_density(x), |_| -q.ln_density(x));
    over(&Mixed::new(p, q), integrand).value
}

/// Kullback-Leibler divergence KL(p ‖ q) = ∫ p(x) (ln p(x) - ln q(x)) dx, at least 0 (rounding
/// below that is cut off), infinite where q excludes what p allows.
///
/// Source: Kullback and Leibler, On information and sufficiency, 1951.
pub fn kl(p: &(impl Density + ?Sized), q: &(impl Density + ?Sized)) -> f64 {
    if !covers(q, p) {
        return f64::INFINITY;
    }
    let integrand = |x| expected(p.ln_density(x), |ln_p| ln_p - q.ln_density(x));
    not_negative(over(&Mixed::new(p, q), integrand).value)
}

/// Jensen-Shannon divergence JS(p, q) = (KL(p ‖ m) + KL(q ‖ m)) / 2 with m = (p + q) / 2, between 0
/// and ln 2.
///
/// Source: Lin, Divergence measures based on the Shannon entropy, 1991.
pub fn js(p: &(impl Density + ?Sized), q: &(impl Density + ?Sized)) -> f64 {
    let m = Mixed::new(p, q);
    0.5 * (kl(p, &m) + kl(q, &m))
}

/// Total variation TV(p, q) = ½ ∫ |p(x) - q(x)| dx, between 0 and 1.
pub fn total_variation(p: &(impl Density + ?Sized), q: &(impl Density + ?Sized)) -> f64 {
    0.5 * absolute_over(&Mixed::new(p, q), |x| p.density(x) - q.density(x)).value
}

/// p f(ln p), and 0 where p = 0.
pub(super) fn expected(ln_p: f64, f: impl Fn(f64) -> f64) -> f64 {
    let p = math::exp(ln_p);
    if p == 0.0 { 0.0 } else { p * f(ln_p) }
}

/// Whether q > 0 wherever p > 0. Decided by the supports and not by values: far out both densities
/// underflow, and the divergence is infinite all the same.
fn covers(q: &(impl Density + ?Sized), p: &(impl Density + ?Sized)) -> bool {
    let ((low, high), (p_low, p_high)) = (q.support(), p.support());
    low <= p_low && p_high <= high
}

/// A NaN stays one.
fn not_negative(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::{Distribution, Normal, Target, wasserstein};

    fn target(text: &str) -> Target {
        text.parse().unwrap()
    }

    #[track_caller]
    fn assert_close(found: f64, expected: f64, what: &str) {
        let same = found == expected;
        let close = (found - expected).abs() <= 1e-10 * expected.abs().max(1.0);
        assert!(same || close, "{what}: {found} against {expected}");
    }

    /// KL(p ‖ q), KL(q ‖ p), JS, TV, W1 by mpmath 1.3 with 40 digits.
    const REFERENCE: [(&str, &str, [f64; 5]); 11] = [
        (
            "normal:0:1",
            "normal:1:1",
            [
                0.5,
                0.5,
                0.111_421_482_184_736_18,
                0.382_924_922_548_026_2,
                1.0,
            ],
        ),
        (
            "normal:0:1",
            "mixture:0.5:-1:0.5,0.5:1:0.5",
            [
                0.227_841_508_190_698_1,
                0.185_426_986_823_078_33,
                0.048_771_832_797_185_33,
                0.265_705_360_277_192_1,
                0.247_658_728_719_339_4,
            ],
        ),
        (
            "normal:0:1",
            "normal:3:0.5",
            [
                18.806_852_819_440_055,
                4.818_147_180_559_945,
                0.630_867_987_220_538_8,
                0.957_412_831_717_706_8,
                3.000_000_000_156_357,
            ],
        ),
        (
            "normal:0:1",
            "mixture:0.5:-1.5:0.05,0.5:1.5:0.05",
            [
                168.466_131_564_267_57,
                2.928_835_092_994_045_7,
                0.569_626_441_407_966_9,
                0.923_288_292_790_992_7,
                0.798_607_247_068_536_5,
            ],
        ),
        (
            "mixture:1:-2:0.2,1:0:0.2,1:2:0.2",
            "normal:0:1",
            [
                1.364_160_107_987_271_8,
                3.141_706_288_032_985,
                0.305_715_985_163_455_9,
                0.620_200_571_383_422_9,
                0.633_924_722_724_472_3,
            ],
        ),
        (
            "uniform:-1:1",
            "normal:0:1",
            [
                0.392_458_019_311_394_1,
                f64::INFINITY,
                0.127_149_545_081_537_25,
                0.317_310_507_862_914_1,
                0.297_884_560_802_865_36,
            ],
        ),
        (
            "uniform:-1:1",
            "uniform:-2:1",
            [
                0.405_465_108_108_164_4,
                f64::INFINITY,
                0.132_304_124_718_898_28,
                1.0 / 3.0,
                0.5,
            ],
        ),
        (
            "exponential:1",
            "lognormal:0:1",
            [
                0.330_778_863_631_112_4,
                0.229_782_737_495_455_4,
                0.042_291_028_923_043_3,
                0.150_148_472_351_591_47,
                0.648_721_270_700_128_1,
            ],
        ),
        (
            "exponential:1",
            "normal:1:2",
            [
                0.737_085_713_764_618,
                f64::INFINITY,
                0.195_716_069_593_513_03,
                0.489_220_886_871_465_9,
                0.932_959_686_949_524_2,
            ],
        ),
        (
            "lognormal:0:1",
            "normal:1:2",
            [
                0.829_598_875_251_244_6,
                f64::INFINITY,
                0.166_245_228_398_943_37,
                0.415_290_265_157_521_5,
                0.851_562_720_585_758_8,
            ],
        ),
        (
            "lognormal:0:1",
            "lognormal:0:0.5",
            [
                0.806_852_819_440_054_7,
                0.318_147_180_559_945_3,
                0.092_733_381_666_412_53,
                0.322_674_568_834_768_7,
                0.691_653_903_343_851_2,
            ],
        ),
    ];

    #[test]
    fn divergences_agree_with_forty_digits() {
        for (p, q, [kl_pq, kl_qp, js_pq, tv, w1]) in REFERENCE {
            let (p, q) = (target(p), target(q));
            let what = std::format!("{p} and {q}");
            assert_close(kl(&p, &q), kl_pq, &what);
            assert_close(kl(&q, &p), kl_qp, &what);
            assert_close(js(&p, &q), js_pq, &what);
            assert_close(js(&q, &p), js_pq, &what);
            assert_close(total_variation(&p, &q), tv, &what);
            assert_close(wasserstein::between(&p, &q), w1, &what);
        }
    }

    #[test]
    fn normals_have_a_closed_form() {
        let cases = [
            (0.0, 1.0, 0.0, 1.0),
            (0.0, 1.0, 3.0, 0.5),
            (-2.0, 0.05, 5.0, 3.0),
            (0.0, 1.0, 100.0, 0.1),
            (1e4, 0.01, 1e4, 0.02),
        ];
        for (m0, s0, m1, s1) in cases {
            let (p, q) = (
                target(&std::format!("normal:{m0}:{s0}")),
                target(&std::format!("normal:{m1}:{s1}")),
            );
            let (d, r): (f64, f64) = ((m0 - m1) / s1, s0 / s1);
            let exact = 0.5 * (r * r + d * d - 1.0) - math::ln(r);
            assert_close(kl(&p, &q), exact, &std::format!("{p} and {q}"));
        }
    }

    #[test]
    fn total_variation_of_normals_has_a_closed_form() {
        let mut rng = crate::rng::Rng::new(1, 0);
        for _ in 0..500 {
            let mean = 2.0 * f64::from(rng.gaussian());
            let sd = 0.7 * math::exp(f64::from(rng.gaussian()));
            let (p, q) = (Normal::STANDARD, Normal::new(mean, sd).unwrap());
            // The densities cross where a x² + b x + c = ln q(x) - ln p(x) is 0.
            let r = 1.0 / (sd * sd);
            let (a, b, c) = (
                0.5 - 0.5 * r,
                mean * r,
                -0.5 * mean * mean * r - math::ln(sd),
            );
            let half = -0.5 * (b + b.signum() * math::sqrt(b * b - 4.0 * a * c));
            let difference = |x: f64| p.cdf(x) - q.cdf(x);
            let (first, second) = (difference(half / a), difference(c / half));
            let exact = 0.5 * (first.abs() + (second - first).abs() + second.abs());
            assert_close(total_variation(&p, &q), exact, &std::format!("{mean} {sd}"));
        }
    }

    #[test]
    fn the_support_decides_what_is_infinite() {
        let infinite = |p: &str, q: &str| kl(&target(p), &target(q)) == f64::INFINITY;
        assert!(infinite("uniform:0:1", "uniform:0:0.5"));
        assert!(!infinite("uniform:0:0.5", "uniform:0:1"));
        // The normal has 1e-2174 of its mass outside: no quadrature would see it.
        assert!(infinite("normal:0:1", "uniform:-100:100"));
        assert!(infinite("normal:5:0.1", "lognormal:0:1"));
        assert!(infinite("exponential:1", "uniform:0:1e6"));
        assert!(!infinite("lognormal:0:1", "exponential:1"));
        assert_eq!(
            cross_entropy(&target("normal:0:1"), &target("uniform:0:1")),
            f64::INFINITY
        );
    }

    #[test]
    fn what_does_not_overlap_is_as_far_as_can_be() {
        for (p, q) in [
            ("uniform:0:1", "uniform:2:3"),
            ("normal:-1000:1", "normal:1000:0.01"),
        ] {
            let (p, q) = (target(p), target(q));
            assert_close(js(&p, &q), core::f64::consts::LN_2, "JS");
            assert_close(total_variation(&p, &q), 1.0, "TV");
        }
    }

    #[test]
    fn a_distribution_is_no_distance_from_itself() {
        for text in [
            "normal:3:0.5",
            "uniform:0:1",
            "lognormal:0:1",
            "mixture:0.9:-1:0.05,0.1:4:1",
        ] {
            let p = target(text);
            for distance in [kl(&p, &p), js(&p, &p), total_variation(&p, &p)] {
                assert!((0.0..1e-14).contains(&distance), "{text}: {distance}");
            }
        }
    }

    #[test]
    fn entropies_have_closed_forms_and_make_up_the_divergence() {
        let half_ln_tau_e = 1.418_938_533_204_672_7;
        assert_close(
            entropy(&target("normal:-4:0.5")),
            half_ln_tau_e - core::f64::consts::LN_2,
            "normal",
        );
        assert_close(
            entropy(&target("uniform:1:5")),
            4.0 * 0.25 * math::ln(4.0),
            "uniform",
        );
        assert_close(
            entropy(&target("exponential:2")),
            1.0 - core::f64::consts::LN_2,
            "exponential",
        );
        assert_close(
            entropy(&target("lognormal:0.3:1")),
            half_ln_tau_e + 0.3,
            "lognormal",
        );
        let (p, q) = (target("exponential:1"), target("lognormal:0:1"));
        assert_close(
            cross_entropy(&p, &q) - entropy(&p),
            kl(&p, &q),
            "difference",
        );
    }
}
