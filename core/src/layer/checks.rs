//! The four passes of a layer, and the penalty made of them, against the [`oracle`]: values
//! directly, derivatives by central differences in `f64`.

use std::vec::Vec;
use std::{format, vec};

use super::oracle::{self, Defined, Definition, Jet};
use super::{Activation, Dual, Input, Layer, Linear, Row, TangentTrace, Trace, Zero};
use crate::params::ParamsExt;
use crate::penalty::{self, Discriminator};
use crate::rng::Rng;

/// Samples in a block under test.
const BLOCK: usize = 3;

/// A point of a network's graph with a direction, and weights for its outputs.
#[derive(Clone)]
struct Point {
    theta: Vec<f64>,
    x: Vec<f64>,
    direction: Vec<f64>,
}

impl Point {
    /// Output and directional derivative of a block of samples, side by side.
    fn run(&self, net: &[Definition]) -> Vec<Jet> {
        let inputs = self.x.iter().zip(&self.direction);
        let jets: Vec<Jet> = inputs
            .map(|(&value, &slope)| Jet { value, slope })
            .collect();
        jets.chunks(jets.len() / BLOCK)
            .flat_map(|x| oracle::run(net, &self.theta, x))
            .collect()
    }

    /// Σ c y + Σ d ẏ.
    fn weighed(&self, net: &[Definition], c: &[f64], d: &[f64]) -> f64 {
        let weights = c.iter().zip(d);
        let outputs = self.run(net);
        assert_eq!(outputs.len(), c.len());
        outputs
            .iter()
            .zip(weights)
            .map(|(y, (c, d))| c * y.value + d * y.slope)
            .sum()
    }

    /// Σᵢ weightᵢ ½ |∇ₓD(xᵢ)|², the gradient taken coordinate by coordinate.
    fn penalty(&self, net: &[Definition], weight: &[f64]) -> f64 {
        let width = self.x.len() / BLOCK;
        let mut along = self.clone();
        (0..width)
            .map(|j| {
                for (i, slope) in along.direction.iter_mut().enumerate() {
                    *slope = if i % width == j { 1.0 } else { 0.0 };
                }
                let logits = along.run(net);
                let squares = logits.iter().map(|y| y.slope * y.slope).zip(weight);
                squares.map(|(square, w)| 0.5 * w * square).sum::<f64>()
            })
            .sum()
    }
}

/// Central differences of `f` by each coordinate.
pub(crate) fn slopes(at: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let step = 1e-5;
    let mut moved = at.to_vec();
    (0..at.len())
        .map(|i| {
            let mut shifted = |by: f64| {
                moved[i] = at[i] + by;
                let value = f(&moved);
                moved[i] = at[i];
                value
            };
            (shifted(step) - shifted(-step)) / (2.0 * step)
        })
        .collect()
}

/// The same by each coordinate that `pick` shows.
fn differences(
    at: &Point,
    pick: impl Fn(&mut Point) -> &mut Vec<f64>,
    f: impl Fn(&Point) -> f64,
) -> Vec<f64> {
    let picked = pick(&mut at.clone()).clone();
    slopes(&picked, |picked| {
        let mut moved = at.clone();
        pick(&mut moved).copy_from_slice(picked);
        f(&moved)
    })
}

pub(crate) fn widen<'a>(values: impl IntoIterator<Item = &'a f32>) -> Vec<f64> {
    values.into_iter().map(|&x| f64::from(x)).collect()
}

fn widen_rows<R: Row>(rows: &[R]) -> Vec<f64> {
    rows.iter().flat_map(|row| widen(row.flat())).collect()
}

/// Agreement within `f32`'s accuracy, relative to the largest number.
pub(crate) fn assert_close(what: &str, found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    let largest = wanted.iter().fold(0.0f64, |max, x| max.max(x.abs()));
    for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!(
            (found - wanted).abs() <= 1e-5 * largest + 1e-7,
            "{what}[{i}] is {found}, should be {wanted}"
        );
    }
}

/// Rows of standard Gaussians.
pub(super) fn random_rows<R: Row>(rng: &mut Rng) -> [R; BLOCK] {
    let mut rows = [R::ZERO; BLOCK];
    for x in rows.iter_mut().flat_map(Row::flat_mut) {
        *x = rng.gaussian();
    }
    rows
}

/// Parameters N(0, 0.5²), biases too.
pub(super) fn random_net<L: Layer>(rng: &mut Rng) -> L {
    let mut net = L::ZERO;
    for i in 0..L::LEAVES {
        for p in net.leaf_mut(i) {
            *p = 0.5 * rng.gaussian();
        }
    }
    net
}

/// Leaves of these shapes, each written and read as itself.
pub(super) fn check_leaves<L: Layer>(shapes: &[&[usize]]) {
    let lengths: Vec<usize> = shapes.iter().map(|shape| shape.iter().product()).collect();
    assert_eq!((L::LEAVES, L::LEN), (shapes.len(), lengths.iter().sum()));
    let (mut net, mut numbers) = (L::ZERO, (1..).map(|n| n as f32));
    let mut written = Vec::new();
    for (i, shape) in shapes.iter().enumerate() {
        assert_eq!(L::shape(i), *shape);
        let leaf = net.leaf_mut(i);
        leaf.fill_with(|| numbers.next().unwrap_or_default());
        written.push(leaf.to_vec());
    }
    assert!(written.iter().map(Vec::len).eq(lengths));
    assert!(net.leaves().eq(written.iter().map(Vec::as_slice)));
    let past = shapes.len();
    assert!(L::shape(past).is_empty() && net.leaf(past).is_empty());
    assert!(net.leaf_mut(past).is_empty());
}

/// All four passes of a network against the oracle, at a random point.
pub(super) fn check_passes<L: Defined>() {
    let name = core::any::type_name::<L>();
    let rng = &mut Rng::new(17, 0);
    let net: L = random_net(rng);
    let (x, direction) = (random_rows::<L::In>(rng), random_rows::<L::In>(rng));
    let (c, d) = (random_rows::<L::Out>(rng), random_rows::<L::Out>(rng));

    let mut tape = L::Tape::<BLOCK>::ZERO;
    let mut y = [L::Out::ZERO; BLOCK];
    net.forward(&x, &mut tape, &mut y);
    let at = Trace {
        x: &x,
        tape: &tape,
        y: &y,
    };
    let mut tangent_tape = L::TangentTape::<BLOCK>::ZERO;
    let mut yt = [L::Out::ZERO; BLOCK];
    net.tangent(at, &direction, &mut tangent_tape, &mut yt);

    let oracle = L::definition();
    let point = Point {
        theta: widen(net.leaves().flatten()),
        x: widen_rows(&x),
        direction: widen_rows(&direction),
    };
    let jets = point.run(&oracle);
    let (values, slopes): (Vec<f64>, Vec<f64>) = jets.iter().map(|y| (y.value, y.slope)).unzip();
    assert_close(&format!("{name}: y"), &widen_rows(&y), &values);
    assert_close(&format!("{name}: ẏ"), &widen_rows(&yt), &slopes);

    let (cs, ds) = (widen_rows(&c), widen_rows(&d));
    let (mut grad, mut dx, mut spent, mut dz) = (L::ZERO, x, tape, y);
    for (dz, c) in dz.iter_mut().zip(&c) {
        L::Through::reverse(dz.flat_mut(), c.flat());
    }
    let input = Input::Spent(&mut dx);
    net.backward::<Linear, BLOCK>(input, &mut spent, &mut dz, Some(&mut grad));
    let value = |p: &Point| p.weighed(&oracle, &cs, &vec![0.0; ds.len()]);
    let wanted = differences(&point, |p| &mut p.theta, value);
    assert_close(
        &format!("{name}: dθ"),
        &widen(grad.leaves().flatten()),
        &wanted,
    );
    let wanted = differences(&point, |p| &mut p.x, value);
    assert_close(&format!("{name}: dx"), &widen_rows(&dx), &wanted);

    // Frozen, with and without memory for the values in between.
    for mut free in [vec![], vec![7.0; 1024]] {
        let mut back = x;
        net.there_and_back::<Linear, BLOCK>(&mut back, &mut free, |y| {
            for (y, c) in y.iter_mut().zip(&c) {
                L::Through::reverse(y.flat_mut(), c.flat());
            }
            true
        });
        assert_eq!(widen_rows(&back), widen_rows(&dx), "{name}: dx alone");
    }

    let along = TangentTrace {
        x: &direction,
        tape: &tangent_tape,
        y: &yt,
    };
    let mut dy = Dual {
        value: c,
        tangent: d,
    };
    let mut grad = L::ZERO;
    let mut dx = Dual::ZERO;
    net.backward_tangent(at, along, &mut dy, &mut grad, Some(&mut dx));
    if !L::CURVED {
        check_straight(&net, at, &direction, tangent_tape, &yt, &d);
    }
    let both = |p: &Point| p.weighed(&oracle, &cs, &ds);
    let wanted = differences(&point, |p| &mut p.theta, both);
    assert_close(
        &format!("{name}: dθ of both"),
        &widen(grad.leaves().flatten()),
        &wanted,
    );
    let wanted = differences(&point, |p| &mut p.x, both);
    assert_close(
        &format!("{name}: dx of both"),
        &widen_rows(&dx.value),
        &wanted,
    );
    let wanted = differences(&point, |p| &mut p.direction, both);
    assert_close(
        &format!("{name}: dẋ of both"),
        &widen_rows(&dx.tangent),
        &wanted,
    );
}

/// To the bit the general pass with no adjoint of y, whether ẋ is kept or spent.
fn check_straight<L: Layer<In: Row>>(
    net: &L,
    at: Trace<'_, L, BLOCK>,
    xt: &[L::In; BLOCK],
    tape: L::TangentTape<BLOCK>,
    yt: &[L::Out; BLOCK],
    dyt: &[L::Out; BLOCK],
) {
    let name = core::any::type_name::<L>();
    let along = TangentTrace {
        x: xt,
        tape: &tape,
        y: yt,
    };
    let mut dy = Dual {
        value: [L::Out::ZERO; BLOCK],
        tangent: *dyt,
    };
    let (mut wanted, mut dx) = (L::ZERO, Dual::ZERO);
    net.backward_tangent(at, along, &mut dy, &mut wanted, Some(&mut dx));

    let dzt = || {
        let mut dzt = *at.y;
        for (dz, dy) in dzt.iter_mut().zip(dyt) {
            L::Through::reverse(dz.flat_mut(), dy.flat());
        }
        dzt
    };
    let (mut grad, mut spent) = (L::ZERO, *xt);
    let input = Input::Spent(&mut spent);
    net.backward_straight::<Linear, BLOCK>(at, input, &mut tape.clone(), &mut dzt(), &mut grad);
    assert!(grad.leaves().eq(wanted.leaves()), "{name}: dθ, straight");
    assert_eq!(
        widen_rows(&spent),
        widen_rows(&dx.tangent),
        "{name}: dẋ, straight"
    );
    assert!(
        widen_rows(&dx.value).iter().all(|dx| *dx == 0.0),
        "{name}: dx"
    );

    let mut again = L::ZERO;
    let input = Input::Kept(xt);
    net.backward_straight::<Linear, BLOCK>(at, input, &mut tape.clone(), &mut dzt(), &mut again);
    assert!(
        again.leaves().eq(wanted.leaves()),
        "{name}: dθ, straight, kept"
    );
}

/// A discriminator's gradient penalty and the penalty's gradient against the oracle.
pub(super) fn check_penalty<D: Defined + Discriminator>() {
    let name = core::any::type_name::<D>();
    let rng = &mut Rng::new(23, 0);
    let net: D = random_net(rng);
    let x = random_rows::<D::In>(rng);
    let weight = [0.7, 1.3, 0.25];

    let mut tape = D::Tape::<BLOCK>::ZERO;
    let mut y = [[0.0]; BLOCK];
    net.forward(&x, &mut tape, &mut y);
    let at = Trace {
        x: &x,
        tape: &tape,
        y: &y,
    };
    let mut grad = D::ZERO;
    let penalty = penalty::accumulate(&net, at, &weight, &mut grad);

    let oracle = D::definition();
    let point = Point {
        theta: widen(net.leaves().flatten()),
        direction: vec![0.0; BLOCK * D::In::ZERO.flat().len()],
        x: widen_rows(&x),
    };
    let weight = widen(&weight);
    let value = |p: &Point| p.penalty(&oracle, &weight);
    assert_close(
        &format!("{name}: penalty"),
        &[f64::from(penalty)],
        &[value(&point)],
    );
    let wanted = differences(&point, |p| &mut p.theta, value);
    assert_close(
        &format!("{name}: gradient of the penalty"),
        &widen(grad.leaves().flatten()),
        &wanted,
    );
}
