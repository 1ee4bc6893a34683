//! Distance between sets of windows: the sliced Wasserstein distance.

use ganlet::divergence::wasserstein;
use ganlet::rng::Rng;

/// Directions that windows are projected on.
const PROJECTIONS: usize = 128;
/// The stream of random directions: always the same, so that distances are comparable.
const SEED: u64 = 0x51_1CED;

/// Projections of a set of windows, to hold others against.
#[derive(Debug, Clone)]
pub struct Slices {
    sd: f64,
    /// Each direction with the projections on it, ascending.
    slices: Vec<(Vec<f64>, Vec<f32>)>,
}

impl Slices {
    /// Those of `windows`, whose readings have the standard deviation `sd`.
    pub fn new(windows: &[Vec<f64>], sd: f64) -> Self {
        let n = windows.first().map_or(0, Vec::len);
        let mut rng = Rng::new(SEED, 0);
        let slices = (0..PROJECTIONS).map(|_| {
            let raw: Vec<f64> = (0..n).map(|_| rng.gaussian().into()).collect();
            let norm = raw.iter().map(|x| x * x).sum::<f64>().sqrt();
            let direction: Vec<f64> = raw.iter().map(|x| x / norm).collect();
            let projections = project(windows, &direction);
            (direction, projections)
        });
        Self {
            sd,
            slices: slices.collect(),
        }
    }

    /// The mean over random directions of the Wasserstein-1 distance between the projections of
    /// these windows and of `others`, in standard deviations (Bonneel et al. 2015). NaN where a set
    /// is empty.
    pub fn wasserstein(&self, others: &[Vec<f64>]) -> f64 {
        let distance = |(direction, projections): &(Vec<f64>, Vec<f32>)| {
            wasserstein::between_samples(projections, &project(others, direction))
                .unwrap_or(f64::NAN)
        };
        let sum: f64 = self.slices.iter().map(distance).sum();
        sum / PROJECTIONS as f64 / self.sd
    }
}

/// Projections on a direction, ascending.
fn project(windows: &[Vec<f64>], direction: &[f64]) -> Vec<f32> {
    let dot = |w: &Vec<f64>| w.iter().zip(direction).map(|(x, d)| x * d).sum::<f64>() as f32;
    let mut projections: Vec<f32> = windows.iter().map(dot).collect();
    projections.sort_by(f32::total_cmp);
    projections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_shows_as_its_mean_projection() {
        let mut rng = Rng::new(2, 0);
        let a: Vec<Vec<f64>> = (0..500)
            .map(|_| (0..8).map(|_| rng.gaussian().into()).collect())
            .collect();
        let b: Vec<Vec<f64>> = a
            .iter()
            .map(|w| {
                w.iter()
                    .enumerate()
                    .map(|(i, x)| if i == 0 { x + 3.0 } else { *x })
                    .collect()
            })
            .collect();
        let slices = Slices::new(&a, 1.0);
        assert!(slices.wasserstein(&a) < 1e-9);
        // E |cos| of a random direction in 8 dimensions is Γ(4) / (√π Γ(4.5)) = 0.291.
        assert!((slices.wasserstein(&b) - 3.0 * 0.291).abs() < 0.15);
    }
}
