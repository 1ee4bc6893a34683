//! How the cost of a step grows: with the width of the networks, the batch, and the window.
//!
//! ```text
//! cargo bench --manifest-path tests/bench/Cargo.toml --bench growth
//! ```
//!
//! The throughput counts multiply-adds: where it stays the same from one size to the next, the cost
//! grows as the multiply-adds do. The memory of each size, which its types fix, is printed beside it.

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use ganlet::chain;
use ganlet::gan::Gan;
use ganlet::layer::{Dense, Init, Layer, LeakyRelu};
use ganlet::optimizer::Adam;
use ganlet::penalty::Discriminator;
use ganlet::rng::Rng;
use ganlet_workload::{ADAM, OBJECTIVE, RATE, multiply_adds};

/// Latents of every generator.
const LATENTS: usize = 8;

type Generator<const W: usize, const N: usize> =
    chain![Dense<LATENTS, W, LeakyRelu>, Dense<W, W, LeakyRelu>, Dense<W, N>];
type Judge<const W: usize, const N: usize> =
    chain![Dense<N, W, LeakyRelu>, Dense<W, W, LeakyRelu>, Dense<W, 1>];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    width(&mut criterion);
    batch(&mut criterion);
    window(&mut criterion);
    criterion.final_summary();
}

fn width(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step by width, windows of 16");
    step::<8, 16>(&mut group, 8, 16);
    step::<16, 16>(&mut group, 16, 16);
    step::<32, 16>(&mut group, 32, 16);
    step::<64, 16>(&mut group, 64, 16);
    step::<128, 16>(&mut group, 128, 16);
    group.finish();
}

fn batch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step by batch, windows of 16");
    for batch in [4, 8, 16, 32, 64, 128] {
        step::<32, 16>(&mut group, batch, batch);
    }
    group.finish();
}

fn window(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step by window");
    step::<32, 1>(&mut group, 1, 16);
    step::<32, 8>(&mut group, 8, 16);
    step::<32, 16>(&mut group, 16, 16);
    step::<32, 32>(&mut group, 32, 16);
    step::<32, 64>(&mut group, 64, 16);
    step::<32, 128>(&mut group, 128, 16);
    group.finish();
}

/// A step of each player, of networks of width `W` on windows of `N`.
fn step<const W: usize, const N: usize>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    size: usize,
    batch: usize,
) {
    type Players<G, D> = Gan<G, D, Adam>;
    let mut players = players::<Generator<W, N>, Judge<W, N>>();
    let (w, n) = (W as u64, N as u64);
    let products = multiply_adds(&[LATENTS as u64, w, w, n], &[n, w, w, 1], batch as u64);
    println!(
        "{size}: {products} multiply-adds, {} bytes to train, {} more while a player steps",
        size_of::<Players<Generator<W, N>, Judge<W, N>>>(),
        Players::<Generator<W, N>, Judge<W, N>>::STEP_BYTES
    );
    let mut rng = Rng::new(2, 0);
    let real: [[f32; N]; 64] = core::array::from_fn(|_| core::array::from_fn(|_| rng.gaussian()));
    let mut draws = real.iter().cycle();
    group.throughput(Throughput::Elements(products));
    group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
        bencher.iter(|| {
            let mut real = || *draws.next().unwrap_or(&[0.0; N]);
            players.train_discriminator_on_real_and_generated(
                &OBJECTIVE,
                &ADAM,
                RATE,
                batch,
                &mut real,
                || core::array::from_fn(|_| rng.rademacher()),
            );
            players.train_generator_through_discriminator(
                &OBJECTIVE,
                &ADAM,
                RATE,
                batch,
                &mut real,
                || core::array::from_fn(|_| rng.rademacher()),
            )
        });
    });
}

/// Fresh networks.
fn players<G, D>() -> Gan<G, D, Adam>
where
    G: Layer<Out = D::In>,
    D: Discriminator,
{
    let mut rng = Rng::new(1, 0);
    let (mut generator, mut discriminator) = (G::ZERO, D::ZERO);
    generator.init(&Init::default(), &mut rng);
    discriminator.init(&Init::default(), &mut rng);
    Gan::new(generator, discriminator)
}
