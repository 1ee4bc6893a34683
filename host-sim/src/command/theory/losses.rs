//! The six losses beside each other: what D minimises, where its minimum lies for these p and q,
//! and which divergence G is then left with.

use ganlet::divergence::quadrature::over;
use ganlet::divergence::{Mixed, Target, optimal, wasserstein};
use ganlet::loss::Loss;
use ganlet::math::reference::{exp, sigmoid, softplus};

use super::divergences::Divergences;

/// One loss between two known distributions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) loss: Loss,
    /// What D minimises, over pairs of logits a = D(x), b = D(G(z)).
    pub(super) discriminator: &'static str,
    /// What G minimises.
    pub(super) generator: &'static str,
    /// The logit of the best D.
    pub(super) optimum: &'static str,
    /// D's loss there, in terms of a divergence.
    pub(super) meaning: &'static str,
    /// D's loss there, by quadrature.
    pub(super) least: f64,
}

/// All six, in the order of [`Loss::ALL`].
pub(super) fn table(p: &Target, q: &Target, divergences: &Divergences) -> [Row; 6] {
    Loss::ALL.map(|loss| {
        let [discriminator, generator, optimum, meaning] = words(loss);
        Row {
            loss,
            discriminator,
            generator,
            optimum,
            meaning,
            least: least(loss, p, q, divergences),
        }
    })
}

/// What D and G minimise, the best logit, and what D's loss is there; s(t) = ln(1 + eᵗ).
fn words(loss: Loss) -> [&'static str; 4] {
    match loss {
        Loss::Minimax => ["s(−a) + s(b) = −V", "−s(b)", "ln p/q", "2 ln 2 − 2 JS"],
        Loss::NonSaturating => ["s(−a) + s(b) = −V", "s(−b)", "ln p/q", "2 ln 2 − 2 JS"],
        Loss::LeastSquares => ["½(a−1)² + ½b²", "½(b−1)²", "p/(p+q)", "½ ∫ pq/(p+q) dx"],
        Loss::Hinge => ["(1−a)₊ + (1+b)₊", "−b", "sign(p−q)", "2 − 2 TV"],
        Loss::Wasserstein => ["b − a", "−b", "slope ≤ 1", "−W1, given |D′| ≤ 1"],
        Loss::Relativistic => ["s(b−a)", "s(a−b)", "ln p/q + c", "ln 2 − JS of pairs"],
    }
}

/// The least mean loss that any D reaches.
fn least(loss: Loss, p: &Target, q: &Target, divergences: &Divergences) -> f64 {
    match loss {
        Loss::Minimax | Loss::NonSaturating => -divergences.value_at_optimum,
        Loss::LeastSquares => 0.5 * harmonic(p, q),
        Loss::Hinge => 2.0 - 2.0 * divergences.total_variation,
        Loss::Wasserstein => -wasserstein::between(p, q),
        Loss::Relativistic => relativistic(p, q),
    }
}

/// ∫ pq / (p + q) dx, as ∫ p (1 - D*) dx.
fn harmonic(p: &Target, q: &Target) -> f64 {
    over(&Mixed::new(p, q), |x| {
        let mass = exp(p.ln_density(x));
        let odds = sigmoid(-optimal::optimal_logit(p, q, x));
        if mass == 0.0 { 0.0 } else { mass * odds }
    })
    .value
}

/// E s(a(y) - a(x)) over independent x of p and y of q, with a = ln p/q: the best guess which of a
/// pair is the real one. Each integral runs over quantiles u = t² (3 - 2t) by the midpoint rule in
/// t, whose nodes crowd in both tails; five digits are right.
fn relativistic(p: &Target, q: &Target) -> f64 {
    const NODES: u32 = 512;
    let nodes = |of: &Target| -> Vec<(f64, f64)> {
        let node = |i: u32| {
            let t = (f64::from(i) + 0.5) / f64::from(NODES);
            let x = of.quantile(t * t * (3.0 - 2.0 * t));
            let weight = 6.0 * t * (1.0 - t) / f64::from(NODES);
            (weight, optimal::optimal_logit(p, q, x))
        };
        (0..NODES).map(node).collect()
    };
    let (real, generated) = (nodes(p), nodes(q));
    let over_q = |a: f64| {
        generated
            .iter()
            .map(|(w, b)| w * softplus(b - a))
            .sum::<f64>()
    };
    real.iter().map(|&(w, a)| w * over_q(a)).sum()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::*;

    fn leasts(p: &str, q: &str) -> [f64; 6] {
        let (p, q) = (p.parse().unwrap(), q.parse().unwrap());
        table(&p, &q, &Divergences::of(&p, &q)).map(|row| row.least)
    }

    #[track_caller]
    fn assert_close(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found - expected).abs() < tolerance,
            "{found} for {expected}"
        );
    }

    #[test]
    fn between_equals_no_discriminator_does_better_than_guessing() {
        let expected = [2.0 * LN_2, 2.0 * LN_2, 0.25, 2.0, 0.0, LN_2];
        for (found, expected) in leasts("normal:3:2", "normal:3:2").into_iter().zip(expected) {
            assert_close(found, expected, 1e-5);
        }
    }

    #[test]
    fn between_strangers_every_discriminator_is_certain() {
        let expected = [0.0, 0.0, 0.0, 0.0, -2.0, 0.0];
        for (found, expected) in leasts("uniform:0:1", "uniform:2:3")
            .into_iter()
            .zip(expected)
        {
            assert_close(found, expected, 1e-5);
        }
    }

    #[test]
    fn pairs_are_compared_by_the_difference_of_their_logits() {
        // For N(0, 1) and N(1, 1) the logit 1/2 - x makes pairs differ by N(1, 2), and
        // the mean of s(-N(1, 2)) is known to 30 digits (mpmath).
        let found = leasts("normal:0:1", "normal:1:1")[5];
        assert_close(found, RELATIVISTIC, 1e-5);
    }

    /// ∫ N(t; 1, 2) ln(1 + e^-t) dt.
    const RELATIVISTIC: f64 = 0.491_801_708_975_140_2;

    #[test]
    fn least_squares_measures_by_the_harmonic_mean() {
        // Uniforms on [0, 2] and [1, 3]: pq/(p+q) = 1/4 on [1, 2].
        assert_close(leasts("uniform:0:2", "uniform:1:3")[2], 0.125, 1e-12);
    }
}
