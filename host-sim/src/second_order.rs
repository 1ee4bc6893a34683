//! What a signal's covariance says: its spectrum and its autocorrelation.

use realfft::RealFftPlanner;

/// Mean periodogram and autocorrelation of a set of windows.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondOrder {
    /// Mean |DFT|² of the windows less their common mean, for bins 0 to N / 2.
    spectrum: Vec<f64>,
    /// Autocorrelation at lags 0 to N − 1: the first is 1.
    autocorrelation: Vec<f64>,
}

/// How far two sets of windows are from each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// The largest difference of any bin of the spectra, in dB.
    pub spectrum: f64,
    /// The largest difference of the autocorrelations at any lag.
    pub autocorrelation: f64,
}

impl SecondOrder {
    /// That of `windows`, all of one length.
    pub fn of(windows: &[Vec<f64>]) -> Self {
        let n = windows.first().map_or(0, Vec::len);
        let readings = (windows.len() * n).max(1) as f64;
        let mean = windows.iter().flatten().sum::<f64>() / readings;
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(n.max(1));
        let mut bins = transform.make_output_vec();
        let mut spectrum = vec![0.0; n / 2 + 1];
        let mut covariance = vec![0.0; n];
        for window in windows {
            let mut centred: Vec<f64> = window.iter().map(|x| x - mean).collect();
            for (lag, sum) in covariance.iter_mut().enumerate() {
                let pairs = centred.iter().zip(centred.iter().skip(lag));
                *sum += pairs.map(|(a, b)| a * b).sum::<f64>() / (n - lag) as f64;
            }
            // Fails on wrong lengths alone, and these are the plan's own.
            if transform.process(&mut centred, &mut bins).is_ok() {
                for (sum, bin) in spectrum.iter_mut().zip(&bins) {
                    *sum += bin.norm_sqr() / windows.len() as f64;
                }
            }
        }
        let variance = covariance.first().copied().unwrap_or(1.0);
        Self {
            spectrum,
            autocorrelation: covariance.iter().map(|c| c / variance).collect(),
        }
    }

    /// The errors of `other` beside this one.
    pub fn errors(&self, other: &Self) -> Errors {
        let largest = |pairs: &mut dyn Iterator<Item = f64>| pairs.fold(0.0, f64::max);
        let decibels = |(a, b): (&f64, &f64)| (10.0 * (b / a).log10()).abs();
        let off = |(a, b): (&f64, &f64)| (b - a).abs();
        let spectra = self.spectrum.iter().zip(&other.spectrum);
        let correlations = self.autocorrelation.iter().zip(&other.autocorrelation);
        Errors {
            spectrum: largest(&mut spectra.map(decibels)),
            autocorrelation: largest(&mut correlations.map(off)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn sines(amplitude: f64, period: f64) -> Vec<Vec<f64>> {
        let sine = |phase: f64, t: f64| amplitude * (TAU * (t / period + phase)).sin();
        (0..64)
            .map(|k| {
                (0..16)
                    .map(|t| sine(f64::from(k) / 64.0, f64::from(t)))
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_sine_has_one_line_and_a_cosine_for_autocorrelation() {
        let sine = SecondOrder::of(&sines(1.0, 8.0));
        // |Σ sin|² = (N/2)² in bin N/8.
        assert!((sine.spectrum[2] - 64.0).abs() < 1e-9);
        assert!(sine.spectrum[1] < 1e-20);
        for (lag, r) in sine.autocorrelation.iter().enumerate() {
            assert!((r - (TAU * lag as f64 / 8.0).cos()).abs() < 1e-9);
        }
    }

    #[test]
    fn twice_the_amplitude_is_six_decibels_and_the_same_autocorrelation() {
        let noise = |windows: Vec<Vec<f64>>, size: f64| -> Vec<Vec<f64>> {
            let mut rng = ganlet::rng::Rng::new(1, 0);
            let add = |x: f64| x + size * f64::from(rng.gaussian());
            let flat: Vec<f64> = windows.into_iter().flatten().map(add).collect();
            flat.chunks(16).map(<[f64]>::to_vec).collect()
        };
        let one = SecondOrder::of(&noise(sines(1.0, 8.0), 0.1));
        let two = SecondOrder::of(&noise(sines(2.0, 8.0), 0.2));
        let errors = one.errors(&two);
        assert!((errors.spectrum - 6.0206).abs() < 0.001, "{errors:?}");
        assert!(errors.autocorrelation < 1e-6);
    }
}
