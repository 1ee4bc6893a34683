//! Eigenvalues and eigenvectors of a symmetric matrix.

use crate::math;

/// A = Σ λᵢ vᵢ vᵢᵀ, the spectral decomposition of a symmetric matrix.
///
/// By cyclic Jacobi rotations (Golub and Van Loan, *Matrix Computations*, section 8.5): plane after
/// plane (0, 1), (0, 2), … (N − 2, N − 1), each by the angle that makes its off-diagonal element
/// nought, until a whole sweep finds none that counts. The order is fixed, so the bits are too.
///
/// # Accuracy
///
/// Eigenvalues are off by some units in the last place of the *largest* one, and eigenvectors are
/// orthonormal to some 10⁻⁶: tests assert 2·10⁻⁶ of the norm and 10⁻⁵ up to N = 32. A small
/// eigenvalue beside a large one has no more digits than that leaves, and may come out negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eigen<const N: usize> {
    /// λ₀ ≥ λ₁ ≥ …
    pub values: [f32; N],
    /// Row i is vᵢ, of unit length; its element of largest magnitude is positive.
    pub vectors: [[f32; N]; N],
}

/// Sweeps after which it ends whatever is left. Convergence is quadratic: N = 32 takes seven.
const SWEEPS: usize = 16;

impl<const N: usize> Eigen<N> {
    /// No axes: all zeros.
    pub const ZERO: Self = Self {
        values: [0.0; N],
        vectors: [[0.0; N]; N],
    };

    /// The decomposition of `a`, of which both triangles are read; an average of elements and their
    /// mirror images is what it decomposes.
    ///
    /// A matrix that is not finite gives a decomposition that is not.
    pub fn of(a: &[[f32; N]; N]) -> Self {
        let mut eigen = Self::ZERO;
        let mut work = *a;
        eigen.decompose(&mut work);
        eigen
    }

    /// The decomposition of `a` in place of this one, without a second matrix on the stack; `a` is
    /// spent.
    pub fn decompose(&mut self, a: &mut [[f32; N]; N]) {
        for (i, v) in self.vectors.iter_mut().enumerate() {
            for (j, v) in v.iter_mut().enumerate() {
                *v = if i == j { 1.0 } else { 0.0 };
            }
        }
        for _ in 0..SWEEPS {
            if !sweep(a, &mut self.vectors) {
                break;
            }
        }
        for (i, (value, row)) in self.values.iter_mut().zip(&*a).enumerate() {
            *value = at(row, i);
        }
        self.settle();
    }

    /// Sorts by descending eigenvalue, and fixes the signs.
    fn settle(&mut self) {
        // An insertion sort: stable, and no heap.
        for i in 1..N {
            for j in (1..=i).rev() {
                if at(&self.values, j - 1) >= at(&self.values, j) {
                    break;
                }
                if let Some(pair) = self.values.get_mut(j - 1..=j) {
                    pair.reverse();
                }
                if let Some(pair) = self.vectors.get_mut(j - 1..=j) {
                    pair.reverse();
                }
            }
        }
        for vector in &mut self.vectors {
            let largest = vector
                .iter()
                .fold(0.0f32, |far, &x| if x.abs() > far.abs() { x } else { far });
            if largest < 0.0 {
                vector.iter_mut().for_each(|x| *x = -*x);
            }
        }
    }
}

/// Element `i` of a row; no element is nought.
fn at(row: &[f32], i: usize) -> f32 {
    row.get(i).copied().unwrap_or(0.0)
}

/// One rotation in every plane; whether any was worth it.
fn sweep<const N: usize>(a: &mut [[f32; N]; N], vectors: &mut [[f32; N]; N]) -> bool {
    let mut turned = false;
    for p in 0..N {
        for q in p + 1..N {
            turned |= rotate(a, vectors, p, q);
        }
    }
    turned
}

/// Makes a_pq nought by A ← Jᵀ A J, and V ← Jᵀ V with the eigenvectors in rows.
///
/// `false` where the element is below the rounding of the two on the diagonal, or no number.
fn rotate<const N: usize>(
    a: &mut [[f32; N]; N],
    vectors: &mut [[f32; N]; N],
    p: usize,
    q: usize,
) -> bool {
    let Ok([row_p, row_q]) = a.get_disjoint_mut([p, q]) else {
        return false;
    };
    let (pp, qq) = (at(row_p, p), at(row_q, q));
    let pq = 0.5 * (at(row_p, q) + at(row_q, p));
    let size = pp.abs().max(qq.abs());
    // False for a NaN too.
    let counts = pq.abs() > 0.25 * f32::EPSILON * size;
    if !counts {
        return false;
    }
    let Rotation { c, s, t } = Rotation::of(pp, pq, qq);
    turn(row_p, row_q, c, s);
    for row in a.iter_mut() {
        if let Ok([x, y]) = row.get_disjoint_mut([p, q]) {
            (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
        }
    }
    // What the rotation makes of these four, with less rounding.
    for (i, j, value) in [
        (p, p, pp - t * pq),
        (q, q, qq + t * pq),
        (p, q, 0.0),
        (q, p, 0.0),
    ] {
        if let Some(x) = a.get_mut(i).and_then(|row| row.get_mut(j)) {
            *x = value;
        }
    }
    if let Ok([v_p, v_q]) = vectors.get_disjoint_mut([p, q]) {
        turn(v_p, v_q, c, s);
    }
    true
}

/// (x, y) ← (c x − s y, s x + c y), element by element.
fn turn<const N: usize>(x: &mut [f32; N], y: &mut [f32; N], c: f32, s: f32) {
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

/// Cosine, sine and tangent of the smaller of the two angles that diagonalise [pp pq; pq qq].
struct Rotation {
    c: f32,
    s: f32,
    t: f32,
}

impl Rotation {
    fn of(pp: f32, pq: f32, qq: f32) -> Self {
        // t² + 2 θ t − 1 = 0; θ may overflow to infinity, which makes t nought, as it should.
        let theta = (qq - pp) / (2.0 * pq);
        let size = theta.abs();
        let t = if size > 1e8 {
            0.5 / size
        } else {
            1.0 / (size + math::sqrt(size * size + 1.0))
        };
        let t = if theta < 0.0 { -t } else { t };
        let c = 1.0 / math::sqrt(t * t + 1.0);
        Self { c, s: t * c, t }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::dot;
    use crate::rng::Rng;
    use proptest::prelude::*;

    fn identity<const N: usize>(i: usize, j: usize) -> f32 {
        if i == j { 1.0 } else { 0.0 }
    }

    /// Largest |VVᵀ − 1|, and largest |VᵀΛV − A| beside the norm of A.
    fn errors<const N: usize>(a: &[[f32; N]; N], eigen: &Eigen<N>) -> (f64, f64) {
        let (mut orthonormal, mut whole, mut norm) = (0.0f64, 0.0f64, 0.0f64);
        let v = |k: usize, i: usize| f64::from(eigen.vectors[k][i]);
        for (i, row) in a.iter().enumerate() {
            for (j, &a) in row.iter().enumerate() {
                let vv: f64 = (0..N).map(|k| v(i, k) * v(j, k)).sum();
                orthonormal = orthonormal.max((vv - f64::from(identity::<N>(i, j))).abs());
                let terms = eigen.values.iter().enumerate();
                let sum: f64 = terms
                    .map(|(k, &value)| f64::from(value) * v(k, i) * v(k, j))
                    .sum();
                whole = whole.max((sum - f64::from(a)).abs());
                norm += f64::from(a).powi(2);
            }
        }
        (orthonormal, whole / norm.sqrt().max(1e-300))
    }

    fn check<const N: usize>(a: &[[f32; N]; N]) -> Result<(), TestCaseError> {
        let eigen = Eigen::of(a);
        let (orthonormal, whole) = errors(a, &eigen);
        prop_assert!(orthonormal < 1e-5, "V is off by {orthonormal}");
        prop_assert!(whole < 2e-6, "A is off by {whole} of its norm");
        prop_assert!(
            eigen.values.is_sorted_by(|a, b| a >= b),
            "{:?}",
            eigen.values
        );
        Ok(())
    }

    /// A covariance of N numbers that fall off as quickly as `decay` says.
    fn covariance<const N: usize>(seed: u64, decay: f32, unit: f32) -> [[f32; N]; N] {
        let mut rng = Rng::new(seed, 0);
        let mut a = [[0.0f32; N]; N];
        let mut weight = unit;
        for _ in 0..2 * N {
            let x: [f32; N] = core::array::from_fn(|_| rng.gaussian());
            for (row, xi) in a.iter_mut().zip(x) {
                row.iter_mut()
                    .zip(x)
                    .for_each(|(a, xj)| *a += weight * xi * xj);
            }
            weight *= decay;
        }
        a
    }

    proptest! {
        #[test]
        fn a_matrix_is_put_together_again(seed: u64, decay in 0.3f32..1.0, exponent in -20i32..20) {
            let unit = 2f32.powi(exponent);
            check::<1>(&covariance(seed, decay, unit))?;
            check::<2>(&covariance(seed, decay, unit))?;
            check::<15>(&covariance(seed, decay, unit))?;
        }

        #[test]
        fn indefinite_matrices_too(upper in prop::array::uniform10(-1e3f32..1e3)) {
            let mut a = [[0.0; 4]; 4];
            let places = (0..4).flat_map(|i| (i..4).map(move |j| (i, j)));
            for ((i, j), x) in places.zip(upper) {
                a[i][j] = x;
                a[j][i] = x;
            }
            check(&a)?;
        }

        #[test]
        fn whatever_comes_it_ends(a in prop::array::uniform3(prop::array::uniform3(prop::num::f32::ANY))) {
            Eigen::of(&a);
        }
    }

    #[test]
    fn windows_of_32() {
        for seed in 0..4 {
            check::<32>(&covariance(seed, 0.8, 1.0)).unwrap();
        }
    }

    #[test]
    fn axes_by_hand() {
        // Eigenvalues 3 and 1, along (1, 1) and (1, −1).
        let eigen = Eigen::of(&[[2.0, 1.0], [1.0, 2.0]]);
        let half = 0.5f32.sqrt();
        for (value, expected) in eigen.values.iter().zip([3.0, 1.0]) {
            assert!((value - expected).abs() < 1e-6);
        }
        assert!((dot(&eigen.vectors[0], &[half, half]) - 1.0).abs() < 1e-6);
        assert!((dot(&eigen.vectors[1], &[half, -half]).abs() - 1.0).abs() < 1e-6);
        assert!(eigen.vectors.iter().all(|v| v[0] > 0.0 || v[1] > 0.0));
    }

    #[test]
    fn a_diagonal_matrix_keeps_its_bits() {
        let mut a = [[0.0; 3]; 3];
        (a[0][0], a[1][1], a[2][2]) = (1.0, 5.0, 3.0);
        let eigen = Eigen::of(&a);
        assert_eq!(eigen.values, [5.0, 3.0, 1.0]);
        assert_eq!(
            eigen.vectors,
            [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
        );
    }

    #[test]
    fn equal_eigenvalues_have_some_orthonormal_axes() {
        // I + 11ᵀ: one eigenvalue N + 1, the others 1.
        let a: [[f32; 8]; 8] =
            core::array::from_fn(|i| core::array::from_fn(|j| 1.0 + identity::<8>(i, j)));
        let eigen = Eigen::of(&a);
        assert!((eigen.values[0] - 9.0).abs() < 1e-5);
        assert!(eigen.values[1..].iter().all(|x| (x - 1.0).abs() < 1e-5));
        check(&a).unwrap();
    }
}
