//! The same products, by functions that take sizes as numbers: one of each for all shapes, for parts
//! with little flash. The same sums in the same order.

/// What is made of a sum, and of what was in its place.
type Finish<'a> = &'a dyn Fn(f32, f32) -> f32;

/// Row by row, `y[r][c] = finish(0, start[c] + Σₘ x[r][m] w[m][c])`, by ascending m: the sums grow in
/// their places, so that what was there is gone.
#[inline(never)]
pub(super) fn map(x: &[f32], start: &[f32], w: &[f32], finish: Finish<'_>, y: &mut [f32]) {
    let width = start.len().max(1);
    let terms = w.len() / width;
    for (r, y) in y.chunks_exact_mut(width).enumerate() {
        y.copy_from_slice(start);
        add_to_row(y, [behind(x, r * terms), w], 1);
        y.iter_mut().for_each(|y| *y = finish(0.0, *y));
    }
}

/// Row by row, `x[r][i] = finish(x[r][i], Σₒ dz[r][o] w[i][o])`, from zero, by ascending o.
#[inline(never)]
pub(super) fn map_back(dz: &[f32], terms: usize, w: &[f32], finish: Finish<'_>, x: &mut [f32]) {
    let terms = terms.max(1);
    let width = (w.len() / terms).max(1);
    for (r, x) in x.chunks_exact_mut(width).enumerate() {
        let dz = behind(dz, r * terms);
        for (x, w) in x.iter_mut().zip(w.chunks_exact(terms)) {
            let products = dz.iter().zip(w);
            let sum = products.fold(0.0, |sum, (dz, w)| sum + dz * w);
            *x = finish(*x, sum);
        }
    }
}

/// `out[r][c] += Σₘ a[m][r] b[m][c]`, by ascending m.
#[inline(never)]
pub(super) fn add_outer_products(out: &mut [f32], a: &[f32], b: &[f32], width: usize) {
    let width = width.max(1);
    let height = out.len() / width;
    for (r, out) in out.chunks_exact_mut(width).enumerate() {
        add_to_row(out, [behind(a, r), b], height);
    }
}

/// `sums[c] += Σₘ b[m][c]`, by ascending m.
#[inline(never)]
pub(super) fn add_rows(sums: &mut [f32], b: &[f32]) {
    for b in b.chunks_exact(sums.len().max(1)) {
        sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += b);
    }
}

/// `sums[c] += Σₘ x[m] w[m][c]`, by ascending m, where the xₘ lie `step` places apart.
#[inline(never)]
fn add_to_row(sums: &mut [f32], [mut x, mut w]: [&[f32]; 2], step: usize) {
    let width = sums.len().max(1);
    while let (Some(&first), Some((row, rest))) = (x.first(), w.split_at_checked(width)) {
        let ((fours, ones), (w_fours, w_ones)) = (sums.as_chunks_mut(), row.as_chunks());
        for ([s0, s1, s2, s3], [w0, w1, w2, w3]) in fours.iter_mut().zip(w_fours) {
            *s0 += first * w0;
            *s1 += first * w1;
            *s2 += first * w2;
            *s3 += first * w3;
        }
        for (sum, w) in ones.iter_mut().zip(w_ones) {
            *sum += first * w;
        }
        (x, w) = (behind(x, step), rest);
    }
}

/// The numbers from `first` on.
fn behind(numbers: &[f32], first: usize) -> &[f32] {
    numbers.get(first..).unwrap_or_default()
}
