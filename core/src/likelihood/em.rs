//! Mixtures of Gaussians by expectation-maximisation.

use super::error::{FitError, check};
use super::gaussian::fit_gaussian;
use super::standardised::Standardised;
use super::start::{hard_start, soft_start};
use crate::divergence::{MAX_MODES, Mixture, Mode};
use crate::math::reference as math;
use crate::rng::Rng;

/// How to run expectation-maximisation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Em {
    /// The most iterations of each start.
    pub max_iterations: u32,
    /// Converged once an iteration gains less average log-likelihood than this, in nats.
    pub tolerance: f64,
    /// The smallest standard deviation of a component, as a share of that of all data. Without a
    /// floor the likelihood is unbounded: a component may shrink onto one sample.
    pub sd_floor: f64,
    /// Independent starts, of which the most likely result is kept.
    pub starts: u32,
}

impl Default for Em {
    fn default() -> Self {
        Self {
            max_iterations: 500,
            tolerance: 1e-9,
            sd_floor: 1e-3,
            starts: 4,
        }
    }
}

/// A fitted mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct MixtureFit {
    /// The mixture, its modes in ascending order of their means.
    pub mixture: Mixture,
    /// (1/n) Σ ln q(x_i), in nats per sample.
    pub mean_log_likelihood: f64,
    /// Iterations of the start that was kept.
    pub iterations: u32,
    /// Whether that start converged before its iterations ran out.
    pub converged: bool,
}

/// The mixture of K Gaussians of (locally) largest likelihood on `samples`.
///
/// A start is seeded by k-means++ (Arthur and Vassilvitskii, 2007), every other one at random; then
/// it alternates
///
/// ```text
/// E  r_ik = w_k N(x_i; m_k, s_k²) / Σ_j w_j N(x_i; m_j, s_j²)
/// M  w_k = (1/n) Σ_i r_ik,  m_k = Σ_i r_ik x_i / Σ_i r_ik,  s_k² = Σ_i r_ik (x_i - m_k)² / Σ_i r_ik
/// ```
///
/// (Dempster, Laird and Rubin, 1977), which never lowers the likelihood as long as no floor is met.
/// The data are standardised first and summed in their order; the same `rng` gives the same bits.
///
/// # Errors
/// If there are no samples, one is not finite, or there are fewer different values than components.
pub fn fit_mixture<const K: usize>(
    samples: &[f32],
    config: &Em,
    rng: &mut Rng,
) -> Result<MixtureFit, FitError> {
    const { assert!(K > 0 && K <= MAX_MODES, "a mixture has 1 to 16 components") };
    check(samples)?;
    let distinct = distinct_up_to::<K>(samples);
    if distinct < K {
        let components = K;
        return Err(FitError::TooFewValues {
            distinct,
            components,
        });
    }
    let overall = fit_gaussian(samples)?;
    let data = Standardised::new(samples, &overall);
    let floor = config.sd_floor.max(data.grid());
    let mut run = |number: u32| {
        let modes = match number % 2 {
            0 => hard_start::<K>(&data, floor, rng),
            _ => soft_start::<K>(&data, floor, rng),
        };
        Run::climb(modes, &data, floor, config)
    };
    let mut best = run(0);
    for number in 1..config.starts {
        let other = run(number);
        if other.likelihood > best.likelihood {
            best = other;
        }
    }
    best.modes
        .sort_unstable_by(|a, b| a.mean.total_cmp(&b.mean));
    Ok(MixtureFit {
        mixture: Mixture::new(best.modes.map(|mode| data.original(mode)))?,
        mean_log_likelihood: best.likelihood - math::ln(data.sd()),
        iterations: best.iterations,
        converged: best.converged,
    })
}

/// One start and where it led, in standardised units.
struct Run<const K: usize> {
    modes: [Mode; K],
    likelihood: f64,
    iterations: u32,
    converged: bool,
}

impl<const K: usize> Run<K> {
    /// E and M steps from these modes on, until the likelihood stands still.
    fn climb(modes: [Mode; K], data: &Standardised<'_>, floor: f64, config: &Em) -> Self {
        let mut expectation = Expectation::of(&modes, data);
        let mut run = Self {
            modes,
            likelihood: expectation.likelihood,
            iterations: 0,
            converged: false,
        };
        while run.iterations < config.max_iterations && !run.converged {
            run.modes = maximise(&run.modes, &expectation.shares, data, floor);
            expectation = Expectation::of(&run.modes, data);
            run.converged = expectation.likelihood - run.likelihood < config.tolerance;
            run.likelihood = expectation.likelihood;
            run.iterations += 1;
        }
        run
    }
}

/// What belongs to one component: Σ r, Σ r d, Σ r d² with d = z - its present mean.
#[derive(Clone, Copy, Default)]
pub(super) struct Share {
    count: f64,
    first: f64,
    second: f64,
}

impl Share {
    pub(super) fn add(&mut self, responsibility: f64, d: f64) {
        self.count += responsibility;
        self.first += responsibility * d;
        self.second += responsibility * d * d;
    }
}

/// The E step: every sample is divided among the components.
struct Expectation<const K: usize> {
    shares: [Share; K],
    /// Average log-likelihood of the standardised samples.
    likelihood: f64,
}

impl<const K: usize> Expectation<K> {
    fn of(modes: &[Mode; K], data: &Standardised<'_>) -> Self {
        const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;
        let offsets = modes.map(|mode| math::ln(mode.weight) - math::ln(mode.sd) - LN_SQRT_TAU);
        let mut shares = [Share::default(); K];
        let mut likelihood = 0.0;
        for z in data.iter() {
            let mut masses = offsets;
            for (mass, mode) in masses.iter_mut().zip(modes) {
                let t = (z - mode.mean) / mode.sd;
                *mass -= 0.5 * t * t;
            }
            let largest = masses.into_iter().fold(f64::NEG_INFINITY, f64::max);
            let masses = masses.map(|mass| math::exp(mass - largest));
            let total: f64 = masses.iter().sum();
            likelihood += largest + math::ln(total);
            for ((share, mass), mode) in shares.iter_mut().zip(masses).zip(modes) {
                share.add(mass / total, z - mode.mean);
            }
        }
        likelihood /= data.count();
        Self { shares, likelihood }
    }
}

/// The M step. A component that no sample belongs to any more stays where it is, with next to no
/// weight.
pub(super) fn maximise<const K: usize>(
    modes: &[Mode; K],
    shares: &[Share; K],
    data: &Standardised<'_>,
    floor: f64,
) -> [Mode; K] {
    const DESERTED: f64 = 1e-12;
    let mut next = *modes;
    for (mode, share) in next.iter_mut().zip(shares) {
        mode.weight = (share.count / data.count()).max(DESERTED);
        if mode.weight > DESERTED {
            let shift = share.first / share.count;
            let variance = share.second / share.count - shift * shift;
            mode.mean += shift;
            mode.sd = math::sqrt(variance.max(0.0)).max(floor);
        }
    }
    next
}

/// How many different values there are, counted up to K.
fn distinct_up_to<const K: usize>(samples: &[f32]) -> usize {
    let mut seen = heapless::Vec::<f32, K>::new();
    for x in samples {
        if !seen.contains(x) && seen.push(*x).is_err() {
            break;
        }
    }
    seen.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::{Target, cross_entropy, kl};
    use crate::likelihood::mean_log_likelihood;
    use std::vec::Vec;

    fn drawn(text: &str, n: usize) -> Vec<f32> {
        let target: Target = text.parse().unwrap();
        let mut rng = Rng::new(17, 0);
        (0..n).map(|_| target.draw(&mut rng)).collect()
    }

    fn fit<const K: usize>(samples: &[f32]) -> Result<MixtureFit, FitError> {
        fit_mixture::<K>(samples, &Em::default(), &mut Rng::new(1, 2))
    }

    #[test]
    fn separated_modes_are_recovered() {
        let samples = drawn("mixture:0.5:-2:0.2,0.3:0:0.1,0.2:2:0.4", 20_000);
        let found = fit::<3>(&samples).unwrap();
        assert!(found.converged);
        let expected = [(0.5, -2.0, 0.2), (0.3, 0.0, 0.1), (0.2, 2.0, 0.4)];
        for (mode, (weight, mean, sd)) in found.mixture.modes().zip(expected) {
            // Five standard errors of each.
            assert!((mode.weight - weight).abs() < 0.018, "{mode:?}");
            assert!((mode.mean - mean).abs() < 5.0 * sd / 60.0, "{mode:?}");
            assert!((mode.sd / sd - 1.0).abs() < 0.06, "{mode:?}");
        }
    }

    #[test]
    fn the_fit_is_more_likely_than_the_truth_and_close_to_it() {
        for text in ["mixture:0.6:-1:0.7,0.4:1:0.5", "mixture:0.7:0:1,0.3:0:0.1"] {
            let samples = drawn(text, 10_000);
            let truth: Target = text.parse().unwrap();
            let found = fit::<2>(&samples).unwrap();
            assert!(
                found.mean_log_likelihood > mean_log_likelihood(&samples, &truth).unwrap(),
                "{text}"
            );
            // Five parameters cost about 5 / (2 n) nats.
            let divergence = kl(&truth, &found.mixture);
            assert!(divergence < 2e-3, "{text}: {divergence}");
            let expected = -cross_entropy(&truth, &found.mixture);
            assert!(
                (found.mean_log_likelihood - expected).abs() < 0.05,
                "{text}"
            );
        }
    }

    #[test]
    fn the_likelihood_told_is_that_of_the_mixture() {
        let samples = drawn("mixture:0.6:-1000:7,0.4:-980:5", 3000);
        let found = fit::<2>(&samples).unwrap();
        let again = mean_log_likelihood(&samples, &found.mixture).unwrap();
        assert!((found.mean_log_likelihood - again).abs() < 1e-11);
    }

    #[test]
    fn no_neighbouring_mixture_is_more_likely() {
        let samples = drawn("mixture:0.5:-1:0.6,0.5:1:0.4", 2000);
        let found = fit::<2>(&samples).unwrap();
        let modes: Vec<Mode> = found.mixture.modes().collect();
        for index in 0..2 {
            for change in [-1e-2, 1e-2] {
                let changes: [fn(&mut Mode, f64); 3] = [
                    |mode, by| mode.weight += by,
                    |mode, by| mode.mean += by,
                    |mode, by| mode.sd += by,
                ];
                for apply in changes {
                    let mut other = modes.clone();
                    apply(&mut other[index], change);
                    let other = Mixture::new(other).unwrap();
                    let likelihood = mean_log_likelihood(&samples, &other).unwrap();
                    assert!(likelihood < found.mean_log_likelihood, "{index} {change}");
                }
            }
        }
    }

    #[test]
    fn the_likelihood_never_falls() {
        let samples = drawn("mixture:0.6:-1:0.7,0.3:1:0.5,0.1:5:2", 1000);
        let mut before = f64::NEG_INFINITY;
        for max_iterations in 0..40 {
            let config = Em {
                max_iterations,
                tolerance: 0.0,
                starts: 1,
                ..Em::default()
            };
            let found = fit_mixture::<3>(&samples, &config, &mut Rng::new(4, 0)).unwrap();
            assert_eq!(found.iterations, max_iterations);
            assert!(
                found.mean_log_likelihood >= before - 1e-13,
                "iteration {max_iterations}"
            );
            before = found.mean_log_likelihood;
        }
    }

    #[test]
    fn one_component_is_the_gaussian_of_maximum_likelihood() {
        let samples = drawn("exponential:0.1", 500);
        let found = fit::<1>(&samples).unwrap();
        let gaussian = fit_gaussian(&samples).unwrap();
        let mode = found.mixture.modes().next().unwrap();
        assert!(
            (mode.mean - gaussian.mean()).abs() < 1e-12 && (mode.sd - gaussian.sd()).abs() < 1e-12
        );
        assert!(found.converged && mode.weight == 1.0);
    }

    #[test]
    fn the_same_stream_gives_the_same_bits() {
        let samples = drawn("uniform:0:1", 300);
        assert_eq!(fit::<4>(&samples), fit::<4>(&samples));
    }

    #[test]
    fn components_on_single_values_stop_at_the_floor() {
        let samples = [0.0, 0.0, 0.0, 4.0, 4.0, 4.0];
        let found = fit::<2>(&samples).unwrap();
        assert!(found.converged);
        for (mode, mean) in found.mixture.modes().zip([0.0, 4.0]) {
            assert!(
                (mode.mean - mean).abs() < 1e-12 && (mode.weight - 0.5).abs() < 1e-12,
                "{mode:?}"
            );
            assert!((mode.sd - 1e-3 * 2.0).abs() < 1e-12, "{mode:?}");
        }
        // Far from zero the grid of f32 is the floor.
        let far = samples.map(|x| x * 0.25 + 1e6);
        assert!(
            fit::<2>(&far)
                .unwrap()
                .mixture
                .modes()
                .all(|mode| mode.sd > 0.1)
        );
    }

    #[test]
    fn more_components_than_data_need_still_fit() {
        let samples = drawn("normal:0:1", 50);
        let found = fit::<16>(&samples).unwrap();
        assert_eq!(found.mixture.modes().count(), 16);
        assert!(found.mean_log_likelihood.is_finite());
        let few = [1.0, 2.0, 3.0];
        assert!(fit::<3>(&few).is_ok());
    }

    #[test]
    fn data_without_a_mixture_are_refused() {
        assert_eq!(fit::<2>(&[]), Err(FitError::Empty));
        assert_eq!(fit::<2>(&[0.0, f32::NAN]), Err(FitError::NotFinite(1)));
        assert_eq!(fit::<1>(&[5.0; 9]), Err(FitError::Constant));
        let too_few = FitError::TooFewValues {
            distinct: 2,
            components: 3,
        };
        assert_eq!(fit::<3>(&[1.0, 2.0, 1.0, 2.0, 2.0]), Err(too_few));
    }
}
