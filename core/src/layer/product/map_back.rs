//! Adjoints back through a layer.

use super::transpose::transpose_into;
use super::{
    ANY_SIZE, ROWS, add_term, any_size, column, map, part_mut, settle, spell_out, spelled_out,
};
use crate::layer::Activation;

/// x ← φ′(x) ∘ dz Wᵀ, row by row: `x[r][i] = φ′(x[r][i]) Σₒ dz[r][o] w[i][o]`, from zero, by
/// ascending o, where φ is the activation that x has come through.
#[inline]
pub(in crate::layer) fn map_back<P: Activation, const I: usize, const O: usize>(
    dz: &[[f32; O]],
    w: &[[f32; O]; I],
    x: &mut [[f32; I]],
) {
    if ANY_SIZE {
        let (dz, x) = (dz.as_flattened(), x.as_flattened_mut());
        any_size::map_back(dz, O, w.as_flattened(), &P::adjoint, x);
    } else if cfg!(target_arch = "arm") {
        map_back_in_place(dz, w, P::adjoint, x);
    } else {
        let mut turned = [[0.0; I]; O]; // so that inputs are lanes
        transpose_into(w, &mut turned);
        map(dz, &[0.0; I], &turned, P::adjoint, x);
    }
}

/// The same with no memory for turned weights, where lanes are registers like any other.
#[inline] // as `map` is
pub(super) fn map_back_in_place<const I: usize, const O: usize>(
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
    if spelled_out(O, W) {
        spell_out!(O, o => add_term(&mut sums, &column(dz, o), &column(w, o)));
    } else {
        for o in 0..O {
            add_term(&mut sums, &column(dz, o), &column(w, o));
        }
    }
    for (dx, sums) in dx.iter_mut().zip(sums) {
        if let Some(dx) = part_mut(dx, from, j) {
            settle(dx, sums, finish);
        }
    }
}
