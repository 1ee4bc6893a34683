//! Between standardised samples and their principal axes.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::layer::Row;
use crate::linear::{Compact, Covariance, Eigen, dot, packed};
use crate::math;
use crate::rng::Rng;

use super::Standardiser;

/// How a model's samples are turned before the networks see them, and back.
pub trait Axes: Persist + Clone + core::fmt::Debug {
    /// One sample.
    type Sample: Row;
    /// Mean and covariance of samples, as they come by.
    type Moments: Moments<Sample = Self::Sample>;

    /// All numbers nought: the contents of a static.
    const BLANK: Self;

    /// Samples as they are.
    fn reset(&mut self);

    /// The principal axes of samples with these moments, whose readings are scaled by `scale`.
    fn fit(&mut self, moments: &Self::Moments, scale: &Standardiser);

    /// Sees to it that [`back`](Self::back) gives the data's mean and covariance, where
    /// [`to`](Self::to)'s inverse would give those of generated samples with these moments.
    ///
    /// Returns how much smaller the least spread of them is than it should be, at most 1: see
    /// [`PrincipalAxes`]. The moments are spent.
    fn recolour(&mut self, generated: &mut Self::Moments) -> f32;

    /// A standardised sample along the axes.
    fn to(&self, sample: &Self::Sample) -> Self::Sample;

    /// A standardised sample from one along the axes.
    fn back(&self, sample: &Self::Sample) -> Self::Sample;

    /// A standardised sample of the Gaussian with the data's mean and covariance.
    fn gaussian(&self, rng: &mut Rng) -> Self::Sample;

    /// The standard deviation along each axis, that along the first being 1: what a generator is to
    /// multiply outputs of unit size by.
    fn gains(&self) -> Self::Sample;
}

/// Running moments of samples.
pub trait Moments: Clone + core::fmt::Debug {
    /// One sample.
    type Sample;
    /// Before the first sample.
    const NONE: Self;
    /// Takes in one sample; `false` if it was refused.
    fn push(&mut self, sample: &Self::Sample) -> bool;
    /// Samples taken in.
    fn count(&self) -> u32;
}

impl<const N: usize> Moments for Covariance<N> {
    type Sample = [f32; N];
    const NONE: Self = Self::new();

    fn push(&mut self, sample: &[f32; N]) -> bool {
        Covariance::push(self, sample)
    }
    fn count(&self) -> u32 {
        Covariance::count(self)
    }
}

/// The principal axes of standardised windows of `N` readings.
///
/// With mean μ and covariance C = Vᵀ Λ V of standardised windows z,
///
/// > y = V (z − μ) / √λ₀,  z = o + B y
///
/// so that y has uncorrelated elements with standard deviations gᵢ = √(λᵢ / λ₀), the first of which
/// is 1. Both networks see y. A discriminator of *whitened* windows y / g would mostly see the
/// directions in which nothing happens; a generator of windows y as they are would learn the small
/// directions as quickly as the large ones, and badly. So the generator makes y / g, and multiplies
/// by g ([`Gain`](crate::layer::Gain)).
///
/// # Recolouring
///
/// To begin with o = μ and B = √λ₀ Vᵀ undo the above. A trained generator is off in its second
/// moments by some percent, and those can be had exactly: with mean m and covariance
/// K = Uᵀ diag(κ) U of generated u = y / g,
///
/// > B = Vᵀ Λ^½ K^−½ diag(1/g),  o = μ − B (g ∘ m),  K^−½ = Uᵀ diag(κ^−½) U
///
/// gives z the data's mean and covariance, by the smallest change there is in u. What the generator
/// has to learn is what a Gaussian has not. κ below 1/[`STRETCH`](Self::STRETCH)² is taken for that,
/// so that a generator that has collapsed onto fewer dimensions shows, in the smallest of √κ.
///
/// # Memory
///
/// B is not held, but K^−½, which is symmetric and has no eigenvalue above 10: in three bytes each
/// ([`Compact`]) its numbers are off by a millionth, and what they correct was measured to some
/// percent. That makes N² + 4 N + 1 numbers and 1.5 N (N + 1) bytes (`T` is N (N + 1) / 2): 6.2 KB for
/// N = 32. Fitting takes twice N² numbers on the stack, recolouring as many beside the moments.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalAxes<const N: usize, const T: usize> {
    mean: [f32; N],
    /// Row i is vᵢ.
    axes: [[f32; N]; N],
    /// √λ₀.
    unit: f32,
    /// √(λᵢ / λ₀).
    spread: [f32; N],
    /// Whether samples are recoloured.
    recoloured: bool,
    /// K^−½.
    colour: Compact<T>,
    offset: [f32; N],
}

impl<const N: usize, const T: usize> PrincipalAxes<N, T> {
    const FITS: () = assert!(T == packed(N), "T is N (N + 1) / 2");

    /// The most that recolouring stretches any direction.
    pub const STRETCH: f32 = 10.0;

    /// No gain is below this: directions with less are given to the networks as if they had that.
    pub const LEAST_GAIN: f32 = 1e-3;

    /// The gain of an axis with this spread.
    fn gain(spread: f32) -> f32 {
        spread.max(Self::LEAST_GAIN)
    }

    /// The covariance of generated u = y / g, from that of y in these units, decomposed; the least
    /// spread in it, at most 1. The matrix is spent.
    fn shape(&self, matrix: &mut [[f32; N]; N], unit: f32, eigen: &mut Eigen<N>) -> f32 {
        for (row, &by) in matrix.iter_mut().zip(&self.spread) {
            for (x, &and) in row.iter_mut().zip(&self.spread) {
                *x = *x * (unit / Self::gain(by)) * (unit / Self::gain(and));
            }
        }
        eigen.decompose(matrix);
        let least = eigen.values.last().copied().unwrap_or(1.0);
        math::sqrt(least.max(0.0)).min(1.0)
    }

    /// B = √λ₀ Vᵀ, o = μ.
    fn undo(&mut self) {
        self.recoloured = false;
        self.colour = Compact::ZERO;
        self.offset = self.mean;
    }

    /// B y: by ascending axis, each number of B first, where it is no product of three.
    fn turned_back(&self, y: &[f32; N]) -> [f32; N] {
        let (by, along) = if self.recoloured {
            let mut u = *y;
            for (u, &spread) in u.iter_mut().zip(&self.spread) {
                *u /= Self::gain(spread);
            }
            let mut along = self.colour.times(&u);
            for (x, spread) in along.iter_mut().zip(&self.spread) {
                *x = bounded(self.unit * spread * *x);
            }
            (1.0, along)
        } else {
            (self.unit, *y)
        };
        let mut z = [0.0; N];
        for (axis, along) in self.axes.iter().zip(along) {
            for (z, v) in z.iter_mut().zip(axis) {
                *z += by * v * along;
            }
        }
        z
    }

    /// B as a whole, as formats up to 7 held it.
    fn save_matrix(&self, out: &mut Writer<'_>) {
        out.describe(b'[', &[N]);
        for j in 0..N {
            let row: [f32; N] = core::array::from_fn(|k| {
                let unit = core::array::from_fn(|i| if i == k { 1.0 } else { 0.0 });
                self.turned_back(&unit).get(j).copied().unwrap_or(0.0)
            });
            row.save(out);
        }
    }

    /// K^−½ = Λ^−½ V B diag(g), of which the upper triangle is divided by the larger spreads.
    fn load_matrix(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let mut products = [0.0; T]; // (V B)ᵢₖ for i ≤ k
        let mut recoloured = false;
        for j in 0..N {
            let row = from.read([0.0; N])?;
            let mut products = products.iter_mut();
            for (k, &b) in row.iter().enumerate() {
                let v = |i: usize| self.axes.get(i).and_then(|axis| axis.get(j)).copied();
                recoloured |= v(k).is_some_and(|v| b != self.unit * v);
                for (i, sum) in (0..=k).zip(products.by_ref()) {
                    *sum += v(i).unwrap_or(0.0) * b;
                }
            }
        }
        if !from.writes() {
            return Ok(());
        }
        self.undo();
        self.recoloured = recoloured;
        if !recoloured {
            return Ok(());
        }
        let mut products = products.iter();
        for (k, &gain) in self.spread.iter().enumerate() {
            for ((i, &spread), &product) in (0..=k).zip(&self.spread).zip(products.by_ref()) {
                let size = self.unit * spread;
                let none = if i == k { 1.0 } else { 0.0 };
                let x = product * Self::gain(gain) / size;
                self.colour.set(i, k, if size > 0.0 { x } else { none });
            }
        }
        Ok(())
    }
}

impl<const N: usize, const T: usize> Axes for PrincipalAxes<N, T> {
    type Sample = [f32; N];
    type Moments = Covariance<N>;

    const BLANK: Self = {
        let () = Self::FITS;
        Self {
            mean: [0.0; N],
            axes: [[0.0; N]; N],
            unit: 0.0,
            spread: [0.0; N],
            recoloured: false,
            colour: Compact::ZERO,
            offset: [0.0; N],
        }
    };

    fn reset(&mut self) {
        for (i, axis) in self.axes.iter_mut().enumerate() {
            *axis = core::array::from_fn(|j| if i == j { 1.0 } else { 0.0 });
        }
        self.mean = [0.0; N];
        self.spread = [1.0; N];
        self.unit = 1.0;
        self.undo();
    }

    #[inline(never)] // its matrix leaves the stack before training goes on
    fn fit(&mut self, moments: &Covariance<N>, scale: &Standardiser) {
        self.reset();
        let mut matrix = [[0.0; N]; N];
        let unit = moments.in_units(&mut matrix);
        let mut eigen = Eigen::ZERO;
        eigen.decompose(&mut matrix);
        let Some(&largest) = eigen.values.first() else {
            return;
        };
        let root = math::sqrt(largest.max(0.0));
        let size = root * (unit / scale.sd());
        if moments.count() < 2 || !(size.is_finite() && size > 0.0) {
            return;
        }
        self.mean = moments.mean().map(|x| scale.to(x));
        self.axes = eigen.vectors;
        self.unit = size;
        self.spread = eigen.values.map(|x| math::sqrt(x.max(0.0)) / root);
        self.undo();
    }

    #[inline(never)]
    fn recolour(&mut self, generated: &mut Covariance<N>) -> f32 {
        self.undo();
        if generated.count() < 2 {
            return 0.0;
        }
        let mean = generated.mean();
        let (matrix, unit) = generated.spend_in_units();
        let mut eigen = Eigen::ZERO;
        let least = self.shape(matrix, unit, &mut eigen);
        // A single reading has no shape to correct, and its scale was learned from fewer readings
        // than the networks have seen.
        if N == 1 {
            return least;
        }
        let roots = eigen
            .values
            .map(|x| math::sqrt(x.max(0.0)).max(1.0 / Self::STRETCH));
        for i in 0..N {
            for j in 0..=i {
                let terms = eigen.vectors.iter().zip(&roots);
                let sum = terms.fold(0.0, |sum, (u, root)| {
                    let at = |k: usize| u.get(k).copied().unwrap_or(0.0);
                    sum + at(i) * at(j) / root
                });
                // A generator that is not finite is left as it is.
                if !sum.is_finite() {
                    self.undo();
                    return 0.0;
                }
                self.colour.set(i, j, sum);
            }
        }
        self.recoloured = true;
        let moved = self.turned_back(&mean);
        for ((offset, mu), moved) in self.offset.iter_mut().zip(&self.mean).zip(moved) {
            *offset = mu - moved;
        }
        least
    }

    #[inline]
    fn to(&self, sample: &[f32; N]) -> [f32; N] {
        let mut centred = *sample;
        for (z, mean) in centred.iter_mut().zip(&self.mean) {
            *z = bounded(*z - mean);
        }
        let mut y = [0.0; N];
        for (y, axis) in y.iter_mut().zip(&self.axes) {
            *y = bounded(dot(axis, &centred) / self.unit);
        }
        y
    }

    #[inline]
    fn back(&self, sample: &[f32; N]) -> [f32; N] {
        let mut z = self.turned_back(&sample.map(bounded));
        for (z, offset) in z.iter_mut().zip(&self.offset) {
            *z = bounded(offset + *z);
        }
        z
    }

    fn gaussian(&self, rng: &mut Rng) -> [f32; N] {
        let mut z = self.mean;
        for (axis, &spread) in self.axes.iter().zip(&self.spread) {
            let along = self.unit * spread * rng.gaussian();
            for (z, v) in z.iter_mut().zip(axis) {
                *z += along * v;
            }
        }
        z
    }

    fn gains(&self) -> [f32; N] {
        self.spread.map(Self::gain)
    }
}

/// What is farther out than this counts as this: finite in gives finite out.
#[inline]
fn bounded(x: f32) -> f32 {
    const FAR: f32 = 1e30;
    x.clamp(-FAR, FAR)
}

impl<const N: usize, const T: usize> Persist for PrincipalAxes<N, T> {
    const BYTES: usize = <[[f32; N]; N]>::BYTES
        + 3 * <[f32; N]>::BYTES
        + f32::BYTES
        + bool::BYTES
        + Compact::<T>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.mean.save(out);
        self.axes.save(out);
        self.unit.save(out);
        self.spread.save(out);
        if out.has(8) {
            self.recoloured.save(out);
            self.colour.save(out);
        } else {
            self.save_matrix(out);
        }
        self.offset.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.mean.load(from)?;
        self.axes.load(from)?;
        let unit = from.read(self.unit)?;
        if unit <= 0.0 {
            return Err(Invalid("axes along which nothing spreads"));
        }
        from.set(&mut self.unit, unit);
        self.spread.load(from)?;
        if from.has(8) {
            self.recoloured.load(from)?;
            self.colour.load(from)?;
        } else {
            self.load_matrix(from)?;
        }
        self.offset.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint;
    use crate::rng::Rng;
    use proptest::prelude::*;
    use std::vec;

    /// Four numbers that hang together, in a unit and far from nought.
    fn draw(rng: &mut Rng, unit: f32) -> [f32; 4] {
        let (a, b, c) = (rng.gaussian(), rng.rademacher(), rng.gaussian());
        [5.0 + a, 2.0 * a + 0.3 * b, b - a, 0.02 * c].map(|x| x * unit)
    }

    fn fitted(unit: f32) -> (Standardiser, PrincipalAxes<4, 10>, Covariance<4>) {
        let mut rng = Rng::new(1, 0);
        let mut moments = Covariance::new();
        for _ in 0..2000 {
            moments.push(&draw(&mut rng, unit));
        }
        let scale = Standardiser::new(1.5 * unit, 2.0 * unit).unwrap();
        let mut axes = PrincipalAxes::BLANK;
        axes.fit(&moments, &scale);
        (scale, axes, moments)
    }

    #[test]
    fn along_the_axes_nothing_hangs_together_and_the_first_spreads_by_one() {
        for unit in [1e-20, 1.0, 1e15] {
            let (scale, axes, _) = fitted(unit);
            let mut rng = Rng::new(1, 0);
            let mut seen = Covariance::<4>::new();
            for _ in 0..2000 {
                seen.push(&axes.to(&scale.to_row(draw(&mut rng, unit))));
            }
            let gains = axes.gains();
            assert_eq!(gains[0], 1.0);
            assert!(gains.is_sorted_by(|a, b| a >= b) && gains[3] < 0.1);
            assert!(seen.mean().iter().all(|mean| mean.abs() < 1e-5));
            for (i, gain) in gains.iter().enumerate() {
                for j in 0..4 {
                    let expected = if i == j { gain * gain } else { 0.0 };
                    let off = (seen.of(i, j) - expected).abs();
                    assert!(off < 2e-6, "{i}, {j} in units of {unit}: {off}");
                }
            }
        }
    }

    #[test]
    fn back_undoes_to_before_there_is_anything_to_recolour() {
        let (scale, axes, _) = fitted(1.0);
        let mut rng = Rng::new(2, 0);
        for _ in 0..100 {
            let x = scale.to_row(draw(&mut rng, 1.0));
            for (x, again) in x.iter().zip(axes.back(&axes.to(&x))) {
                assert!((x - again).abs() < 1e-5);
            }
        }
    }

    /// Largest error of mean and covariance of what comes back, in units of the readings.
    fn off(mut generate: impl FnMut(&mut Rng) -> [f32; 4], count: u32) -> (f32, f32) {
        let (scale, mut axes, data) = fitted(1.0);
        let moments = |axes: &PrincipalAxes<4, 10>,
                       generate: &mut dyn FnMut(&mut Rng) -> [f32; 4],
                       back: bool| {
            let mut rng = Rng::new(3, 0);
            let mut moments = Covariance::<4>::new();
            for _ in 0..count {
                let y = generate(&mut rng);
                let x = if back {
                    scale.back_row(axes.back(&y))
                } else {
                    y
                };
                moments.push(&x);
            }
            moments
        };
        let mut made = moments(&axes, &mut generate, false);
        let spread = axes.recolour(&mut made);
        let made = moments(&axes, &mut generate, true);
        let pairs = made.mean().into_iter().zip(data.mean());
        let mut worst = pairs.fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
        for (i, j) in (0..4).flat_map(|i| (0..4).map(move |j| (i, j))) {
            worst = worst.max((made.of(i, j) - data.of(i, j)).abs());
        }
        (spread, worst)
    }

    #[test]
    fn recoloured_samples_have_the_datas_mean_and_covariance() {
        let gains = fitted(1.0).1.gains();
        let (spread, worst) = off(
            |rng| {
                let u: [f32; 4] = core::array::from_fn(|_| rng.rademacher() + 0.3 * rng.gaussian());
                let mixed = [0.8 * u[0] + 0.3, u[1] + 0.2 * u[0], 0.5 * u[2], u[3]];
                core::array::from_fn(|i| gains[i] * mixed[i])
            },
            500,
        );
        assert!(worst < 1e-4, "{worst}");
        assert!((0.4..0.6).contains(&spread), "{spread}");
    }

    #[test]
    fn a_collapsed_generator_shows_and_is_not_blown_up() {
        let gains = fitted(1.0).1.gains();
        let (spread, worst) = off(|rng| [gains[0] * rng.gaussian(), 0.0, 0.0, 0.0], 500);
        assert!(spread < 1e-3 && worst.is_finite(), "{spread} {worst}");
        assert_eq!(off(|_| [f32::NAN; 4], 500).0, 0.0);
    }

    #[test]
    fn what_has_no_spread_is_left_as_it_is() {
        let scale = Standardiser::new(0.0, 1.0).unwrap();
        let mut axes = PrincipalAxes::<2, 3>::BLANK;
        for readings in [&[][..], &[[1.0, 2.0]], &[[1.0, 1.0]; 9]] {
            let mut moments = Covariance::new();
            readings.iter().for_each(|x| assert!(moments.push(x)));
            axes.fit(&moments, &scale);
            assert_eq!(axes.to(&[3.0, -4.0]), [3.0, -4.0]);
            assert_eq!(axes.back(&[3.0, -4.0]), [3.0, -4.0]);
        }
    }

    /// Up to format 7 the map back was held as a matrix.
    #[test]
    fn axes_of_an_older_format_are_taken_over() {
        let (scale, plain, data) = fitted(1.0);
        let mut recoloured = plain.clone();
        let (mut rng, mut made) = (Rng::new(4, 0), Covariance::<4>::new());
        for _ in 0..500 {
            let y = plain.to(&scale.to_row(draw(&mut rng, 1.0)));
            made.push(&[0.9 * y[0] + 0.2, y[1] + 0.1 * y[0], 1.2 * y[2], 0.8 * y[3]]);
        }
        recoloured.recolour(&mut made);
        let name = checkpoint::Name::new("axes").unwrap();
        for (axes, exact) in [(&plain, true), (&recoloured, false)] {
            let mut old = vec![0; 1024];
            let mut saving = checkpoint::Saving::begin_as(7, name, axes).unwrap();
            let total = saving.total();
            saving.put(axes, total, &mut &mut old[..total]).unwrap();
            let mut again = PrincipalAxes::<4, 10>::BLANK;
            checkpoint::load(name, &mut again, &old[..total]).unwrap();
            assert_eq!(again == *axes, exact);
            for _ in 0..20 {
                let y = plain.to(&scale.to_row(draw(&mut rng, 1.0)));
                for (z, wanted) in again.back(&y).iter().zip(axes.back(&y)) {
                    assert!((z - wanted).abs() < 2e-5, "{z} {wanted}");
                }
            }
        }
        assert_eq!(data.count(), 2000);
    }

    proptest! {
        #[test]
        fn a_checkpoint_brings_them_back(seed: u64) {
            let mut rng = Rng::new(seed, 0);
            let mut moments = Covariance::<3>::new();
            for _ in 0..10 {
                moments.push(&core::array::from_fn(|_| rng.gaussian()));
            }
            let mut axes = PrincipalAxes::<3, 6>::BLANK;
            axes.fit(&moments, &Standardiser::IDENTITY);
            let name = checkpoint::Name::new("axes").unwrap();
            let mut bytes = vec![0; checkpoint::bytes::<PrincipalAxes<3, 6>>()];
            checkpoint::save(name, &axes, &mut bytes).unwrap();
            let mut again = PrincipalAxes::<3, 6>::BLANK;
            checkpoint::load(name, &mut again, &bytes).unwrap();
            prop_assert_eq!(again, axes);
        }

        #[test]
        fn finite_in_finite_out(x in prop::array::uniform4(-f32::MAX..f32::MAX)) {
            let (_, axes, _) = fitted(1.0);
            prop_assert!(axes.to(&x).iter().chain(&axes.back(&x)).all(|x| x.is_finite()));
        }
    }
}
