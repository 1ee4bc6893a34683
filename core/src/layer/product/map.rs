//! Rows through a layer.

use super::tall::map_tall;
use super::{
    ANY_SIZE, LANES, ROWS, add_scaled, add_term, any_size, column, part, part_mut, settle,
    spell_out, spelled_out,
};

/// Row by row, what `finish` makes of x W + `start`, by ascending m:
/// `y[r][c] = finish(y[r][c], start[c] + Σₘ x[r][m] w[m][c])`.
///
/// Inlined, so that nothing is left of the rows that are no whole block where there are none.
#[inline]
pub(in crate::layer) fn map<const M: usize, const C: usize>(
    x: &[[f32; M]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[f32; C]],
) {
    if ANY_SIZE {
        any_size::map(
            x.as_flattened(),
            start,
            w.as_flattened(),
            &finish,
            y.as_flattened_mut(),
        );
        return;
    }
    let (x, y) = if C == 1 && cfg!(not(target_arch = "arm")) {
        map_tall(x, start, w, finish, y)
    } else {
        let ((blocks, x), (y_blocks, y)) = (x.as_chunks(), y.as_chunks_mut());
        if !blocks.is_empty() {
            map_each(blocks, start, w, finish, y_blocks);
        }
        (x, y)
    };
    if !x.is_empty() {
        map_rest(x.as_chunks().0, start, w, finish, y.as_chunks_mut().0);
    }
}

#[inline(never)] // one function for each shape, whoever needs it
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
fn map_each<const M: usize, const C: usize>(
    x: &[[[f32; M]; ROWS]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[[f32; C]; ROWS]],
) {
    for (x, y) in x.iter().zip(y) {
        map_rows(x, start, w, finish, y);
    }
}

/// The same for rows by themselves, in one version.
#[inline(never)]
fn map_rest<const M: usize, const C: usize>(
    x: &[[[f32; M]; 1]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[[f32; C]; 1]],
) {
    for (x, y) in x.iter().zip(y) {
        map_rows(x, start, w, finish, y);
    }
}

/// Some rows, from the widest blocks of columns to the narrowest.
#[inline(always)]
fn map_rows<const T: usize, const M: usize, const C: usize>(
    x: &[[f32; M]; T],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[f32; C]; T],
) {
    let mut from = 0;
    if LANES >= 16 {
        from = map_columns::<T, 16, M, C>(from, x, start, w, finish, y);
    }
    if LANES >= 8 {
        from = map_columns::<T, 8, M, C>(from, x, start, w, finish, y);
    }
    from = map_columns::<T, 4, M, C>(from, x, start, w, finish, y);
    map_columns::<T, 1, M, C>(from, x, start, w, finish, y);
}

/// The columns behind `from`, in as many blocks of `W` as there are; gives the first of the rest.
#[inline(always)]
fn map_columns<const T: usize, const W: usize, const M: usize, const C: usize>(
    from: usize,
    x: &[[f32; M]; T],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[f32; C]; T],
) -> usize {
    let blocks = C.saturating_sub(from) / W;
    for j in 0..blocks {
        if is_short(M) {
            map_one_by_one::<T, W, M, C>(from, j, x, start, w, finish, y);
            continue;
        }
        let mut sums = [part::<W>(start, from, j); T];
        if spelled_out(M, W) {
            spell_out!(M, m => {
                let w = w.get(m).map_or([0.0; W], |w| part(w, from, j));
                add_term(&mut sums, &column(x, m), &w);
            });
        } else {
            for (m, w) in w.iter().enumerate() {
                add_term(&mut sums, &column(x, m), &part(w, from, j));
            }
        }
        for (y, sums) in y.iter_mut().zip(sums) {
            if let Some(y) = part_mut::<W>(y, from, j) {
                settle(y, sums, finish);
            }
        }
    }
    from + blocks * W
}

/// Whether sums have so few terms that weights, too, fit in registers; not one, where it makes no odds.
const fn is_short(terms: usize) -> bool {
    cfg!(target_arch = "arm") && terms > 1 && terms <= 4
}

/// The `j`-th block of columns behind `from`, row by row: of a whole block of rows a compiler keeps all
/// factors until each sum is settled, and has no registers for them.
#[inline(always)]
fn map_one_by_one<const T: usize, const W: usize, const M: usize, const C: usize>(
    from: usize,
    j: usize,
    x: &[[f32; M]; T],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[f32; C]; T],
) {
    for (x, y) in x.iter().zip(y) {
        let mut sums = part::<W>(start, from, j);
        for (&x, w) in x.iter().zip(w) {
            add_scaled(&mut sums, x, &part(w, from, j));
        }
        if let Some(y) = part_mut(y, from, j) {
            settle(y, sums, finish);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::checks::random_rows;
    use crate::rng::Rng;

    #[test]
    fn one_by_one_rows_have_the_same_sums() {
        let rng = &mut Rng::new(6, 0);
        let [x, ..]: [[[f32; 3]; 5]; 3] = random_rows(rng);
        let ([start, ..], w): ([[f32; 9]; 3], [[f32; 9]; 3]) = (random_rows(rng), random_rows(rng));
        let halved = |_: f32, sum: f32| 0.5 * sum;
        let (mut y, mut wanted) = ([[0.0; 9]; 5], [[0.0; 9]; 5]);
        map(&x, &start, &w, halved, &mut wanted);
        for j in 0..2 {
            map_one_by_one::<5, 4, 3, 9>(0, j, &x, &start, &w, halved, &mut y);
        }
        map_one_by_one::<5, 1, 3, 9>(8, 0, &x, &start, &w, halved, &mut y);
        assert_eq!(
            y.map(|row| row.map(f32::to_bits)),
            wanted.map(|row| row.map(f32::to_bits))
        );
    }
}
