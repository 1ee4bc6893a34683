//! Update rules against the sums that their recursions stand for, and states as what they are:
//! lists of numbers.

use std::vec::Vec;

use super::*;
use crate::chain;
use crate::layer::Dense;
use crate::params::ParamsExt as _;
use crate::rng::Rng;

/// Leaves longer and shorter than [`LANES`].
type Net = Dense<3, 7>;

/// Powers of two, so that they are the same in `f64`.
const RATE: f32 = 0.015625;
const BETA1: f32 = 0.5;
const BETA2: f32 = 0.96875;
const EPSILON: f32 = 0.0009765625;

fn draw(rng: &mut Rng) -> Net {
    let mut net = Net::ZERO;
    for i in 0..<Net as Params>::LEAVES {
        let leaf = Params::leaf_mut(&mut net, i);
        leaf.iter_mut().for_each(|x| *x = rng.gaussian());
    }
    net
}

/// Σₛ decayᵗ⁻ˢ termₛ, t being the last.
fn decayed(decay: f32, terms: impl DoubleEndedIterator<Item = f64>) -> f64 {
    let decay = f64::from(decay);
    let latest_first = terms.rev().enumerate();
    latest_first
        .map(|(age, term)| decay.powi(age as i32) * term)
        .sum()
}

/// v̂ of gradients, (1 − β₂) Σₛ β₂ᵗ⁻ˢ gₛ² / (1 − β₂ᵗ), or m̂ of their first powers.
fn moment(beta: f32, power: i32, gradients: &[f64]) -> f64 {
    let kept = 1.0 - f64::from(beta).powi(gradients.len() as i32);
    let terms = gradients.iter().map(|g| g.powi(power));
    (1.0 - f64::from(beta)) * decayed(beta, terms) / kept
}

/// Nine steps, each number against one less the sum of `direction(gradients so far)`.
fn follows<O: Optimizer>(optimizer: O, direction: impl Fn(&[f64]) -> f64) {
    let rng = &mut Rng::new(11, 0);
    let start = draw(rng);
    let (mut params, mut state) = (start, <O::State<Net> as OptimizerState>::START);
    let mut seen = std::vec![Vec::new(); <Net as Params>::LEN];
    for step in 0..9 {
        let gradient = draw(rng);
        optimizer.update(&mut state, RATE, &mut params, &gradient);
        for (seen, g) in seen.iter_mut().zip(gradient.values()) {
            seen.push(f64::from(g));
        }
        for ((start, ours), seen) in start.values().zip(params.values()).zip(&seen) {
            let way: f64 = (1..=seen.len()).map(|t| direction(&seen[..t])).sum();
            let wanted = f64::from(start) - f64::from(RATE) * way;
            let error = (f64::from(ours) - wanted).abs();
            assert!(error < 2e-6, "step {step}: {ours}, not {wanted}");
        }
    }
}

#[test]
fn gradient_descent_follows_the_last_gradient() {
    follows(Sgd, |seen| seen[seen.len() - 1]);
}

#[test]
fn momentum_follows_the_decayed_sum() {
    let mu = 0.875;
    follows(Momentum { mu }, |seen| decayed(mu, seen.iter().copied()));
}

#[test]
fn adam_follows_the_ratio_of_its_moments() {
    let adam = Adam {
        beta1: BETA1,
        beta2: BETA2,
        epsilon: EPSILON,
    };
    follows(adam, |seen| {
        moment(BETA1, 1, seen) / (moment(BETA2, 2, seen).sqrt() + f64::from(EPSILON))
    });
}

#[test]
fn rms_prop_follows_the_gradient_over_its_root_mean_square() {
    let rms_prop = RmsProp {
        beta2: BETA2,
        epsilon: EPSILON,
    };
    follows(rms_prop, |seen| {
        seen[seen.len() - 1] / (moment(BETA2, 2, seen).sqrt() + f64::from(EPSILON))
    });
}

/// A state of leaves of these `lengths`: numbered throughout, and then as before the first step.
fn is_a_list<S: OptimizerState>(lengths: &[usize]) {
    let leaves =
        |state: &S| -> Vec<Vec<f32>> { (0..S::LEAVES).map(|i| state.leaf(i).to_vec()).collect() };
    assert_eq!((S::LEAVES, S::LEN), (lengths.len(), lengths.iter().sum()));
    let mut state = S::BLANK;
    let mut numbers = (1..).map(|n| n as f32);
    let mut written = Vec::new();
    for i in 0..S::LEAVES {
        let leaf = state.leaf_mut(i);
        leaf.fill_with(|| numbers.next().unwrap_or_default());
        written.push(leaf.to_vec());
    }
    assert_eq!(leaves(&state), written, "no leaf is another one");
    assert!(written.iter().map(Vec::len).eq(lengths.iter().copied()));
    assert!(state.leaf(S::LEAVES).is_empty() && state.leaf_mut(S::LEAVES).is_empty());
    state.restart();
    assert_eq!(leaves(&state), leaves(&S::START));
    assert!(leaves(&S::BLANK).concat().iter().all(|&x| x == 0.0));
}

#[test]
fn a_state_is_a_list_of_numbers_that_can_start_again() {
    is_a_list::<()>(&[]);
    is_a_list::<Net>(&[21, 7]);
    is_a_list::<RmsPropState<Net>>(&[1, 21, 7]);
    is_a_list::<AdamState<Net>>(&[21, 7, 21, 7, 2]);
    is_a_list::<AdamState<chain![Net, Dense<7, 1>]>>(&[21, 7, 7, 1, 21, 7, 7, 1, 2]);
}
