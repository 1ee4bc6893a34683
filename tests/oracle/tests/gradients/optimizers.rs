//! Update rules against their closed forms in `f64`, and what happens to a gradient that is none.

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Dense, LeakyRelu};
use ganlet::loss::Loss;
use ganlet::optimizer::{Adam, Momentum, Optimizer, OptimizerState, Sgd};
use ganlet::params::ParamsExt;
use ganlet::rng::Rng;
use ganlet_oracle::mirror::{draw_params, draw_sample};
use ganlet_oracle::update;

type Net = chain![Dense<3, 4, LeakyRelu>, Dense<4, 1>];
type Generator = Dense<2, 3>;

const ADAM: Adam = Adam {
    beta1: 0.5,
    beta2: 0.99,
    epsilon: 1e-6,
};
const MOMENTUM: Momentum = Momentum { mu: 0.9 };

/// Seven steps of an optimizer, each number against `closed_form(start, gradients so far)`.
fn follows<O: Optimizer>(optimizer: O, rate: f32, closed_form: impl Fn(f64, &[f64]) -> f64) {
    let rng = &mut Rng::new(11, 0);
    let start: Net = draw_params(rng);
    let (mut params, mut state) = (start, <O::State<_> as OptimizerState>::START);
    let mut gradients = vec![Vec::new(); start.values().count()];
    for step in 0..7 {
        let gradient: Net = draw_params(rng);
        optimizer.update(&mut state, rate, &mut params, &gradient);
        for (seen, g) in gradients.iter_mut().zip(gradient.values()) {
            seen.push(f64::from(g));
        }
        let before_and_after = start.values().zip(params.values());
        for ((start, ours), gradients) in before_and_after.zip(&gradients) {
            let expected = closed_form(start.into(), gradients);
            let error = (f64::from(ours) - expected).abs();
            assert!(error < 1e-6, "step {step}: {ours}, expected {expected}");
        }
    }
}

#[test]
fn gradient_descent() {
    let rate = 0.125;
    follows(Sgd, rate, |p, g| update::sgd(p, rate.into(), g));
}

#[test]
fn momentum() {
    let rate = 0.0625;
    let mu = f64::from(MOMENTUM.mu);
    follows(MOMENTUM, rate, |p, g| {
        update::momentum(p, rate.into(), mu, g)
    });
}

#[test]
fn adam() {
    let rate = 0.015625;
    let beta = [ADAM.beta1.into(), ADAM.beta2.into()];
    follows(ADAM, rate, |p, g| {
        update::adam(p, rate.into(), beta, ADAM.epsilon.into(), g)
    });
}

/// All bits of both players and of their optimizers' memories.
fn bits<O: Optimizer>(gan: &Gan<Generator, Net, O>) -> Vec<u32> {
    fn state<S: OptimizerState>(state: &S) -> impl Iterator<Item = f32> {
        (0..S::LEAVES).flat_map(|i| state.leaf(i)).copied()
    }
    let generator = gan.generator.values().chain(state(&gan.generator_state));
    let discriminator = gan.discriminator.values();
    let discriminator = discriminator
        .chain(state(&gan.discriminator_state))
        .chain([gan.centre]);
    generator.chain(discriminator).map(f32::to_bits).collect()
}

/// One step of each player on five samples, whose last numbers are multiplied by `spoil`; whether
/// they were skipped.
fn step<O: Optimizer>(
    gan: &mut Gan<Generator, Net, O>,
    optimizer: &O,
    rng: &mut Rng,
    spoil: f32,
) -> (bool, bool) {
    let objective = Objective {
        loss: Loss::LeastSquares,
        r1: 0.5,
        r2: 0.0,
    };
    let (real_rng, latent_rng) = (&mut rng.clone(), rng);
    let mut real = || {
        let [x, y, z] = draw_sample(real_rng);
        [x, y, z * spoil]
    };
    let mut latent = || {
        let [x, y] = draw_sample(latent_rng);
        [x, y * spoil]
    };
    let d = gan.train_discriminator_on_real_and_generated(
        &objective,
        optimizer,
        0.01,
        5,
        &mut real,
        &mut latent,
    );
    let g = gan.train_generator_through_discriminator(
        &objective,
        optimizer,
        0.01,
        5,
        &mut real,
        &mut latent,
    );
    (d.step.skipped, g.skipped)
}

/// A step that cannot be taken changes neither a parameter nor a moment, also between good ones.
fn skips<O: Optimizer>(optimizer: O, bad: f32) {
    let rng = &mut Rng::new(13, 0);
    let mut gan = Gan::<Generator, Net, O>::new(draw_params(rng), draw_params(rng));
    for _ in 0..3 {
        let before = bits(&gan);
        assert_eq!(step(&mut gan, &optimizer, rng, 1.0), (false, false));
        let after = bits(&gan);
        assert_ne!(after, before, "a good step moves");
        assert_eq!(step(&mut gan, &optimizer, rng, bad), (true, true));
        assert_eq!(bits(&gan), after, "{bad} left a trace");
    }
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e20] {
        skips(Sgd, bad);
        skips(MOMENTUM, bad);
        skips(ADAM, bad);
    }
}
