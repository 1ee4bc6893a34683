//! How the cost of a step grows: with the width of the networks, the batch, and the window.
//!
//! ```text
//! cargo bench --manifest-path tests/bench/Cargo.toml --bench growth
//! ```
//!
//! The throughput counts multiply-adds: where it stays the same from one size to the next, the cost
//! grows as the multiply-adds do. `cargo xtask growth` shows it beside a microcontroller.

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use ganlet::rng::Rng;
use ganlet_workload::growth::{self, BATCHES, Players, Size};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    width(&mut criterion);
    batch(&mut criterion);
    window(&mut criterion);
    criterion.final_summary();
}

fn width(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("width");
    step::<4, 16>(&mut group, 4, 16);
    step::<8, 16>(&mut group, 8, 16);
    step::<16, 16>(&mut group, 16, 16);
    step::<32, 16>(&mut group, 32, 16);
    step::<64, 16>(&mut group, 64, 16);
    group.finish();
}

fn batch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("batch");
    for batch in BATCHES {
        step::<32, 16>(&mut group, batch, batch);
    }
    group.finish();
}

fn window(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("window");
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
    grown: usize,
    batch: usize,
) {
    let mut players = Players::<W, N>::BLANK;
    growth::start(&mut players);
    let mut rng = Rng::new(2, 0);
    let size = Size {
        width: W,
        window: N,
        batch,
    };
    group.throughput(Throughput::Elements(size.multiply_adds()));
    group.bench_function(BenchmarkId::from_parameter(grown), |bencher| {
        bencher.iter(|| growth::step(&mut players, &mut rng, batch));
    });
}
