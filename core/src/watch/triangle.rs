//! Symmetric positive definite matrices as packed lower triangles: rows of 1, 2, 3, … numbers.

use crate::linear::dot;
use crate::math;

/// Numbers in the triangle of an N × N matrix.
pub const fn packed(n: usize) -> usize {
    n * (n + 1) / 2
}

/// The rows of a triangle.
pub(super) fn rows(packed: &[f32]) -> impl Iterator<Item = &[f32]> {
    let mut rest = packed;
    (1..).map_while(move |n| {
        let (row, tail) = rest.split_at_checked(n)?;
        rest = tail;
        Some(row)
    })
}

/// The rows of a triangle, to be written.
pub(super) fn rows_mut(packed: &mut [f32]) -> impl Iterator<Item = &mut [f32]> {
    let mut rest = packed;
    (1..).map_while(move |n| {
        let (row, tail) = core::mem::take(&mut rest).split_at_mut_checked(n)?;
        rest = tail;
        Some(row)
    })
}

/// A = L Lᵀ in place (Cholesky), row by row, with 1 / Lᵢᵢ in the place of Lᵢᵢ; returns Σ ln Lᵢᵢ,
/// half the logarithm of the determinant.
///
/// A pivot that rounding has made smaller than 10⁻⁶ counts as 10⁻⁶.
pub(super) fn factor(packed: &mut [f32]) -> f32 {
    const SMALLEST: f32 = 1e-6;
    let (mut log, mut start, mut width) = (0.0, 0, 1);
    while let Some((done, open)) = packed.split_at_mut_checked(start) {
        let Some(row) = open.get_mut(..width) else {
            break;
        };
        for (j, other) in rows(done).enumerate() {
            if let Some((left, right)) = row.split_at_mut_checked(j)
                && let (Some(x), Some(reciprocal)) = (right.first_mut(), other.last())
            {
                *x = (*x - dot(left, other)) * reciprocal;
            }
        }
        if let Some((pivot, left)) = row.split_last_mut() {
            let root = math::sqrt((*pivot - dot(left, left)).max(SMALLEST));
            log += math::ln(root);
            *pivot = 1.0 / root;
        }
        start += width;
        width += 1;
    }
    log
}

/// y = L⁻¹ x, with L as [`factor`] leaves it.
#[inline]
pub(super) fn solve<const D: usize>(factor: &[f32], x: &[f32; D]) -> [f32; D] {
    let mut y = [0.0; D];
    for (i, (row, x)) in rows(factor).zip(x).enumerate() {
        if let (Some((reciprocal, left)), Some((done, open))) =
            (row.split_last(), y.split_at_mut_checked(i))
            && let Some(place) = open.first_mut()
        {
            *place = (x - dot(left, done)) * reciprocal;
        }
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_gives_the_matrix_back_and_solves_it() {
        // 4 2 -2; 2 10 5; -2 5 9.
        let mut packed = [4.0, 2.0, 10.0, -2.0, 5.0, 9.0];
        let log = factor(&mut packed);
        // L = 2; 1 3; -1 2 2.
        let expected = [0.5, 1.0, 1.0 / 3.0, -1.0, 2.0, 0.5];
        for (x, e) in packed.iter().zip(expected) {
            assert!((x - e).abs() < 1e-6, "{packed:?}");
        }
        assert!((log - math::ln(12.0)).abs() < 1e-6);
        let y = solve(&packed, &[2.0, 7.0, 5.0]);
        for (y, e) in y.iter().zip([1.0, 2.0, 1.0]) {
            assert!((y - e).abs() < 1e-6, "{y:?}");
        }
    }

    #[test]
    fn a_singular_matrix_stays_finite() {
        let mut packed = [1.0, 1.0, 1.0];
        assert!(factor(&mut packed).is_finite());
        assert!(packed.iter().all(|x| x.is_finite()));
    }
}
