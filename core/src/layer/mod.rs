//! Layers with their shapes in their types: `forward` beside `backward`, both by hand.
//!
//! A network is a layer, or a right-nested pair of layers written by [`chain!`](crate::chain).
//! Everything runs on a *block* of `B` samples at once, so that a weight is loaded once for all of
//! them. A wrong width does not compile.
//!
//! # Order of sums
//!
//! Part of the arithmetic, whatever the vector width: a pre-activation starts at the bias and adds
//! its products by ascending input; an input's adjoint starts at zero and adds by ascending output;
//! a weight's gradient starts at what it holds and adds by ascending sample. [`Conv1d`] and
//! [`ConvTranspose1d`] state where channels, taps and positions come in. Nothing is fused into a
//! multiply-add.
//!
//! # Convolutions
//!
//! A GAN on windows of 32 samples. A signal is a row `[[f32; LENGTH]; CHANNELS]`; [`Unflatten`] and
//! [`Flatten`] lead to it and back.
//!
//! ```
//! use ganlet::chain;
//! use ganlet::gan::{Gan, Objective};
//! use ganlet::layer::{
//!     Conv1d, ConvTranspose1d, Dense, Flatten, Init, Layer, LeakyRelu, Unflatten, is_layer,
//! };
//! use ganlet::loss::Loss;
//! use ganlet::optimizer::Adam;
//! use ganlet::params::Params;
//! use ganlet::rng::Rng;
//!
//! /// 8 latents → 16 channels of 8 → 8 channels of 16 → 32 samples.
//! type Generator = chain![
//!     Dense<8, 128, LeakyRelu>,
//!     Unflatten<128, 16, 8>,
//!     ConvTranspose1d<16, 8, 8, 16, 4, 2, 1, LeakyRelu>,
//!     ConvTranspose1d<8, 16, 1, 32, 4, 2, 1>,
//!     Flatten<1, 32, 32>,
//! ];
//! /// 32 samples → 8 channels of 16 → 16 channels of 8 → one logit.
//! type Discriminator = chain![
//!     Unflatten<32, 1, 32>,
//!     Conv1d<1, 32, 8, 16, 4, 2, 1, LeakyRelu>,
//!     Conv1d<8, 16, 16, 8, 4, 2, 1, LeakyRelu>,
//!     Flatten<16, 8, 128>,
//!     Dense<128, 1>,
//! ];
//! const _: () = is_layer::<Generator>();
//! const _: () = is_layer::<Discriminator>();
//!
//! let mut rng = Rng::new(1, 0);
//! let mut generator = Generator::ZERO;
//! let mut discriminator = Discriminator::ZERO;
//! generator.init(&Init::default(), &mut rng);
//! discriminator.init(&Init::default(), &mut rng);
//!
//! let adam = Adam { beta1: 0.5, beta2: 0.99, epsilon: 1e-8 };
//! let objective = Objective { loss: Loss::NonSaturating, r1: 0.5, r2: 0.0 };
//! let mut gan: Gan<_, _, Adam> = Gan::new(generator, discriminator);
//! let step = gan.train_discriminator_on_real_and_generated(
//!     &objective,
//!     &adam,
//!     1e-3,
//!     16,
//!     || [1.0; 32],
//!     || core::array::from_fn(|_| rng.gaussian()),
//! );
//! assert!(step.step.loss > 0.0 && step.step.penalty > 0.0);
//! ```

mod activation;
mod chain;
#[cfg(test)]
pub(crate) mod checks;
mod conv1d;
mod conv_transpose1d;
mod correlation;
mod dense;
mod gain;
mod noise_skip;
#[cfg(test)]
pub(crate) mod oracle;
mod product;
mod reshape;

pub use activation::{Activation, Kept, LeakyRelu, Linear, Sigmoid, Silu, Stored, Tanh};
pub use chain::{Junction, is_layer};
pub use conv_transpose1d::ConvTranspose1d;
pub use conv1d::Conv1d;
pub use dense::Dense;
pub use gain::Gain;
pub use noise_skip::NoiseSkip;
pub use reshape::{Flatten, Reshape, Unflatten};

use crate::params::Params;
use crate::rng::Rng;

/// A value that has a zero: rows, blocks of rows, tapes.
pub trait Zero: Copy + core::fmt::Debug {
    /// The value with every number zero.
    const ZERO: Self;

    /// The numbers of these values, one after the other; none of a value that is no array.
    #[inline]
    fn numbers(_values: &mut [Self]) -> &mut [f32] {
        &mut []
    }

    /// As many values as there are numbers for; none that are no arrays.
    #[inline]
    fn of_numbers(_numbers: &mut [f32]) -> &mut [Self] {
        &mut []
    }
}

impl Zero for () {
    const ZERO: Self = ();
}

impl Zero for f32 {
    const ZERO: Self = 0.0;

    #[inline]
    fn numbers(values: &mut [f32]) -> &mut [f32] {
        values
    }
    #[inline]
    fn of_numbers(numbers: &mut [f32]) -> &mut [f32] {
        numbers
    }
}

impl<T: Zero, const N: usize> Zero for [T; N] {
    const ZERO: Self = [T::ZERO; N];

    #[inline]
    fn numbers(values: &mut [Self]) -> &mut [f32] {
        T::numbers(values.as_flattened_mut())
    }
    #[inline]
    fn of_numbers(numbers: &mut [f32]) -> &mut [Self] {
        T::of_numbers(numbers).as_chunks_mut().0
    }
}

impl<A: Zero, B: Zero> Zero for (A, B) {
    const ZERO: Self = (A::ZERO, B::ZERO);
}

/// One sample of a layer's output: `[f32; N]`, or `[[f32; LENGTH]; CHANNELS]`.
pub trait Row: Zero {
    /// Numbers in it.
    const LEN: usize;
    /// The sample as one flat slice.
    fn flat(&self) -> &[f32];
    /// The sample as one flat slice, to be written.
    fn flat_mut(&mut self) -> &mut [f32];
}

impl<const N: usize> Row for [f32; N] {
    const LEN: usize = N;

    #[inline]
    fn flat(&self) -> &[f32] {
        self
    }
    #[inline]
    fn flat_mut(&mut self) -> &mut [f32] {
        self
    }
}

impl<const L: usize, const C: usize> Row for [[f32; L]; C] {
    const LEN: usize = L * C;

    #[inline]
    fn flat(&self) -> &[f32] {
        self.as_flattened()
    }
    #[inline]
    fn flat_mut(&mut self) -> &mut [f32] {
        self.as_flattened_mut()
    }
}

/// The input of a layer on the way back.
#[derive(Debug)]
pub enum Input<'a, X> {
    /// It stays: nobody asks for its adjoint, as with the first layer of a network in training.
    Kept(&'a X),
    /// Its adjoint takes its place.
    Spent(&'a mut X),
}

impl<X> Input<'_, X> {
    /// What went in.
    #[inline]
    pub fn value(&self) -> &X {
        match self {
            Self::Kept(x) => x,
            Self::Spent(x) => x,
        }
    }
}

/// A forward pass that has happened, as the passes over its derivative need it.
#[derive(Debug)]
pub struct Trace<'a, L: Layer, const B: usize> {
    /// What went in.
    pub x: &'a [L::In; B],
    /// What the layer wrote down besides.
    pub tape: &'a L::Tape<B>,
    /// What came out.
    pub y: &'a [L::Out; B],
}

impl<L: Layer, const B: usize> Clone for Trace<'_, L, B> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layer, const B: usize> Copy for Trace<'_, L, B> {}

/// A directional derivative that has been pushed through, beside its [`Trace`].
#[derive(Debug)]
pub struct TangentTrace<'a, L: Layer, const B: usize> {
    /// The direction that went in, ẋ.
    pub x: &'a [L::In; B],
    /// What the layer wrote down besides.
    pub tape: &'a L::TangentTape<B>,
    /// The directional derivative that came out, ẏ = J(x) ẋ.
    pub y: &'a [L::Out; B],
}

impl<L: Layer, const B: usize> Clone for TangentTrace<'_, L, B> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layer, const B: usize> Copy for TangentTrace<'_, L, B> {}

/// A differentiable function with parameters, on blocks of `B` samples.
///
/// Parameters are `&self`; what a pass needs to remember goes to tapes that the caller owns, and a
/// gradient is a value of the layer's own type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer: do the widths of neighbouring layers agree?",
    note = "in `chain![A, B, ..]` the output of each layer must be the input of the next"
)]
pub trait Layer: Params {
    /// One sample of the input.
    type In: Zero;
    /// One sample of the output.
    type Out: Row;
    /// What `x` and `y` do not tell the reverse pass.
    type Tape<const B: usize>: Zero;
    /// What `ẋ` and `ẏ` do not tell the reverse pass over a directional derivative.
    type TangentTape<const B: usize>: Zero;
    /// The activation that the output has come through, as far as the output tells its slope: who
    /// sends back an adjoint multiplies it by that slope.
    type Through: Activation;
    /// Whether the way back reads `x` again where there is no gradient to add to, but for the slope of
    /// what `x` has come through.
    const READS_AGAIN: bool = true;
    /// Whether a second derivative by the input is not zero everywhere.
    const CURVED: bool;

    /// y = f(x).
    fn forward<const B: usize>(
        &self,
        x: &[Self::In; B],
        tape: &mut Self::Tape<B>,
        y: &mut [Self::Out; B],
    );

    /// Reverse mode, in the memory of the forward pass: from the adjoint `dz` of what went into
    /// [`Through`](Self::Through) to those of the parameters and of the input.
    ///
    /// `grad` is *added to*; `None` means that the layer is frozen and costs no gradient memory. An
    /// input that is [spent](Input::Spent) comes back as φ′(x) x̄, where φ is the activation `P` that
    /// it has come through; [`Linear`] leaves x̄. The tape and `dz` are scratch.
    fn backward<P: Activation, const B: usize>(
        &self,
        x: Input<'_, [Self::In; B]>,
        tape: &mut Self::Tape<B>,
        dz: &mut [Self::Out; B],
        grad: Option<&mut Self>,
    );

    /// There and back through a frozen layer: `turn` puts the adjoint of what went into
    /// [`Through`](Self::Through) in the place of y = f(x), and says whether there is a way back, which
    /// this returns; then x comes back as a [spent](Input::Spent) input does. Otherwise it is spoilt.
    ///
    /// `free` is memory that nobody needs meanwhile, for values that pass between layers.
    #[inline]
    fn there_and_back<P: Activation, const B: usize>(
        &self,
        x: &mut [Self::In; B],
        _free: &mut [f32],
        turn: impl FnOnce(&mut [Self::Out; B]) -> bool,
    ) -> bool {
        let (mut tape, mut y) = (Self::Tape::<B>::ZERO, [Self::Out::ZERO; B]);
        self.forward(x, &mut tape, &mut y);
        let back = turn(&mut y);
        if back {
            self.backward::<P, B>(Input::Spent(x), &mut tape, &mut y, None);
        }
        back
    }

    /// Forward mode: the directional derivative ẏ = J(x) ẋ at a pass that has happened.
    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[Self::In; B],
        tape: &mut Self::TangentTape<B>,
        y: &mut [Self::Out; B],
    );

    /// Reverse over forward: from the adjoints of `y` and of ẏ to the gradient, and to the adjoints
    /// of `x` and of ẋ. This is what makes a gradient penalty exact ([`penalty`](crate::penalty)).
    ///
    /// Both members of `dy` are scratch; both members of `dx` are overwritten.
    fn backward_tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        along: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[Self::Out; B]>,
        grad: &mut Self,
        dx: Option<&mut Dual<[Self::In; B]>>,
    );

    /// The same for a layer that is not [`CURVED`](Self::CURVED) and a y without an adjoint, in the
    /// memory of the tangents: x gets no adjoint either, and what is left is [`backward`](Self::backward)
    /// with ẋ in the place of x, and no bias.
    ///
    /// `dzt` is the adjoint of what became ẏ by the slope of [`Through`](Self::Through). A direction ẋ
    /// that is [spent](Input::Spent) comes back as φ′(x) times its adjoint, where φ is the activation `P`
    /// that x has come through. The tape and `dzt` are scratch. Nobody calls it of a curved layer.
    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        xt: Input<'_, [Self::In; B]>,
        tape: &mut Self::TangentTape<B>,
        dzt: &mut [Self::Out; B],
        grad: &mut Self,
    );

    /// Draws initial parameters; see [`Init`].
    fn init(&mut self, init: &Init, rng: &mut Rng);
}

/// The adjoints of a value and of its directional derivative.
#[derive(Clone, Copy, Debug)]
pub struct Dual<T> {
    /// Adjoint of the value.
    pub value: T,
    /// Adjoint of its tangent.
    pub tangent: T,
}

impl<T: Zero> Zero for Dual<T> {
    const ZERO: Self = Self {
        value: T::ZERO,
        tangent: T::ZERO,
    };
}

/// How initial parameters are drawn.
///
/// Weights are Gaussian with variance g² / fan_in, g² being the gain of the activation that
/// follows (He et al. 2015: 2 / (1 + slope²) for a leaky rectifier, 1 for a linear output).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Init {
    /// Multiplies the weights of linear (output) layers: below 1 lets a discriminator start
    /// undecided.
    pub output_scale: f32,
    /// Biases of hidden layers are U(±`bias_spread` / √fan_in): 0 leaves them at zero, 1 spreads
    /// the kinks of a network with few inputs over the data.
    pub bias_spread: f32,
    /// Scales the weights of every unit of a dense layer to the norm that they have on average: no
    /// unit is loud or mute by the luck of the draw.
    pub equal_norms: bool,
    /// Where the units of a dense first layer have their kinks.
    pub kinks: Kinks,
    /// Standard deviation of the noise that a [`NoiseSkip`] begins with.
    pub noise: f32,
}

/// Where the units of a first layer have their kinks, in standard deviations of its input along the
/// direction of a unit's weights. With u in [−1, 1], the units share out that interval evenly: luck
/// leaves no part of it without a kink.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kinks {
    /// Where the drawn weights and biases put them.
    Drawn,
    /// At κ u, with u drawn in each unit's share (stratified sampling), for an input whose
    /// distribution is known, as a latent's is.
    Stratified(f32),
    /// At κ u / (1 − |u|), with u in the middle of each unit's share, for data: half of them within
    /// ±κ, the others ever farther out, where a heavy tail needs them. Far out a unit has small
    /// weights, so that it is no louder than the others; their mean square stays as it was.
    HeavyTailed(f32),
}

impl Default for Init {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl Init {
    /// Weights as they are, biases at zero.
    pub const PLAIN: Self = Self {
        output_scale: 1.0,
        bias_spread: 0.0,
        equal_norms: false,
        kinks: Kinks::Drawn,
        noise: 1.0,
    };

    /// The same for the layers behind the first.
    fn behind_the_first(&self) -> Self {
        Self {
            kinks: Kinks::Drawn,
            ..*self
        }
    }

    /// Fills a leaf of weights and a leaf of biases.
    fn fill<A: Activation>(&self, w: &mut [f32], b: &mut [f32], fan_in: usize, rng: &mut Rng) {
        let root = crate::math::sqrt(fan_in as f32);
        let scale = if A::OUTPUT { self.output_scale } else { 1.0 };
        let sd = scale * crate::math::sqrt(A::GAIN) / root;
        let spread = if A::OUTPUT {
            0.0
        } else {
            self.bias_spread / root
        };
        w.iter_mut().for_each(|w| *w = sd * rng.gaussian());
        b.iter_mut()
            .for_each(|b| *b = spread * (2.0 * rng.uniform() - 1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says_its_length<R: Row>() {
        let mut row = R::ZERO;
        assert_eq!((row.flat().len(), row.flat_mut().len()), (R::LEN, R::LEN));
    }

    #[test]
    fn a_row_has_as_many_numbers_as_it_says() {
        says_its_length::<[f32; 7]>();
        says_its_length::<[[f32; 5]; 3]>();
    }

    #[test]
    fn parameters_are_drawn_as_documented() {
        let init = Init {
            output_scale: 0.25,
            bias_spread: 0.5,
            ..Init::PLAIN
        };
        let (mut w, mut b) = ([0.0; 4000], [0.0; 400]);
        let variance = |w: &[f32; 4000]| w.iter().map(|w| w * w).sum::<f32>() / 4000.0;
        let rng = &mut Rng::new(1, 0);
        init.fill::<LeakyRelu>(&mut w, &mut b, 4, rng);
        assert!((variance(&w) * 4.0 / LeakyRelu::GAIN - 1.0).abs() < 0.05);
        // Evenly within ± 0.5 / √4.
        assert!(b.iter().all(|b| b.abs() <= 0.25));
        let low = b.iter().filter(|b| **b < -0.125).count();
        let high = b.iter().filter(|b| **b > 0.125).count();
        assert!(
            low.abs_diff(100) < 25 && high.abs_diff(100) < 25,
            "{low}, {high}"
        );
        init.fill::<Linear>(&mut w, &mut b, 4, rng);
        assert!((variance(&w) * 4.0 / 0.0625 - 1.0).abs() < 0.05);
        assert_eq!(b, [0.0; 400]);
    }
}
