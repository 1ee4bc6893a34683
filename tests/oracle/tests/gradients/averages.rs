//! The moving average of parameters, and their norm.

use ganlet::chain;
use ganlet::layer::{Dense, LeakyRelu};
use ganlet::params::{Params, ParamsExt};
use ganlet::rng::Rng;
use ganlet_oracle::mirror::{draw_params, leaves};

type Net = chain![Dense<3, 7, LeakyRelu>, Dense<7, 2>];

#[test]
fn an_average_is_the_geometric_mixture_of_what_it_saw() {
    let (keep, rng) = (0.9f32, &mut Rng::new(17, 0));
    let seen: [Net; 6] = [(); 6].map(|()| draw_params(rng));
    let mut average = seen[0];
    for net in &seen[1..] {
        average.average_towards(net, keep);
    }
    // Weight keep⁵ for the first one, (1 − keep) keep^age for the others.
    let keep = f64::from(keep);
    let weight = |i: usize| match i {
        0 => keep.powi(5),
        i => (1.0 - keep) * keep.powi(5 - i as i32),
    };
    for (i, ours) in leaves(&average).concat().into_iter().enumerate() {
        let terms = seen.iter().map(|net| leaves(net).concat()[i]).enumerate();
        let expected: f64 = terms.map(|(t, x)| weight(t) * x).sum();
        assert!(
            (ours - expected).abs() < 1e-6,
            "{ours}, expected {expected}"
        );
    }
}

#[test]
fn an_average_that_keeps_everything_or_nothing() {
    let rng = &mut Rng::new(19, 0);
    let (start, other): (Net, Net) = (draw_params(rng), draw_params(rng));
    let mut kept = start;
    kept.average_towards(&other, 1.0);
    assert!(kept == start);
    kept.average_towards(&other, 0.0);
    for (ours, other) in kept.values().zip(other.values()) {
        assert!((ours - other).abs() <= 1e-6);
    }
}

#[test]
fn a_norm_is_euclidean_and_not_finite_if_any_number_is_not() {
    let net: Net = draw_params(&mut Rng::new(23, 0));
    let square: f64 = leaves(&net).concat().iter().map(|x| x * x).sum();
    assert!((f64::from(net.norm()) - square.sqrt()).abs() < 1e-5);
    assert!(net.all_finite());
    for leaf in 0..Net::LEAVES {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut spoilt = net;
            *spoilt.leaf_mut(leaf).last_mut().expect("a number") = bad;
            assert!(!spoilt.norm().is_finite() && !spoilt.all_finite());
        }
    }
}
