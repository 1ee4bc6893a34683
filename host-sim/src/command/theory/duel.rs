//! The course of the game: G fixed while D trains, then D fixed while G trains, and what V says
//! after either.

use std::f64::consts::LN_2;

use ganlet::divergence::{Target, bound::Bound, js, optimal};
use ganlet::params::Params;

use super::divergences::Divergences;
use super::game::{BATCH, Discriminator, Fingerprints, Game};
use crate::error::Failure;
use crate::progress::Progress;
use crate::report::data::Curve;

/// Steps of G in its phase.
pub(super) const GENERATOR_STEPS: u32 = 10;
/// Fresh pairs behind the sampled bound.
pub(super) const PAIRS: usize = 65_536;
/// Points of a curve.
const POINTS: usize = 401;

/// What the game has shown.
#[derive(Clone, Debug)]
pub(super) struct Duel {
    /// Steps of D.
    pub(super) steps: u32,
    /// Learned numbers of D.
    pub(super) parameters: usize,
    /// V(G, D) of the trained D, by quadrature.
    pub(super) value: f64,
    /// The quadrature's own estimate of its error.
    pub(super) value_error: f64,
    /// V(G, D) - V(G, D*), never above 0.
    pub(super) gap: f64,
    /// The gap in percent of 2 JS; `None` where there is nothing to tell apart.
    pub(super) gap_percent: Option<f64>,
    /// E_m |D - D*|.
    pub(super) d_error: f64,
    /// V(G, D) on one fresh batch of the size of a training step.
    pub(super) batch: Option<Bound>,
    /// V(G, D) and the bound on many fresh pairs.
    pub(super) sampled: Option<Bound>,
    /// Both players at the start, after D's steps, and after G's.
    pub(super) fingerprints: [Fingerprints; 3],
    /// What G's steps against the fixed D have changed.
    pub(super) response: Option<Response>,
    /// The trained D(x).
    pub(super) trained: Curve,
    /// D*(x) on the same readings.
    pub(super) optimal: Curve,
}

/// G's answer to a D that stands still.
#[derive(Clone, Copy, Debug)]
pub(super) struct Response {
    /// V(G, D) with the same D.
    pub(super) value: f64,
    /// JS(p, q) with the q that G draws now.
    pub(super) js: f64,
}

impl Duel {
    /// Plays it.
    pub(super) fn play(
        p: &Target,
        q: &Target,
        seed: u64,
        steps: u32,
        divergences: &Divergences,
    ) -> Result<Self, Failure> {
        let mut game =
            Game::new(p, q, seed).map_err(|unfit| Failure::told(&unfit, "--p and --q"))?;
        let untrained = game.fingerprints();
        train(&mut game, steps);
        let trained = game.fingerprints();

        let value = optimal::value(p, q, |x| game.logit(x));
        if !value.value.is_finite() {
            return Err(Failure::job(
                "the discriminator's value is not finite",
                "training",
                "choose distributions that are closer in scale",
            ));
        }
        let two_js = 2.0 * divergences.js;
        let gap = value.value - divergences.value_at_optimum;
        let (low, high) = window(p, q);
        let curve = |f: &dyn Fn(f64) -> f64| Curve::sampled(low, high, POINTS, f);
        let mut duel = Self {
            steps,
            parameters: <Discriminator as Params>::LEN,
            value: value.value,
            value_error: value.error,
            gap,
            gap_percent: (two_js > 1e-9).then(|| 100.0 * gap / two_js),
            d_error: optimal::discriminator_error(p, q, |x| game.logit(x)).value,
            batch: game.estimate(BATCH),
            sampled: game.estimate(PAIRS),
            fingerprints: [untrained, trained, trained],
            response: None,
            trained: curve(&|x| sigmoid(game.logit(x))),
            optimal: curve(&|x| optimal::optimal_discriminator(p, q, x)),
        };

        game.train_generator(GENERATOR_STEPS);
        duel.fingerprints[2] = game.fingerprints();
        duel.response = game.generated().map(|moved| Response {
            value: optimal::value(p, &moved, |x| game.logit(x)).value,
            js: js(p, &moved),
        });
        Ok(duel)
    }

    /// ln 2 + V / 2 of the trained D, by quadrature: JS is at least this.
    pub(super) fn js_bound(&self) -> f64 {
        optimal::js_bound(self.value)
    }
}

/// Trains D, with the live bound beside the bar.
fn train(game: &mut Game<'_>, steps: u32) {
    let progress = Progress::new(u64::from(steps), "steps");
    // A single batch's estimate is noise: show the mean of some 100.
    let mut smooth = f64::NAN;
    game.train_discriminator(steps, |value| {
        let value = f64::from(value);
        smooth = if smooth.is_finite() {
            smooth + 0.01 * (value - smooth)
        } else {
            value
        };
        progress.advance(1, || {
            let bound = optimal::js_bound(smooth);
            format!("V(G, D) {smooth:.4}, JS at least {bound:.4}")
        });
    });
    progress.finish();
}

/// The readings worth a picture: all but the outermost of either distribution.
pub(super) fn window(p: &Target, q: &Target) -> (f64, f64) {
    let low = p.quantile(1e-4).min(q.quantile(1e-4));
    let high = p.quantile(1.0 - 1e-4).max(q.quantile(1.0 - 1e-4));
    let margin = 0.05 * (high - low);
    (low - margin, high + margin)
}

/// The densities on the same readings as the discriminators.
pub(super) fn density(of: &Target, p: &Target, q: &Target) -> Curve {
    let (low, high) = window(p, q);
    Curve::sampled(low, high, POINTS, |x| of.density(x))
}

fn sigmoid(logit: f64) -> f64 {
    ganlet::math::reference::sigmoid(logit)
}

/// V where nobody can tell, and the game's value at its saddle point: -2 ln 2.
pub(super) const SADDLE: f64 = -2.0 * LN_2;
