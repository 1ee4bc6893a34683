//! Where expectation-maximisation begins.

use super::em::{Share, maximise};
use super::standardised::Standardised;
use crate::divergence::Mode;
use crate::rng::Rng;

/// k-means++ seeds, and one M step with every sample given to its nearest seed: finds modes that lie
/// side by side.
pub(super) fn hard_start<const K: usize>(
    data: &Standardised<'_>,
    floor: f64,
    rng: &mut Rng,
) -> [Mode; K] {
    let mut modes = [Mode {
        weight: 1.0,
        mean: 0.0,
        sd: 1.0,
    }; K];
    for known in 0..K {
        let (seeds, open) = modes.split_at_mut(known);
        if let Some(mode) = open.first_mut() {
            mode.mean = next_seed(data, seeds, rng);
        }
    }
    let mut shares = [Share::default(); K];
    for z in data.iter() {
        let distance = |mode: &Mode| (z - mode.mean).abs();
        let pairs = modes.iter().zip(&mut shares);
        let nearest = pairs.min_by(|(a, _), (b, _)| distance(a).total_cmp(&distance(b)));
        if let Some((mode, share)) = nearest {
            share.add(1.0, z - mode.mean);
        }
    }
    maximise(&modes, &shares, data, floor)
}

/// Random samples as means and random widths: finds a narrow mode on top of a wide one, which no
/// division of the line into parts would.
pub(super) fn soft_start<const K: usize>(
    data: &Standardised<'_>,
    floor: f64,
    rng: &mut Rng,
) -> [Mode; K] {
    core::array::from_fn(|_| Mode {
        weight: 1.0 / K as f64,
        mean: next_seed(data, &[], rng),
        sd: f64::from(rng.uniform()).max(floor),
    })
}

/// A sample drawn with probability proportional to its squared distance from the nearest seed; any
/// sample while there is none.
fn next_seed(data: &Standardised<'_>, seeds: &[Mode], rng: &mut Rng) -> f64 {
    let weight = |z: f64| {
        let nearest = seeds
            .iter()
            .map(|seed| (z - seed.mean) * (z - seed.mean))
            .reduce(f64::min);
        nearest.unwrap_or(1.0)
    };
    let total: f64 = data.iter().map(weight).sum();
    let mut left = total * f64::from(rng.uniform());
    let mut chosen = 0.0;
    for z in data.iter().filter(|&z| weight(z) > 0.0) {
        chosen = z;
        left -= weight(z);
        if left < 0.0 {
            break;
        }
    }
    chosen
}
