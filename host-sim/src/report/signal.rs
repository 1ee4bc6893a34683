//! What windows of a signal have in common: autocorrelation and spectrum.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

/// Lags further than this are not looked at.
const MOST_LAGS: usize = 64;

/// Windows of one length, finite throughout, with their common mean taken off.
#[derive(Clone, Debug)]
pub(super) struct Centred {
    windows: Vec<Vec<f64>>,
    length: usize,
}

impl Centred {
    /// Keeps the windows that are finite and as long as the first such one.
    /// `None` if no window is left, or windows of fewer than 2 readings.
    pub(super) fn new(windows: &[Vec<f64>]) -> Option<Self> {
        let whole = |window: &&Vec<f64>| window.iter().all(|v| v.is_finite());
        let length = windows.iter().find(whole)?.len();
        let mut windows: Vec<Vec<f64>> = windows
            .iter()
            .filter(whole)
            .filter(|window| window.len() == length)
            .cloned()
            .collect();
        let n = (windows.len() * length) as f64;
        let mean: f64 = windows.iter().flatten().map(|v| v / n).sum();
        windows.iter_mut().flatten().for_each(|v| *v -= mean);
        (length >= 2).then_some(Self { windows, length })
    }

    /// Autocorrelation r(k) = E x(t) x(t+k) / E x(t)², for k = 0 … 63: the mean runs
    /// over all windows and over every t whose partner lies in the same window.
    pub(super) fn autocorrelation(&self) -> Vec<f64> {
        let at = |lag: usize| {
            let sum: f64 = self
                .windows
                .iter()
                .flat_map(|window| window.iter().zip(&window[lag..]))
                .map(|(now, later)| now * later)
                .sum();
            sum / ((self.length - lag) * self.windows.len()) as f64
        };
        let power = at(0);
        let lags = self.length.min(MOST_LAGS);
        (0..lags).map(|lag| at(lag) / power).collect()
    }

    /// Mean power of the windows under a Hann taper, in decibels against the
    /// square of the unit, one figure for each frequency k / N, k = 0 … N/2, in
    /// cycles a reading (Welch 1967, one segment a window). The powers of white
    /// noise add up to its variance.
    pub(super) fn spectrum(&self) -> Vec<(f64, f64)> {
        let n = self.length;
        let taper: Vec<f64> = (0..n)
            .map(|t| 0.5 - 0.5 * (TAU * (t as f64 + 0.5) / n as f64).cos())
            .collect();
        let weight = n as f64 * taper.iter().map(|w| w * w).sum::<f64>();
        let transform = RealFftPlanner::<f64>::new().plan_fft_forward(n);
        let mut output = transform.make_output_vec();
        let mut power = vec![0.0; output.len()];
        for window in &self.windows {
            let mut tapered: Vec<f64> = window.iter().zip(&taper).map(|(x, w)| x * w).collect();
            if transform.process(&mut tapered, &mut output).is_err() {
                continue;
            }
            for (sum, bin) in power.iter_mut().zip(&output) {
                *sum += bin.norm_sqr() / weight / self.windows.len() as f64;
            }
        }
        let sides = |k: usize| if k == 0 || 2 * k == n { 1.0 } else { 2.0 };
        power
            .iter()
            .enumerate()
            .map(|(k, power)| (k as f64 / n as f64, 10.0 * (sides(k) * power).log10()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(cycles: f64, phase: f64, length: usize) -> Vec<f64> {
        (0..length)
            .map(|t| (TAU * (cycles * t as f64 / length as f64 + phase)).sin())
            .collect()
    }

    /// Standard normal readings from a small congruential generator and Box-Muller.
    fn noise(count: usize) -> Vec<f64> {
        let mut state = 1_u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            ((state >> 33) as f64 + 0.5) / 2f64.powi(31)
        };
        (0..count)
            .map(|_| (-2.0 * uniform().ln()).sqrt() * (TAU * uniform()).cos())
            .collect()
    }

    #[test]
    fn a_sine_peaks_at_its_frequency_and_correlates_as_a_cosine() {
        let windows: Vec<_> = (0..64)
            .map(|i| sine(4.0, f64::from(i) / 64.0, 32))
            .collect();
        let centred = Centred::new(&windows).unwrap();
        let spectrum = centred.spectrum();
        assert_eq!(spectrum.len(), 17);
        let peak = (0..17).max_by(|&a, &b| spectrum[a].1.total_cmp(&spectrum[b].1));
        assert_eq!(peak, Some(4));
        for (lag, r) in centred.autocorrelation().iter().enumerate() {
            assert!(
                (r - (TAU * 4.0 * lag as f64 / 32.0).cos()).abs() < 1e-9,
                "{lag}"
            );
        }
    }

    #[test]
    fn the_spectrum_of_noise_adds_up_to_its_variance() {
        for length in [31, 32] {
            let windows: Vec<_> = noise(400 * length)
                .chunks(length)
                .map(<[f64]>::to_vec)
                .collect();
            let centred = Centred::new(&windows).unwrap();
            let power: f64 = centred
                .spectrum()
                .iter()
                .map(|(_, decibel)| 10f64.powf(decibel / 10.0))
                .sum();
            let variance: f64 = centred.windows.iter().flatten().map(|x| x * x).sum::<f64>()
                / (400 * length) as f64;
            assert!((power / variance - 1.0).abs() < 0.05, "{power} {variance}");
        }
    }

    #[test]
    fn ragged_broken_and_empty_windows_are_left_out() {
        assert!(Centred::new(&[]).is_none());
        assert!(Centred::new(&[vec![]]).is_none());
        assert!(Centred::new(&[vec![1.0]]).is_none());
        assert!(Centred::new(&[vec![f64::NAN, 1.0]]).is_none());
        let mixed = [vec![1.0, f64::NAN], vec![1.0, 2.0], vec![1.0, 2.0, 3.0]];
        assert_eq!(Centred::new(&mixed).unwrap().windows.len(), 1);
    }

    #[test]
    fn a_constant_signal_does_not_panic() {
        let centred = Centred::new(&[vec![2.0; 8]]).unwrap();
        assert!(centred.autocorrelation()[0].is_nan());
        assert_eq!(centred.spectrum()[0].1, f64::NEG_INFINITY);
    }
}
