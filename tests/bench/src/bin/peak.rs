//! How many multiplications and additions this core does at most: independent chains in registers.
//! A step is a million of them.

use std::hint::black_box;

use ganlet_bench::respond;

/// As many chains as hide the latency of a multiplication and an addition.
const CHAINS: usize = 12;

/// Numbers in a chain: those of a vector.
const LANES: usize = if cfg!(target_feature = "avx512f") {
    16
} else if cfg!(target_feature = "avx") {
    8
} else {
    4
};

fn main() {
    println!("peak");
    respond(run);
}

/// In versions, as the kernels are.
#[cfg_attr(
    feature = "dispatch",
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
fn run(steps: usize) {
    #[cfg(feature = "dispatch")]
    #[multiversion::target::target_cfg(target_feature = "avx512f")]
    const LANES: usize = 16;
    #[cfg(feature = "dispatch")]
    #[multiversion::target::target_cfg(all(
        target_feature = "avx",
        not(target_feature = "avx512f")
    ))]
    const LANES: usize = 8;

    let mut sums = [[1.0f32; LANES]; CHAINS];
    let (factor, term) = (black_box([0.999f32; LANES]), black_box([0.001f32; LANES]));
    let (quads, _) = sums.as_chunks_mut::<4>();
    for _ in 0..steps * (1_000_000 / (CHAINS * LANES)) {
        // Spelled out, as kernels do: of a loop over chains a compiler for AVX-512 makes the lanes.
        for [a, b, c, d] in &mut *quads {
            turn(a, &factor, &term);
            turn(b, &factor, &term);
            turn(c, &factor, &term);
            turn(d, &factor, &term);
        }
    }
    black_box(&sums);
}

#[inline(always)]
fn turn<const N: usize>(sums: &mut [f32; N], factor: &[f32; N], term: &[f32; N]) {
    for lane in 0..N {
        sums[lane] = sums[lane] * factor[lane] + term[lane];
    }
}
