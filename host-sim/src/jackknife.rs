//! The sampling error of a figure of a series: the jackknife over contiguous parts.

use std::ops::Range;

/// The jackknife's variance of a figure, by its values without each part in turn (Efron and Stein
/// 1981); parts of a series rather than readings, since neighbours depend on each other.
pub(crate) fn jackknife(without: impl Iterator<Item = f64>) -> f64 {
    let without: Vec<f64> = without.collect();
    let parts = without.len().max(1) as f64;
    (parts - 1.0).powi(2) / parts * variance(without.into_iter())
}

/// The unbiased variance.
pub(crate) fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)
}

/// Contiguous parts of `length` things, as even as they come.
pub(crate) fn parts(length: usize, parts: usize) -> impl Iterator<Item = Range<usize>> {
    (0..parts).map(move |part| part * length / parts..(part + 1) * length / parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::rng::Rng;

    /// The jackknife of a mean over parts is the classical standard error of independent readings.
    #[test]
    fn the_jackknife_of_a_mean_is_its_sampling_error() {
        let mut rng = Rng::new(3, 0);
        let mut estimate = || {
            let readings: Vec<f64> = (0..801).map(|_| rng.gaussian().into()).collect();
            let sum: f64 = readings.iter().sum();
            jackknife(parts(801, 8).map(|part| {
                let left = 801 - part.len();
                (sum - readings[part].iter().sum::<f64>()) / left as f64
            }))
        };
        let average = (0..200).map(|_| estimate()).sum::<f64>() / 200.0;
        assert!((average * 801.0 - 1.0).abs() < 0.15, "{average}");
    }

    #[test]
    fn parts_hold_everything_once() {
        for length in [0, 3, 8, 100, 801] {
            let all: Vec<usize> = parts(length, 8).flatten().collect();
            assert_eq!(all, (0..length).collect::<Vec<_>>());
        }
    }
}
