//! A learner and its checkpoint.

use std::println;
use std::vec::Vec;

use ganlet::checkpoint::{self, Error, bytes};
use ganlet::model::Scalar;
use ganlet::stream::Replay;

use super::*;

type Small = Learner<Scalar, Replay<[f32; 1], 64>>;

const MODEL: checkpoint::Name = Session::<Scalar>::NAME;

/// One that has seen readings and played rounds, as many as the seed says.
fn lived(seed: u64) -> Small {
    let mut learner = Small::new(Replay::uniform());
    let mut recipe = Recipe::SCALAR;
    recipe.batch = 4;
    learner.restart(recipe, seed);
    let mut rng = Rng::new(seed, 0);
    for _ in 0..100 + seed {
        if let Some(window) = learner.take(Sample::Reading(20.0 + rng.gaussian())) {
            learner.judge(&window);
            learner.keep(window);
        }
    }
    learner.scale().unwrap();
    for _ in 0..4 * seed {
        learner.turn();
    }
    (0..seed).for_each(|_| _ = learner.fit());
    learner
}

fn saved(learner: &Small) -> Vec<u8> {
    let mut out = [0; bytes::<Small>()];
    checkpoint::save(MODEL, learner, &mut out).unwrap().to_vec()
}

/// All that a learner does next, as far as it shows.
fn next(mut learner: Small) -> Vec<u8> {
    let mut rng = Rng::new(9, 9);
    for i in 0..200 {
        if let Some(window) = learner.take(Sample::Reading(20.0 + rng.gaussian())) {
            learner.judge(&window);
            learner.keep(window);
        }
        learner.turn();
        if i % 10 == 0 {
            learner.fit();
        }
    }
    saved(&learner)
}

#[test]
fn a_checkpoint_holds_all_that_decides_what_comes_next() {
    let learner = lived(5);
    let mut other = lived(2);
    checkpoint::load(MODEL, &mut other, &saved(&learner)).unwrap();
    assert_eq!(saved(&other), saved(&learner));
    assert_eq!(next(other), next(learner));
}

/// The moments of windows and a fit share a place, and a checkpoint holds the fit alone.
#[test]
fn a_checkpoint_of_a_learner_without_a_scale_and_one_of_a_fit_under_way_replace_each_other() {
    let mut gathering = Small::new(Replay::uniform());
    gathering.restart(Recipe::SCALAR, 3);
    let mut rng = Rng::new(3, 0);
    for _ in 0..100 {
        if let Some(window) = gathering.take(Sample::Reading(rng.gaussian())) {
            gathering.keep(window);
        }
    }
    let (before, fitting) = (saved(&gathering), saved(&lived(2)));
    let mut other = lived(2);
    assert!(matches!(&other.work, Work::Fitting(fit) if fit.is_under_way()));
    checkpoint::load(MODEL, &mut other, &before).unwrap();
    assert!(!other.is_scaled());
    assert_eq!(saved(&other), before);
    gathering.scale().unwrap();
    other.scale().unwrap();
    assert_eq!(saved(&other), saved(&gathering));

    gathering.restart(Recipe::SCALAR, 3);
    checkpoint::load(MODEL, &mut gathering, &fitting).unwrap();
    assert_eq!(saved(&gathering), fitting);
    assert_eq!(next(gathering), next(lived(2)));
}

#[test]
fn every_single_bit_flip_and_every_truncation_of_a_checkpoint_is_detected() {
    let whole = saved(&lived(3));
    let mut learner = lived(2);
    let before = saved(&learner);
    let mut changed = whole.clone();
    for at in 0..whole.len() {
        for bit in 0..8 {
            changed[at] ^= 1 << bit;
            let outcome = checkpoint::load(MODEL, &mut learner, &changed);
            assert!(outcome.is_err(), "bit {bit} of byte {at}");
            changed[at] ^= 1 << bit;
        }
    }
    for length in 0..whole.len() {
        let outcome = checkpoint::load(MODEL, &mut learner, &whole[..length]);
        let truncated = matches!(
            outcome,
            Err(Error::Truncated { .. } | Error::NotACheckpoint)
        );
        assert!(truncated, "{length} bytes: {outcome:?}");
    }
    assert_eq!(saved(&learner), before);
    let (flips, cuts) = (8 * whole.len(), whole.len());
    println!("a checkpoint of {cuts} bytes: {flips} bit flips and {cuts} truncations detected");
    checkpoint::load(MODEL, &mut learner, &whole).unwrap();
}

/// A file that `ganlet train --target normal:20:1 --steps 5 --seed 3` wrote in format 2.
#[test]
fn a_checkpoint_of_format_2_is_taken_over_with_an_empty_memory() {
    let old = include_bytes!("format-2.ganlet");
    assert_eq!(checkpoint::peek(old).unwrap().version, 2);
    let mut learner = lived(1);
    learner.restart(Recipe::SCALAR, 0);
    learner.memory = Replay::uniform();
    checkpoint::load(MODEL, &mut learner, old).unwrap();
    let session = &learner.session;
    assert_eq!((session.seed, session.trainer.step()), (3, 5));
    assert_eq!(session.trainer.fingerprint(), 0x356e_a37f);
    assert!((session.standardiser.mean() - 20.0).abs() < 0.1);
    assert!(learner.is_scaled() && !learner.can_learn());
    assert_eq!(learner.readings().count(), 0);
    assert_eq!(learner.keeping, Rng::new(3, KEEPING));

    // What is damaged in it is found as in any other.
    let mut changed = old.to_vec();
    for at in 0..old.len() {
        changed[at] ^= 0x10;
        assert!(checkpoint::load(MODEL, &mut learner, &changed).is_err());
        changed[at] ^= 0x10;
    }
}

/// A file that `ganlet train --target normal:20:1 --steps 5 --seed 3 --memory 48` wrote in format 3.
#[test]
fn a_checkpoint_of_format_3_is_taken_over_and_gets_a_detector() {
    let old = include_bytes!("format-3.ganlet");
    assert_eq!(checkpoint::peek(old).unwrap().version, 3);
    let mut learner = lived(9);
    assert!(learner.detector.is_fitted());
    learner.watch.set_budget(0.01);
    checkpoint::load(MODEL, &mut learner, old).unwrap();
    assert_eq!(learner.session.trainer.fingerprint(), 0x46d7_d8b8);
    assert_eq!((learner.memory.len(), learner.memory.seen()), (48, 261));
    assert!(!learner.detector.is_fitted() && learner.watch.digest() == 0);
    let mut rng = Rng::new(3, 0);
    while !learner.detector.is_fitted() {
        learner.keep([20.0 + rng.gaussian()]);
        learner.fit();
    }
    assert!(learner.judge(&[27.0]).unwrap().1.strangeness > 3.0);
}

#[test]
fn a_format_that_is_too_old_is_refused_with_a_reason() {
    use std::string::ToString;
    let mut old = include_bytes!("format-2.ganlet").to_vec();
    old[8] = 1;
    let error = checkpoint::load(MODEL, &mut lived(1), &old).unwrap_err();
    assert_eq!(error, Error::OtherVersion { found: 1 });
    assert!(error.to_string().contains("train anew"), "{error}");
}

/// A file that `ganlet train --target normal:20:1 --steps 5 --seed 3 --memory 128 --warm-up 64 --pace 40`
/// wrote in format 4.
#[test]
fn a_checkpoint_of_format_4_is_taken_over_and_gets_a_doctor() {
    let old = include_bytes!("format-4.ganlet");
    assert_eq!(checkpoint::peek(old).unwrap().version, 4);
    let mut learner = Learner::<Scalar, Replay<[f32; 1], 128>>::new(Replay::uniform());
    let mut best = Best::NONE;
    learner.restart(Recipe::SCALAR, 0);
    best.take(&learner.session);
    let mut course = Course {
        learner: &mut learner,
        best: Some(&mut best),
    };
    checkpoint::load(MODEL, &mut course, old).unwrap();
    assert_eq!(learner.session.trainer.fingerprint(), 0xe735_112d);
    assert_eq!(learner.watch.digest(), 0x5e7b_f5b5);
    assert!(learner.detector.is_fitted() && best.is_none());
    assert_eq!(learner.doctor, Doctor::new());
}

/// What the same command wrote in format 5.
#[test]
fn a_checkpoint_of_format_5_is_taken_over_with_its_detector() {
    let old = include_bytes!("format-5.ganlet");
    assert_eq!(checkpoint::peek(old).unwrap().version, 5);
    let mut learner = Learner::<Scalar, Replay<[f32; 1], 128>>::new(Replay::uniform());
    learner.restart(Recipe::SCALAR, 0);
    checkpoint::load(MODEL, &mut learner, old).unwrap();
    assert_eq!(learner.session.trainer.fingerprint(), 0xe735_112d);
    assert_eq!(learner.watch.digest(), 0x5e7b_f5b5);
    assert!(learner.detector.is_fitted());
    let [near, far] = [20.5, 27.0].map(|x| learner.judge(&[x]).unwrap().1.strangeness);
    assert!(near < 1.0 && far > 3.0, "{near} {far}");
}

#[test]
fn the_best_generator_is_kept_where_there_is_room_and_passed_over_where_there_is_none() {
    let (mut learner, mut best) = (lived(5), Best::NONE);
    let save = |learner: &mut Small, best: Option<&mut Best<Scalar>>| {
        let mut out = [0; bytes::<Small>()];
        let course = Course { learner, best };
        checkpoint::save(MODEL, &course, &mut out).unwrap().to_vec()
    };
    let none_yet = save(&mut learner, Some(&mut best));
    assert_eq!(none_yet, save(&mut learner, None));
    best.take(&learner.session);
    let with = save(&mut learner, Some(&mut best));
    assert_eq!(with.len(), none_yet.len() + Best::<Scalar>::BYTES - 1);

    // With room: the same bits. Without: the same learner.
    let (mut other, mut its_best) = (lived(2), Best::NONE);
    for (block, is_there) in [(&with, true), (&none_yet, false)] {
        let mut course = Course {
            learner: &mut other,
            best: Some(&mut its_best),
        };
        checkpoint::load(MODEL, &mut course, block).unwrap();
        assert_eq!(its_best.is_none(), !is_there);
        assert_eq!(&save(&mut other, Some(&mut its_best)), block);
        other = lived(2);
        checkpoint::load(MODEL, &mut other, block).unwrap();
        assert_eq!(saved(&other), none_yet);
    }
}
