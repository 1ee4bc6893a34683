//! How far apart p and q are, by quadrature and, where there is one, by formula.

use std::f64::consts::LN_2;

use ganlet::divergence::{Target, js, kl, optimal, total_variation};

use super::closed_form;

/// The divergences of two known distributions, in nats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Divergences {
    /// KL(p ‖ q) = ∫ p ln(p / q) dx; infinite where q excludes what p allows.
    pub(super) kl_pq: f64,
    /// KL(q ‖ p).
    pub(super) kl_qp: f64,
    /// JS(p, q) = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q) / 2.
    pub(super) js: f64,
    /// TV(p, q) = ½ ∫ |p - q| dx.
    pub(super) total_variation: f64,
    /// V(G, D*), from the logit of D*: an integral that shares nothing with that of JS.
    pub(super) value_at_optimum: f64,
    /// KL(p ‖ q) by formula.
    pub(super) closed_kl_pq: Option<f64>,
    /// KL(q ‖ p) by formula.
    pub(super) closed_kl_qp: Option<f64>,
    /// TV(p, q) by formula.
    pub(super) closed_total_variation: Option<f64>,
}

impl Divergences {
    pub(super) fn of(p: &Target, q: &Target) -> Self {
        Self {
            kl_pq: kl(p, q),
            kl_qp: kl(q, p),
            js: js(p, q),
            total_variation: total_variation(p, q),
            value_at_optimum: optimal::value_at_optimum(p, q),
            closed_kl_pq: closed_form::kl(p, q),
            closed_kl_qp: closed_form::kl(q, p),
            closed_total_variation: closed_form::total_variation(p, q),
        }
    }

    /// -2 ln 2 + 2 JS(p, q), what V(G, D*) must be.
    pub(super) fn expected_value(&self) -> f64 {
        2.0 * (self.js - LN_2)
    }

    /// How far the two sides of V(G, D*) = -2 ln 2 + 2 JS(p, q) are apart.
    pub(super) fn identity_error(&self) -> f64 {
        (self.value_at_optimum - self.expected_value()).abs()
    }

    /// Says of each divergence that is infinite that it is, and why; nothing if both are finite.
    pub(super) fn note(&self) -> Option<String> {
        let why = |of: &str, wide: char, narrow: char| {
            format!("{of} is infinite: {wide} gives readings that {narrow} excludes")
        };
        let notes = [
            (self.kl_pq, why("KL(p ‖ q)", 'p', 'q')),
            (self.kl_qp, why("KL(q ‖ p)", 'q', 'p')),
        ];
        let infinite = notes.into_iter().filter(|(kl, _)| kl.is_infinite());
        let told: Vec<String> = infinite.map(|(_, why)| why).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(p: &str, q: &str) -> Divergences {
        Divergences::of(&p.parse().unwrap(), &q.parse().unwrap())
    }

    #[test]
    fn what_is_infinite_is_named() {
        assert_eq!(of("normal:0:1", "normal:1:1").note(), None);
        let note = of("uniform:0:1", "uniform:0:2").note().unwrap();
        assert!(
            note.contains("KL(q ‖ p)") && !note.contains("KL(p ‖ q)"),
            "{note}"
        );
        let note = of("uniform:0:2", "uniform:1:3").note().unwrap();
        assert!(
            note.contains("KL(q ‖ p)") && note.contains("KL(p ‖ q)"),
            "{note}"
        );
    }

    #[test]
    fn the_identity_holds_where_no_divergence_is_finite() {
        let apart = of("uniform:0:1", "uniform:2:3");
        assert!(apart.identity_error() < 1e-12);
        assert!((apart.js - LN_2).abs() < 1e-12 && apart.value_at_optimum.abs() < 1e-12);
    }
}
