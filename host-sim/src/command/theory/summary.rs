//! What `--json` prints: every number of the page, and the answers.

use serde::Serialize;

use super::Findings;
use super::answers::Answers;
use super::game::{BATCH, LOSS};

/// One flat object. A divergence that is infinite is `null` (JSON has no word for it) and `note`
/// says so; what has no value (a formula that nobody knows) is `null` as well.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    p: String,
    q: String,
    seed: u64,

    kl_pq: f64,
    kl_qp: f64,
    js: f64,
    total_variation: f64,
    closed_kl_pq: Option<f64>,
    closed_kl_qp: Option<f64>,
    closed_total_variation: Option<f64>,

    value_at_optimum: f64,
    identity_error: f64,
    trained_value: f64,
    trained_value_error: f64,
    gap: f64,
    gap_percent: Option<f64>,
    d_error: f64,
    js_bound: f64,
    js_bound_sampled: Option<f32>,
    js_bound_se: Option<f32>,
    batch_value: Option<f32>,
    batch_value_se: Option<f32>,
    response_value: Option<f64>,
    response_js: Option<f64>,

    loss: &'static str,
    steps: u32,
    batch: usize,
    parameters: usize,
    generator_fingerprints: [String; 3],
    discriminator_fingerprints: [String; 3],

    readings: usize,
    mle_mean: f64,
    mle_sd: f64,
    mle_mean_se: f64,
    mle_sd_se: f64,
    min_kl_mean: f64,
    min_kl_sd: f64,
    exact_min_kl_mean: f64,
    exact_min_kl_sd: f64,
    exact_min_kl: f64,
    log_likelihood_of_q: f64,
    log_likelihood_of_q_se: f64,
    expected_log_likelihood_of_q: f64,
    mixture_log_likelihood: Option<f64>,
    mixture_log_likelihood_of_p: Option<f64>,
    mixture_negative_entropy: Option<f64>,
    mixture_kl: Option<f64>,

    losses: Vec<Least>,
    answers: Answers,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// The least value of a discriminator's loss between these distributions.
#[derive(Debug, Serialize)]
struct Least {
    loss: &'static str,
    least: f64,
}

impl Summary {
    pub(super) fn new(found: &Findings<'_>, seconds: f64) -> Self {
        let Findings {
            divergences,
            duel,
            likelihood,
            ..
        } = found;
        let mixture = likelihood.mixture.as_ref();
        Self {
            p: found.p.to_string(),
            q: found.q.to_string(),
            seed: found.seed,

            kl_pq: divergences.kl_pq,
            kl_qp: divergences.kl_qp,
            js: divergences.js,
            total_variation: divergences.total_variation,
            closed_kl_pq: divergences.closed_kl_pq,
            closed_kl_qp: divergences.closed_kl_qp,
            closed_total_variation: divergences.closed_total_variation,

            value_at_optimum: divergences.value_at_optimum,
            identity_error: divergences.identity_error(),
            trained_value: duel.value,
            trained_value_error: duel.value_error,
            gap: duel.gap,
            gap_percent: duel.gap_percent,
            d_error: duel.d_error,
            js_bound: duel.js_bound(),
            js_bound_sampled: duel.sampled.map(|bound| bound.js),
            js_bound_se: duel.sampled.map(|bound| bound.js_error),
            batch_value: duel.batch.map(|bound| bound.value),
            batch_value_se: duel.batch.map(|bound| bound.value_error),
            response_value: duel.response.map(|response| response.value),
            response_js: duel.response.map(|response| response.js),

            loss: LOSS.name(),
            steps: duel.steps,
            batch: BATCH,
            parameters: duel.parameters,
            generator_fingerprints: duel.fingerprints.map(|both| hex(both.generator)),
            discriminator_fingerprints: duel.fingerprints.map(|both| hex(both.discriminator)),

            readings: likelihood.readings,
            mle_mean: likelihood.mle.mean,
            mle_sd: likelihood.mle.sd,
            mle_mean_se: likelihood.mle_se.mean,
            mle_sd_se: likelihood.mle_se.sd,
            min_kl_mean: likelihood.min_kl.mean,
            min_kl_sd: likelihood.min_kl.sd,
            exact_min_kl_mean: likelihood.exact.mean,
            exact_min_kl_sd: likelihood.exact.sd,
            exact_min_kl: likelihood.exact_kl,
            log_likelihood_of_q: likelihood.of_q.mean,
            log_likelihood_of_q_se: likelihood.of_q.se,
            expected_log_likelihood_of_q: likelihood.of_q.exact,
            mixture_log_likelihood: mixture.map(|fit| fit.log_likelihood),
            mixture_log_likelihood_of_p: mixture.map(|fit| fit.log_likelihood_of_p),
            mixture_negative_entropy: mixture.map(|fit| fit.negative_entropy),
            mixture_kl: mixture.map(|fit| fit.kl),

            losses: found
                .losses
                .iter()
                .map(|row| Least {
                    loss: row.loss.name(),
                    least: row.least,
                })
                .collect(),
            answers: Answers::new(found),
            seconds,
            note: divergences.note(),
        }
    }
}

/// A fingerprint as it is printed everywhere.
pub(super) fn hex(fingerprint: u32) -> String {
    format!("{fingerprint:08x}")
}
