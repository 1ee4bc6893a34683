//! Gradients of weights: a sum of outer products.

use super::{LANES, ROWS, add_term, part, part_mut, window};

/// out += Σₘ aₘ ⊗ bₘ, that is `out[r][c] += Σₘ a[m][r] b[m][c]`, by ascending m.
#[inline]
pub(in crate::layer) fn add_outer_products<const R: usize, const C: usize>(
    out: &mut [[f32; C]; R],
    a: &[[f32; R]],
    b: &[[f32; C]],
) {
    if C == 1 {
        // A column is a row that stands: its numbers are the lanes.
        let row = out.as_flattened_mut().as_chunks_mut::<R>().0;
        add_outer(row, b.as_flattened().as_chunks::<1>().0, a);
    } else {
        add_outer(out, a, b);
    }
}

#[inline(never)] // one function for each shape
fn add_outer<const R: usize, const C: usize>(out: &mut [[f32; C]], a: &[[f32; R]], b: &[[f32; C]]) {
    let (blocks, rest) = out.as_chunks_mut::<ROWS>();
    let first = ROWS * blocks.len();
    for (i, out) in blocks.iter_mut().enumerate() {
        add_outer_rows(out, ROWS * i, a, b);
    }
    for (i, out) in rest.as_chunks_mut::<1>().0.iter_mut().enumerate() {
        add_outer_rows(out, first + i, a, b);
    }
}

/// Some rows, from the widest blocks of columns to the narrowest.
#[cfg_attr(target_arch = "arm", inline(always))]
#[cfg_attr(not(target_arch = "arm"), inline(never))] // see `map_rows`
fn add_outer_rows<const T: usize, const R: usize, const C: usize>(
    out: &mut [[f32; C]; T],
    row: usize,
    a: &[[f32; R]],
    b: &[[f32; C]],
) {
    let mut from = 0;
    if LANES >= 16 || T == 1 {
        from = add_outer_columns::<T, 16, R, C>(from, out, row, a, b);
    }
    if LANES >= 8 {
        from = add_outer_columns::<T, 8, R, C>(from, out, row, a, b);
    }
    from = add_outer_columns::<T, 4, R, C>(from, out, row, a, b);
    add_outer_columns::<T, 1, R, C>(from, out, row, a, b);
}

/// The columns behind `from`, in as many blocks of `W` as there are; gives the first of the rest.
#[inline(always)]
fn add_outer_columns<const T: usize, const W: usize, const R: usize, const C: usize>(
    from: usize,
    out: &mut [[f32; C]; T],
    row: usize,
    a: &[[f32; R]],
    b: &[[f32; C]],
) -> usize {
    let blocks = C.saturating_sub(from) / W;
    for j in 0..blocks {
        let mut sums = [[0.0; W]; T];
        for (sums, out) in sums.iter_mut().zip(&*out) {
            *sums = part(out, from, j);
        }
        for (a, b) in a.iter().zip(b) {
            if let Some(a) = window(a, row) {
                add_term(&mut sums, a, &part(b, from, j));
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            if let Some(out) = part_mut(out, from, j) {
                *out = sums;
            }
        }
    }
    from + blocks * W
}
