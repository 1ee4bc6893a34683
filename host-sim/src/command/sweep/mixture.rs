//! The stronger simple baseline: a mixture of Gaussians with full covariances.

use ganlet::divergence::Target;
use ganlet::likelihood::{self, Em};
use ganlet::rng::Rng;
use ganlet::watch::Mixture;

use super::bench::SEED;
use super::likeness::Samples;
use crate::source::stream;

/// Components of the mixture.
const COMPONENTS: usize = 8;
/// Samples that settle them; all that there are would take longer than a GAN does.
const ENOUGH: usize = 20_000;
/// Iterations on windows.
const ITERATIONS: usize = 40;

/// `count` samples of the mixture that is fitted to these; `None` where none can be fitted.
pub(super) fn draw(fitted: &Samples, count: usize) -> Option<Samples> {
    let every = fitted.len().div_ceil(ENOUGH).max(1);
    let few: Vec<&Vec<f64>> = fitted.iter().step_by(every).collect();
    match few.first()?.len() {
        1 => readings(&few, count),
        16 => Some(windows::<16, 136>(&few, count)),
        32 => Some(windows::<32, 528>(&few, count)),
        _ => None,
    }
}

fn readings(fitted: &[&Vec<f64>], count: usize) -> Option<Samples> {
    let readings: Vec<f32> = fitted
        .iter()
        .copied()
        .flatten()
        .map(|&x| x as f32)
        .collect();
    let mut rng = Rng::new(SEED, stream::FLOOR);
    let fit = likelihood::fit_mixture::<COMPONENTS>(&readings, &Em::default(), &mut rng).ok()?;
    let target = Target::Mixture(fit.mixture);
    let drawn = (0..count).map(|_| vec![f64::from(target.draw(&mut rng))]);
    Some(drawn.collect())
}

/// Windows of `N` readings, whose mixture has covariances of `T` = N (N + 1) / 2 numbers.
fn windows<const N: usize, const T: usize>(fitted: &[&Vec<f64>], count: usize) -> Samples {
    let pooled = || fitted.iter().copied().flatten().copied();
    let n = (fitted.len() * N) as f64;
    let mean = pooled().sum::<f64>() / n;
    let square = pooled().map(|x| (x - mean).powi(2)).sum::<f64>();
    let sd = (square / n).sqrt().max(f64::MIN_POSITIVE);
    let standardised = |row: &&Vec<f64>| std::array::from_fn(|i| ((row[i] - mean) / sd) as f32);
    let rows: Vec<[f32; N]> = fitted.iter().map(standardised).collect();

    let mut rng = Rng::new(SEED, stream::FLOOR);
    let mut mixture = Box::new(Mixture::<COMPONENTS, N, T>::BLANK);
    mixture.start(rows.iter().copied(), &mut rng);
    for _ in 0..ITERATIONS {
        mixture.improve(rows.iter().copied(), 1.0);
    }
    let back = |x: f32| f64::from(x) * sd + mean;
    let drawn = (0..count).map(|_| mixture.draw(&mut rng).map(back).into());
    drawn.collect()
}
