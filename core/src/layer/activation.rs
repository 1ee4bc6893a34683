//! Pointwise nonlinearities, each as a type: φ(z), its slope φ′ and its curvature φ″.
//!
//! An activation is a parameter of the linear layer before it (`Dense<8, 32, LeakyRelu>`), so a
//! pre-activation is stored only where the derivative cannot be told from the output.

use core::hint;
use core::marker::PhantomData;

use super::{Row, Zero};
use crate::math;

/// A pointwise function φ with two derivatives.
///
/// `slope` and `curvature` are functions of what the activation keeps: its output y where that is
/// enough ([`Tape`](Self::Tape) is then empty), its input z otherwise.
pub trait Activation: Copy + core::fmt::Debug {
    /// Whether it is the identity, as after the last layer of a network.
    const OUTPUT: bool = false;
    /// Whether φ″ is not zero everywhere.
    const CURVED: bool;
    /// Squared gain of the initial weights before it, to keep the variance of the activations.
    const GAIN: f32;
    /// Where z is kept if y does not tell the slope: `()` or [`Stored`].
    type Tape<T: Zero>: Kept<T>;
    /// What y tells the slope of: the activation itself, or [`Linear`] where z is kept.
    type ByOutput: Activation;
    /// Where y is kept if it tells the slope and something that is put on it hides it: `()` or
    /// [`Stored`].
    type Hidden<T: Zero>: Kept<T>;
    /// Where ż is kept if it is needed, that is if φ is curved: `()` or [`Stored`].
    type TangentTape<T: Zero>: Kept<T>;

    /// φ(z).
    fn value(z: f32) -> f32;
    /// φ′, from what is kept.
    fn slope(kept: f32) -> f32;
    /// φ″, from what is kept.
    fn curvature(kept: f32) -> f32;

    /// z̄ = φ′ ȳ.
    #[inline]
    fn adjoint(kept: f32, dy: f32) -> f32 {
        Self::slope(kept) * dy
    }

    /// y ← φ′(y) ȳ: the adjoint takes the place of a value that tells the slope.
    #[inline]
    fn reverse(y: &mut [f32], dy: &[f32]) {
        for (y, &dy) in y.iter_mut().zip(dy) {
            *y = Self::adjoint(*y, dy);
        }
    }
}

/// A place for a block that may turn out not to be needed.
pub trait Kept<T>: Zero {
    /// Whether it is needed.
    const KEEPS: bool;
    /// Writes the block down, or does nothing.
    fn keep(&mut self, block: &T);
    /// The block written down.
    fn kept(&self) -> Option<&T>;
}

impl<T> Kept<T> for () {
    const KEEPS: bool = false;

    #[inline]
    fn keep(&mut self, _: &T) {}
    #[inline]
    fn kept(&self) -> Option<&T> {
        None
    }
}

/// A block that is kept.
#[derive(Clone, Copy, Debug)]
pub struct Stored<T>(T);

impl<T: Zero> Zero for Stored<T> {
    const ZERO: Self = Self(T::ZERO);
}

impl<T: Zero> Kept<T> for Stored<T> {
    const KEEPS: bool = true;

    #[inline]
    fn keep(&mut self, block: &T) {
        self.0 = *block;
    }
    #[inline]
    fn kept(&self) -> Option<&T> {
        Some(&self.0)
    }
}

/// The identity: a network's output layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear;

impl Activation for Linear {
    const OUTPUT: bool = true;
    const CURVED: bool = false;
    const GAIN: f32 = 1.0;
    type Tape<T: Zero> = ();
    type ByOutput = Self;
    type Hidden<T: Zero> = ();
    type TangentTape<T: Zero> = ();

    #[inline]
    fn value(z: f32) -> f32 {
        z
    }
    #[inline]
    fn slope(_: f32) -> f32 {
        1.0
    }
    #[inline]
    fn curvature(_: f32) -> f32 {
        0.0
    }
}

/// Leaky rectifier: z where z > 0, else 0.2 z (Maas et al. 2013).
///
/// Its sign is that of z, so the output tells the slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu;

impl LeakyRelu {
    /// The slope for negative inputs.
    pub const SLOPE: f32 = 0.2;

    #[inline]
    fn leak(positive: bool, x: f32) -> f32 {
        if positive {
            return x;
        }
        if cfg!(target_arch = "arm") {
            hint::cold_path(); // or both are computed and one is chosen, not one under a condition
        }
        Self::SLOPE * x
    }
}

impl Activation for LeakyRelu {
    const CURVED: bool = false;
    const GAIN: f32 = 2.0 / (1.0 + Self::SLOPE * Self::SLOPE);
    type Tape<T: Zero> = ();
    type ByOutput = Self;
    type Hidden<T: Zero> = Stored<T>;
    type TangentTape<T: Zero> = ();

    #[inline]
    fn value(z: f32) -> f32 {
        if cfg!(target_arch = "arm") {
            return Self::leak(z > 0.0, z);
        }
        // The larger one, which is one instruction.
        let leak = Self::SLOPE * z;
        if z > leak { z } else { leak }
    }
    #[inline]
    fn slope(y: f32) -> f32 {
        if y > 0.0 { 1.0 } else { Self::SLOPE }
    }
    #[inline]
    fn adjoint(y: f32, dy: f32) -> f32 {
        Self::leak(y.to_bits().cast_signed() > 0, dy) // y > 0, in a register of integers
    }
    #[inline]
    fn curvature(_: f32) -> f32 {
        0.0
    }
}

/// Hyperbolic tangent: φ′ = 1 − y², φ″ = −2 y φ′.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tanh;

impl Activation for Tanh {
    const CURVED: bool = true;
    const GAIN: f32 = 1.0;
    type Tape<T: Zero> = ();
    type ByOutput = Self;
    type Hidden<T: Zero> = Stored<T>;
    type TangentTape<T: Zero> = Stored<T>;

    #[inline]
    fn value(z: f32) -> f32 {
        math::tanh(z)
    }
    #[inline]
    fn slope(y: f32) -> f32 {
        1.0 - y * y
    }
    #[inline]
    fn curvature(y: f32) -> f32 {
        -2.0 * y * (1.0 - y * y)
    }
}

/// Logistic function σ: φ′ = y (1 − y), φ″ = φ′ (1 − 2 y).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sigmoid;

impl Activation for Sigmoid {
    const CURVED: bool = true;
    const GAIN: f32 = 1.0;
    type Tape<T: Zero> = ();
    type ByOutput = Self;
    type Hidden<T: Zero> = Stored<T>;
    type TangentTape<T: Zero> = Stored<T>;

    #[inline]
    fn value(z: f32) -> f32 {
        math::sigmoid(z)
    }
    #[inline]
    fn slope(y: f32) -> f32 {
        y * (1.0 - y)
    }
    #[inline]
    fn curvature(y: f32) -> f32 {
        y * (1.0 - y) * (1.0 - 2.0 * y)
    }
}

/// Sigmoid-weighted linear unit, z σ(z) (Elfwing et al. 2018): smooth, and not monotone, so that
/// its derivatives need z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Silu;

impl Activation for Silu {
    const CURVED: bool = true;
    const GAIN: f32 = 2.0;
    type Tape<T: Zero> = Stored<T>;
    type ByOutput = Linear;
    type Hidden<T: Zero> = Stored<T>;
    type TangentTape<T: Zero> = Stored<T>;

    #[inline]
    fn value(z: f32) -> f32 {
        z * math::sigmoid(z)
    }
    #[inline]
    fn slope(z: f32) -> f32 {
        let s = math::sigmoid(z);
        s * (1.0 + z * (1.0 - s))
    }
    #[inline]
    fn curvature(z: f32) -> f32 {
        let s = math::sigmoid(z);
        s * (1.0 - s) * (2.0 + z * (1.0 - 2.0 * s))
    }
}

/// The pointwise part of a linear layer with activation `A`, on blocks of `B` rows.
#[derive(Debug)]
pub(super) struct Pointwise<A>(PhantomData<A>);

impl<A: Activation> Pointwise<A> {
    /// y ← φ(z), in place.
    #[inline]
    pub(super) fn forward<R: Row, const B: usize>(z: &mut [R; B], tape: &mut A::Tape<[R; B]>) {
        tape.keep(z);
        for row in z.iter_mut() {
            for v in row.flat_mut() {
                *v = A::value(*v);
            }
        }
    }

    /// z̄ = φ′ ȳ, in place, where y has not told φ′ already.
    #[inline]
    pub(super) fn backward<R: Row, const B: usize>(tape: &A::Tape<[R; B]>, dy: &mut [R; B]) {
        if let Some(z) = tape.kept() {
            Self::multiply(dy, z);
        }
    }

    /// The same by the y that has told it, where something else has come on it since.
    #[inline]
    pub(super) fn reverse<R: Row, const B: usize>(y: &A::Hidden<[R; B]>, dy: &mut [R; B]) {
        if let Some(y) = y.kept() {
            Self::multiply(dy, y);
        }
    }

    /// dy ← φ′ dy.
    #[inline]
    pub(super) fn multiply<R: Row, const B: usize>(dy: &mut [R; B], kept: &[R; B]) {
        if A::OUTPUT {
            return;
        }
        for (dy, kept) in dy.iter_mut().zip(kept) {
            for (dy, &kept) in dy.flat_mut().iter_mut().zip(kept.flat()) {
                *dy = A::adjoint(kept, *dy);
            }
        }
    }

    /// ẏ = φ′ ż, in place.
    #[inline]
    pub(super) fn tangent<R: Row, const B: usize>(
        tape: &A::Tape<[R; B]>,
        y: &[R; B],
        zt: &mut [R; B],
        tangent: &mut A::TangentTape<[R; B]>,
    ) {
        tangent.keep(zt);
        Self::multiply(zt, tape.kept().unwrap_or(y));
    }

    /// z̄ = φ′ ȳ + φ″ ż ẏ̄ and ż̄ = φ′ ẏ̄, in place.
    #[inline]
    pub(super) fn backward_tangent<R: Row, const B: usize>(
        tape: &A::Tape<[R; B]>,
        y: &[R; B],
        tangent: &A::TangentTape<[R; B]>,
        yt: &[R; B],
        dy: &mut super::Dual<[R; B]>,
    ) {
        let kept = tape.kept().unwrap_or(y);
        if A::CURVED {
            let rows = dy.value.iter_mut().zip(&mut dy.tangent);
            let kept = kept.iter().zip(tangent.kept().unwrap_or(yt));
            for ((dy, dyt), (kept, zt)) in rows.zip(kept) {
                let adjoints = dy.flat_mut().iter_mut().zip(dyt.flat_mut());
                for ((dy, dyt), (&kept, &zt)) in adjoints.zip(kept.flat().iter().zip(zt.flat())) {
                    *dy = A::slope(kept) * *dy + A::curvature(kept) * zt * *dyt;
                    *dyt *= A::slope(kept);
                }
            }
        } else {
            Self::multiply(&mut dy.value, kept);
            Self::multiply(&mut dy.tangent, kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Derivatives against central differences; `kept` says what the activation keeps.
    fn check<A: Activation>(kept: impl Fn(f32) -> f32) {
        for i in -40..=40 {
            let z = i as f32 * 0.1 + 0.037;
            let h = 1e-2;
            let (lo, mid, hi) = (A::value(z - h), A::value(z), A::value(z + h));
            let slope = (hi - lo) / (2.0 * h);
            let curvature = (hi - 2.0 * mid + lo) / (h * h);
            let at = kept(z);
            assert!((A::slope(at) - slope).abs() < 1e-3, "slope at {z}");
            assert!(
                (A::curvature(at) - curvature).abs() < 2e-2,
                "curvature at {z}"
            );
        }
    }

    #[test]
    fn derivatives_match_differences() {
        check::<Linear>(Linear::value);
        check::<LeakyRelu>(LeakyRelu::value);
        check::<Tanh>(Tanh::value);
        check::<Sigmoid>(Sigmoid::value);
        check::<Silu>(|z| z);
    }

    /// He et al. 2015: behind a rectifier, mean squares are those before it.
    #[test]
    fn the_gain_of_a_rectifier_keeps_the_mean_square() {
        let [up, down] = [1.0, -1.0].map(LeakyRelu::value);
        let kept = LeakyRelu::GAIN * (up * up + down * down) / 2.0;
        assert!((kept - 1.0).abs() < 1e-6, "{kept}");
    }

    #[test]
    fn at_its_kink_a_rectifier_has_the_slope_of_the_left() {
        assert_eq!(LeakyRelu::slope(0.0), LeakyRelu::SLOPE);
        assert_eq!(LeakyRelu::adjoint(0.0, 2.0), 2.0 * LeakyRelu::SLOPE);
    }
}
