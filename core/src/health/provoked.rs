//! Every illness is provoked, seen and cured, or the run stops and says why.

use std::vec::Vec;

use super::*;
use crate::loss::Loss;
use crate::model::{Scalar, Window16};
use crate::params::Params;
use crate::recipe::Recipe;
use crate::session::{Session, Settled};
use crate::stream::{Moments as _, Standardiser};

/// Rounds between two visits.
const EVERY: u32 = 100;

/// Three modes, standardised.
fn modes(rng: &mut Rng) -> [f32; 1] {
    let mode = 2.0 * (rng.below(3) as f32 - 1.0);
    [(mode + 0.2 * rng.gaussian()) / 1.645]
}

/// A sine of random phase, standardised.
fn sine(rng: &mut Rng) -> [f32; 16] {
    let phase = rng.uniform();
    core::array::from_fn(|t| {
        let turns = t as f32 / 16.0 + phase;
        1.414 * crate::math::cos(core::f32::consts::TAU * turns) + 0.05 * rng.gaussian()
    })
}

/// A pulse at any place, as of a heart, standardised: far from Gaussian in every direction.
fn pulse(rng: &mut Rng) -> [f32; 16] {
    let at = 24.0 * rng.uniform() - 4.0;
    core::array::from_fn(|t| {
        let beyond = (t as f32 - at) / 1.2;
        let height = crate::math::exp(-0.5 * beyond * beyond);
        (height - 0.12 + 0.02 * rng.gaussian()) / 0.27
    })
}

/// Trains, with a doctor or without; what was done, and how the generator turned out.
fn live<M: Model>(
    session: &mut Session<M>,
    mut doctor: Option<Doctor>,
    mut real: impl FnMut(&mut Rng) -> M::Sample,
) -> (Vec<Treated>, Settled) {
    let (mut treated, mut best) = (Vec::new(), Best::NONE);
    while !session.done() {
        session.round(&mut real);
        if let Some(doctor) = &mut doctor
            && session.trainer.step().is_multiple_of(EVERY)
        {
            treated.extend(doctor.visit(session, Some(&mut best), &mut real));
        }
    }
    (treated, session.settle(8192, real))
}

fn scalar(change: impl FnOnce(&mut Recipe)) -> Session<Scalar> {
    let mut recipe = Recipe {
        steps: 3000,
        ..Scalar::RECIPE
    };
    change(&mut recipe);
    Session::new(recipe, Standardiser::IDENTITY, 1)
}

fn windows(change: impl FnOnce(&mut Recipe)) -> Session<Window16> {
    windows_of(sine, change)
}

fn windows_of(
    real: fn(&mut Rng) -> [f32; 16],
    change: impl FnOnce(&mut Recipe),
) -> Session<Window16> {
    let mut recipe = Recipe {
        steps: 1000,
        batch: 8,
        ..Window16::RECIPE
    };
    change(&mut recipe);
    let mut session = Session::new(recipe, Standardiser::IDENTITY, 1);
    let (mut moments, mut rng) = (crate::linear::Covariance::NONE, Rng::new(1, 9));
    (0..2048).for_each(|_| _ = moments.push(&real(&mut rng)));
    session.turn_to_axes(&moments);
    session
}

fn illnesses(treated: &[Treated]) -> Vec<Illness> {
    treated.iter().map(|treated| treated.illness).collect()
}

#[test]
fn a_healthy_run_is_left_as_it_is_to_the_bit() {
    let (mut with, mut without) = (scalar(|_| ()), scalar(|_| ()));
    let (treated, _) = live(&mut with, Some(Doctor::new()), modes);
    live(&mut without, None, modes);
    assert_eq!(treated, []);
    assert_eq!(with.trainer.fingerprint(), without.trainer.fingerprint());
    let mut session = windows(|_| ());
    assert_eq!(live(&mut session, Some(Doctor::new()), sine).0, []);
}

/// On its way from the Gaussian fit to a shape of its own a generator is worse for a while, and its
/// second moments are off all the way, which is mended in the end.
#[test]
fn a_generator_on_its_way_is_left_alone() {
    let mut session = windows_of(pulse, |recipe| recipe.steps = 3000);
    let (treated, settled) = live(&mut session, Some(Doctor::new()), pulse);
    assert_eq!(treated, []);
    assert!(!settled.fallback, "{settled:?}");
}

/// What a generator lacks altogether may be too small to matter.
#[test]
fn a_direction_that_is_missing_is_no_illness_where_the_gaussian_fit_is_worse() {
    let mut session = windows(|recipe| recipe.steps = 2000);
    let silence = |generator: &mut <Window16 as Model>::Generator| {
        for leaf in 4..7 {
            let outputs = Params::leaf_mut(generator, leaf).iter_mut().skip(9);
            outputs.step_by(16).for_each(|it| *it = 0.0);
        }
    };
    let (mut doctor, mut best, mut treated) = (Doctor::new(), Best::NONE, Vec::new());
    while !session.done() {
        session.round(sine);
        silence(&mut session.trainer.gan.generator);
        silence(&mut session.trainer.average);
        // Until the ring is found the Gaussian fit is the better one.
        if session.trainer.step() > 1400 && session.trainer.step().is_multiple_of(EVERY) {
            treated.extend(doctor.visit(&mut session, Some(&mut best), sine));
        }
    }
    assert_eq!(treated, []);
    let settled = session.settle(8192, sine);
    assert!(
        settled.spread < LEAST_SPREAD && !settled.fallback,
        "{settled:?}"
    );
}

#[test]
fn rates_fifty_times_too_high_are_turned_down() {
    let wild = |recipe: &mut Recipe| {
        recipe.generator_rate *= 50.0;
        recipe.discriminator_rate *= 50.0;
    };
    let (_, left_alone) = live(&mut scalar(wild), None, modes);
    let mut session = scalar(wild);
    let (treated, seen_to) = live(&mut session, Some(Doctor::new()), modes);
    assert!(
        left_alone.fallback && left_alone.difference > 0.02,
        "{left_alone:?}"
    );
    assert!(
        !seen_to.fallback && seen_to.difference < -0.005,
        "{seen_to:?}"
    );
    assert!(
        treated.iter().all(|it| it.cure == Cure::SlowDown),
        "{treated:?}"
    );
    let turned_down = session.recipe.generator_rate / (50.0 * Scalar::RECIPE.generator_rate);
    assert!(turned_down <= 0.25);
}

#[test]
fn a_discriminator_that_wins_is_held() {
    let mut session = windows(|recipe| {
        recipe.loss = Loss::Minimax;
        (recipe.r1, recipe.r2) = (0.0, 0.0);
        recipe.discriminator_steps = 20;
        recipe.discriminator_rate *= 5.0;
    });
    let (treated, _) = live(&mut session, Some(Doctor::new()), sine);
    assert_eq!(
        treated.first().map(|it| it.illness),
        Some(Illness::Outplayed)
    );
    assert!(session.recipe.r1 > 0.0 && session.recipe.discriminator_steps <= 10);
    assert!(session.examine(sine).value < -0.6);
}

/// A generator that makes one sample only, and cannot learn to make others.
#[test]
fn a_collapse_that_nothing_cures_stops_the_run_with_its_reason() {
    let mut session = scalar(|recipe| {
        recipe.generator_rate = 0.0;
        recipe.batch = 4;
        recipe.steps = 4000;
    });
    let collapse = |session: &mut Session<Scalar>| {
        Params::leaf_mut(&mut session.trainer.gan.generator, 4).fill(0.0);
        Params::leaf_mut(&mut session.trainer.average, 4).fill(0.0);
    };
    let (mut doctor, mut treated) = (Doctor::new(), Vec::new());
    while !session.done() {
        collapse(&mut session);
        session.round(modes);
        if session.trainer.step().is_multiple_of(EVERY) {
            treated.extend(doctor.visit(&mut session, None, modes));
        }
    }
    assert!(
        illnesses(&treated)
            .iter()
            .all(|it| *it == Illness::Collapsed)
    );
    assert_eq!(treated.len(), usize::from(Doctor::MOST) + 1);
    assert_eq!(treated.last().map(|it| it.cure), Some(Cure::Stop));
    assert!(session.trainer.step() < 4000, "it has stopped early");
}

#[test]
fn a_generator_that_does_not_move_has_stalled() {
    let mut session = scalar(|recipe| {
        recipe.generator_rate = 0.0;
        recipe.batch = 4;
        recipe.steps = 1500;
    });
    let (treated, _) = live(&mut session, Some(Doctor::new()), modes);
    assert!(
        illnesses(&treated).contains(&Illness::Stalled),
        "{treated:?}"
    );
    assert!(session.recipe.discriminator_steps > Scalar::RECIPE.discriminator_steps);
}

#[test]
fn numbers_that_grow_beyond_use_are_called_diverged() {
    let mut session = scalar(|_| ());
    session.round(modes);
    Params::leaf_mut(&mut session.trainer.gan.discriminator, 2)[0] = 0.5 * LARGEST;
    let treated = Doctor::new().visit(&mut session, None, modes).unwrap();
    assert_eq!(treated.illness, Illness::Diverged);
    assert!(session.examine(modes).sound);
}

/// What a generator has forgotten at the end is brought back; what it has not is left alone.
#[test]
fn the_best_generator_is_kept_where_the_last_is_clearly_worse() {
    let mut session = scalar(|recipe| recipe.steps = 600);
    let (mut doctor, mut best) = (Doctor::new(), Best::NONE);
    while !session.done() {
        session.round(modes);
        if session.trainer.step() == 500 {
            assert_eq!(doctor.visit(&mut session, Some(&mut best), modes), None);
        }
    }
    let good = session.trainer.average;
    assert_eq!(best.keep(&mut session, modes), None, "the last is no worse");
    assert_eq!(session.trainer.average, good);
    Params::leaf_mut(&mut session.trainer.average, 5).fill(2.0);
    let kept = best.keep(&mut session, modes).unwrap();
    assert_eq!(kept.cure, Cure::KeepBest);
    assert!(session.examine(modes).distance < 0.1);
}
