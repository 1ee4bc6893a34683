//! What faults do to a device: a whole life, from the first reading to the checkpoint after the last
//! round, over a grid of fault, rate and seed, as one table.
//!
//! The table is printed (`--nocapture`), and the part of it that does not depend on every bit of
//! training is a snapshot. `INSTA_UPDATE=always cargo test -p ganlet-tests --test faults` takes over
//! what has changed; a human reads the difference.

mod life;
mod ram;
mod table;

use std::thread;

use ganlet_app::Mishap;

use life::{Fate, Life};

/// The share of all calls in which a fault happens.
const SENSOR_RATES: [f32; 2] = [0.05, 0.5];
/// A checkpoint is some hundred calls of the store.
const STORE_RATES: [f32; 2] = [0.0005, 0.05];
const SEEDS: [u64; 2] = [1, 2];

fn grid() -> Vec<Life> {
    let mut lives = vec![
        Life::without_faults(SEEDS[0]),
        Life::without_faults(SEEDS[1]),
    ];
    let kinds: [(&[Mishap], &[f32]); 2] = [
        (&Mishap::OF_SENSORS, &SENSOR_RATES),
        (&Mishap::OF_STORES, &STORE_RATES),
    ];
    for (mishaps, rates) in kinds {
        for &mishap in mishaps {
            for &rate in rates {
                lives.extend(SEEDS.map(|seed| Life {
                    mishap: Some(mishap),
                    rate,
                    seed,
                }));
            }
        }
    }
    lives
}

fn all() -> Vec<(Life, Fate)> {
    let lives = grid();
    let half = lives.len() / 2;
    thread::scope(|scope| {
        let halves = [&lives[..half], &lives[half..]].map(|lives| {
            scope.spawn(|| lives.iter().map(|it| (*it, it.live())).collect::<Vec<_>>())
        });
        halves
            .into_iter()
            .flat_map(|half| half.join().expect("no life panics"))
            .collect()
    })
}

#[test]
fn no_fault_stops_a_device_from_learning_or_from_saying_why() {
    let fates = all();
    println!("{}", table::of(&fates, false));
    for (life, fate) in &fates {
        assert_eq!(
            fate.seen,
            fate.learned + fate.rejected_in_all() + fate.dropped,
            "{life:?}"
        );
        assert!(fate.is_finite, "{life:?}: a number that is not finite");
        assert!(fate.w1 < life.limit(), "{life:?}: {}", fate.w1);
        assert!(
            fate.restored.is_some() || fate.refused || fate.not_saved > 0,
            "{life:?}: nothing to go on from, and nothing said of it"
        );
    }
    insta::assert_snapshot!(table::of(&fates, true));
}
