//! Symmetric matrices of small numbers, in three bytes each.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};

/// Numbers in the triangle of a symmetric N × N matrix.
pub const fn packed(n: usize) -> usize {
    n * (n + 1) / 2
}

/// A symmetric N × N matrix: the lower triangle, row by row, each number in fixed point, to within
/// 2⁻²⁰, from −16 to 16. `T` is N (N + 1) / 2.
///
/// For N = 32 it takes 1.6 KB in place of 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compact<const T: usize>([[u8; 3]; T]);

/// 2¹⁹: a sign, four bits before the point, 19 behind it.
const ONE: f32 = 524_288.0;
const LARGEST: f32 = 8_388_607.0;

impl<const T: usize> Compact<T> {
    /// Noughts.
    pub const ZERO: Self = Self([[0; 3]; T]);

    /// Sets the element of row `i` and column `j`, and its mirror image; nothing happens where there
    /// is none. What is out of range counts as its nearest end.
    pub fn set(&mut self, i: usize, j: usize, x: f32) {
        let half = if x < 0.0 { -0.5 } else { 0.5 };
        let fixed = (x * ONE + half).clamp(-LARGEST, LARGEST) as i32;
        let [low, middle, high, _] = fixed.to_le_bytes();
        if let Some(place) = self.0.get_mut(packed(i.max(j)) + i.min(j)) {
            *place = [low, middle, high];
        }
    }

    /// The matrix times x, by ascending column.
    pub fn times<const N: usize>(&self, x: &[f32; N]) -> [f32; N] {
        const { assert!(T == packed(N), "T is N (N + 1) / 2") };
        let mut numbers = self.0.iter().map(|&[low, middle, high]| {
            let fixed = i32::from_le_bytes([0, low, middle, high]) >> 8;
            fixed as f32 / ONE
        });
        let mut y = [0.0; N];
        for (i, &xi) in x.iter().enumerate() {
            // Row i up to its diagonal, which is column i from its diagonal upwards, too.
            let Some((above, [yi, ..])) = y.split_at_mut_checked(i) else {
                break;
            };
            for ((yj, &xj), s) in above.iter_mut().zip(x).zip(numbers.by_ref()) {
                *yi += s * xj;
                *yj += s * xi;
            }
            *yi += numbers.next().unwrap_or(0.0) * xi;
        }
        y
    }
}

impl<const T: usize> Persist for Compact<T> {
    const BYTES: usize = 3 * T;

    fn save(&self, out: &mut Writer<'_>) {
        out.bytes(&self.0);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        from.bytes(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn a_product_is_that_of_the_matrix_to_what_its_numbers_are_rounded_by() {
        let mut rng = Rng::new(1, 0);
        let (mut compact, mut whole) = (Compact::<15>::ZERO, [[0.0; 5]; 5]);
        for (i, row) in whole.iter_mut().enumerate() {
            for (j, place) in row.iter_mut().enumerate().take(i + 1) {
                *place = 8.0 * (2.0 * rng.uniform() - 1.0);
                compact.set(j, i, *place);
            }
        }
        let x = [1.0, -2.0, 0.5, 3.0, -1.0];
        for (i, y) in compact.times(&x).iter().enumerate() {
            let terms = x.iter().enumerate();
            let wanted = terms.fold(0.0, |sum, (j, x)| sum + whole[i.max(j)][i.min(j)] * x);
            assert!((y - wanted).abs() < 7.5 / ONE + 1e-5, "{y} {wanted}");
        }
    }

    #[test]
    fn numbers_are_rounded_to_the_nearest_and_stay_in_range() {
        let back = |x| {
            let mut one = Compact::<1>::ZERO;
            one.set(0, 0, x);
            let [x] = one.times(&[1.0]);
            x
        };
        for x in [
            0.0,
            1.0,
            -1.0,
            1.0 / ONE,
            -1.0 / ONE,
            15.5,
            -16.0 + 1.0 / ONE,
        ] {
            assert_eq!(back(x), x);
        }
        assert_eq!(back(1.4 / ONE), 1.0 / ONE);
        assert_eq!(back(-1.6 / ONE), -2.0 / ONE);
        assert_eq!(back(1e9), LARGEST / ONE);
        assert_eq!(back(f32::NEG_INFINITY), -LARGEST / ONE);
        assert_eq!(back(f32::NAN), 0.0);
        let mut none = Compact::<1>::ZERO;
        none.set(1, 0, 1.0);
        assert_eq!(none, Compact::ZERO);
    }
}
