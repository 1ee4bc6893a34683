//! The live estimate on a device: V and the Jensen-Shannon bound from the logits of minibatches,
//! with standard errors, in `f32` and constant memory.

use core::f32::consts::LN_2;

use crate::math;

/// Accumulates v_i = ln D(x_i) + ln(1 - D(G(z_i))) over independent pairs of a real and a generated
/// sample, by Welford's recurrence.
///
/// The mean of v estimates V(G, D), and ln 2 + V / 2 is a lower bound of the Jensen-Shannon
/// divergence, exact for the optimal D (see [`js_bound`](super::optimal::js_bound)). The bound holds
/// in expectation for logits of samples that the discriminator was not fitted to: score a batch
/// before learning from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BoundEstimate {
    count: u32,
    rejected: u32,
    mean: f32,
    squares: f32,
}

/// What a [`BoundEstimate`] has found.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Bound {
    /// V(G, D), in nats.
    pub value: f32,
    /// Standard error of `value`; NaN for a single pair.
    pub value_error: f32,
    /// ln 2 + V / 2, in nats.
    pub js: f32,
    /// Standard error of `js`; NaN for a single pair.
    pub js_error: f32,
}

impl BoundEstimate {
    /// Nothing seen.
    pub const fn new() -> Self {
        Self {
            count: 0,
            rejected: 0,
            mean: 0.0,
            squares: 0.0,
        }
    }

    /// Adds one pair of logits: `real` = D's logit of a real sample, `generated` of a generated one.
    /// A pair that is not finite is counted apart and left out.
    pub fn push(&mut self, real: f32, generated: f32) {
        let finite = real.is_finite() && generated.is_finite();
        let v = -math::softplus(-real) - math::softplus(generated);
        // A fast logarithm may make something finite of an infinite logit.
        self.push_value(if finite { v } else { f32::NAN });
    }

    /// Adds one independent estimate `v` of V(G, D), the mean over a minibatch say; the errors are
    /// then those of means of such estimates. One that is not finite is counted apart.
    pub fn push_value(&mut self, v: f32) {
        if !v.is_finite() {
            self.rejected = self.rejected.saturating_add(1);
            return;
        }
        self.count = self.count.saturating_add(1);
        let from_old = v - self.mean;
        self.mean += from_old / self.count as f32;
        self.squares += from_old * (v - self.mean);
    }

    /// Adds a minibatch, pair by pair in order; the longer slice's surplus is left out.
    pub fn push_batch(&mut self, real: &[f32], generated: &[f32]) {
        for (&a, &b) in real.iter().zip(generated) {
            self.push(a, b);
        }
    }

    /// How many pairs were used.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many pairs were left out because they were not finite.
    pub fn rejected(&self) -> u32 {
        self.rejected
    }

    /// The estimate, with standard errors √(Σ (v_i - mean)² / (n (n - 1))). One pair has no error:
    /// it is NaN. `None` where there is no pair.
    pub fn bound(&self) -> Option<Bound> {
        if self.count == 0 {
            return None;
        }
        let n = self.count as f32;
        let value_error = math::sqrt(self.squares / (n - 1.0) / n);
        Some(Bound {
            value: self.mean,
            value_error,
            js: LN_2 + 0.5 * self.mean,
            js_error: 0.5 * value_error,
        })
    }
}

/// The constant that a relativistic discriminator leaves open, chosen to maximise V.
///
/// A relativistic loss sees differences a_i - b_i only, so a logit and the same logit plus a
/// constant are one discriminator, while V(G, D) = -mean s(-(a - c)) - mean s(b - c) depends on c.
/// V is concave in c, and dV/dc = 0 where
///
/// ```text
/// mean σ(a_i - c) + mean σ(b_i - c) = 1
/// ```
///
/// (the corrected D takes half of the equally mixed samples for real). The root lies between the
/// smallest and the largest logit; it is found by Newton's method inside that bracket. Subtract it
/// from every logit before [`BoundEstimate::push`]. Fitted to the very batch that is then scored it
/// flatters V by O(1/n): take it from earlier batches where that matters.
///
/// The slices may differ in length. `None` if one is empty or holds a logit that is not finite.
pub fn free_constant(real: &[f32], generated: &[f32]) -> Option<f32> {
    let all = || real.iter().chain(generated).copied();
    if real.is_empty() || generated.is_empty() || !all().all(f32::is_finite) {
        return None;
    }
    let mut low = all().fold(f32::INFINITY, f32::min);
    let mut high = all().fold(f32::NEG_INFINITY, f32::max);
    let mut c = 0.5 * low + 0.5 * high;
    for _ in 0..48 {
        let (at_real, at_generated) = (sigmoid_mean(real, c), sigmoid_mean(generated, c));
        let excess = at_real.value + at_generated.value - 1.0;
        if excess > 0.0 {
            low = c
        } else {
            high = c
        }
        let newton = c + excess / (at_real.slope + at_generated.slope);
        let next = if newton > low && newton < high {
            newton
        } else {
            0.5 * low + 0.5 * high
        };
        if next == c || excess.abs() <= f32::EPSILON {
            break;
        }
        c = next;
    }
    Some(c)
}

/// Mean of σ(l_i - c), and minus its derivative by c, summed in the order of the slice.
struct SigmoidMean {
    value: f32,
    slope: f32,
}

fn sigmoid_mean(logits: &[f32], c: f32) -> SigmoidMean {
    let (mut value, mut slope) = (0.0, 0.0);
    for &logit in logits {
        let d = math::sigmoid(logit - c);
        value += d;
        slope += d * (1.0 - d);
    }
    let n = logits.len() as f32;
    SigmoidMean {
        value: value / n,
        slope: slope / n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::optimal::js_bound;
    use crate::math::reference;
    use crate::rng::Rng;
    use std::vec::Vec;

    /// Logits of D* for N(0, 1) against N(1, 1), on n samples of each.
    fn logits(n: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
        let mut rng = Rng::new(seed, 0);
        let real = (0..n).map(|_| 0.5 - rng.gaussian()).collect();
        let generated = (0..n).map(|_| -0.5 - rng.gaussian()).collect();
        (real, generated)
    }

    fn value_of(real: &[f32], generated: &[f32], c: f64) -> f64 {
        let mean = |logits: &[f32], sign: f64| {
            let sum: f64 = logits
                .iter()
                .map(|&l| -reference::softplus(sign * (f64::from(l) - c)))
                .sum();
            sum / logits.len() as f64
        };
        mean(real, -1.0) + mean(generated, 1.0)
    }

    #[test]
    fn the_accumulator_is_the_plain_mean_and_deviation() {
        let (real, generated) = logits(5000, 1);
        let mut estimate = BoundEstimate::new();
        estimate.push_batch(&real, &generated);
        let values: Vec<f64> = real
            .iter()
            .zip(&generated)
            .map(|(&a, &b)| -reference::softplus(-f64::from(a)) - reference::softplus(f64::from(b)))
            .collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
        let bound = estimate.bound().unwrap();
        let off = if math::BACKEND == "micromath" {
            1e-2
        } else {
            1e-5
        };
        assert!((f64::from(bound.value) - mean).abs() < off);
        assert!((f64::from(bound.value_error) - reference::sqrt(variance / n)).abs() < 0.1 * off);
        assert!((f64::from(bound.js) - js_bound(mean)).abs() < off);
        assert!((bound.js_error - 0.5 * bound.value_error).abs() < 1e-9);
    }

    #[test]
    fn the_optimum_measures_the_divergence_within_its_standard_error() {
        // JS(N(0, 1), N(1, 1)); over 200 runs the deviations must have the spread they claim.
        let js = 0.111_421_482_184_736_18;
        let deviations: Vec<f64> = (0..200)
            .map(|seed| {
                let (real, generated) = logits(400, seed);
                let mut estimate = BoundEstimate::new();
                estimate.push_batch(&real, &generated);
                let bound = estimate.bound().unwrap();
                (f64::from(bound.js) - js) / f64::from(bound.js_error)
            })
            .collect();
        let mean = deviations.iter().sum::<f64>() / 200.0;
        let square = deviations.iter().map(|z| z * z).sum::<f64>() / 200.0;
        assert!(mean.abs() < 0.25, "biased by {mean} standard errors");
        assert!((0.75..1.3).contains(&square), "mean square {square}");
    }

    #[test]
    fn too_little_or_bad_data_says_so() {
        let mut estimate = BoundEstimate::new();
        assert_eq!(estimate.bound(), None);
        estimate.push(1.0, -1.0);
        let one = estimate.bound().unwrap();
        assert!((one.value + 2.0 * math::softplus(-1.0)).abs() < 1e-6);
        assert!(one.value_error.is_nan() && one.js_error.is_nan());
        estimate.push(f32::NAN, 0.0);
        estimate.push(f32::NEG_INFINITY, 0.0);
        estimate.push(1.0, -1.0);
        assert_eq!((estimate.count(), estimate.rejected()), (2, 2));
        assert!(estimate.bound().unwrap().value_error < 1e-15);
        // A certain and wrong discriminator costs much, and overflows nothing.
        estimate.push(-1e18, 1e18);
        let bound = estimate.bound().unwrap();
        assert!(bound.value < -1e17 && bound.value_error.is_finite());
    }

    #[test]
    fn the_free_constant_solves_its_equation_and_maximises_the_value() {
        let (mut real, mut generated) = logits(257, 3);
        generated.truncate(100);
        for shift in [0.0, 7.0, -300.0] {
            real.iter_mut()
                .chain(&mut generated)
                .for_each(|l| *l += shift);
            let c = f64::from(free_constant(&real, &generated).unwrap());
            let mean = |logits: &[f32]| {
                let sum: f64 = logits
                    .iter()
                    .map(|&l| reference::sigmoid(f64::from(l) - c))
                    .sum();
                sum / logits.len() as f64
            };
            assert!(
                (mean(&real) + mean(&generated) - 1.0).abs() < 2e-5,
                "shift {shift}: {c}"
            );
            let best = value_of(&real, &generated, c);
            for step in [-0.1, 0.1] {
                assert!(
                    value_of(&real, &generated, c + step) < best - 1e-4,
                    "shift {shift}"
                );
            }
        }
    }

    #[test]
    fn the_free_constant_of_the_optimum_is_its_shift() {
        let (mut real, mut generated) = logits(20_000, 5);
        real.iter_mut()
            .chain(&mut generated)
            .for_each(|l| *l += 7.0);
        let c = free_constant(&real, &generated).unwrap();
        assert!((c - 7.0).abs() < 0.05, "{c}");
    }

    #[test]
    fn the_free_constant_of_extreme_logits() {
        // Perfectly separated: any c between serves, D is certain on both sides.
        let c = free_constant(&[1e30], &[-1e30]).unwrap();
        assert!(c.abs() < 1e30);
        let c = free_constant(&[-200.0, 200.0], &[-200.0, 200.0]).unwrap();
        assert!(c.abs() < 150.0, "{c}");
        assert_eq!(free_constant(&[5.0; 3], &[5.0; 4]), Some(5.0));
        assert_eq!(free_constant(&[f32::MAX], &[f32::MIN]), Some(0.0));
        assert_eq!(free_constant(&[], &[1.0]), None);
        assert_eq!(free_constant(&[f32::NAN], &[1.0]), None);
    }
}
