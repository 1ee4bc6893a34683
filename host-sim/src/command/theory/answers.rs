//! The questions that a reader of the formulas asks of running code, answered with this run's
//! numbers.

use ganlet::divergence::bound::Bound;
use serde::Serialize;

use super::Findings;
use super::duel::{GENERATOR_STEPS, PAIRS, SADDLE};
use super::game::{BATCH, LOSS};
use super::summary::hex;
use super::text::digits;
use crate::report::number::{count, with_error};

/// One paragraph for each question.
#[derive(Debug, Serialize)]
pub(super) struct Answers {
    which_samples: String,
    where_the_integral_went: String,
    which_loss: String,
    what_the_optimum_is: String,
}

impl Answers {
    pub(super) fn new(found: &Findings<'_>) -> Self {
        Self {
            which_samples: which_samples(found),
            where_the_integral_went: where_the_integral_went(found),
            which_loss: which_loss(found),
            what_the_optimum_is: what_the_optimum_is(found),
        }
    }

    /// Each question with its answer.
    pub(super) fn each(&self) -> [(&'static str, &str); 4] {
        [
            ("Which samples act on which network?", &self.which_samples),
            ("Where did the integral go?", &self.where_the_integral_went),
            ("Which loss was used?", &self.which_loss),
            (
                "What is G* = arg min_G max_D V(G, D) here?",
                &self.what_the_optimum_is,
            ),
        ]
    }
}

fn which_samples(found: &Findings<'_>) -> String {
    let (duel, [start, trained, end]) = (&found.duel, found.duel.fingerprints);
    format!(
        "G fixed, D trains: in each of {steps} steps D sees {BATCH} positives, readings of the data p = {p}, and \
         {BATCH} negatives, G(z) with z from the standardised q, so that G draws q = {q}. D's bits went from \
         {d_start} to {d_trained}; G {g_kept}. \
         D fixed, G trains: in each of {GENERATOR_STEPS} steps G draws {BATCH} samples, the gradient comes back to it \
         through D, and no reading of p is needed. G's bits went from {g_trained} to {g_end}; D {d_kept}.",
        steps = count(duel.steps.into()),
        p = found.p,
        q = found.q,
        d_start = hex(start.discriminator),
        d_trained = hex(trained.discriminator),
        g_kept = kept(start.generator, trained.generator),
        g_trained = hex(trained.generator),
        g_end = hex(end.generator),
        d_kept = kept(trained.discriminator, end.discriminator),
    )
}

/// Whether a network that was not to move did not.
fn kept(before: u32, after: u32) -> String {
    let (before, after) = (hex(before), hex(after));
    if before == after {
        format!("kept every one of its: {before} before, {after} after")
    } else {
        format!("MOVED, which is a fault of this program: {before} before, {after} after")
    }
}

fn where_the_integral_went(found: &Findings<'_>) -> String {
    let duel = &found.duel;
    let estimate = |bound: Option<Bound>| {
        bound.map_or("not finite".to_owned(), |bound| {
            with_error(bound.value.into(), bound.value_error.into())
        })
    };
    format!(
        "V(G, D) = ∫ p(x) ln D(x) dx + ∫ q(x) ln(1 − D(x)) dx is an expectation under two densities that a sensor does \
         not tell, so a step replaces it by the mean over a batch: (1/n) Σ [ln D(xᵢ) + ln(1 − D(G(zᵢ)))]. For the \
         trained D the integral is {integral} by quadrature; one batch of {BATCH} independent pairs says {batch}, and \
         {pairs} pairs say {sampled}. Training took one reading from each of {BATCH} equally probable cells of p and \
         of q (possible because both are known), which leaves the mean unbiased and makes it less noisy.",
        integral = digits(duel.value, 6),
        batch = estimate(duel.batch),
        pairs = count(PAIRS as u64),
        sampled = estimate(duel.sampled),
    )
}

fn which_loss(found: &Findings<'_>) -> String {
    format!(
        "The {loss} loss, the game as it is written: D minimises −V, G minimises V, {batch} pairs a step, no penalty. \
         Its best D reaches V = 2 JS − 2 ln 2 = {best}, the trained one {reached}. The other pairs of losses, which `ganlet train --loss` \
         takes, lead D to other optima and G to other divergences.",
        loss = LOSS.name(),
        batch = BATCH,
        best = digits(found.divergences.value_at_optimum, 6),
        reached = digits(found.duel.value, 6),
    )
}

fn what_the_optimum_is(found: &Findings<'_>) -> String {
    let (divergences, duel) = (&found.divergences, &found.duel);
    let answer = match duel.response {
        Some(response) => format!(
            "{GENERATOR_STEPS} steps of G against the fixed D moved V(G, D) from {before} to {after}, and with it JS \
             from {js_before} to {js_after} nats{overshot}. The best answer to a D that stands still is not G*, so D is \
             due again. ",
            before = digits(duel.value, 6),
            after = digits(response.value, 6),
            js_before = digits(divergences.js, 6),
            js_after = digits(response.js, 6),
            overshot = if response.js > divergences.js {
                ": too far"
            } else {
                ""
            },
        ),
        None => String::new(),
    };
    format!(
        "The inner max is D*, and max_D V = V(G, D*) = −2 ln 2 + 2 JS(p, q) = {now}: all that is left for G to lower is \
         JS(p, q). {answer}The alternation of the two phases ends where JS = 0: G* draws p itself, D* is ½ everywhere, \
         and V = −2 ln 2 = {saddle}.",
        now = digits(divergences.value_at_optimum, 6),
        saddle = digits(SADDLE, 6),
    )
}
