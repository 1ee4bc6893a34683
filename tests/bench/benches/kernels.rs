//! Each kernel by itself: the four passes of a layer, a penalty, an optimizer's step, random numbers.
//!
//! ```text
//! cargo bench --manifest-path tests/bench/Cargo.toml --bench kernels
//! ```
//!
//! The throughput of a layer counts its multiply-adds, so that layers can be held against one another
//! and against the core's peak (`cargo xtask bench`).

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use ganlet::chain;
use ganlet::layer::{
    Conv1d, ConvTranspose1d, Dense, Dual, Init, Input, Layer, LeakyRelu, Linear, TangentTrace,
    Trace, Zero,
};
use ganlet::optimizer::{Adam, Momentum, Optimizer, OptimizerState, RmsProp, Sgd};
use ganlet::params::Params;
use ganlet::penalty;
use ganlet::rng::Rng;

/// Samples in a block, as a host takes them.
const BLOCK: usize = 16;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    all_layers(&mut criterion);
    one_penalty(&mut criterion);
    all_optimizers(&mut criterion);
    random_numbers(&mut criterion);
    criterion.final_summary();
}

fn all_layers(criterion: &mut Criterion) {
    layer::<Dense<16, 16, LeakyRelu>, 16, 16>(criterion, "dense 16-16", 16 * 16);
    layer::<Dense<32, 32, LeakyRelu>, 32, 32>(criterion, "dense 32-32", 32 * 32);
    layer::<Dense<32, 1>, 32, 1>(criterion, "dense 32-1", 32);
    signal::<Conv1d<8, 16, 16, 8, 4, 2, 1, LeakyRelu>, 8, 16, 16, 8>(
        criterion,
        "conv1d 8x16 to 16x8",
        16 * 8 * 8 * 4,
    );
    signal::<ConvTranspose1d<16, 8, 8, 16, 4, 2, 1, LeakyRelu>, 16, 8, 8, 16>(
        criterion,
        "conv transpose 16x8 to 8x16",
        16 * 8 * 8 * 4,
    );
}

/// A layer from rows of `I` to rows of `O` numbers.
fn layer<L, const I: usize, const O: usize>(criterion: &mut Criterion, name: &str, products: u64)
where
    L: Layer<In = [f32; I], Out = [f32; O]>,
{
    let mut rng = Rng::new(2, 0);
    let x = core::array::from_fn(|_| core::array::from_fn(|_| rng.gaussian()));
    let dz = core::array::from_fn(|_| core::array::from_fn(|_| rng.gaussian()));
    passes::<L>(criterion, name, products, &x, &dz);
}

/// A layer from signals of `C` channels to signals of `D`.
fn signal<L, const C: usize, const N: usize, const D: usize, const M: usize>(
    criterion: &mut Criterion,
    name: &str,
    products: u64,
) where
    L: Layer<In = [[f32; N]; C], Out = [[f32; M]; D]>,
{
    let mut rng = Rng::new(2, 0);
    let x = core::array::from_fn(|_| [[rng.gaussian(); N]; C]);
    let dz = core::array::from_fn(|_| [[rng.gaussian(); M]; D]);
    passes::<L>(criterion, name, products, &x, &dz);
}

/// The four passes; `products` are the multiply-adds of one sample's forward pass.
fn passes<L: Layer>(
    criterion: &mut Criterion,
    name: &str,
    products: u64,
    x: &[L::In; BLOCK],
    dz: &[L::Out; BLOCK],
) {
    let mut net = L::ZERO;
    net.init(&Init::default(), &mut Rng::new(1, 0));
    let (mut tape, mut y) = (L::Tape::<BLOCK>::ZERO, [L::Out::ZERO; BLOCK]);
    net.forward(x, &mut tape, &mut y);
    let mut group = criterion.benchmark_group(name);
    let of = |passes: u64| Throughput::Elements(passes * products * BLOCK as u64);

    group.throughput(of(1));
    group.bench_function("forward", |bencher| {
        let (mut tape, mut y) = (tape, y);
        bencher.iter(|| net.forward(black_box(x), &mut tape, &mut y));
    });
    group.throughput(of(2));
    group.bench_function("backward, weights and input", |bencher| {
        let mut grad = L::ZERO;
        bencher.iter_batched_ref(
            || (*x, tape, *dz),
            |(x, tape, dz)| {
                net.backward::<Linear, BLOCK>(Input::Spent(x), tape, dz, Some(&mut grad));
            },
            BatchSize::SmallInput,
        );
    });
    group.throughput(of(1));
    group.bench_function("backward, weights alone", |bencher| {
        let mut grad = L::ZERO;
        bencher.iter_batched_ref(
            || (tape, *dz),
            |(tape, dz)| {
                net.backward::<Linear, BLOCK>(Input::Kept(x), tape, dz, Some(&mut grad));
            },
            BatchSize::SmallInput,
        );
    });

    let at = Trace {
        x,
        tape: &tape,
        y: &y,
    };
    let (mut along_tape, mut slope) = (L::TangentTape::<BLOCK>::ZERO, [L::Out::ZERO; BLOCK]);
    net.tangent(at, x, &mut along_tape, &mut slope);
    group.bench_function("tangent", |bencher| {
        let (mut tape, mut slope) = (along_tape, slope);
        bencher.iter(|| net.tangent(black_box(at), x, &mut tape, &mut slope));
    });
    group.throughput(of(4));
    group.bench_function("backward over the tangent", |bencher| {
        let along = TangentTrace {
            x,
            tape: &along_tape,
            y: &slope,
        };
        let (mut grad, mut dx) = (L::ZERO, Dual::<[L::In; BLOCK]>::ZERO);
        let dy = Dual {
            value: *dz,
            tangent: *dz,
        };
        bencher.iter_batched_ref(
            || dy,
            |dy| net.backward_tangent(at, along, dy, &mut grad, Some(&mut dx)),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

type Discriminator = chain![Dense<32, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 1>];

/// R1 on a block, double backprop and all.
fn one_penalty(criterion: &mut Criterion) {
    let mut rng = Rng::new(3, 0);
    let mut net = Discriminator::ZERO;
    net.init(&Init::default(), &mut rng);
    let x = core::array::from_fn(|_| core::array::from_fn(|_| rng.gaussian()));
    let mut tape = <Discriminator as Layer>::Tape::<BLOCK>::ZERO;
    let mut y = [[0.0]; BLOCK];
    net.forward(&x, &mut tape, &mut y);
    let at = Trace {
        x: &x,
        tape: &tape,
        y: &y,
    };
    let mut grad = Discriminator::ZERO;
    criterion.bench_function("penalty 32-32-32-1", |bencher| {
        bencher.iter(|| penalty::accumulate(&net, at, &[1.0 / 16.0; BLOCK], &mut grad));
    });
}

fn all_optimizers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("optimizer, 32-32-32-1");
    group.throughput(Throughput::Elements(<Discriminator as Params>::LEN as u64));
    optimizer(&mut group, "sgd", Sgd);
    optimizer(&mut group, "momentum", Momentum { mu: 0.9 });
    let adam = Adam {
        beta1: 0.5,
        beta2: 0.99,
        epsilon: 1e-8,
    };
    optimizer(&mut group, "adam", adam);
    let rms_prop = RmsProp {
        beta2: 0.99,
        epsilon: 1e-8,
    };
    optimizer(&mut group, "rms prop", rms_prop);
    group.finish();
}

type Group<'a> = criterion::BenchmarkGroup<'a, criterion::measurement::WallTime>;

fn optimizer<O: Optimizer>(group: &mut Group<'_>, name: &str, optimizer: O) {
    let (mut params, mut grad) = (Discriminator::ZERO, Discriminator::ZERO);
    params.init(&Init::default(), &mut Rng::new(4, 0));
    grad.init(&Init::default(), &mut Rng::new(5, 0));
    let mut state = O::State::<Discriminator>::START;
    group.bench_function(name, |bencher| {
        bencher.iter(|| optimizer.update(&mut state, 1e-6, &mut params, black_box(&grad)));
    });
}

fn random_numbers(criterion: &mut Criterion) {
    let mut rng = Rng::new(6, 0);
    criterion.bench_function("gaussian", |bencher| bencher.iter(|| rng.gaussian()));
}
