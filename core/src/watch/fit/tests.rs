//! Detectors that were fitted, held against what they should say.

use super::*;
use crate::watch::{ReadingPanel, WindowPanel};
use std::boxed::Box;
use std::vec::Vec;

type Sixteen = WindowPanel<16, 8, 9, 45>;

struct Held<S>(Vec<S>);

impl<S: Copy> Windows<S> for Held<S> {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn window(&self, place: usize) -> Option<S> {
        self.0.get(place).copied()
    }
    fn arrival(&self, place: usize) -> f32 {
        place as f32
    }
}

fn fitted<P: Panel>(held: &Held<P::Sample>) -> Detector<P> {
    let mut detector = Detector::BLANK;
    let mut fit = Box::new(Fit::<P>::IDLE);
    fit.begin(1);
    while fit.is_under_way() {
        fit.turn(held, &Standardiser::IDENTITY, &mut detector);
    }
    detector
}

/// Windows of a noisy oscillation, each of its own phase.
fn waves(n: usize, seed: u64) -> Vec<[f32; 16]> {
    let mut rng = Rng::new(seed, 0);
    let mut one = || {
        let phase = 6.3 * rng.uniform();
        core::array::from_fn(|i| {
            1.4 * crate::math::cos(0.5 * i as f32 + phase) + 0.1 * rng.gaussian()
        })
    };
    (0..n).map(|_| one()).collect()
}

#[test]
fn probabilities_of_fresh_normal_windows_are_what_they_say() {
    let detector = fitted::<Sixteen>(&Held(waves(400, 1)));
    let fresh = waves(4000, 2);
    for (decades, least, most) in [(1.0, 0.05, 0.2), (2.0, 0.002, 0.025)] {
        let above = |w: &&[f32; 16]| detector.score(w).strangeness > decades;
        let share = fresh.iter().filter(above).count() as f32 / fresh.len() as f32;
        assert!((least..most).contains(&share), "10^-{decades}: {share}");
    }
}

/// Which of sixteen axes of noise have most variance is chance: windows that had a say in it lie
/// farther out along them than fresh ones.
#[test]
fn noise_without_any_axes_keeps_its_budget_too() {
    let mut rng = Rng::new(6, 0);
    let mut noise = |n: usize| -> Vec<[f32; 16]> {
        let mut one = || core::array::from_fn(|_| rng.gaussian());
        (0..n).map(|_| one()).collect()
    };
    let (fits, fresh) = (12, 2000);
    let mut above = 0;
    for _ in 0..fits {
        let detector = fitted::<Sixteen>(&Held(noise(200)));
        let strange = |window: &&[f32; 16]| detector.score(window).strangeness > 1.0;
        above += noise(fresh).iter().filter(strange).count();
    }
    let share = above as f32 / (fits * fresh) as f32;
    assert!((0.085..0.115).contains(&share), "{share}");
}

#[test]
fn loud_quiet_and_bent_windows_are_strange_and_a_part_says_so() {
    let detector = fitted::<Sixteen>(&Held(waves(400, 1)));
    let normal = waves(1, 3)[0];
    assert!(detector.score(&normal).strangeness < 2.0);
    let quiet = normal.map(|x| 0.1 * x);
    let loud = normal.map(|x| 3.0 * x);
    let mut step = normal;
    step[8..].iter_mut().for_each(|x| *x += 2.0);
    for (what, window) in [("quiet", quiet), ("loud", loud), ("step", step)] {
        let score = detector.score(&window);
        assert!(score.strangeness > 3.0, "{what}: {score:?}");
    }
    assert_eq!(
        Sixteen::PARTS[detector.score(&normal.map(|x| 50.0 * x)).part()],
        "features"
    );
    assert_ne!(Sixteen::PARTS[detector.score(&quiet).part()], "distance");
}

#[test]
fn a_gap_between_modes_is_strange_to_single_readings() {
    let mut rng = Rng::new(1, 0);
    let mut one = || [rng.rademacher() + 0.1 * rng.gaussian()];
    let detector = fitted::<ReadingPanel>(&Held((0..300).map(|_| one()).collect()));
    assert!(detector.score(&[1.0]).strangeness < 1.0);
    assert!(detector.score(&[0.0]).strangeness > 3.0, "between");
    assert!(detector.score(&[4.0]).strangeness > 3.0, "beyond");
}

#[test]
fn too_few_windows_give_no_detector() {
    assert!(!fitted::<Sixteen>(&Held(waves(63, 1))).is_fitted());
    assert!(fitted::<Sixteen>(&Held(waves(64, 1))).is_fitted());
}

#[test]
fn windows_without_any_spread_still_give_finite_scores() {
    let detector = fitted::<Sixteen>(&Held(std::vec![[0.5; 16]; 80]));
    for level in [0.5, 0.6, 1e20] {
        assert!(detector.score(&[level; 16]).strangeness.is_finite());
    }
    assert!(detector.score(&[5.0; 16]).strangeness > 3.0);
}

#[test]
fn a_fit_goes_on_from_a_checkpoint_to_the_same_bits() {
    use crate::checkpoint::{self, Name};
    let name = Name::new("fit").unwrap();
    let held = Held(waves(70, 1));
    let (mut fit, mut detector) = (Box::new(Fit::<Sixteen>::IDLE), Detector::BLANK);
    fit.begin(7);
    for _ in 0..40 {
        fit.turn(&held, &Standardiser::IDENTITY, &mut detector);
    }
    let mut bytes = std::vec![0; checkpoint::bytes::<Fit<Sixteen>>()];
    checkpoint::save(name, &*fit, &mut bytes).unwrap();
    let mut again = Box::new(Fit::<Sixteen>::IDLE);
    checkpoint::load(name, &mut *again, &bytes).unwrap();
    let mut other = detector.clone();
    while fit.is_under_way() {
        fit.turn(&held, &Standardiser::IDENTITY, &mut detector);
        again.turn(&held, &Standardiser::IDENTITY, &mut other);
    }
    assert!(detector.is_fitted() && detector == other && !again.is_under_way());
}

#[test]
fn a_window_that_is_cut_off_or_stands_still_in_part_is_strange_for_its_run() {
    let mut rng = Rng::new(4, 0);
    // Noise, in whose middle a window with its peaks cut off lies.
    let mut noise = || core::array::from_fn(|_| rng.gaussian());
    let detector = fitted::<Sixteen>(&Held((0..384).map(|_| noise()).collect()));
    let strange = |score: &crate::watch::Score| score.parts[3] > 0.0;
    let normal = (0..200).filter(|_| strange(&detector.score(&noise())));
    assert!(normal.count() < 6);
    for _ in 0..20 {
        let mut stuck = noise();
        let level = stuck[3];
        stuck[3..9].fill(level);
        let mut silent = noise();
        silent[5..11].fill(0.0);
        let cut = noise().map(|x: f32| x.min(-1.5));
        for window in [stuck, silent, cut] {
            let score = detector.score(&window);
            assert!(strange(&score) && score.strangeness > 3.0, "{score:?}");
        }
    }
}

/// A block of format 5, whose fits had four folds and whose detectors no counts.
#[test]
fn a_fit_under_way_of_an_older_format_begins_anew_and_a_detector_serves_without_counts() {
    use crate::checkpoint::{self, Name, Saving};
    let name = Name::new("fit").unwrap();
    let held = Held(waves(70, 1));
    let (mut fit, detector) = (Box::new(Fit::<Sixteen>::IDLE), fitted::<Sixteen>(&held));
    fit.begin(7);
    let mut none = Detector::BLANK;
    for _ in 0..40 {
        fit.turn(&held, &Standardiser::IDENTITY, &mut none);
    }
    fn old<T: crate::checkpoint::Persist>(name: Name, state: &T) -> Vec<u8> {
        let mut saving = Saving::begin_as(5, name, state).unwrap();
        let mut bytes = std::vec![0; saving.total()];
        saving.put(state, usize::MAX, &mut &mut *bytes).unwrap();
        bytes
    }
    let mut again = Box::new(Fit::<Sixteen>::IDLE);
    checkpoint::load(name, &mut *again, &old(name, &*fit)).unwrap();
    assert!(again.is_under_way() && again.stage == Stage::Orient(0));
    while again.is_under_way() {
        again.turn(&held, &Standardiser::IDENTITY, &mut none);
    }
    assert!(none.is_fitted());
    // As it is where all folds had the same axes.
    let turn = Turn { part: 0, fold: 3 };
    for kind in 1..=4 {
        let stage = Stage::of_fields(kind, turn, 2, 0.0);
        assert_eq!(stage, Some(Stage::Orient(0)));
    }

    let mut taken = Detector::<Sixteen>::BLANK;
    checkpoint::load(name, &mut taken, &old(name, &detector)).unwrap();
    let mut window = waves(1, 5)[0];
    let [parts, as_taken] = [&detector, &taken].map(|it| it.score(&window).parts);
    assert_eq!(parts[..3], as_taken[..3]);
    window[4..].fill(0.3);
    assert!(detector.score(&window).parts[3] > 1.0);
    assert_eq!(taken.score(&window).parts[3], 0.0);
}
