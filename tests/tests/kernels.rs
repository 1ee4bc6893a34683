//! Layers of all kinds of sizes against plain loops, bit for bit: in a release build by the kernels that
//! are chosen for the processor at hand.

use ganlet::layer::{Dense, Input, Layer, Linear, Zero};
use ganlet::params::Params;
use ganlet::rng::Rng;

/// Blocks of every size, and rows by themselves.
const B: usize = 16 + 8 + 4 + 3;

fn draw<const N: usize, const M: usize>(rng: &mut Rng) -> [[f32; N]; M] {
    core::array::from_fn(|_| core::array::from_fn(|_| rng.gaussian()))
}

fn assert_same_bits<const N: usize>(ours: &[[f32; N]], wanted: &[[f32; N]], what: &str) {
    let bits = |rows: &[[f32; N]]| {
        rows.as_flattened()
            .iter()
            .map(|x| x.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(ours), bits(wanted), "{what}");
}

/// A pre-activation starts at the bias and adds by ascending input, an input's adjoint starts at zero
/// and adds by ascending output, a gradient starts at what it holds and adds by ascending sample.
fn check<const I: usize, const O: usize>() {
    let rng = &mut Rng::new(5, 0);
    let mut layer = Dense::<I, O>::ZERO;
    for leaf in 0..Dense::<I, O>::LEAVES {
        layer.leaf_mut(leaf).fill_with(|| rng.gaussian());
    }
    let (x, dz) = (draw::<I, B>(rng), draw::<O, B>(rng));
    let w = |i: usize, o: usize| layer.leaf(0)[i * O + o];

    let (mut tape, mut y) = (Zero::ZERO, [[0.0; O]; B]);
    layer.forward(&x, &mut tape, &mut y);
    let sums = x.map(|x| {
        core::array::from_fn(|o| (0..I).fold(layer.leaf(1)[o], |sum, i| sum + x[i] * w(i, o)))
    });
    assert_same_bits(&y, &sums, &format!("{I} to {O}"));

    let mut grad = layer;
    let (mut dx, mut spent) = (x, dz);
    layer.backward::<Linear, B>(
        Input::Spent(&mut dx),
        &mut tape,
        &mut spent,
        Some(&mut grad),
    );
    let sums =
        dz.map(|dz| core::array::from_fn(|i| (0..O).fold(0.0, |sum, o| sum + dz[o] * w(i, o))));
    assert_same_bits(&dx, &sums, &format!("{O} back to {I}"));
    let (weights, []) = grad.leaf(0).as_chunks::<O>() else {
        panic!("no whole rows")
    };
    let rows = (0..I)
        .map(|i| core::array::from_fn(|o| (0..B).fold(w(i, o), |sum, b| sum + x[b][i] * dz[b][o])));
    assert_same_bits(
        weights,
        &rows.collect::<Vec<_>>(),
        &format!("weights of {I} to {O}"),
    );
    let biases: [f32; O] =
        core::array::from_fn(|o| (0..B).fold(layer.leaf(1)[o], |sum, b| sum + dz[b][o]));
    assert_eq!(grad.leaf(1), biases, "biases of {I} to {O}");
}

#[test]
fn every_sum_goes_by_ascending_term() {
    check::<1, 16>();
    check::<16, 1>();
    check::<33, 1>();
    check::<6, 1>();
    check::<3, 5>();
    check::<8, 32>();
    check::<13, 16>();
    check::<29, 18>();
    check::<32, 32>();
    check::<37, 50>();
}
