//! Gradients of weights: a sum of outer products.

use core::hint;

use super::{
    ANY_SIZE, LANES, ROWS, add_scaled, add_term, any_size, fours, part, part_mut, spelled_out,
    window,
};
use crate::gan::BLOCK;

/// Samples that are taken together, so that nothing is left of a loop over them.
const SAMPLES: usize = BLOCK;

/// out += Σₘ aₘ ⊗ bₘ, that is `out[r][c] += Σₘ a[m][r] b[m][c]`, by ascending m.
#[inline]
pub(in crate::layer) fn add_outer_products<const R: usize, const C: usize>(
    out: &mut [[f32; C]; R],
    a: &[[f32; R]],
    b: &[[f32; C]],
) {
    if ANY_SIZE {
        let (a, b) = (a.as_flattened(), b.as_flattened());
        any_size::add_outer_products(out.as_flattened_mut(), a, b, C);
    } else if C == 1 {
        // A column is a row that stands: its numbers are the lanes.
        let row = out.as_flattened_mut().as_chunks_mut::<R>().0;
        add_outer(row, None, b.as_flattened().as_chunks::<1>().0, a);
    } else {
        add_outer(out, None, a, b);
    }
}

/// The same, and sums += Σₘ bₘ, beside the first rows: additions that wait for each other, among others.
#[inline] // as `map` is
pub(super) fn add_outer_products_and_rows<const R: usize, const C: usize>(
    out: &mut [[f32; C]; R],
    sums: &mut [f32; C],
    a: &[[f32; R]],
    b: &[[f32; C]],
) {
    if ANY_SIZE || C == 1 || R < ROWS {
        add_outer_products(out, a, b);
        add_rows(sums, b);
    } else {
        add_outer(out, Some(sums), a, b);
    }
}

/// sums += Σₘ bₘ, by ascending m: the outer product with ones, which need no multiplication.
#[inline] // as `map` is
pub(in crate::layer) fn add_rows<const C: usize>(sums: &mut [f32; C], b: &[[f32; C]]) {
    if ANY_SIZE {
        return any_size::add_rows(sums, b.as_flattened());
    }
    let (quads, rest) = b.as_chunks::<4>();
    if !quads.is_empty() {
        add_quads(sums, quads);
    }
    for b in rest {
        sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += b);
    }
}

#[inline(never)] // one function for each width
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
fn add_quads<const C: usize>(sums: &mut [f32; C], quads: &[[[f32; C]; 4]]) {
    for [b0, b1, b2, b3] in quads {
        let quad = b0.iter().zip(b1).zip(b2.iter().zip(b3));
        for (sum, ((b0, b1), (b2, b3))) in sums.iter_mut().zip(quad) {
            *sum = *sum + b0 + b1 + b2 + b3;
        }
    }
}

/// As many blocks of samples as there are, then the samples that are left. Where there are `sums`, the rows
/// of b are added to them.
#[inline] // as `map` is
fn add_outer<const R: usize, const C: usize>(
    out: &mut [[f32; C]],
    mut sums: Option<&mut [f32; C]>,
    a: &[[f32; R]],
    b: &[[f32; C]],
) {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<SAMPLES>(), b.as_chunks::<SAMPLES>());
    if !a.is_empty() {
        add_outer_each(out, sums.as_deref_mut(), a, b);
    }
    if !a_rest.is_empty() {
        let (a, b) = (a_rest.as_chunks::<1>().0, b_rest.as_chunks().0);
        add_outer_rest(out, sums, a, b);
    }
}

#[inline(never)] // one function for each shape
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
fn add_outer_each<const R: usize, const C: usize>(
    out: &mut [[f32; C]],
    sums: Option<&mut [f32; C]>,
    a: &[[[f32; R]; SAMPLES]],
    b: &[[[f32; C]; SAMPLES]],
) {
    add_outer_all(out, sums, a, b);
}

/// The same for samples by themselves, in one version.
#[inline(never)]
fn add_outer_rest<const R: usize, const C: usize>(
    out: &mut [[f32; C]],
    sums: Option<&mut [f32; C]>,
    a: &[[[f32; R]; 1]],
    b: &[[[f32; C]; 1]],
) {
    add_outer_all(out, sums, a, b);
}

#[inline(always)]
fn add_outer_all<const M: usize, const R: usize, const C: usize>(
    out: &mut [[f32; C]],
    mut sums: Option<&mut [f32; C]>,
    a: &[[[f32; R]; M]],
    b: &[[[f32; C]; M]],
) {
    let (blocks, rest) = out.as_chunks_mut::<ROWS>();
    let first = ROWS * blocks.len();
    for (i, out) in blocks.iter_mut().enumerate() {
        // With the first rows, once.
        match sums.take() {
            Some(sums) => add_outer_rows::<true, ROWS, M, R, C>(out, sums, ROWS * i, a, b),
            None => add_outer_rows::<false, ROWS, M, R, C>(out, &mut [0.0; C], ROWS * i, a, b),
        }
        if cfg!(not(target_arch = "arm")) {
            hint::black_box(()); // as `settle` does
        }
    }
    for (i, out) in rest.as_chunks_mut::<1>().0.iter_mut().enumerate() {
        add_outer_rows::<false, 1, M, R, C>(out, &mut [0.0; C], first + i, a, b);
    }
}

/// Some rows, from the widest blocks of columns to the narrowest; with `SUMS` those of b's rows, too.
#[inline(always)]
fn add_outer_rows<
    const SUMS: bool,
    const T: usize,
    const M: usize,
    const R: usize,
    const C: usize,
>(
    out: &mut [[f32; C]; T],
    sums: &mut [f32; C],
    row: usize,
    a: &[[[f32; R]; M]],
    b: &[[[f32; C]; M]],
) {
    let mut from = 0;
    if LANES >= 16 || T == 1 {
        from = add_outer_columns::<SUMS, T, 16, M, R, C>(from, out, sums, row, a, b);
    }
    if LANES >= 8 {
        from = add_outer_columns::<SUMS, T, 8, M, R, C>(from, out, sums, row, a, b);
    }
    from = add_outer_columns::<SUMS, T, 4, M, R, C>(from, out, sums, row, a, b);
    add_outer_columns::<SUMS, T, 1, M, R, C>(from, out, sums, row, a, b);
}

/// The columns behind `from`, in as many blocks of `W` as there are; gives the first of the rest.
#[inline(always)]
fn add_outer_columns<
    const SUMS: bool,
    const T: usize,
    const W: usize,
    const M: usize,
    const R: usize,
    const C: usize,
>(
    from: usize,
    out: &mut [[f32; C]; T],
    totals: &mut [f32; C],
    row: usize,
    a: &[[[f32; R]; M]],
    b: &[[[f32; C]; M]],
) -> usize {
    let blocks = C.saturating_sub(from) / W;
    for j in 0..blocks {
        let mut sums = [[0.0; W]; T];
        for (sums, out) in sums.iter_mut().zip(&*out) {
            *sums = part(out, from, j);
        }
        let mut held: [f32; W] = part(totals, from, j);
        for (a, b) in a.iter().zip(b) {
            let spell = spelled_out(R, T);
            let ((quads, rest), (b_quads, b_rest)) = (fours(a, spell), fours(b, spell));
            for ([a0, a1, a2, a3], [b0, b1, b2, b3]) in quads.iter().zip(b_quads) {
                add_term(&mut sums, &window(a0, row), &part(b0, from, j));
                add_term(&mut sums, &window(a1, row), &part(b1, from, j));
                add_term(&mut sums, &window(a2, row), &part(b2, from, j));
                add_term(&mut sums, &window(a3, row), &part(b3, from, j));
                if SUMS {
                    for b in [b0, b1, b2, b3] {
                        add_scaled(&mut held, 1.0, &part(b, from, j));
                    }
                }
            }
            for (a, b) in rest.iter().zip(b_rest) {
                add_term(&mut sums, &window(a, row), &part(b, from, j));
                if SUMS {
                    add_scaled(&mut held, 1.0, &part(b, from, j));
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            if let Some(out) = part_mut(out, from, j) {
                *out = sums;
            }
        }
        if SUMS && let Some(totals) = part_mut(totals, from, j) {
            *totals = held;
        }
    }
    from + blocks * W
}
