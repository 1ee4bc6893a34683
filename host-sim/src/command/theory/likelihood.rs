//! Maximum likelihood and minimum divergence, found on the same data by routes that share nothing.

use ganlet::divergence::{Normal, Target, cross_entropy, entropy, kl};
use ganlet::likelihood::{
    Em, FitError, MixtureFit, closest_gaussian, closest_gaussian_to_samples, fit_gaussian,
    fit_mixture, mean_log_likelihood,
};
use ganlet::rng::Rng;

/// Readings of p that the Gaussians are fitted to.
const READINGS: usize = 100_000;
/// Those of them that expectation-maximisation goes through, again and again.
const MIXTURE_READINGS: usize = 20_000;

/// Streams of random numbers, one for each purpose.
mod stream {
    pub(super) const READINGS: u64 = 67;
    pub(super) const STARTS: u64 = 68;
}

/// Both sides of arg max likelihood = arg min KL.
#[derive(Clone, Debug)]
pub(super) struct Likelihood {
    /// Readings of p.
    pub(super) readings: usize,
    /// The Gaussian of maximum likelihood, from moments.
    pub(super) mle: Moments,
    /// Standard errors of its mean and standard deviation.
    pub(super) mle_se: Moments,
    /// arg min KL(p̂ ‖ N) on the same readings, by search without a formula for it.
    pub(super) min_kl: Moments,
    /// arg min KL(p ‖ N), by search over quadratures.
    pub(super) exact: Moments,
    /// KL(p ‖ N) at that minimum, in nats.
    pub(super) exact_kl: f64,
    /// Likelihood of q itself, the G of the game.
    pub(super) of_q: Expectation,
    /// Where p is a mixture of Gaussians: its like, fitted by expectation-maximisation.
    pub(super) mixture: Option<Mixture>,
}

/// Mean and standard deviation of a Gaussian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) sd: f64,
}

/// An integral and the sample mean that stands for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expectation {
    /// (1/n) Σ ln q(x_i), in nats per reading.
    pub(super) mean: f64,
    /// Its standard error.
    pub(super) se: f64,
    /// ∫ p ln q dx = -H(p) - KL(p ‖ q), by quadrature.
    pub(super) exact: f64,
}

/// A mixture of maximum likelihood.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    /// Readings it was fitted to.
    pub(super) readings: usize,
    /// Free parameters: all weights but one, means, standard deviations.
    pub(super) parameters: usize,
    /// (1/n) Σ ln q̂(x_i) of the fit, in nats per reading.
    pub(super) log_likelihood: f64,
    /// (1/n) Σ ln p(x_i) on the same readings: the truth is no likelier than the fit.
    pub(super) log_likelihood_of_p: f64,
    /// -H(p) by quadrature, what the latter tends to.
    pub(super) negative_entropy: f64,
    /// KL(p ‖ q̂) by quadrature, of the order of parameters / 2n.
    pub(super) kl: f64,
}

impl Likelihood {
    /// Fits everything to readings of p.
    pub(super) fn of(p: &Target, q: &Target, seed: u64) -> Result<Self, FitError> {
        let mut rng = Rng::new(seed, stream::READINGS);
        let readings: Vec<f32> = (0..READINGS).map(|_| p.draw(&mut rng)).collect();
        let mle = Moments::of(&fit_gaussian(&readings)?);
        let exact = closest_gaussian(p)?;
        Ok(Self {
            readings: readings.len(),
            mle,
            mle_se: standard_errors(&readings, mle),
            min_kl: Moments::of(&closest_gaussian_to_samples(&readings)?.normal),
            exact: Moments::of(&exact.normal),
            exact_kl: exact.objective,
            of_q: Expectation::of(&readings, p, q)?,
            mixture: Mixture::fit(&readings[..MIXTURE_READINGS], p, seed)?,
        })
    }

    /// How far the two optima on the same readings are apart, in standard deviations.
    pub(super) fn apart(&self) -> f64 {
        let mean = (self.mle.mean - self.min_kl.mean).abs();
        let sd = (self.mle.sd - self.min_kl.sd).abs();
        mean.max(sd) / self.mle.sd
    }

    /// How far the optimum on the readings is from that of p itself, in standard errors.
    pub(super) fn sampling_error(&self) -> Moments {
        Moments {
            mean: (self.mle.mean - self.exact.mean).abs() / self.mle_se.mean,
            sd: (self.mle.sd - self.exact.sd).abs() / self.mle_se.sd,
        }
    }
}

impl Moments {
    fn of(normal: &Normal) -> Self {
        Self {
            mean: normal.mean(),
            sd: normal.sd(),
        }
    }
}

/// Standard errors of the mean, s / √n, and of the standard deviation, √((m₄ - s⁴) / n) / 2s with
/// the fourth central moment m₄: the latter is s / √2n for Gaussian readings only.
fn standard_errors(readings: &[f32], Moments { mean, sd }: Moments) -> Moments {
    let n = readings.len() as f64;
    let fourth = readings
        .iter()
        .map(|&x| ((f64::from(x) - mean) / sd).powi(4))
        .sum::<f64>()
        / n;
    Moments {
        mean: sd / n.sqrt(),
        sd: 0.5 * sd * ((fourth - 1.0) / n).sqrt(),
    }
}

impl Expectation {
    /// The log-likelihood of `q` on readings of `p`.
    fn of(readings: &[f32], p: &Target, q: &Target) -> Result<Self, FitError> {
        let mean = mean_log_likelihood(readings, q)?;
        let n = readings.len() as f64;
        let square = readings
            .iter()
            .map(|&x| (q.ln_density(f64::from(x)) - mean).powi(2))
            .sum::<f64>();
        Ok(Self {
            mean,
            se: (square / (n - 1.0) / n).sqrt(),
            exact: -cross_entropy(p, q),
        })
    }
}

impl Mixture {
    /// The mixture of as many modes as `p` has that makes `readings` likeliest; `None` where p is
    /// no mixture, or one of more modes than are fitted here.
    fn fit(readings: &[f32], p: &Target, seed: u64) -> Result<Option<Self>, FitError> {
        let modes = p.modes().count();
        let rng = &mut Rng::new(seed, stream::STARTS);
        let Some(fit) = fitted(readings, modes, rng).transpose()? else {
            return Ok(None);
        };
        let negative_entropy = -entropy(p);
        Ok(Some(Self {
            readings: readings.len(),
            parameters: 3 * modes - 1,
            log_likelihood: fit.mean_log_likelihood,
            log_likelihood_of_p: mean_log_likelihood(readings, p)?,
            negative_entropy,
            kl: kl(p, &fit.mixture),
        }))
    }
}

/// Expectation-maximisation, whose number of modes is part of its type.
fn fitted(readings: &[f32], modes: usize, rng: &mut Rng) -> Option<Result<MixtureFit, FitError>> {
    let em = Em {
        max_iterations: 300,
        starts: 2,
        ..Em::default()
    };
    Some(match modes {
        2 => fit_mixture::<2>(readings, &em, rng),
        3 => fit_mixture::<3>(readings, &em, rng),
        4 => fit_mixture::<4>(readings, &em, rng),
        5 => fit_mixture::<5>(readings, &em, rng),
        6 => fit_mixture::<6>(readings, &em, rng),
        7 => fit_mixture::<7>(readings, &em, rng),
        8 => fit_mixture::<8>(readings, &em, rng),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likelihood(p: &str, q: &str) -> Likelihood {
        Likelihood::of(&p.parse().unwrap(), &q.parse().unwrap(), 7).unwrap()
    }

    #[test]
    fn both_optima_are_one_and_differ_from_the_truth_by_sampling_alone() {
        for p in ["normal:3:0.5", "exponential:2", "uniform:-1:4"] {
            let found = likelihood(p, "normal:1:1");
            assert!(found.apart() < 1e-6, "{p}: {}", found.apart());
            let Moments { mean, sd } = found.sampling_error();
            assert!(
                mean < 4.0 && sd < 4.0,
                "{p}: {mean} and {sd} standard errors"
            );
            let Expectation { mean, se, exact } = found.of_q;
            assert!(
                (mean - exact).abs() < 4.0 * se,
                "{p}: {mean} ± {se} for {exact}"
            );
            assert!(found.mixture.is_none());
        }
    }

    #[test]
    fn standard_errors_are_those_of_the_family() {
        // s / √n, and s / √2n for a Gaussian; for an exponential m₄ = 9 s⁴, so s √8 / 2√n.
        for (p, factor) in [
            ("normal:-1:3", 0.5f64.sqrt()),
            ("exponential:0.5", 2f64.sqrt()),
        ] {
            let found = likelihood(p, "normal:0:1");
            let ratio = found.mle_se.sd / found.mle_se.mean;
            assert!((ratio / factor - 1.0).abs() < 0.1, "{p}: {ratio}");
        }
    }

    #[test]
    fn a_fitted_mixture_is_likelier_than_the_truth_and_close_to_it() {
        let found = likelihood("mixture:0.3:-1.5:0.2,0.7:1.5:0.4", "normal:0:1");
        let mixture = found.mixture.unwrap();
        assert_eq!(mixture.parameters, 5);
        assert!(mixture.log_likelihood > mixture.log_likelihood_of_p);
        assert!((mixture.log_likelihood_of_p - mixture.negative_entropy).abs() < 0.03);
        let scale = mixture.parameters as f64 / (2.0 * mixture.readings as f64);
        assert!((0.05..5.0).contains(&(mixture.kl / scale)), "{mixture:?}");
    }

    #[test]
    fn readings_that_q_excludes_are_infinitely_unlikely() {
        let found = likelihood("normal:0:1", "uniform:0:1");
        assert_eq!(found.of_q.mean, f64::NEG_INFINITY);
        assert_eq!(found.of_q.exact, f64::NEG_INFINITY);
    }
}
