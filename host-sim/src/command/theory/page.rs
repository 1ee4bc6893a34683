//! What `theory.html` is made from.

use super::Findings;
use super::duel::density;
use crate::report::data::{Number, Theory};

/// The page's curves and numbers.
pub(super) fn theory(found: &Findings<'_>) -> Theory {
    let (p, q) = (found.p, found.q);
    Theory {
        p_name: p.to_string(),
        q_name: q.to_string(),
        p: density(p, p, q),
        q: density(q, p, q),
        optimal: found.duel.optimal.clone(),
        trained: Some(found.duel.trained.clone()),
        numbers: numbers(found),
    }
}

fn numbers(found: &Findings<'_>) -> Vec<Number> {
    let Findings {
        divergences,
        duel,
        likelihood,
        ..
    } = found;
    let mut numbers = Vec::new();
    let mut add = |name: &str, value: f64, meaning: &str| {
        numbers.push(Number {
            name: name.to_owned(),
            value,
            meaning: meaning.to_owned(),
        });
    };
    add("KL(P, Q)", divergences.kl_pq, "∫ p ln(p/q) dx, in nats");
    add("KL(Q, P)", divergences.kl_qp, "∫ q ln(q/p) dx, in nats");
    add(
        "JS(P, Q)",
        divergences.js,
        "½ KL(P, M) + ½ KL(Q, M), in nats",
    );
    add("TV(P, Q)", divergences.total_variation, "½ ∫ |p − q| dx");
    add(
        "V(G, D*)",
        divergences.value_at_optimum,
        "E ln D*(x) + E ln(1 − D*(G(z))), in nats",
    );
    add(
        "−2 ln 2 + 2 JS",
        divergences.expected_value(),
        "what V(G, D*) must be",
    );
    add(
        "V(G, D)",
        duel.value,
        "of the trained D, by quadrature: a lower bound of V(G, D*)",
    );
    if let Some(percent) = duel.gap_percent {
        add("gap", percent, "(V(G, D) − V(G, D*)) / 2 JS, in percent");
    }
    add(
        "E |D − D*|",
        duel.d_error,
        "over the equal mixture of P and Q",
    );
    add(
        "JS bound",
        duel.js_bound(),
        "ln 2 + V(G, D) / 2: JS is at least this",
    );
    if let Some(bound) = duel.sampled {
        add("JS bound, sampled", bound.js.into(), "as a device sees it");
        add("its standard error", bound.js_error.into(), "in nats");
    }
    add(
        "mean, most likely",
        likelihood.mle.mean,
        "of the Gaussian of maximum likelihood on readings of P",
    );
    add(
        "mean, closest",
        likelihood.min_kl.mean,
        "of the Gaussian of the smallest divergence from the same readings",
    );
    add(
        "sd, most likely",
        likelihood.mle.sd,
        "of the Gaussian of maximum likelihood",
    );
    add(
        "sd, closest",
        likelihood.min_kl.sd,
        "of the Gaussian of the smallest divergence",
    );
    numbers
}
