//! Rows into columns, by squares that are turned in registers: a compiler moves their numbers one by one.

#[cfg(all(target_arch = "x86_64", not(target_feature = "avx")))]
use wide::f32x4 as Vector;
#[cfg(all(target_arch = "x86_64", target_feature = "avx"))]
use wide::f32x8 as Vector;

/// Rows and columns of a square: numbers in a vector.
pub(super) const WIDE: usize = if cfg!(target_feature = "avx") { 8 } else { 4 };

/// Rows into columns.
#[inline]
pub(in crate::layer) fn transpose<const R: usize, const C: usize>(
    a: &[[f32; C]; R],
) -> [[f32; R]; C] {
    let mut out = [[0.0; R]; C];
    let (blocks, rest) = a.as_chunks::<WIDE>();
    let columns = C / WIDE * WIDE;
    for (i, block) in blocks.iter().enumerate() {
        for c in (0..columns).step_by(WIDE) {
            for (out, turned) in out.iter_mut().skip(c).zip(square(block, c)) {
                if let Some(out) = out.as_chunks_mut().0.get_mut(i) {
                    *out = turned;
                }
            }
        }
        copy(block, WIDE * i, columns, &mut out);
    }
    copy(rest, WIDE * blocks.len(), 0, &mut out);
    out
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

/// The square of these rows from column `c` on, turned; zeros past the last column.
#[inline(always)]
pub(super) fn square<const C: usize>(rows: &[[f32; C]; WIDE], c: usize) -> [[f32; WIDE]; WIDE] {
    let rows = rows.each_ref().map(|row| {
        let row = row.get(c..).and_then(<[f32]>::first_chunk);
        row.copied().unwrap_or([0.0; WIDE])
    });
    turned(rows)
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn turned(rows: [[f32; WIDE]; WIDE]) -> [[f32; WIDE]; WIDE] {
    Vector::transpose(rows.map(Vector::new)).map(Vector::to_array)
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn turned(rows: [[f32; WIDE]; WIDE]) -> [[f32; WIDE]; WIDE] {
    core::array::from_fn(|c| rows.map(|row| row[c]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::checks::random_rows;
    use crate::rng::Rng;

    fn check<const R: usize, const C: usize>() {
        let [a, ..]: [[[f32; C]; R]; 3] = random_rows(&mut Rng::new(4, 0));
        let turned = transpose(&a);
        for (r, c) in (0..R).flat_map(|r| (0..C).map(move |c| (r, c))) {
            assert_eq!(turned[c][r], a[r][c], "{R} x {C} at {r}, {c}");
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
    }
}
