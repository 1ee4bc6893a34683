//! The gradient of a dense layer.

use super::add_outer::add_outer_products_and_rows;
use super::{ANY_SIZE, add_outer_products, add_rows, add_scaled, column, part, part_mut};
use crate::gan::BLOCK;

/// dW += Σₘ xₘ ⊗ dzₘ and, where biases are asked for, db += Σₘ dzₘ, by ascending m.
#[inline]
pub(in crate::layer) fn add_gradient<const I: usize, const O: usize>(
    w: &mut [[f32; O]; I],
    b: Option<&mut [f32; O]>,
    x: &[[f32; I]],
    dz: &[[f32; O]],
) {
    if cfg!(target_arch = "arm") && !ANY_SIZE {
        add_by_blocks(w, b, x, dz);
    } else {
        add_in_place(w, b, x, dz);
    }
}

/// Blocks of samples, then those that are left.
#[inline]
fn add_by_blocks<const I: usize, const O: usize>(
    w: &mut [[f32; O]; I],
    mut b: Option<&mut [f32; O]>,
    x: &[[f32; I]],
    dz: &[[f32; O]],
) {
    let ((x, x_rest), (dz, dz_rest)) = (x.as_chunks(), dz.as_chunks());
    if O == 1 {
        // A column is a row that stands: its numbers are the lanes, and there is one bias.
        let row = w.as_flattened_mut().as_chunks_mut().0;
        let ones = dz.as_flattened().as_flattened().as_chunks::<1>().0;
        add_held(row, None, ones.as_chunks().0, x);
        if let Some(b) = b.as_deref_mut() {
            add_rows(b, dz.as_flattened());
        }
    } else {
        add_held(w, b.as_deref_mut(), x, dz);
    }
    add_in_place(w, b, x_rest, dz_rest);
}

/// Weights first, then biases.
#[inline]
fn add_in_place<const I: usize, const O: usize>(
    w: &mut [[f32; O]; I],
    b: Option<&mut [f32; O]>,
    x: &[[f32; I]],
    dz: &[[f32; O]],
) {
    if cfg!(target_arch = "arm") {
        add_outer_products(w, x, dz);
        if let Some(b) = b {
            add_rows(b, dz);
        }
    } else if let Some(b) = b {
        add_outer_products_and_rows(w, b, x, dz);
    } else {
        add_outer_products(w, x, dz);
    }
}

/// out += Σₘ aₘ ⊗ bₘ and sums += Σₘ bₘ, block by block of samples, whose `b` stays in registers over all
/// rows: with few samples, sums that stay there instead are loaded and stored as often.
#[inline(never)] // one function for each shape
fn add_held<const R: usize, const C: usize>(
    out: &mut [[f32; C]],
    mut sums: Option<&mut [f32; C]>,
    a: &[[[f32; R]; BLOCK]],
    b: &[[[f32; C]; BLOCK]],
) {
    let Some(out) = out.first_chunk_mut::<R>() else {
        return;
    };
    for (a, b) in a.iter().zip(b) {
        let from = add_held_columns::<4, R, C>(0, out, sums.as_deref_mut(), a, b);
        add_held_columns::<1, R, C>(from, out, sums.as_deref_mut(), a, b);
    }
}

/// The columns behind `from`, in as many blocks of `W` as there are; gives the first of the rest.
#[inline(always)]
fn add_held_columns<const W: usize, const R: usize, const C: usize>(
    from: usize,
    out: &mut [[f32; C]; R],
    mut sums: Option<&mut [f32; C]>,
    a: &[[f32; R]; BLOCK],
    b: &[[f32; C]; BLOCK],
) -> usize {
    let blocks = (C - from) / W;
    for j in 0..blocks {
        let held: [[f32; W]; BLOCK] = b.each_ref().map(|b| part(b, from, j));
        if let Some(sums) = sums.as_deref_mut() {
            add_to(sums, from, j, &[1.0; BLOCK], &held);
        }
        if R.is_multiple_of(4) {
            for (q, [o0, o1, o2, o3]) in out.as_chunks_mut().0.iter_mut().enumerate() {
                add_to(o0, from, j, &column(a, 4 * q), &held);
                add_to(o1, from, j, &column(a, 4 * q + 1), &held);
                add_to(o2, from, j, &column(a, 4 * q + 2), &held);
                add_to(o3, from, j, &column(a, 4 * q + 3), &held);
            }
        } else {
            for (r, out) in out.iter_mut().enumerate() {
                add_to(out, from, j, &column(a, r), &held);
            }
        }
    }
    from + blocks * W
}

/// out += Σₘ aₘ bₘ for the `j`-th block of columns behind `from`.
#[inline(always)]
fn add_to<const W: usize>(
    out: &mut [f32],
    from: usize,
    j: usize,
    a: &[f32; BLOCK],
    b: &[[f32; W]; BLOCK],
) {
    if let Some(out) = part_mut::<W>(out, from, j) {
        let mut sums = *out;
        for (&a, b) in a.iter().zip(b) {
            add_scaled(&mut sums, a, b);
        }
        *out = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::checks::random_rows;
    use crate::rng::Rng;

    /// Two blocks and three samples, by either way.
    fn check<const I: usize, const O: usize>() {
        let rng = &mut Rng::new(5, 0);
        let [start, ..]: [[[f32; O]; I]; 3] = random_rows(rng);
        let [biases, ..]: [[f32; O]; 3] = random_rows(rng);
        let [x, ..]: [[[f32; I]; 11]; 3] = random_rows(rng);
        let [dz, ..]: [[[f32; O]; 11]; 3] = random_rows(rng);
        for with_biases in [true, false] {
            let (mut w, mut b) = ([start; 2], [biases; 2]);
            let [b_blocks, b_in_place] = b.each_mut().map(|b| with_biases.then_some(b));
            add_by_blocks(&mut w[0], b_blocks, &x, &dz);
            add_in_place(&mut w[1], b_in_place, &x, &dz);
            let bits = |w: &[[f32; O]; I]| w.map(|row| row.map(f32::to_bits));
            assert_eq!(bits(&w[0]), bits(&w[1]), "{I} x {O}");
            assert_eq!(b[0].map(f32::to_bits), b[1].map(f32::to_bits), "{O}");
            assert_eq!(b[0] != biases, with_biases);
        }
    }

    #[test]
    fn blocks_in_registers_give_the_same_sums() {
        check::<1, 1>();
        check::<1, 16>();
        check::<16, 1>();
        check::<5, 13>();
        check::<8, 32>();
    }
}
