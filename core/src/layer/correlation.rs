//! Strided cross-correlation of one sample, its adjoint and its gradient: both convolutions are
//! made of these.
//!
//! One side of the map is *long* (the input of a convolution, the output of a transposed one), the
//! other is *short*. Kernels are `w[long channel][tap][short channel]`, so that the short channels
//! of one tap lie side by side.

use super::product::{add_outer_products, transpose};

/// How many positions a kernel of `k` taps takes on a signal of length `long` that is padded with
/// `pad` zeros at each end, moving by `stride`.
pub(super) const fn positions(long: usize, k: usize, stride: usize, pad: usize) -> usize {
    assert!(
        k > 0 && stride > 0,
        "a convolution needs at least one tap and a stride of at least one"
    );
    assert!(
        long + 2 * pad >= k,
        "the kernel is longer than the padded signal"
    );
    (long + 2 * pad - k) / stride + 1
}

/// The geometry of a map: tap k of position t reads sample `STRIDE`·t + k − `PAD`.
pub(super) struct Correlation<const STRIDE: usize, const PAD: usize>;

impl<const STRIDE: usize, const PAD: usize> Correlation<STRIDE, PAD> {
    /// The first position at which tap `k` reads a sample, and that sample.
    #[inline]
    fn first(k: usize) -> (usize, usize) {
        let position = PAD.saturating_sub(k).div_ceil(STRIDE);
        (position, (STRIDE * position + k).saturating_sub(PAD))
    }

    /// What each tap reads at each position, zero beyond both ends.
    #[inline]
    fn unfold<const LONG: usize, const SHORT: usize, const K: usize>(
        signal: &[f32; LONG],
    ) -> [[f32; SHORT]; K] {
        let mut taps = [[0.0; SHORT]; K];
        for (k, tap) in taps.iter_mut().enumerate() {
            let (position, sample) = Self::first(k);
            let samples = signal.iter().skip(sample).step_by(STRIDE);
            for (read, &x) in tap.iter_mut().skip(position).zip(samples) {
                *read = x;
            }
        }
        taps
    }

    /// The adjoint of [`unfold`](Self::unfold): adds to each sample what its readers send back, by
    /// ascending tap.
    #[inline]
    fn fold<const LONG: usize, const SHORT: usize, const K: usize>(
        taps: &[[f32; SHORT]; K],
        signal: &mut [f32; LONG],
    ) {
        for (k, tap) in taps.iter().enumerate() {
            let (position, sample) = Self::first(k);
            let samples = signal.iter_mut().skip(sample).step_by(STRIDE);
            for (x, &sent) in samples.zip(tap.iter().skip(position)) {
                *x += sent;
            }
        }
    }

    /// `z[o][t] += Σᵢ Σₖ w[i][k][o] x[i][STRIDE·t + k − PAD]`, by ascending long channel, then
    /// tap.
    pub(super) fn apply<
        const C_LONG: usize,
        const LONG: usize,
        const C_SHORT: usize,
        const SHORT: usize,
        const K: usize,
    >(
        w: &[[[f32; C_SHORT]; K]; C_LONG],
        x: &[[f32; LONG]; C_LONG],
        z: &mut [[f32; SHORT]; C_SHORT],
    ) {
        let mut taps = [[[0.0; SHORT]; K]; C_LONG];
        for (taps, x) in taps.iter_mut().zip(x) {
            *taps = Self::unfold(x);
        }
        add_outer_products(z, w.as_flattened(), taps.as_flattened());
    }

    /// The adjoint map: `x[i][STRIDE·t + k − PAD] += Σₒ w[i][k][o] z[o][t]`, each tap's sum
    /// starting at zero and going by ascending short channel, the taps' sums added in ascending
    /// order.
    pub(super) fn apply_adjoint<
        const C_LONG: usize,
        const LONG: usize,
        const C_SHORT: usize,
        const SHORT: usize,
        const K: usize,
    >(
        w: &[[[f32; C_SHORT]; K]; C_LONG],
        z: &[[f32; SHORT]; C_SHORT],
        x: &mut [[f32; LONG]; C_LONG],
    ) {
        for (w, x) in w.iter().zip(x) {
            let mut taps = [[0.0; SHORT]; K];
            add_outer_products(&mut taps, &transpose(w), z);
            Self::fold(&taps, x);
        }
    }

    /// The gradient of Σ z̄ ∘ z by the kernels:
    /// `w[i][k][o] += Σₜ z̄[o][t] x[i][STRIDE·t + k − PAD]`, by ascending position.
    pub(super) fn add_gradient<
        const C_LONG: usize,
        const LONG: usize,
        const C_SHORT: usize,
        const SHORT: usize,
        const K: usize,
    >(
        w: &mut [[[f32; C_SHORT]; K]; C_LONG],
        x: &[[f32; LONG]; C_LONG],
        dz: &[[f32; SHORT]; C_SHORT],
    ) {
        let dz = transpose(dz);
        for (w, x) in w.iter_mut().zip(x) {
            let taps: [[f32; SHORT]; K] = Self::unfold(x);
            add_outer_products(w, &transpose(&taps), &dz);
        }
    }
}
