//! The reference workloads, which many programs have run from the same weights and batches.

use std::fs;

use ganlet_tests::shared::shared;
use ganlet_workload::{File, Landing, W1, W2, Workload};

/// Trains a workload for 200 steps on its own weights and batches.
fn assert_lands<W: Workload<K, N>, const K: usize, const N: usize>() {
    let Some(folder) = shared("bench") else {
        return;
    };
    let path = folder.join(W::NAME).with_extension("bin");
    let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (words, []) = bytes.as_chunks::<4>() else {
        panic!("{}: not a whole number of f32", path.display());
    };
    let numbers: Vec<f32> = words.iter().copied().map(f32::from_le_bytes).collect();
    let file = File::of::<W>(&numbers).expect("weights and batches, and nothing else");
    let landing = Landing::of::<W, K, N>(&file);
    assert!(landing.is_like(&W::LANDING), "{landing:?}");
}

/// G 4-16-16-1, D 1-16-16-1: seven other programs land there.
#[test]
fn w1_lands_where_others_do() {
    assert_lands::<W1, 4, 1>();
}

/// G 8-32-32-32, D 32-32-32-1.
#[test]
fn w2_lands_where_others_do() {
    assert_lands::<W2, 8, 32>();
}
