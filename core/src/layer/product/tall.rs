//! Rows through a layer of one column, where rows are the lanes: numbers of different rows lie apart, and
//! are turned in registers.

use core::array;

use super::transpose::{WIDE, square};
use super::{TALL, add_scaled, column, settle};

/// As many blocks of [`TALL`] rows as there are, the sums as in [`map()`](super::map()); gives the rows that
/// are left. Of C = 1 columns.
#[inline]
pub(super) fn map_tall<'a, const M: usize, const C: usize>(
    x: &'a [[f32; M]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &'a mut [[f32; C]],
) -> (&'a [[f32; M]], &'a mut [[f32; C]]) {
    let (x, x_rest) = x.as_chunks::<TALL>();
    let (y, y_rest) = y.as_chunks_mut::<TALL>();
    if let (Some(&start), false) = (start.first(), x.is_empty()) {
        map_tall_each(x, start, w, finish, y);
    }
    (x_rest, y_rest)
}

#[inline(never)] // one function for each height
fn map_tall_each<const M: usize, const C: usize>(
    x: &[[[f32; M]; TALL]],
    start: f32,
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[[f32; C]; TALL]],
) {
    let (squares, rest) = w.as_flattened().as_chunks::<WIDE>();
    for (x, y) in x.iter().zip(y) {
        let (x_squares, _) = x.as_chunks::<WIDE>();
        let mut sums = [[start; WIDE]; TALL / WIDE];
        for (k, w) in squares.iter().enumerate() {
            let turned: [_; TALL / WIDE] = array::from_fn(|i| square(&x_squares[i], WIDE * k));
            for (m, &w) in w.iter().enumerate() {
                for (sums, turned) in sums.iter_mut().zip(&turned) {
                    add_scaled(sums, w, &turned[m]);
                }
            }
        }
        let sums = sums.as_flattened_mut();
        for (m, &w) in rest.iter().enumerate() {
            let x = column(x, WIDE * squares.len() + m);
            sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += x * w);
        }
        if let (Some(sums), Some(y)) = (
            sums.first_chunk::<TALL>(),
            y.as_flattened_mut().first_chunk_mut(),
        ) {
            settle(y, *sums, finish);
        }
    }
}
