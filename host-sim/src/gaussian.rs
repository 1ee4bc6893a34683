//! The simple baseline for windows: a Gaussian with the mean and the covariance of the real ones.

use ganlet::rng::Rng;

/// N(μ, Σ) fitted to windows by maximum likelihood.
#[derive(Debug, Clone)]
pub struct GaussianWindow {
    mean: Vec<f64>,
    /// Lower Cholesky factor L of Σ = L Lᵀ, row by row.
    factor: Vec<Vec<f64>>,
}

impl GaussianWindow {
    /// The fit of `windows`, which all have the same length; a direction without variance stays
    /// without.
    pub fn fit(windows: &[Vec<f64>]) -> Self {
        let n = windows.first().map_or(0, Vec::len);
        let count = windows.len().max(1) as f64;
        let mean: Vec<f64> = (0..n)
            .map(|i| windows.iter().map(|w| w[i]).sum::<f64>() / count)
            .collect();
        let covariance = |i: usize, j: usize| {
            let product = |w: &Vec<f64>| (w[i] - mean[i]) * (w[j] - mean[j]);
            windows.iter().map(product).sum::<f64>() / count
        };
        let mut factor: Vec<Vec<f64>> = Vec::with_capacity(n);
        for i in 0..n {
            let mut row: Vec<f64> = Vec::with_capacity(i + 1);
            for (j, above) in factor.iter().enumerate() {
                let rest = covariance(i, j) - dot(&row, above);
                let diagonal = above[j];
                row.push(if diagonal > 0.0 { rest / diagonal } else { 0.0 });
            }
            let rest = covariance(i, i) - dot(&row, &row);
            row.push(rest.max(0.0).sqrt());
            factor.push(row);
        }
        Self { mean, factor }
    }

    /// Draws one window.
    pub fn draw(&self, rng: &mut Rng) -> Vec<f64> {
        let noise: Vec<f64> = self.mean.iter().map(|_| rng.gaussian().into()).collect();
        let deviations = self.factor.iter().map(|row| dot(row, &noise));
        self.mean
            .iter()
            .zip(deviations)
            .map(|(m, d)| m + d)
            .collect()
    }
}

/// Σ aᵢ bᵢ over as many terms as both have.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_and_the_covariance_of_the_data() {
        let mut rng = Rng::new(1, 0);
        let windows: Vec<Vec<f64>> = (0..4000)
            .map(|_| {
                let (a, b) = (f64::from(rng.gaussian()), f64::from(rng.gaussian()));
                vec![5.0 + a, 2.0 * a, b - a, 7.0]
            })
            .collect();
        let fit = GaussianWindow::fit(&windows);
        let drawn: Vec<Vec<f64>> = (0..4000).map(|_| fit.draw(&mut rng)).collect();
        let again = GaussianWindow::fit(&drawn);
        for i in 0..4 {
            assert!((fit.mean[i] - again.mean[i]).abs() < 0.1);
            for j in 0..=i {
                assert!(
                    (fit.factor[i][j] - again.factor[i][j]).abs() < 0.1,
                    "{i} {j}"
                );
            }
        }
        assert!(drawn.iter().all(|w| (w[3] - 7.0).abs() < 1e-9));
    }
}
