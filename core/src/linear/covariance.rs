//! Running mean and covariance of vectors.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::stream::{Twofold, power_of_two_below};

/// Count, mean and covariance of all vectors so far, in constant memory.
///
/// With δ = xₙ − mₙ₋₁, as [`Welford`](crate::stream::Welford) does for single readings:
///
/// > mₙ = mₙ₋₁ + δ / n,  Sₙ = Sₙ₋₁ + δ δᵀ (n − 1) / n,  C = Sₙ / (n − 1)
///
/// # Accuracy
///
/// Every sum is kept as an unevaluated sum of two floats, in units of a power of two that follows
/// the largest |δ|: a million vectors far from nought come out as in `f64`, to 10⁻⁶ of the
/// variances (a test asserts it), and tiny or huge units neither underflow nor overflow.
///
/// # Memory
///
/// S is symmetric. Its rounded sums lie in the lower triangle, and what the rounding left over lies
/// above the diagonal, mirrored: N² numbers and 4 N + 3 beside them, 4.6 KB for N = 32.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance<const N: usize> {
    count: u32,
    rejected: u32,
    mean: [Twofold; N],
    /// S / unit².
    squares: [[f32; N]; N],
    /// What rounding left over of the diagonal.
    diagonal: [f32; N],
    /// 0 before the first vector.
    unit: f32,
}

impl<const N: usize> Covariance<N> {
    /// Before the first vector.
    pub const fn new() -> Self {
        Self {
            count: 0,
            rejected: 0,
            mean: [Twofold::ZERO; N],
            squares: [[0.0; N]; N],
            diagonal: [0.0; N],
            unit: 0.0,
        }
    }

    /// Takes in one vector.
    ///
    /// `false` if it was refused, which changes nothing but [`rejected`](Self::rejected): one with a
    /// NaN, an infinity, or a number so far from its mean that the distance is no `f32`, or any
    /// after 2³² − 1.
    pub fn push(&mut self, x: &[f32; N]) -> bool {
        let mut deviation = [0.0; N];
        for ((d, mean), &x) in deviation.iter_mut().zip(&self.mean).zip(x) {
            *d = -mean.plus(-x).high;
        }
        let count = self.count.checked_add(1);
        let (Some(count), true) = (count, deviation.iter().all(|d| d.is_finite())) else {
            self.rejected = self.rejected.saturating_add(1);
            return false;
        };
        self.count = count;
        let n = count as f32;
        let far = deviation.iter().fold(0.0f32, |far, d| far.max(d.abs()));
        self.grow(power_of_two_below(far).max(f32::MIN_POSITIVE));
        for (mean, d) in self.mean.iter_mut().zip(&mut deviation) {
            *mean = mean.plus(*d / n);
            *d /= self.unit;
        }
        self.add(&deviation, (n - 1.0) / n);
        true
    }

    /// A unit of at least this size.
    fn grow(&mut self, unit: f32) {
        if unit <= self.unit {
            return;
        }
        let shrink = self.unit / unit;
        let numbers = self.squares.iter_mut().flatten().chain(&mut self.diagonal);
        numbers.for_each(|x| *x = *x * shrink * shrink);
        self.unit = unit;
    }

    /// S += w d dᵀ.
    fn add(&mut self, d: &[f32; N], w: f32) {
        for (i, &di) in d.iter().enumerate() {
            let (above, below) = self.squares.split_at_mut(i);
            let (Some(row), Some(low)) = (below.first_mut(), self.diagonal.get_mut(i)) else {
                return;
            };
            let lows = above.iter_mut().filter_map(|row| row.get_mut(i));
            for ((high, low), &dj) in row.iter_mut().zip(lows.chain([low])).zip(d) {
                let sum = Twofold {
                    high: *high,
                    low: *low,
                };
                let sum = sum.plus(di * dj * w);
                (*high, *low) = (sum.high, sum.low);
            }
        }
    }

    /// Vectors taken in.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Vectors refused.
    pub fn rejected(&self) -> u32 {
        self.rejected
    }

    /// The mean, in the unit of the readings; zeros before the first vector.
    pub fn mean(&self) -> [f32; N] {
        self.mean.map(|mean| mean.high)
    }

    /// The unbiased covariance S / (n − 1) of element `i` and element `j`; 0 before the second
    /// vector, and past the last element.
    ///
    /// Like a [variance](crate::stream::Welford::variance) it may leave the range of `f32` where its
    /// root does not; see [`in_units`](Self::in_units).
    pub fn of(&self, i: usize, j: usize) -> f32 {
        self.scaled(i, j) * self.unit * self.unit
    }

    /// Fills `out` with the whole covariance divided by u², and returns u, a power of two about as
    /// large as the largest deviation: what to compute with when the unit of the readings is not
    /// known.
    pub fn in_units(&self, out: &mut [[f32; N]; N]) -> f32 {
        for (i, row) in out.iter_mut().enumerate() {
            for (j, x) in row.iter_mut().enumerate() {
                *x = self.scaled(i, j);
            }
        }
        self.unit
    }

    /// The same in the place of the sums, which are spent: no second matrix is needed.
    pub(crate) fn spend_in_units(&mut self) -> (&mut [[f32; N]; N], f32) {
        for i in 0..N {
            for j in 0..=i {
                let x = self.scaled(i, j);
                for (i, j) in [(i, j), (j, i)] {
                    if let Some(place) = self.squares.get_mut(i).and_then(|row| row.get_mut(j)) {
                        *place = x;
                    }
                }
            }
        }
        (&mut self.squares, self.unit)
    }

    fn scaled(&self, i: usize, j: usize) -> f32 {
        let row = self.squares.get(i.max(j));
        let sum = row.and_then(|row| row.get(i.min(j))).copied();
        sum.unwrap_or(0.0) / self.count.saturating_sub(1).max(1) as f32
    }
}

impl<const N: usize> Default for Covariance<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Persist for Covariance<N> {
    const BYTES: usize = 2 * u32::BYTES
        + <[Twofold; N]>::BYTES
        + <[[f32; N]; N]>::BYTES
        + <[f32; N]>::BYTES
        + f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.count.save(out);
        self.rejected.save(out);
        self.mean.save(out);
        self.squares.save(out);
        self.diagonal.save(out);
        self.unit.max(f32::MIN_POSITIVE).save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.count.load(from)?;
        self.rejected.load(from)?;
        self.mean.load(from)?;
        self.squares.load(from)?;
        self.diagonal.load(from)?;
        let unit = from.read(self.unit)?;
        if unit < f32::MIN_POSITIVE {
            return Err(Invalid("a covariance of no readings there could be"));
        }
        from.set(&mut self.unit, unit);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint;
    use crate::rng::Rng;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn of<const N: usize>(vectors: &[[f32; N]]) -> Covariance<N> {
        let mut statistics = Covariance::new();
        for x in vectors {
            assert!(statistics.push(x), "{x:?} refused");
        }
        statistics
    }

    /// Mean and covariance in two passes of `f64`.
    fn reference<const N: usize>(vectors: &[[f32; N]]) -> ([f64; N], [[f64; N]; N]) {
        let n = vectors.len() as f64;
        let mean: [f64; N] =
            core::array::from_fn(|i| vectors.iter().map(|x| f64::from(x[i])).sum::<f64>() / n);
        let product = |i: usize, j: usize| {
            let each = vectors.iter();
            each.map(|x| (f64::from(x[i]) - mean[i]) * (f64::from(x[j]) - mean[j]))
                .sum::<f64>()
        };
        let covariance =
            core::array::from_fn(|i| core::array::from_fn(|j| product(i, j) / (n - 1.0).max(1.0)));
        (mean, covariance)
    }

    /// Largest error of an element, beside the geometric mean of its two variances.
    fn error<const N: usize>(got: &Covariance<N>, vectors: &[[f32; N]]) -> f64 {
        let (_, exact) = reference(vectors);
        let mut scaled = [[0.0; N]; N];
        let unit = f64::from(got.in_units(&mut scaled));
        let mut worst = 0.0f64;
        for i in 0..N {
            for j in 0..N {
                let size = (exact[i][i] * exact[j][j]).sqrt();
                let off = (f64::from(scaled[i][j]) * unit * unit - exact[i][j]).abs();
                worst = worst.max(if size > 0.0 { off / size } else { off });
            }
        }
        worst
    }

    #[test]
    fn many_vectors_far_from_nought_agree_with_f64() {
        let mut rng = Rng::new(1, 0);
        let vectors: Vec<[f32; 3]> = (0..300_000)
            .map(|_| {
                let (a, b) = (rng.gaussian(), rng.gaussian());
                [1e4 + a, -3.0 + 0.5 * a + b, 1e-2 * b]
            })
            .collect();
        let got = of(&vectors);
        let off = error(&got, &vectors);
        assert!(off < 1e-6, "{off}");
        let (mean, _) = reference(&vectors);
        assert_eq!(got.mean(), mean.map(|x| x as f32));
    }

    #[test]
    fn a_scalar_is_welfords() {
        let mut statistics = crate::stream::Welford::new();
        let mut covariance = Covariance::<1>::new();
        let mut rng = Rng::new(2, 0);
        for _ in 0..1000 {
            let x = 20.0 + rng.gaussian();
            statistics.push(x);
            covariance.push(&[x]);
        }
        assert_eq!(covariance.of(0, 0), statistics.variance());
        assert_eq!(covariance.mean(), [statistics.mean()]);
    }

    #[test]
    fn the_covariance_in_the_place_of_its_sums_is_the_same() {
        let mut rng = Rng::new(4, 0);
        let mut statistics = Covariance::<5>::new();
        for count in 0..9 {
            let mut apart = [[9.0; 5]; 5];
            let unit = statistics.in_units(&mut apart);
            let mut spent = statistics.clone();
            assert_eq!(spent.spend_in_units(), (&mut apart, unit), "{count}");
            statistics.push(&core::array::from_fn(|_| rng.gaussian()));
        }
    }

    proptest! {
        #[test]
        fn moments_agree_with_two_passes_of_f64(
            vectors in prop::collection::vec(prop::array::uniform4(-1e3f32..1e3), 2..60),
            offset in prop_oneof![Just(0.0f32), -1e5f32..1e5],
            scale in prop_oneof![Just(1e-20f32), Just(1.0), Just(1e16)],
        ) {
            let vectors: Vec<[f32; 4]> =
                vectors.iter().map(|v| v.map(|x| (x + offset) * scale)).collect();
            let got = of(&vectors);
            let off = error(&got, &vectors);
            // Some readings differ by little beside their offset.
            prop_assert!(off < 2e-5, "{off}");
            prop_assert_eq!(got.count() as usize, vectors.len());
        }

        #[test]
        fn whatever_comes_the_statistics_stay_finite(
            vectors in prop::collection::vec(prop::array::uniform3(prop::num::f32::ANY), 0..50),
        ) {
            let mut statistics = Covariance::<3>::new();
            for x in &vectors {
                let before = statistics.clone();
                if !statistics.push(x) {
                    let rejected = statistics.rejected;
                    prop_assert_eq!(Covariance { rejected, ..before }, statistics.clone());
                }
                let mut out = [[0.0; 3]; 3];
                prop_assert!(statistics.in_units(&mut out).is_finite());
                prop_assert!(out.as_flattened().iter().all(|x| x.is_finite()));
                prop_assert!(statistics.mean().iter().all(|x| x.is_finite()));
            }
            prop_assert_eq!((statistics.count() + statistics.rejected()) as usize, vectors.len());
        }

        #[test]
        fn a_checkpoint_brings_it_back(
            vectors in prop::collection::vec(prop::array::uniform3(-1e3f32..1e3), 0..9),
        ) {
            let mut statistics = of(&vectors);
            let name = checkpoint::Name::new("covariance").unwrap();
            let mut bytes = vec![0; checkpoint::bytes::<Covariance<3>>()];
            checkpoint::save(name, &statistics, &mut bytes).unwrap();
            let mut again = Covariance::new();
            checkpoint::load(name, &mut again, &bytes).unwrap();
            statistics.grow(f32::MIN_POSITIVE);
            prop_assert_eq!(again, statistics);
        }
    }

    #[test]
    fn few_vectors_have_no_spread() {
        let statistics = Covariance::<2>::new();
        assert_eq!((statistics.mean(), statistics.of(0, 1)), ([0.0; 2], 0.0));
        let statistics = of(&[[7.5, 1.0]]);
        assert_eq!((statistics.mean(), statistics.of(1, 1)), ([7.5, 1.0], 0.0));
        assert_eq!(of(&[[0.1, 0.2]; 1000]).of(1, 1), 0.0, "constants have none");
        assert_eq!(statistics.of(2, 0), 0.0, "past the last element");
    }
}
