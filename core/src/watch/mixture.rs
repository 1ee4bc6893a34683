//! A mixture of Gaussians with full covariances, by expectation-maximisation, one iteration at a
//! time.

use super::triangle::{factor, packed, rows, rows_mut, solve};
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::math;
use crate::rng::Rng;

/// p(x) = Σ wₖ N(x; μₖ, Σₖ), `K` components in `D` dimensions; `T` is D (D + 1) / 2.
///
/// Meant for numbers of about unit variance: of a few hundred samples each covariance is a poor
/// estimate, and is drawn towards the unit matrix as if so many more samples had been seen that
/// have it ([`improve`](Self::improve)). That is the mode under a Wishart prior, and keeps every
/// covariance regular however few samples a component has.
///
/// The one-dimensional mixture of [`likelihood`](crate::likelihood) is the `f64` reference for
/// scalars; this one runs on a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture<const K: usize, const D: usize, const T: usize> {
    components: [Component<D, T>; K],
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Component<const D: usize, const T: usize> {
    /// ln w − ½ ln det Σ − (D / 2) ln 2π.
    offset: f32,
    mean: [f32; D],
    /// The Cholesky factor of Σ, with 1 / Lᵢᵢ on its diagonal.
    root: [f32; T],
}

const LN_SQRT_TAU: f32 = 0.918_938_5;

impl<const D: usize, const T: usize> Component<D, T> {
    const ZERO: Self = Self {
        offset: 0.0,
        mean: [0.0; D],
        root: [0.0; T],
    };

    /// w.
    fn weight(&self) -> f32 {
        let inverses = rows(&self.root).filter_map(|row| row.last());
        let log_det = inverses.fold(0.0, |sum, inverse| sum - math::ln(*inverse));
        math::exp(self.offset + log_det + D as f32 * LN_SQRT_TAU)
    }

    /// ln w N(x; μ, Σ).
    #[inline]
    fn ln_mass(&self, x: &[f32; D]) -> f32 {
        let y = solve(&self.root, &difference(x, &self.mean));
        self.offset - 0.5 * y.iter().fold(0.0, |sum, y| sum + y * y)
    }
}

/// a − b.
#[inline]
fn difference<const D: usize>(a: &[f32; D], b: &[f32; D]) -> [f32; D] {
    let mut d = *a;
    d.iter_mut().zip(b).for_each(|(d, b)| *d -= b);
    d
}

/// What belongs to one component: Σ r, Σ r d, Σ r d dᵀ with d = x − its present mean.
#[derive(Clone, Copy)]
struct Share<const D: usize, const T: usize> {
    count: f32,
    first: [f32; D],
    second: [f32; T],
}

impl<const D: usize, const T: usize> Share<D, T> {
    const ZERO: Self = Self {
        count: 0.0,
        first: [0.0; D],
        second: [0.0; T],
    };

    fn add(&mut self, responsibility: f32, d: &[f32; D]) {
        self.count += responsibility;
        for ((first, row), di) in self.first.iter_mut().zip(rows_mut(&mut self.second)).zip(d) {
            let scaled = responsibility * di;
            *first += scaled;
            row.iter_mut()
                .zip(d)
                .for_each(|(sum, dj)| *sum += scaled * dj);
        }
    }
}

impl<const K: usize, const D: usize, const T: usize> Mixture<K, D, T> {
    const FITS: () = assert!(T == packed(D), "T is D (D + 1) / 2");

    /// Numbers that are learned.
    pub const PARAMETERS: usize = K * (1 + D + T);

    /// Before [`start`](Self::start).
    pub const BLANK: Self = {
        let () = Self::FITS;
        Self {
            components: [Component::ZERO; K],
        }
    };

    /// −ln p(x): higher is stranger.
    pub fn strangeness(&self, x: &[f32; D]) -> f32 {
        let masses = self.ln_masses(x);
        let largest = masses.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total = masses.iter().map(|mass| math::exp(mass - largest));
        -(largest + math::ln(total.sum()))
    }

    /// Draws a sample: a component by its weight, then μ + L ε with ε standard Gaussian.
    pub fn draw(&self, rng: &mut Rng) -> [f32; D] {
        let mut left = rng.uniform();
        let mut chosen = &Component::ZERO;
        for component in &self.components {
            chosen = component;
            left -= component.weight();
            if left < 0.0 {
                break;
            }
        }
        let noise: [f32; D] = core::array::from_fn(|_| rng.gaussian());
        let mut x = chosen.mean;
        for (x, row) in x.iter_mut().zip(rows(&chosen.root)) {
            let Some((inverse, below)) = row.split_last() else {
                continue;
            };
            let mut pairs = below.iter().zip(&noise);
            let off = pairs.by_ref().fold(0.0, |sum, (l, e)| sum + l * e);
            let diagonal = noise.get(below.len()).map_or(0.0, |e| e / inverse);
            *x += off + diagonal;
        }
        x
    }

    fn ln_masses(&self, x: &[f32; D]) -> [f32; K] {
        let mut masses = [0.0; K];
        for (mass, component) in masses.iter_mut().zip(&self.components) {
            *mass = component.ln_mass(x);
        }
        masses
    }

    /// Begins with unit covariances around samples that lie far from each other (k-means++: Arthur
    /// and Vassilvitskii, SODA 2007). Goes through `samples` twice for each component.
    pub fn start(&mut self, samples: impl Iterator<Item = [f32; D]> + Clone, rng: &mut Rng) {
        for known in 0..K {
            if let Some((seeds, open)) = self.components.split_at_mut_checked(known)
                && let Some(component) = open.first_mut()
            {
                component.mean = next_seed(samples.clone(), seeds, rng);
                component.offset = -(D as f32) * LN_SQRT_TAU - math::ln(K as f32);
                for row in rows_mut(&mut component.root) {
                    row.fill(0.0);
                    row.iter_mut()
                        .next_back()
                        .into_iter()
                        .for_each(|x| *x = 1.0);
                }
            }
        }
    }

    /// One iteration: samples are divided among the components (E), and these are fitted to their
    /// shares (M), with `prior` samples of unit covariance beside each:
    ///
    /// > Σₖ ← (Σ r d dᵀ − N s sᵀ + prior · I) / (N + prior),  N = Σ r,  s = Σ r d / N
    ///
    /// Returns the average log-likelihood of the samples *before* it, summed in their order.
    #[inline(never)] // its shares leave the stack
    pub fn improve(&mut self, samples: impl Iterator<Item = [f32; D]>, prior: f32) -> f32 {
        let mut shares = [Share::<D, T>::ZERO; K];
        let (mut likelihood, mut count) = (0.0, 0.0);
        for x in samples {
            let mut masses = self.ln_masses(&x);
            let largest = masses.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            masses
                .iter_mut()
                .for_each(|mass| *mass = math::exp(*mass - largest));
            let total: f32 = masses.iter().sum();
            likelihood += largest + math::ln(total);
            count += 1.0;
            for ((share, mass), component) in shares.iter_mut().zip(masses).zip(&self.components) {
                if mass > 0.0 {
                    share.add(mass / total, &difference(&x, &component.mean));
                }
            }
        }
        if count == 0.0 {
            return 0.0;
        }
        for (component, share) in self.components.iter_mut().zip(&mut shares) {
            component.settle(share, count, prior);
        }
        likelihood / count
    }
}

impl<const D: usize, const T: usize> Component<D, T> {
    /// The M step of one component. One that no sample belongs to any more keeps its place, with
    /// next to no weight.
    fn settle(&mut self, share: &mut Share<D, T>, count: f32, prior: f32) {
        const DESERTED: f32 = 1e-6;
        let weight = (share.count / count).max(DESERTED);
        if weight > DESERTED {
            let n = share.count;
            share.first.iter_mut().for_each(|sum| *sum /= n);
            let (shift, total) = (&share.first, n + prior);
            for ((row, sums), si) in rows_mut(&mut self.root).zip(rows(&share.second)).zip(shift) {
                for ((x, sum), sj) in row.iter_mut().zip(sums).zip(shift) {
                    *x = (sum - n * si * sj) / total;
                }
                row.iter_mut()
                    .next_back()
                    .into_iter()
                    .for_each(|x| *x += prior / total);
            }
            let pairs = self.mean.iter_mut().zip(shift);
            pairs.for_each(|(mean, shift)| *mean += shift);
            let log = factor(&mut self.root);
            self.offset = math::ln(weight) - log - D as f32 * LN_SQRT_TAU;
        } else {
            self.offset = math::ln(weight) - D as f32 * LN_SQRT_TAU;
        }
    }
}

/// A sample drawn with probability proportional to its squared distance from the nearest seed; any
/// sample while there is none.
fn next_seed<const D: usize, const T: usize>(
    samples: impl Iterator<Item = [f32; D]> + Clone,
    seeds: &[Component<D, T>],
    rng: &mut Rng,
) -> [f32; D] {
    let weight = |x: &[f32; D]| {
        let squares = seeds.iter().map(|seed| {
            let d = difference(x, &seed.mean);
            d.iter().fold(0.0, |sum, d| sum + d * d)
        });
        squares.reduce(f32::min).unwrap_or(1.0)
    };
    let total: f32 = samples.clone().map(|x| weight(&x)).sum();
    let mut left = total * rng.uniform();
    let mut chosen = [0.0; D];
    for x in samples {
        chosen = x;
        left -= weight(&x);
        if left < 0.0 {
            break;
        }
    }
    chosen
}

impl<const K: usize, const D: usize, const T: usize> Persist for Mixture<K, D, T> {
    const BYTES: usize = K * (f32::BYTES + <[f32; D]>::BYTES + <[f32; T]>::BYTES);

    fn save(&self, out: &mut Writer<'_>) {
        for component in &self.components {
            component.offset.save(out);
            component.mean.save(out);
            component.root.save(out);
        }
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.components.iter_mut().try_for_each(|component| {
            component.offset.load(from)?;
            component.mean.load(from)?;
            component.root.load(from)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    type Plane<const K: usize> = Mixture<K, 2, 3>;

    fn fitted<const K: usize>(samples: &[[f32; 2]], prior: f32) -> Plane<K> {
        let mut mixture = Plane::BLANK;
        mixture.start(samples.iter().copied(), &mut Rng::new(1, 0));
        for _ in 0..50 {
            mixture.improve(samples.iter().copied(), prior);
        }
        mixture
    }

    /// Two bent clouds far apart.
    fn clouds(n: usize) -> Vec<[f32; 2]> {
        let mut rng = Rng::new(3, 0);
        let one = |rng: &mut Rng| {
            let (a, b) = (rng.gaussian(), rng.gaussian());
            if rng.uniform() < 0.25 {
                [4.0 + 0.5 * a, 1.0 + 0.3 * a + 0.2 * b]
            } else {
                [-1.0 + a, 0.6 * a + 0.8 * b]
            }
        };
        (0..n).map(|_| one(&mut rng)).collect()
    }

    #[test]
    fn one_component_is_the_gaussian_of_maximum_likelihood() {
        let samples: Vec<[f32; 2]> = clouds(500);
        let mixture = fitted::<1>(&samples, 0.0);
        let n = samples.len() as f64;
        let mean = |f: &dyn Fn(&[f32; 2]) -> f64| samples.iter().map(f).sum::<f64>() / n;
        let (mx, my) = (mean(&|s| s[0].into()), mean(&|s| s[1].into()));
        let xx = mean(&|s| (f64::from(s[0]) - mx).powi(2));
        let yy = mean(&|s| (f64::from(s[1]) - my).powi(2));
        let xy = mean(&|s| (f64::from(s[0]) - mx) * (f64::from(s[1]) - my));
        let det = xx * yy - xy * xy;
        for x in &samples[..20] {
            let (dx, dy) = (f64::from(x[0]) - mx, f64::from(x[1]) - my);
            let square = (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / det;
            let expected = 0.5 * square + 0.5 * det.ln() + core::f64::consts::TAU.ln();
            let got = f64::from(mixture.strangeness(x));
            assert!((got - expected).abs() < 1e-4, "{got} {expected}");
        }
    }

    #[test]
    fn separated_clouds_are_found_and_their_covariances_with_them() {
        let mixture = fitted::<2>(&clouds(4000), 1.0);
        let mut found: Vec<_> = mixture.components.to_vec();
        found.sort_by(|a, b| a.mean[0].total_cmp(&b.mean[0]));
        for (component, mean, root) in [
            (found[0], [-1.0, 0.0], [1.0, 0.6, 1.0 / 0.8]),
            (found[1], [4.0, 1.0], [1.0 / 0.5, 0.3, 1.0 / 0.2]),
        ] {
            for (got, expected) in component.mean.iter().zip(mean) {
                assert!((got - expected).abs() < 0.08, "{component:?}");
            }
            for (got, expected) in component.root.iter().zip(root) {
                assert!(
                    (got - expected).abs() < 0.1 * expected + 0.05,
                    "{component:?}"
                );
            }
        }
    }

    #[test]
    fn draws_are_distributed_as_what_it_was_fitted_to() {
        let samples = clouds(4000);
        let mixture = fitted::<2>(&samples, 1.0);
        let mut rng = Rng::new(8, 0);
        let drawn: Vec<[f32; 2]> = (0..4000).map(|_| mixture.draw(&mut rng)).collect();
        // Means of either kind differ by 0.16 at five standard errors, second moments by some 0.7.
        let mean = |of: &[[f32; 2]], f: fn(&[f32; 2]) -> f32| {
            of.iter().map(f).sum::<f32>() / of.len() as f32
        };
        for (f, limit) in [
            ((|x| x[0]) as fn(&[f32; 2]) -> f32, 0.25),
            (|x| x[1], 0.1),
            (|x| x[0] * x[0], 0.7),
            (|x| x[0] * x[1], 0.4),
            (|x| x[1] * x[1], 0.15),
            (|x| f32::from(u8::from(x[0] > 2.0)), 0.05),
        ] {
            let (real, got) = (mean(&samples, f), mean(&drawn, f));
            assert!((real - got).abs() < limit, "{real} {got}");
        }
    }

    #[test]
    fn the_likelihood_never_falls_without_a_prior() {
        let samples = clouds(600);
        let mut mixture = Plane::<3>::BLANK;
        mixture.start(samples.iter().copied(), &mut Rng::new(5, 0));
        let mut before = f32::NEG_INFINITY;
        for iteration in 0..60 {
            let likelihood = mixture.improve(samples.iter().copied(), 0.0);
            assert!(
                likelihood > before - 1e-5,
                "iteration {iteration}: {likelihood} {before}"
            );
            before = likelihood;
        }
    }

    #[test]
    fn samples_without_spread_and_no_samples_stay_finite() {
        let same = [[2.0f32, -1.0]; 40];
        let mixture = fitted::<4>(&same, 1.0);
        assert!(mixture.strangeness(&[2.0, -1.0]) < mixture.strangeness(&[2.5, -1.0]));
        assert!(mixture.strangeness(&[1e6, 0.0]).is_finite());
        let nothing = fitted::<2>(&[], 1.0);
        assert!(nothing.strangeness(&[0.0, 0.0]).is_finite());
    }

    #[test]
    fn a_checkpoint_brings_it_back() {
        use crate::checkpoint::{self, Name};
        let name = Name::new("mixture").unwrap();
        let mixture = fitted::<2>(&clouds(100), 1.0);
        let mut bytes = [0; checkpoint::bytes::<Plane<2>>()];
        checkpoint::save(name, &mixture, &mut bytes).unwrap();
        let mut again = Plane::<2>::BLANK;
        checkpoint::load(name, &mut again, &bytes).unwrap();
        assert_eq!(again, mixture);
    }
}
