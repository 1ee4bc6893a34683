//! The six pairs of losses, one pair of logits at a time.

use ganlet::loss::{Loss, Pair, value_term};
use ganlet_oracle::agree::{Disagreement, agree_number};
use ganlet_oracle::difference;
use ganlet_oracle::game::{discriminator_loss, generator_loss};
use proptest::prelude::*;

use super::holds;

type Ours = fn(Loss, f32, f32) -> Pair;
type Oracle = fn(Loss, &[f64], &[f64]) -> f64;

/// A loss of one pair and both derivatives, against differences of the table's formula.
fn check(
    loss: Loss,
    (a, b): (f32, f32),
    ours: impl Fn(f32, f32) -> Pair,
    oracle: Oracle,
) -> Result<(), Disagreement> {
    let pair = ours(a, b);
    let point = [vec![a.into()], vec![b.into()]];
    let formula = |point: &[Vec<f64>]| oracle(loss, &point[0], &point[1]);
    let slopes = difference::gradient(&point, formula);
    agree_number("loss", pair.value, formula(&point))?;
    agree_number("by a", pair.da, slopes[0][0])?;
    agree_number("by b", pair.db, slopes[1][0])
}

/// Logits, the hinge's kinks at 1 and −1 left out.
fn logits(reach: f32) -> impl Strategy<Value = (f32, f32)> {
    (-reach..reach, -reach..reach).prop_filter("a kink", |(a, b)| {
        (a - 1.0).abs().min((b + 1.0).abs()) > 1e-3
    })
}

#[test]
fn derivatives_are_those_of_the_formulas() {
    for loss in Loss::ALL {
        for reach in [3.0, 80.0] {
            holds(200, logits(reach), |at| {
                check(
                    loss,
                    at,
                    |a, b| loss.discriminator(a, b),
                    discriminator_loss,
                )?;
                check(loss, at, |a, b| loss.generator(a, b), generator_loss)
            });
        }
    }
}

#[test]
fn a_derivative_wrong_by_one_per_cent_is_noticed() {
    let at = (0.3, -0.4);
    for loss in Loss::ALL {
        let players: [(Ours, Oracle); 2] = [
            (Loss::discriminator, discriminator_loss),
            (Loss::generator, generator_loss),
        ];
        for (ours, oracle) in players {
            let truth = ours(loss, at.0, at.1);
            for wrong in [
                Pair {
                    value: truth.value * 1.01,
                    ..truth
                },
                Pair {
                    da: truth.da * 1.01,
                    ..truth
                },
                Pair {
                    db: truth.db * 1.01,
                    ..truth
                },
            ] {
                // A derivative of zero is still zero when it is one per cent larger.
                let noticed = check(loss, at, |_, _| wrong, oracle).is_err();
                assert_eq!(noticed, wrong != truth, "{loss}: {wrong:?}");
            }
        }
    }
}

#[test]
fn no_logit_overflows() {
    for loss in Loss::ALL {
        for (a, b) in [(1e4, -1e4), (-1e4, 1e4), (1e4, 1e4), (-1e4, -1e4)] {
            for pair in [loss.discriminator(a, b), loss.generator(a, b)] {
                let finite = [pair.value, pair.da, pair.db].iter().all(|x| x.is_finite());
                assert!(finite, "{loss} at ({a}, {b}): {pair:?}");
            }
        }
    }
}

#[test]
fn the_value_of_the_game_is_minus_the_minimax_loss() {
    let minus_minimax =
        |a: f32, b: f32| -discriminator_loss(Loss::Minimax, &[a.into()], &[b.into()]);
    for loss in Loss::ALL {
        for centre in [0.0, -1.5] {
            holds(50, logits(80.0), |(a, b)| {
                let (pair, value) = loss.discriminator_and_value(a, b, centre);
                assert_eq!(pair, loss.discriminator(a, b), "{loss}");
                assert_eq!(value, value_term(a - centre, b - centre), "{loss}");
                agree_number("V", value, minus_minimax(a - centre, b - centre))
            });
        }
    }
}

#[test]
fn on_its_margin_the_hinge_pulls_no_more() {
    let still = Pair {
        value: 0.0,
        da: 0.0,
        db: 0.0,
    };
    assert_eq!(Loss::Hinge.discriminator(1.0, -1.0), still);
}

#[test]
fn what_a_loss_says_of_itself_is_so() {
    let (a, b, shift) = (0.5, -0.25, 2.0);
    for loss in Loss::ALL {
        let looks_at_real = loss.generator(a, b).da != 0.0;
        assert_eq!(loss.pairs_generator_with_real(), looks_at_real, "{loss}");
        let shifted = loss.discriminator(a + shift, b + shift);
        let constant = loss.discriminator(a, b) == shifted;
        assert_eq!(loss.leaves_a_constant(), constant, "{loss}");
    }
}

#[test]
fn a_loss_goes_by_its_name() {
    let names = Loss::ALL.map(|loss| loss.to_string());
    assert_eq!(names.each_ref().map(|name| name.parse()), Loss::ALL.map(Ok));
    let told = "vanilla".parse::<Loss>().unwrap_err().to_string();
    assert_eq!(
        told,
        format!("unknown loss; use one of {}", names.join(", "))
    );
}
