//! Rows into columns.

use super::part_mut;
use super::turn::{columns, columns_of_4, columns_of_version};

/// Rows into columns.
#[inline]
pub(in crate::layer) fn transpose<const R: usize, const C: usize>(
    a: &[[f32; C]; R],
) -> [[f32; R]; C] {
    let mut out = [[0.0; R]; C];
    transpose_into(a, &mut out);
    out
}

/// The same, in place: what is handed over is copied.
#[allow(
    clippy::redundant_closure,
    reason = "a function by AVX is no `Fn`, a closure is"
)]
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
pub(super) fn transpose_into<const R: usize, const C: usize>(
    a: &[[f32; C]; R],
    out: &mut [[f32; R]; C],
) {
    columns_of_version!();
    turn(|rows, c| columns(rows, c), a, out);
}

/// By blocks of `T` rows, then of four, then one by one.
#[inline(always)]
fn turn<const T: usize, const K: usize, const R: usize, const C: usize>(
    columns: impl Fn(&[[f32; C]; T], usize) -> [[f32; T]; K],
    a: &[[f32; C]; R],
    out: &mut [[f32; R]; C],
) {
    let done = turn_blocks(columns, a, 0, out);
    let done = turn_blocks(columns_of_4, a, done, out);
    copy(a.get(done..).unwrap_or_default(), done, 0, out);
}

/// As many blocks of `T` rows as there are behind the first `from`, `K` of whose `columns` are taken at a
/// time; gives the first row of the rest.
#[inline(always)]
fn turn_blocks<const T: usize, const K: usize, const R: usize, const C: usize>(
    columns: impl Fn(&[[f32; C]; T], usize) -> [[f32; T]; K],
    a: &[[f32; C]; R],
    from: usize,
    out: &mut [[f32; R]; C],
) -> usize {
    let blocks = a.get(from..).unwrap_or_default().as_chunks().0;
    let turned = C / K * K;
    for (i, rows) in blocks.iter().enumerate() {
        for c in (0..turned).step_by(K) {
            for (out, column) in out.iter_mut().skip(c).zip(columns(rows, c)) {
                if let Some(out) = part_mut(out, from, i) {
                    *out = column;
                }
            }
        }
        copy(rows, from + T * i, turned, out);
    }
    from + T * blocks.len()
}

/// The columns of these rows from `c` on, one by one; the rows are those from `r` on.
#[inline]
fn copy<const R: usize, const C: usize>(
    rows: &[[f32; C]],
    r: usize,
    c: usize,
    out: &mut [[f32; R]; C],
) {
    for (r, row) in (r..).zip(rows) {
        for (out, &x) in out.iter_mut().zip(row).skip(c) {
            if let Some(out) = out.get_mut(r) {
                *out = x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::checks::random_rows;
    use crate::rng::Rng;

    /// In a release build with `dispatch` the version for AVX, whatever else a processor has.
    #[allow(clippy::redundant_closure, reason = "see `transpose_into`")]
    #[multiversion::multiversion(targets("x86_64+avx"))]
    fn by_avx<const R: usize, const C: usize>(a: &[[f32; C]; R], out: &mut [[f32; R]; C]) {
        columns_of_version!();
        turn(|rows, c| columns(rows, c), a, out);
    }

    fn check<const R: usize, const C: usize>() {
        let [a, ..]: [[[f32; C]; R]; 3] = random_rows(&mut Rng::new(4, 0));
        let mut by_eight = [[0.0; R]; C];
        by_avx(&a, &mut by_eight);
        for turned in [transpose(&a), by_eight] {
            for (r, c) in (0..R).flat_map(|r| (0..C).map(move |c| (r, c))) {
                assert_eq!(turned[c][r], a[r][c], "{R} x {C} at {r}, {c}");
            }
        }
    }

    #[test]
    fn every_number_changes_its_row_for_its_column() {
        check::<1, 9>();
        check::<3, 5>();
        check::<8, 8>();
        check::<16, 4>();
        check::<13, 21>();
        check::<32, 32>();
        check::<29, 18>();
    }
}
