//! One row seen as another: between flat windows and channels.

use core::marker::PhantomData;

use super::activation::{Activation, Linear, Pointwise};
use super::{Dual, Init, Input, Layer, Row, TangentTrace, Trace};
use crate::params::Params;
use crate::rng::Rng;

/// The same numbers in the same (row-major) order, as another type of row; no parameters.
///
/// Both rows hold equally many numbers, which is checked where the network is defined. It has no
/// value but [`Params::ZERO`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reshape<X, Y>(PhantomData<(X, Y)>);

/// `C` channels of `L` samples into one row of `N` = `C`·`L`, channel after channel.
///
/// A wrong product does not compile:
///
/// ```compile_fail
/// use ganlet::layer::{Flatten, is_layer};
///
/// const _: () = is_layer::<Flatten<16, 8, 64>>();
/// ```
pub type Flatten<const C: usize, const L: usize, const N: usize> = Reshape<[[f32; L]; C], [f32; N]>;

/// One row of `N` = `C`·`L` numbers into `C` channels of `L` samples: `Unflatten<32, 1, 32>` makes
/// a window a signal of one channel.
pub type Unflatten<const N: usize, const C: usize, const L: usize> =
    Reshape<[f32; N], [[f32; L]; C]>;

impl<X: Row, Y: Row> Reshape<X, Y> {
    /// Rows are arrays of `f32`, and nothing else.
    const SIZES_AGREE: () = assert!(
        size_of::<X>() == size_of::<Y>(),
        "Flatten, Unflatten: N must be C times L"
    );
}

/// Row by row, number by number.
#[inline]
fn copy<X: Row, Y: Row, const B: usize>(from: &[X; B], to: &mut [Y; B]) {
    for (from, to) in from.iter().zip(to) {
        for (from, to) in from.flat().iter().zip(to.flat_mut()) {
            *to = *from;
        }
    }
}

impl<X: Row, Y: Row> Params for Reshape<X, Y> {
    const ZERO: Self = {
        let () = Self::SIZES_AGREE;
        Self(PhantomData)
    };
    const LEN: usize = {
        let () = Self::SIZES_AGREE;
        0
    };
    const LEAVES: usize = 0;

    fn leaf(&self, _: usize) -> &[f32] {
        &[]
    }
    fn leaf_mut(&mut self, _: usize) -> &mut [f32] {
        &mut []
    }
    fn shape(_: usize) -> &'static [usize] {
        &[]
    }
}

impl<X: Row, Y: Row> Layer for Reshape<X, Y> {
    type In = X;
    type Out = Y;
    type Tape<const B: usize> = ();
    type TangentTape<const B: usize> = ();
    type Through = Linear;
    const READS_AGAIN: bool = false;
    const CURVED: bool = false;

    fn forward<const B: usize>(&self, x: &[X; B], (): &mut (), y: &mut [Y; B]) {
        copy(x, y);
    }

    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [X; B]>,
        (): &mut (),
        dy: &mut [Y; B],
        _: Option<&mut Self>,
    ) {
        if let Input::Spent(x) = x {
            for (x, dy) in x.iter_mut().zip(dy) {
                P::reverse(x.flat_mut(), dy.flat());
            }
        }
    }

    fn tangent<const B: usize>(
        &self,
        _: Trace<'_, Self, B>,
        x: &[X; B],
        (): &mut (),
        y: &mut [Y; B],
    ) {
        copy(x, y);
    }

    fn backward_tangent<const B: usize>(
        &self,
        _: Trace<'_, Self, B>,
        _: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[Y; B]>,
        _: &mut Self,
        dx: Option<&mut Dual<[X; B]>>,
    ) {
        if let Some(dx) = dx {
            copy(&dy.value, &mut dx.value);
            copy(&dy.tangent, &mut dx.tangent);
        }
    }

    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        xt: Input<'_, [X; B]>,
        _: &mut Self::TangentTape<B>,
        dzt: &mut [Y; B],
        _: &mut Self,
    ) {
        if let Input::Spent(xt) = xt {
            copy(dzt, xt);
            Pointwise::<P>::multiply(xt, at.x);
        }
    }

    fn init(&mut self, _: &Init, _: &mut Rng) {}
}

#[cfg(test)]
mod tests {
    use super::super::checks::{check_leaves, check_passes};
    use super::*;
    use crate::chain;
    use crate::gan::infer;

    #[test]
    fn passes_match_the_definition() {
        check_leaves::<Flatten<3, 2, 6>>(&[]);
        check_passes::<Flatten<3, 2, 6>>();
        check_passes::<Unflatten<6, 2, 3>>();
        check_passes::<chain![Unflatten<6, 2, 3>, Flatten<2, 3, 6>]>();
    }

    #[test]
    fn channels_follow_one_another() {
        let signal = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let row = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(infer(&Flatten::ZERO, &[signal]), [row]);
        assert_eq!(infer(&Unflatten::ZERO, &[row]), [signal]);
    }
}
