//! Products of matrices in register blocks: the hot loops of every layer.
//!
//! A block of the result, some rows by some columns, stays in registers over a whole sum: the loop
//! over terms is the inner one, columns are its lanes. No sum is split, whatever the vector width,
//! and a compiler that vectorises cannot choose the wrong axis.

use super::Activation;

/// Rows of a block.
const ROWS: usize = if cfg!(any(target_arch = "arm", target_feature = "avx")) {
    4
} else {
    2
};

/// Columns of a block: on a Cortex-M4 a block and its operands fill the 32 registers, elsewhere they
/// are two vectors a row.
const LANES: usize = match () {
    () if cfg!(target_arch = "arm") => 4,
    () => 16,
};

/// Rows of a block of one column, whose sums have nothing but each other to overlap with.
const TALL: usize = if cfg!(target_arch = "arm") { 4 } else { 8 };

/// Row by row, what `finish` makes of x W + `start`, by ascending m:
/// `y[r][c] = finish(y[r][c], start[c] + Σₘ x[r][m] w[m][c])`.
///
/// Inlined, so that nothing is left of the rows that are no whole block where there are none.
#[inline]
pub(super) fn map<const M: usize, const C: usize>(
    x: &[[f32; M]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[f32; C]],
) {
    let (x, y) = if C == 1 {
        map_blocks::<TALL, M, C>(x, start, w, finish, y)
    } else {
        map_blocks::<ROWS, M, C>(x, start, w, finish, y)
    };
    map_blocks::<1, M, C>(x, start, w, finish, y);
}

/// As many blocks of `T` rows as there are; gives the rows that are left.
#[inline]
fn map_blocks<'a, const T: usize, const M: usize, const C: usize>(
    x: &'a [[f32; M]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &'a mut [[f32; C]],
) -> (&'a [[f32; M]], &'a mut [[f32; C]]) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<T>(), y.as_chunks_mut::<T>());
    if !x.is_empty() {
        map_each(x, start, w, finish, y);
    }
    (x_rest, y_rest)
}

#[inline(never)] // one function for each shape, whoever needs it
fn map_each<const T: usize, const M: usize, const C: usize>(
    x: &[[[f32; M]; T]],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[[f32; C]; T]],
) {
    for (x, y) in x.iter().zip(y) {
        map_rows(x, start, w, finish, y);
    }
}

/// Some rows, from the widest blocks of columns to the narrowest.
#[cfg_attr(target_arch = "arm", inline(always))]
#[cfg_attr(not(target_arch = "arm"), inline(never))] // or AVX-512 gathers rows
fn map_rows<const T: usize, const M: usize, const C: usize>(
    x: &[[f32; M]; T],
    start: &[f32; C],
    w: &[[f32; C]; M],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    y: &mut [[f32; C]; T],
) {
    let mut from = 0;
    if LANES >= 32 {
        from = map_columns::<T, 32, M, C>(from, x, start, w, finish, y);
    }
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
        let mut sums = [part::<W>(start, from, j); T];
        for (m, w) in w.iter().enumerate() {
            add_term(&mut sums, &column(x, m), &part(w, from, j));
        }
        for (y, sums) in y.iter_mut().zip(sums) {
            if let Some(y) = part_mut::<W>(y, from, j) {
                settle(y, sums, finish);
            }
        }
    }
    from + blocks * W
}

/// Each sum goes where it belongs, by way of `finish`.
#[inline(always)]
fn settle<const W: usize>(y: &mut [f32; W], sums: [f32; W], finish: impl Fn(f32, f32) -> f32) {
    for (y, sum) in y.iter_mut().zip(sums) {
        *y = finish(*y, sum);
    }
}

/// out += Σₘ aₘ ⊗ bₘ, that is `out[r][c] += Σₘ a[m][r] b[m][c]`, by ascending m.
#[inline]
pub(super) fn add_outer_products<const R: usize, const C: usize>(
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
    if LANES >= 32 {
        from = add_outer_columns::<T, 32, R, C>(from, out, row, a, b);
    }
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

/// sums += x ⊗ w: one term of every sum of a block.
///
/// Rows are spelled out four by four: of a loop over them a compiler for AVX-512 makes the lanes.
#[inline(always)]
fn add_term<const T: usize, const W: usize>(sums: &mut [[f32; W]; T], x: &[f32; T], w: &[f32; W]) {
    let (quads, rest) = sums.as_chunks_mut::<4>();
    let (x_quads, x_rest) = x.as_chunks::<4>();
    for ([s0, s1, s2, s3], &[x0, x1, x2, x3]) in quads.iter_mut().zip(x_quads) {
        add_scaled(s0, x0, w);
        add_scaled(s1, x1, w);
        add_scaled(s2, x2, w);
        add_scaled(s3, x3, w);
    }
    for (sum, &x) in rest.iter_mut().zip(x_rest) {
        add_scaled(sum, x, w);
    }
}

/// sum += x w.
#[inline(always)]
fn add_scaled<const W: usize>(sum: &mut [f32; W], x: f32, w: &[f32; W]) {
    for (sum, w) in sum.iter_mut().zip(w) {
        *sum += x * w;
    }
}

/// x ← φ′(x) ∘ dz Wᵀ, row by row: `x[r][i] = φ′(x[r][i]) Σₒ dz[r][o] w[i][o]`, from zero, by
/// ascending o, where φ is the activation that x has come through.
#[inline]
pub(super) fn map_back<P: Activation, const I: usize, const O: usize>(
    dz: &[[f32; O]],
    w: &[[f32; O]; I],
    x: &mut [[f32; I]],
) {
    if cfg!(target_arch = "arm") {
        map_back_in_place(dz, w, P::adjoint, x);
    } else {
        map(dz, &[0.0; I], &transpose(w), P::adjoint, x); // so that inputs are lanes
    }
}

/// The same with no memory for turned weights, where lanes are registers like any other.
#[inline] // as `map` is
fn map_back_in_place<const I: usize, const O: usize>(
    dz: &[[f32; O]],
    w: &[[f32; O]; I],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    x: &mut [[f32; I]],
) {
    let ((blocks, rest), (dz, dz_rest)) = (x.as_chunks_mut::<ROWS>(), dz.as_chunks::<ROWS>());
    if !blocks.is_empty() {
        map_back_each(dz, w, finish, blocks);
    }
    if !rest.is_empty() {
        map_back_each(
            dz_rest.as_chunks::<1>().0,
            w,
            finish,
            rest.as_chunks_mut().0,
        );
    }
}

#[inline(never)] // one function for each shape
fn map_back_each<const T: usize, const I: usize, const O: usize>(
    dz: &[[[f32; O]; T]],
    w: &[[f32; O]; I],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    x: &mut [[[f32; I]; T]],
) {
    for (dz, x) in dz.iter().zip(x) {
        map_back_rows(dz, w, finish, x);
    }
}

/// Some rows, from the widest blocks of columns to the narrowest.
#[inline(always)]
fn map_back_rows<const T: usize, const I: usize, const O: usize>(
    dz: &[[f32; O]; T],
    w: &[[f32; O]; I],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    dx: &mut [[f32; I]; T],
) {
    let (blocks, rest) = w.as_chunks::<4>();
    for (j, w) in blocks.iter().enumerate() {
        map_back_columns(0, j, dz, w, finish, dx);
    }
    for (j, w) in rest.as_chunks::<1>().0.iter().enumerate() {
        map_back_columns(4 * blocks.len(), j, dz, w, finish, dx);
    }
}

/// The `j`-th block of columns behind the first `from`.
#[inline(always)]
fn map_back_columns<const T: usize, const W: usize, const I: usize, const O: usize>(
    from: usize,
    j: usize,
    dz: &[[f32; O]; T],
    w: &[[f32; O]; W],
    finish: impl Fn(f32, f32) -> f32 + Copy,
    dx: &mut [[f32; I]; T],
) {
    let mut sums = [[0.0; W]; T];
    for o in 0..O {
        add_term(&mut sums, &column(dz, o), &column(w, o));
    }
    for (dx, sums) in dx.iter_mut().zip(sums) {
        if let Some(dx) = part_mut(dx, from, j) {
            settle(dx, sums, finish);
        }
    }
}

/// A column.
#[inline(always)]
fn column<const R: usize, const C: usize>(rows: &[[f32; C]; R], c: usize) -> [f32; R] {
    rows.each_ref()
        .map(|row| row.get(c).copied().unwrap_or(0.0))
}

/// The `j`-th block of `W` numbers behind the first `from`.
#[inline(always)]
fn part<const W: usize>(row: &[f32], from: usize, j: usize) -> [f32; W] {
    let blocks = row.get(from..).unwrap_or_default().as_chunks().0;
    blocks.get(j).copied().unwrap_or([0.0; W])
}

/// The same, to be written.
#[inline(always)]
fn part_mut<const W: usize>(row: &mut [f32], from: usize, j: usize) -> Option<&mut [f32; W]> {
    row.get_mut(from..)?.as_chunks_mut().0.get_mut(j)
}

/// The `T` numbers from `start` on.
#[inline(always)]
fn window<const T: usize>(row: &[f32], start: usize) -> Option<&[f32; T]> {
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
    use crate::layer::LeakyRelu;
    use crate::layer::checks::random_rows;
    use crate::rng::Rng;

    /// Every bit, whatever blocks the size falls into.
    fn check<const R: usize, const C: usize>() {
        let rng = &mut Rng::new(3, 0);
        let (a, b): ([[f32; R]; 3], [[f32; C]; 3]) = (random_rows(rng), random_rows(rng));
        let [start, ..]: [[[f32; C]; R]; 3] = random_rows(rng);
        let mut out = start;
        add_outer_products(&mut out, &a, &b);
        for (r, (out, start)) in out.iter().zip(&start).enumerate() {
            for (c, (out, start)) in out.iter().zip(start).enumerate() {
                let terms = a.iter().zip(&b);
                let sum = terms.fold(*start, |sum, (a, b)| sum + a[r] * b[c]);
                assert_eq!(out.to_bits(), sum.to_bits(), "{R} x {C} at {r}, {c}");
            }
        }

        let [w, ..]: [[[f32; C]; R]; 3] = random_rows(rng);
        let x: [[[f32; R]; 7]; 3] = random_rows(rng);
        let [[start, ..], ..]: [[[f32; C]; 1]; 3] = random_rows(rng);
        let halved = |_: f32, sum: f32| 0.5 * sum;
        let mut y = [[0.0; C]; 21];
        map(x.as_flattened(), &start, &w, halved, &mut y);
        for (x, y) in x.as_flattened().iter().zip(&y) {
            for (c, y) in y.iter().enumerate() {
                let terms = x.iter().zip(&w);
                let sum = terms.fold(start[c], |sum, (x, w)| sum + x * w[c]);
                assert_eq!(y.to_bits(), (0.5 * sum).to_bits(), "{R} x {C} at {c}");
            }
        }
        let (mut dx, mut in_place) = (x, x);
        let (dx, in_place) = (dx.as_flattened_mut(), in_place.as_flattened_mut());
        map_back::<LeakyRelu, R, C>(&y, &w, dx);
        map_back_in_place(&y, &w, |x, dx| LeakyRelu::slope(x) * dx, in_place);
        assert_eq!(dx, in_place);
        for ((dx, x), y) in dx.iter().zip(x.as_flattened()).zip(&y) {
            for ((dx, &x), w) in dx.iter().zip(x).zip(&w) {
                let sum = y.iter().zip(w).fold(0.0, |sum, (y, w)| sum + y * w);
                let wanted = LeakyRelu::slope(x) * sum;
                assert_eq!(dx.to_bits(), wanted.to_bits(), "{R} x {C} back");
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
        check::<16, 1>();
        check::<33, 61>();
    }

    #[test]
    fn transposing_twice_changes_nothing() {
        let [a, ..]: [[[f32; 5]; 3]; 3] = random_rows(&mut Rng::new(4, 0));
        let turned = transpose(&a);
        assert_eq!(turned[4][1], a[1][4]);
        assert_eq!(transpose(&turned), a);
    }
}
