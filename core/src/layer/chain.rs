//! Composition: a pair of layers is a layer.

use super::{Activation, Dual, Init, Input, Layer, TangentTrace, Trace, Zero};
use crate::rng::Rng;

/// What a pair of layers remembers: each one's tape, and the value that passes between them.
///
/// The value is the first layer's `y` and the second one's `x`, so it is stored once; on the way back
/// its adjoint takes its place.
#[derive(Clone, Copy, Debug)]
pub struct Junction<A, M, C> {
    first: A,
    between: M,
    second: C,
}

impl<A: Zero, M: Zero, C: Zero> Zero for Junction<A, M, C> {
    const ZERO: Self = Self {
        first: A::ZERO,
        between: M::ZERO,
        second: C::ZERO,
    };
}

impl<A: Layer, C: Layer<In = A::Out>> Layer for (A, C) {
    type In = A::In;
    type Out = C::Out;
    type Tape<const B: usize> = Junction<A::Tape<B>, [A::Out; B], C::Tape<B>>;
    type TangentTape<const B: usize> = Junction<A::TangentTape<B>, [A::Out; B], C::TangentTape<B>>;
    type Through = C::Through;
    const READS_AGAIN: bool = A::READS_AGAIN;
    const CURVED: bool = A::CURVED || C::CURVED;

    fn forward<const B: usize>(
        &self,
        x: &[A::In; B],
        tape: &mut Self::Tape<B>,
        y: &mut [C::Out; B],
    ) {
        self.0.forward(x, &mut tape.first, &mut tape.between);
        self.1.forward(&tape.between, &mut tape.second, y);
    }

    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [A::In; B]>,
        tape: &mut Self::Tape<B>,
        dz: &mut [C::Out; B],
        grad: Option<&mut Self>,
    ) {
        let Junction {
            first,
            between,
            second,
        } = tape;
        let (grad_first, grad_second) = match grad {
            Some((first, second)) => (Some(first), Some(second)),
            None => (None, None),
        };
        let spent = Input::Spent(&mut *between);
        self.1
            .backward::<A::Through, B>(spent, second, dz, grad_second);
        self.0.backward::<P, B>(x, first, between, grad_first);
    }

    /// Once it has gone through the first layer, x is memory that nobody needs, unless it tells a slope:
    /// of the values between layers every other one goes there.
    #[inline]
    fn there_and_back<P: Activation, const B: usize>(
        &self,
        x: &mut [A::In; B],
        free: &mut [f32],
        turn: impl FnOnce(&mut [C::Out; B]) -> bool,
    ) -> bool {
        let (mut tape, mut own) = (A::Tape::<B>::ZERO, Between([A::Out::ZERO; B]));
        let between = A::Out::of_numbers(free).first_chunk_mut();
        let between: &mut [A::Out; B] = between.unwrap_or(&mut own.0);
        self.0.forward(x, &mut tape, between);
        let free = if P::OUTPUT && !A::READS_AGAIN {
            A::In::numbers(x)
        } else {
            &mut []
        };
        let back = self.1.there_and_back::<A::Through, B>(between, free, turn);
        if back {
            self.0
                .backward::<P, B>(Input::Spent(x), &mut tape, between, None);
        }
        back
    }

    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[A::In; B],
        tape: &mut Self::TangentTape<B>,
        y: &mut [C::Out; B],
    ) {
        let (first, second) = halves(at);
        self.0.tangent(first, x, &mut tape.first, &mut tape.between);
        self.1.tangent(second, &tape.between, &mut tape.second, y);
    }

    fn backward_tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        along: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[C::Out; B]>,
        grad: &mut Self,
        dx: Option<&mut Dual<[A::In; B]>>,
    ) {
        let (first, second) = halves(at);
        let along_first = TangentTrace {
            x: along.x,
            tape: &along.tape.first,
            y: &along.tape.between,
        };
        let along_second = TangentTrace {
            x: &along.tape.between,
            tape: &along.tape.second,
            y: along.y,
        };
        let mut between = Dual::ZERO;
        self.1
            .backward_tangent(second, along_second, dy, &mut grad.1, Some(&mut between));
        self.0
            .backward_tangent(first, along_first, &mut between, &mut grad.0, dx);
    }

    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        xt: Input<'_, [A::In; B]>,
        tape: &mut Self::TangentTape<B>,
        dzt: &mut [C::Out; B],
        grad: &mut Self,
    ) {
        let (at_first, at_second) = halves(at);
        let Junction {
            first,
            between,
            second,
        } = tape;
        let spent = Input::Spent(&mut *between);
        self.1
            .backward_straight::<A::Through, B>(at_second, spent, second, dzt, &mut grad.1);
        self.0
            .backward_straight::<P, B>(at_first, xt, first, between, &mut grad.0);
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        self.0.init(init, rng);
        self.1.init(&init.behind_the_first(), rng);
    }
}

/// A value between two layers.
#[cfg_attr(not(target_arch = "arm"), repr(align(64)))] // no vector across two lines of a cache
struct Between<T>(T);

/// The traces of both layers of a pair.
fn halves<A: Layer, C: Layer<In = A::Out>, const B: usize>(
    at: Trace<'_, (A, C), B>,
) -> (Trace<'_, A, B>, Trace<'_, C, B>) {
    let first = Trace {
        x: at.x,
        tape: &at.tape.first,
        y: &at.tape.between,
    };
    let second = Trace {
        x: &at.tape.between,
        tape: &at.tape.second,
        y: at.y,
    };
    (first, second)
}

/// The type of a network, from its layers in order.
///
/// ```
/// use ganlet::chain;
/// use ganlet::layer::{Dense, LeakyRelu, is_layer};
///
/// type Generator = chain![Dense<6, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
/// const _: () = is_layer::<Generator>();
/// ```
///
/// A width that does not fit the next layer does not compile:
///
/// ```compile_fail
/// use ganlet::chain;
/// use ganlet::layer::{Dense, LeakyRelu, is_layer};
///
/// type Wrong = chain![Dense<6, 16, LeakyRelu>, Dense<12, 1>];
/// const _: () = is_layer::<Wrong>();
/// ```
#[macro_export]
macro_rules! chain {
    ($layer:ty $(,)?) => { $layer };
    ($layer:ty, $($rest:ty),+ $(,)?) => { ($layer, $crate::chain![$($rest),+]) };
}

/// Holds where `L` is a layer: `const _: () = is_layer::<Net>();` beside a network's definition
/// turns a wrong width into one readable error there, and a wrong length of a convolution too.
pub const fn is_layer<L: Layer>() {
    // Evaluates what the layers assert of their own sizes.
    let _ = L::LEN;
}
