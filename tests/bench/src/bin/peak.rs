//! How many multiplications and additions this core does at most: independent chains in registers.
//! A step is a million of them.

use std::hint::black_box;

use ganlet_bench::respond;

/// As many chains as hide the latency of a multiplication and an addition.
const CHAINS: usize = 12;

/// Numbers in a chain.
const LANES: usize = if cfg!(target_feature = "avx") { 8 } else { 4 };

const ROUNDS: usize = 1_000_000 / (CHAINS * LANES);

fn main() {
    let mut sums = [[1.0f32; LANES]; CHAINS];
    let (factor, term) = (black_box([0.999f32; LANES]), black_box([0.001f32; LANES]));
    println!("peak");
    respond(|steps| {
        for _ in 0..steps * ROUNDS {
            for sums in &mut sums {
                for lane in 0..LANES {
                    sums[lane] = sums[lane] * factor[lane] + term[lane];
                }
            }
        }
        black_box(&sums);
    });
}
