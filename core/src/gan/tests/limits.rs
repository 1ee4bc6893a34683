//! Steps at the limits: numbers that are none, penalties that are off, memory counted in bytes.

use super::*;

/// Logits beyond all numbers, where the hinge pulls no more.
#[test]
fn a_midpoint_that_is_none_leaves_the_centre() {
    let critic = Dense::<1, 1>::new([[1e38]], [0.0]);
    let mut gan = Gan::<Dense<1, 1>, Dense<1, 1>, Sgd>::new(Dense::new([[1.0]], [0.0]), critic);
    gan.centre = 0.5;
    let objective = Objective {
        loss: Loss::Hinge,
        r1: 0.0,
        r2: 0.0,
    };
    let (real, latent) = (|| [100.0], || [-100.0]);
    let step =
        gan.train_discriminator_on_real_and_generated(&objective, &Sgd, 0.1, 1, real, latent);
    assert_eq!(
        (step.real_logit, step.generated_logit),
        (f32::INFINITY, f32::NEG_INFINITY)
    );
    assert!(!step.step.skipped);
    assert_eq!((gan.discriminator, gan.centre), (critic, 0.5));
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    let game = Game::draw(Loss::LeastSquares, (0.5, 0.0), 2);
    let mut gan = game.gan::<Sgd>();
    let objective = &game.objective;
    let mut taken = |real: [f32; 2], latent: [f32; 1]| {
        let d = gan.train_discriminator_on_real_and_generated(
            objective,
            &Sgd,
            0.1,
            2,
            || real,
            || latent,
        );
        let g =
            gan.train_generator_through_discriminator(objective, &Sgd, 0.1, 2, || real, || latent);
        ((d.step.skipped, g.skipped), gan.clone())
    };
    let (skipped, first) = taken([f32::NAN, 0.0], [f32::NAN]);
    assert_eq!(skipped, (true, true));
    assert_eq!(first.generator, game.generator);
    assert_eq!(
        (first.discriminator, first.centre),
        (game.critic, game.centre)
    );
    let (skipped, second) = taken([0.5, 0.0], [0.25]);
    assert_eq!(skipped, (false, false));
    assert!(second.generator != game.generator && second.discriminator != game.critic);
    assert!(second.centre != game.centre);
}

/// A slope whose square overflows: the logits stay numbers, the gradient does not.
#[test]
fn a_skipped_step_leaves_the_centre_whatever_the_midpoint() {
    let critic = Dense::<1, 1>::new([[1e30]], [0.0]);
    let mut gan = Gan::<Dense<1, 1>, Dense<1, 1>, Sgd>::new(Dense::new([[1.0]], [0.0]), critic);
    let objective = Objective {
        loss: Loss::Wasserstein,
        r1: f32::MAX,
        r2: 0.0,
    };
    let step = gan.train_discriminator_on_real_and_generated(
        &objective,
        &Sgd,
        0.1,
        1,
        || [1e-30],
        || [1e-30],
    );
    assert!(step.real_logit.is_finite() && step.step.skipped);
    assert_eq!((gan.discriminator, gan.centre), (critic, 0.0));
}

/// Bytes counted by hand, four for each number.
#[test]
fn a_step_takes_what_its_networks_take() {
    type One = Dense<1, 1>;
    type Deep = chain![Dense<1, 16>, Dense<16, 1>];
    // The critic, eight samples and their logits; four latents.
    assert_eq!(Gan::<One, One, Sgd>::STEP_BYTES, 4 * (2 + 8 + 8 + 4));
    // The generator, its hidden rows and samples, their logits; four latents.
    assert_eq!(
        Gan::<Deep, One, Sgd>::STEP_BYTES,
        4 * (49 + 4 * 16 + 4 + 4 + 4)
    );
}

#[test]
fn inference_is_a_forward_pass() {
    let layer = Dense::<1, 2>::new([[2.0, -1.0]], [0.5, 0.25]);
    assert_eq!(infer(&layer, &[[1.0], [3.0]]), [[2.5, -0.75], [6.5, -2.75]]);
}

/// A slope of 1e60 is beyond all numbers, and nobody asks for it.
#[test]
fn a_penalty_that_is_off_looks_at_no_slope() {
    type Steep = chain![Dense<1, 1>, Dense<1, 1>];
    let layer = Dense::<1, 1>::new([[1e30]], [0.0]);
    let mut gan = Gan::<Dense<1, 1>, Steep, Sgd>::new(Dense::ZERO, (layer, layer));
    let objective = Objective {
        loss: Loss::Wasserstein,
        r1: 0.0,
        r2: 0.0,
    };
    let (real, latent) = (|| [0.0], || [0.0]);
    let step =
        gan.train_discriminator_on_real_and_generated(&objective, &Sgd, 0.1, 2, real, latent);
    assert!(!step.step.skipped);
    assert_eq!((step.step.penalty, step.value.is_finite()), (0.0, true));
}
