//! The simple methods that every figure stands beside.

use ganlet::linear::{Covariance, Eigen, dot};
use ganlet::rng::Rng;
use ganlet::watch::{Features, Mixture};

use super::protocol::{Sample, WINDOW};

/// What they are called in tables.
pub(super) const NAMES: [&str; 6] = [
    "max abs z",
    "abs log sd",
    "Mahalanobis",
    "two-sided",
    "PCA residual",
    "mixture",
];

/// All of them, fitted to the same windows.
pub(super) struct Simple {
    log_sd: f32,
    mean: Sample,
    eigen: Eigen<WINDOW>,
    axes: usize,
    /// The median of ln d², d the Mahalanobis distance.
    median: f32,
    mixture: Box<Mixture<4, WINDOW, 528>>,
}

impl Simple {
    /// Fits them; principal components up to 95 % of the variance, at most 24.
    pub(super) fn fit(windows: &[Sample]) -> Self {
        let mut moments = Covariance::<WINDOW>::new();
        for window in windows {
            moments.push(window);
        }
        let mut matrix = [[0.0; WINDOW]; WINDOW];
        let unit = moments.in_units(&mut matrix);
        let mut eigen = Eigen::of(&matrix);
        eigen.values = eigen.values.map(|value| value * unit * unit);
        let total: f32 = eigen.values.iter().sum();
        let mut sum = 0.0;
        let enough = eigen.values.iter().position(|value| {
            sum += value;
            sum >= 0.95 * total
        });
        let log_sds = windows.iter().map(|w| Features::of(w).loudness);
        let mut mixture = Box::new(Mixture::BLANK);
        mixture.start(windows.iter().copied(), &mut Rng::new(1, 0));
        for _ in 0..40 {
            mixture.improve(windows.iter().copied(), 0.1);
        }
        let mut simple = Self {
            log_sd: log_sds.sum::<f32>() / windows.len() as f32,
            mean: moments.mean(),
            eigen,
            axes: enough.map_or(24, |last| (last + 1).min(24)),
            median: 0.0,
            mixture,
        };
        let mut logs: Vec<f32> = windows.iter().map(|w| simple.log_square(w)).collect();
        logs.sort_by(f32::total_cmp);
        simple.median = logs[logs.len() / 2];
        simple
    }

    /// ln d².
    fn log_square(&self, window: &Sample) -> f32 {
        let (square, _) = self.square_and_rest(window);
        ganlet::math::ln(square.max(f32::MIN_POSITIVE))
    }

    /// d², and the square of what the axes leave over.
    fn square_and_rest(&self, window: &Sample) -> (f32, f32) {
        let mut left = *window;
        left.iter_mut().zip(&self.mean).for_each(|(x, m)| *x -= m);
        let mut square = 0.0;
        let pairs = self.eigen.vectors.iter().zip(&self.eigen.values);
        for (axis, value) in pairs.take(self.axes) {
            let along = dot(&left, axis);
            square += along * along / value.max(1e-6);
            left.iter_mut().zip(axis).for_each(|(x, a)| *x -= along * a);
        }
        (square, dot(&left, &left))
    }

    /// Higher is stranger, in the order of [`NAMES`].
    pub(super) fn scores(&self, window: &Sample) -> [f32; NAMES.len()] {
        let (mahalanobis, rest) = self.square_and_rest(window);
        [
            window.iter().fold(0.0, |far, x| x.abs().max(far)),
            (Features::of(window).loudness - self.log_sd).abs(),
            mahalanobis,
            (self.log_square(window) - self.median).abs(),
            rest,
            self.mixture.strangeness(window),
        ]
    }
}
