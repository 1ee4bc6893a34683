//! Rows through a layer of one column, where rows are the lanes: numbers of different rows lie apart, and
//! are turned in registers.

use super::turn::{columns, columns_of_4, columns_of_version};
use super::{add_scaled, column, settle};

/// As many blocks of rows as there are, the sums as in [`map()`](super::map()); gives the rows that are
/// left. Of C = 1 columns.
#[allow(
    clippy::redundant_closure,
    reason = "a function by AVX is no `Fn`, a closure is"
)]
#[inline(never)] // one function for each height
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
pub(super) fn map_tall<'a, const M: usize, const C: usize>(
    x: &'a [[f32; M]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &'a mut [[f32; C]],
) -> (&'a [[f32; M]], &'a mut [[f32; C]]) {
    columns_of_version!();
    let (x, y) = map_blocks(|x, c| columns(x, c), x, start, w, finish, y);
    map_blocks(columns_of_4, x, start, w, finish, y)
}

/// As many blocks of `T` rows as there are, `K` of whose `columns` are taken at a time.
#[inline(always)]
fn map_blocks<'a, const T: usize, const K: usize, const M: usize, const C: usize>(
    columns: impl Fn(&[[f32; M]; T], usize) -> [[f32; T]; K],
    x: &'a [[f32; M]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &'a mut [[f32; C]],
) -> (&'a [[f32; M]], &'a mut [[f32; C]]) {
    let (x, x_rest) = x.as_chunks();
    let (y, y_rest) = y.as_chunks_mut::<T>();
    let start = start.first().copied().unwrap_or_default();
    let (w, w_rest) = w.as_flattened().as_chunks::<K>();
    for (x, y) in x.iter().zip(y) {
        let mut sums = [start; T];
        for (k, w) in w.iter().enumerate() {
            for (w, x) in w.iter().zip(columns(x, K * k)) {
                add_scaled(&mut sums, *w, &x);
            }
        }
        for (m, w_rest) in w_rest.iter().enumerate() {
            add_scaled(&mut sums, *w_rest, &column(x, K * w.len() + m));
        }
        if let Some(y) = y.as_flattened_mut().first_chunk_mut() {
            settle(y, sums, finish);
        }
    }
    (x_rest, y_rest)
}
