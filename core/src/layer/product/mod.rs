//! Products of matrices in register blocks: the hot loops of every layer.
//!
//! A block of the result, some rows by some columns, stays in registers over a whole sum: the loop
//! over terms is the inner one, columns are its lanes. No sum is split, whatever the vector width,
//! and a compiler that vectorises cannot choose the wrong axis. On a host each kernel has versions for
//! wider vectors: those of the build's target, or with the feature `dispatch` of the processor at hand.
//!
//! - [`map()`]: rows through a layer, what is done with each sum included;
//! - [`map_back()`]: adjoints back through it, in the place of the rows;
//! - [`add_outer_products`]: the gradient of its weights, and [`add_rows`] that of its biases.

use core::hint;

mod add_gradient;
mod add_outer;
mod any_size;
mod map;
mod map_back;
mod tall;
mod transpose;
mod turn;

pub(super) use add_gradient::add_gradient;
pub(super) use add_outer::{add_outer_products, add_rows};
pub(super) use map::map;
pub(super) use map_back::map_back;
pub(super) use transpose::transpose;

/// Whether one function of each kind serves all shapes.
const ANY_SIZE: bool = cfg!(feature = "small");

/// Rows of a block. Where it is not known beforehand what the processor has, it is taken to have AVX.
const ROWS: usize = if cfg!(any(
    target_arch = "arm",
    target_feature = "avx",
    feature = "dispatch"
)) {
    4
} else {
    2
};

/// Columns of a block: on a Cortex-M4 a block and its operands fill the 32 registers, elsewhere they
/// are vectors.
const LANES: usize = if cfg!(target_arch = "arm") { 4 } else { 16 };

/// Each sum goes where it belongs, by way of `finish`.
#[inline(always)]
fn settle<const W: usize>(y: &mut [f32; W], sums: [f32; W], finish: impl Fn(f32, f32) -> f32) {
    let before = *y; // all at once, which is one instruction
    for (y, (before, sum)) in y.iter_mut().zip(before.into_iter().zip(sums)) {
        *y = finish(before, sum);
    }
    if cfg!(not(target_arch = "arm")) {
        hint::black_box(()); // or a compiler makes lanes of rows, number by number
    }
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

/// Terms of sums four by four, to be spelled out, so that there is a quarter of the loop's own
/// instructions.
#[inline(always)]
fn fours<T>(terms: &[T], spelled_out: bool) -> (&[[T; 4]], &[T]) {
    if spelled_out {
        terms.as_chunks()
    } else {
        (&[], terms)
    }
}

/// Whether it is worth the code: not for few terms, or rows of sums, and not on a host, where compilers
/// see to it.
const fn spelled_out(terms: usize, lanes: usize) -> bool {
    cfg!(target_arch = "arm") && terms >= 16 && lanes > 1
}

/// The terms of a sum, by their numbers, several of them spelled out in one turn of a loop: behind the
/// first, which needs no copies of what the sums start from, five by five; where they do not come out
/// even, all of them four by four. A macro, for a closure that is called so often is not inlined.
macro_rules! spell_out {
    ($terms:expr, $m:ident => $term:expr) => {{
        macro_rules! term {
            ($number:expr) => {{
                let $m = $number;
                $term;
            }};
        }
        if $terms % 5 == 1 {
            term!(0);
            for turn in 0..$terms / 5 {
                term!(5 * turn + 1);
                term!(5 * turn + 2);
                term!(5 * turn + 3);
                term!(5 * turn + 4);
                term!(5 * turn + 5);
            }
        } else {
            for turn in 0..$terms / 4 {
                term!(4 * turn);
                term!(4 * turn + 1);
                term!(4 * turn + 2);
                term!(4 * turn + 3);
            }
            for rest in $terms / 4 * 4..$terms {
                term!(rest);
            }
        }
    }};
}
use spell_out;

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
fn window<const T: usize>(row: &[f32], start: usize) -> [f32; T] {
    let numbers = row.get(start..).and_then(<[f32]>::first_chunk);
    numbers.copied().unwrap_or([0.0; T])
}

#[cfg(test)]
mod tests {
    use super::map_back::map_back_in_place;
    use super::*;
    use crate::layer::checks::random_rows;
    use crate::layer::{Activation as _, LeakyRelu};
    use crate::rng::Rng;

    fn assert_same_bits(a: &[f32], b: &[f32]) {
        assert!(
            a.iter()
                .map(|x| x.to_bits())
                .eq(b.iter().map(|x| x.to_bits()))
        );
    }

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

        let mut small = start;
        let (flat_a, flat_b) = (a.as_flattened(), b.as_flattened());
        any_size::add_outer_products(small.as_flattened_mut(), flat_a, flat_b, C);
        assert_same_bits(small.as_flattened(), out.as_flattened());

        let [rows, ..]: [[[f32; C]; 7]; 3] = random_rows(rng);
        let [start, ..]: [[f32; C]; 3] = random_rows(rng);
        let mut sums = start;
        add_rows(&mut sums, &rows);
        for (c, (sum, start)) in sums.iter().zip(start).enumerate() {
            let wanted = rows.iter().fold(start, |sum, row| sum + row[c]);
            assert_eq!(sum.to_bits(), wanted.to_bits(), "{C} at {c}");
        }
        let mut small = start;
        any_size::add_rows(&mut small, rows.as_flattened());
        assert_same_bits(&small, &sums);

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
        let mut small = [[0.0; C]; 21];
        let (flat_x, flat_w) = (x.as_flattened().as_flattened(), w.as_flattened());
        any_size::map(flat_x, &start, flat_w, &halved, small.as_flattened_mut());
        assert_same_bits(small.as_flattened(), y.as_flattened());

        let (mut dx, mut in_place) = (x, x);
        let (dx, in_place) = (dx.as_flattened_mut(), in_place.as_flattened_mut());
        map_back::<LeakyRelu, R, C>(&y, &w, dx);
        map_back_in_place(&y, &w, |x, dx| LeakyRelu::slope(x) * dx, in_place);
        assert_eq!(dx, in_place);
        let mut small = x;
        let (flat_dz, flat_x) = (y.as_flattened(), small.as_flattened_mut());
        let adjoint = &LeakyRelu::adjoint;
        any_size::map_back(flat_dz, C, flat_w, adjoint, flat_x.as_flattened_mut());
        assert_same_bits(small.as_flattened().as_flattened(), in_place.as_flattened());
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
        check::<13, 1>();
        check::<16, 1>();
        check::<33, 61>();
    }

    #[test]
    fn spelled_out_terms_come_once_and_in_order() {
        for terms in [1, 4, 6, 15, 16, 18, 31, 32] {
            let mut seen = std::vec::Vec::new();
            spell_out!(terms, m => seen.push(m));
            assert!(seen.into_iter().eq(0..terms), "{terms}");
        }
    }
}
