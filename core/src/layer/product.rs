//! Products of matrices in register blocks: the one hot loop of every layer.

/// Rows of a block: values of `a` held against one vector of `b`.
const ROWS: usize = 4;

/// Columns of a block. On a Cortex-M4 a block and its operands fill the 32 registers; elsewhere
/// they are one or two vectors a row.
const LANES: usize = if cfg!(target_arch = "arm") { 4 } else { 8 };

/// Columns of the blocks at the right edge, where fewer than [`LANES`] are left.
const NARROW: usize = 4;

/// out += Σₘ aₘ ⊗ bₘ, that is `out[r][c] += Σₘ a[m][r] b[m][c]`, by ascending m.
pub(super) fn add_outer_products<const R: usize, const C: usize>(
    out: &mut [[f32; C]; R],
    a: &[[f32; R]],
    b: &[[f32; C]],
) {
    add(out, &Turned(a), b);
}

/// out += a b, that is `out[r][c] += Σₘ a[r][m] b[m][c]`, by ascending m.
pub(super) fn add_product<const R: usize, const M: usize, const C: usize>(
    out: &mut [[f32; C]; R],
    a: &[[f32; M]; R],
    b: &[[f32; C]; M],
) {
    add(out, &Upright(a), b);
}

/// The left factor of a product.
trait Left {
    /// The factors of term `m` in the `T` rows from `row` on.
    fn factors<const T: usize>(&self, m: usize, row: usize) -> Option<[f32; T]>;
}

/// `[m][row]`.
struct Turned<'a, const R: usize>(&'a [[f32; R]]);

impl<const R: usize> Left for Turned<'_, R> {
    #[inline(always)]
    fn factors<const T: usize>(&self, m: usize, row: usize) -> Option<[f32; T]> {
        window(self.0.get(m)?, row).copied()
    }
}

/// `[row][m]`.
struct Upright<'a, const M: usize, const R: usize>(&'a [[f32; M]; R]);

impl<const M: usize, const R: usize> Left for Upright<'_, M, R> {
    #[inline(always)]
    fn factors<const T: usize>(&self, m: usize, row: usize) -> Option<[f32; T]> {
        let rows: &[[f32; M]; T] = self.0.get(row..)?.first_chunk()?;
        let mut factors = [0.0; T];
        for (factor, row) in factors.iter_mut().zip(rows) {
            *factor = *row.get(m)?;
        }
        Some(factors)
    }
}

/// The loop over m is the inner one, and blocks of `out` are its lanes: no sum is split, whatever
/// the vector width, and a compiler that vectorises cannot choose the wrong axis.
#[inline]
fn add<const R: usize, const C: usize>(out: &mut [[f32; C]; R], a: &impl Left, b: &[[f32; C]]) {
    let (tall, rest) = out.as_chunks_mut::<ROWS>();
    let done = tall.len() * ROWS;
    for (i, rows) in tall.iter_mut().enumerate() {
        add_to_rows(rows, i * ROWS, a, b);
    }
    for (i, row) in rest.as_chunks_mut::<1>().0.iter_mut().enumerate() {
        add_to_rows(row, done + i, a, b);
    }
}

/// The rows from `row` on, one block of columns after the other.
#[inline]
fn add_to_rows<const T: usize, const C: usize>(
    out: &mut [[f32; C]; T],
    row: usize,
    a: &impl Left,
    b: &[[f32; C]],
) {
    let wide = C - C % LANES;
    let narrow = C - C % NARROW;
    for column in (0..wide).step_by(LANES) {
        add_to_block::<T, LANES, C>(out, (row, column), a, b);
    }
    for column in (wide..narrow).step_by(NARROW) {
        add_to_block::<T, NARROW, C>(out, (row, column), a, b);
    }
    for column in narrow..C {
        add_to_block::<T, 1, C>(out, (row, column), a, b);
    }
}

/// One block of `T` rows by `W` columns, held in registers over all m.
#[inline]
fn add_to_block<const T: usize, const W: usize, const C: usize>(
    out: &mut [[f32; C]; T],
    (row, column): (usize, usize),
    a: &impl Left,
    b: &[[f32; C]],
) {
    let mut block = [[0.0; W]; T];
    for (sums, out) in block.iter_mut().zip(out.iter()) {
        if let Some(out) = window(out, column) {
            *sums = *out;
        }
    }
    for (m, b) in b.iter().enumerate() {
        if let (Some(a), Some(b)) = (a.factors::<T>(m, row), window::<W>(b, column)) {
            for (sums, a) in block.iter_mut().zip(a) {
                for (sum, &b) in sums.iter_mut().zip(b) {
                    *sum += a * b;
                }
            }
        }
    }
    for (sums, out) in block.iter().zip(out) {
        let out = out.get_mut(column..).and_then(<[f32]>::first_chunk_mut);
        if let Some(out) = out {
            *out = *sums;
        }
    }
}

/// The `W` numbers from `start` on.
#[inline]
fn window<const W: usize>(row: &[f32], start: usize) -> Option<&[f32; W]> {
    row.get(start..)?.first_chunk()
}

/// Rows into columns.
#[inline]
pub(super) fn transpose<const R: usize, const C: usize>(a: &[[f32; C]; R]) -> [[f32; R]; C] {
    let mut out = [[0.0; R]; C];
    for (r, a) in a.iter().enumerate() {
        for (out, &a) in out.iter_mut().zip(a) {
            if let Some(out) = out.get_mut(r) {
                *out = a;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::checks::random_rows;
    use crate::rng::Rng;

    /// Every bit, whatever blocks the size falls into.
    fn check<const R: usize, const C: usize>() {
        let rng = &mut Rng::new(3, 0);
        let (a, b): ([[f32; R]; 3], [[f32; C]; 3]) = (random_rows(rng), random_rows(rng));
        let [start, ..]: [[[f32; C]; R]; 3] = random_rows(rng);
        let mut out = start;
        add_outer_products(&mut out, &a, &b);
        let mut other = start;
        add_product(&mut other, &transpose(&a), &b);
        assert_eq!(out, other);
        for (r, (out, start)) in out.iter().zip(&start).enumerate() {
            for (c, (out, start)) in out.iter().zip(start).enumerate() {
                let terms = a.iter().zip(&b);
                let sum = terms.fold(*start, |sum, (a, b)| sum + a[r] * b[c]);
                assert_eq!(out.to_bits(), sum.to_bits(), "{R} x {C} at {r}, {c}");
            }
        }
    }

    #[test]
    fn sums_go_by_ascending_term() {
        check::<1, 1>();
        check::<3, 7>();
        check::<4, 8>();
        check::<5, 13>();
        check::<8, 32>();
        check::<10, 20>();
    }

    #[test]
    fn transposing_twice_changes_nothing() {
        let [a, ..]: [[[f32; 5]; 3]; 3] = random_rows(&mut Rng::new(4, 0));
        let turned = transpose(&a);
        assert_eq!(turned[4][1], a[1][4]);
        assert_eq!(transpose(&turned), a);
    }
}
