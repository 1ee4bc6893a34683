//! How good generated samples are, as a device can afford to know.

use crate::layer::Row;
use crate::math;
use crate::stream::Welford;

/// Samples of each kind that are compared with each other. Where the distributions are nearly the
/// same, what is left of the noise falls with the number of pairs: a large block is worth its memory,
/// 4 KB for windows of 32. Two are held at a time.
pub const BLOCK: usize = 32;

/// The energy score of a generator less that of a simple model, over the same real samples.
///
/// The energy score of a distribution Q at an observation x (Gneiting and Raftery 2007, eq. 22),
///
/// > ES(Q, x) = E |g − x| − ½ E |g − g′|,  g, g′ ~ Q independent,
///
/// is proper: its mean over x ~ P is least for Q = P, and exceeds that by half the energy distance
/// of P and Q. That distance is the squared difference of distribution functions, integrated along
/// a line and averaged over all directions: the cousin of the sliced Wasserstein distance that
/// needs neither sorting nor memory, and has an estimate without bias.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    differences: Welford,
}

impl Comparison {
    /// Before the first block.
    pub const fn new() -> Self {
        Self {
            differences: Welford::new(),
        }
    }

    /// Takes in a block of real samples: the [score](energy_score) of samples from the generator there,
    /// less that of samples from the simple model, all of them standardised. A difference that is not
    /// finite is left out.
    pub fn push(&mut self, difference: f32) {
        self.differences.push(difference);
    }

    /// The mean difference: below 0 where the generator is better.
    pub fn difference(&self) -> f32 {
        self.differences.mean()
    }

    /// The standard error of the difference.
    pub fn error(&self) -> f32 {
        self.differences.sd() / math::sqrt(self.differences.count().max(1) as f32)
    }

    /// Whether the generator is better, as far as can be seen. No doubt is required: where neither
    /// is seen to be better, it does not matter much.
    pub fn is_better(&self) -> bool {
        self.differences.count() > 0 && self.difference() < 0.0
    }

    /// Whether the generator is better by a margin: by two standard errors, or by `enough` where so
    /// few samples were compared that two standard errors are more than that. The simple model has
    /// the benefit of the doubt.
    pub fn is_better_by(&self, enough: f32) -> bool {
        self.differences.count() > 0 && self.difference() < -enough.min(2.0 * self.error())
    }
}

impl Default for Comparison {
    fn default() -> Self {
        Self::new()
    }
}

/// The mean energy score of samples of a model at real samples, without bias: pairs of a sample with
/// itself are left out.
pub fn energy_score<S: Row>(real: &[S; BLOCK], model: &[S; BLOCK]) -> f32 {
    let (mut across, mut within) = (0.0, 0.0);
    for (i, g) in model.iter().enumerate() {
        for x in real {
            across += distance(x, g);
        }
        for other in model.iter().skip(i + 1) {
            within += distance(other, g);
        }
    }
    let pairs = (BLOCK * (BLOCK - 1)) as f32;
    across / (BLOCK * BLOCK) as f32 - within / pairs
}

/// |a − b|.
fn distance<S: Row>(a: &S, b: &S) -> f32 {
    let pairs = a.flat().iter().zip(b.flat());
    math::sqrt(pairs.fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// Blocks of readings drawn by three functions.
    fn compare(
        blocks: u32,
        real: impl FnMut(&mut Rng) -> f32,
        generated: impl FnMut(&mut Rng) -> f32,
    ) -> Comparison {
        compare_from(1, blocks, real, generated)
    }

    fn compare_from(
        seed: u64,
        blocks: u32,
        mut real: impl FnMut(&mut Rng) -> f32,
        mut generated: impl FnMut(&mut Rng) -> f32,
    ) -> Comparison {
        let mut rng = Rng::new(seed, 0);
        let mut comparison = Comparison::new();
        for _ in 0..blocks {
            let mut block =
                |draw: &mut dyn FnMut(&mut Rng) -> f32| core::array::from_fn(|_| [draw(&mut rng)]);
            let (x, g) = (block(&mut real), block(&mut generated));
            let simple = energy_score(&x, &block(&mut |rng| rng.gaussian()));
            comparison.push(energy_score(&x, &g) - simple);
        }
        comparison
    }

    #[test]
    fn the_difference_is_half_that_of_the_energy_distances() {
        // For P = N(0, 1) and Q = N(m, 1): 2 E|x − g| − E|x − x′| − E|g − g′|, with
        // E|N(m, 2)| = 2/√π e^(−m²/4) + m erf(m/2).
        let comparison = compare(2000, |rng| rng.gaussian(), |rng| 1.0 + rng.gaussian());
        let root_pi = core::f64::consts::PI.sqrt();
        let shifted = 2.0 / root_pi * (-0.25f64).exp() + libm::erf(0.5);
        let exact = shifted - 2.0 / root_pi;
        let off = f64::from(comparison.difference()) - exact;
        assert!(off.abs() < 4.0 * f64::from(comparison.error()), "{off}");
        assert!(comparison.error() < 0.02);
        assert!(!comparison.is_better());
    }

    #[test]
    fn two_modes_are_better_learned_than_fitted_by_one() {
        let mut modes = |rng: &mut Rng| 0.97 * rng.rademacher() + 0.24 * rng.gaussian();
        let learned = compare(100, modes, &mut modes);
        assert!(learned.difference() < -3.0 * learned.error(), "{learned:?}");
        assert!(learned.is_better_by(0.01));
    }

    /// Over many comparisons of two models that are the same, the simple one is nearly always kept.
    #[test]
    fn the_simple_model_has_the_benefit_of_the_doubt() {
        let gaussian = |rng: &mut Rng| rng.gaussian();
        let mut taken = [0, 0];
        for seed in 0..100 {
            let comparison = compare_from(seed, 50, gaussian, gaussian);
            taken[0] += u32::from(comparison.is_better());
            taken[1] += u32::from(comparison.is_better_by(1.0));
        }
        assert!(taken[0] > 30 && taken[1] < 8, "{taken:?}");
    }

    #[test]
    fn what_is_no_better_is_not_called_so() {
        let wider = compare(500, |rng| rng.gaussian(), |rng| 1.3 * rng.gaussian());
        assert!(!wider.is_better(), "{wider:?}");
        assert!(!Comparison::new().is_better());
        let mut comparison = Comparison::new();
        comparison.push(energy_score(&[[1.0]; BLOCK], &[[f32::NAN]; BLOCK]));
        assert!(!comparison.is_better() && comparison.difference() == 0.0);
    }
}
