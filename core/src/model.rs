//! The networks that ganlet ships, each a pair of types with the recipe that suits it.

use crate::chain;
use crate::latent::Latent;
use crate::layer::{Dense, Init, Kinks, Layer, LeakyRelu, NoiseSkip, Row, is_layer};
use crate::penalty::Discriminator;
use crate::recipe::Recipe;

/// A generator and a discriminator that fit each other.
///
/// Implement it for a type of your own to train another pair; the widths are checked where the
/// types are named.
pub trait Model {
    /// The name on the command line, in checkpoints and in telemetry: at most 16 ASCII characters.
    const NAME: &'static str;
    /// One sample: `[f32; 1]` for a reading, `[f32; N]` for a window of N readings.
    type Sample: Row;
    /// From a latent to a sample.
    type Generator: Layer<In: Latent, Out = Self::Sample>;
    /// From a sample to a logit.
    type Discriminator: Discriminator + Layer<In = Self::Sample>;

    /// How it is trained unless the user says otherwise.
    const RECIPE: Recipe;

    /// How the generator's parameters are drawn, and then the discriminator's.
    const INIT: (Init, Init);
}

/// Single readings: 722 parameters.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

/// Windows of 16 readings: 3,521 parameters.
#[derive(Clone, Copy, Debug)]
pub struct Window16;

/// Windows of 32 readings: 4,577 parameters.
#[derive(Clone, Copy, Debug)]
pub struct Window32;

/// A generator of windows, from 8 latents and `N` noises.
pub type WindowGenerator<const N: usize> =
    NoiseSkip<chain![Dense<8, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, N>], N>;
/// A discriminator of windows.
pub type WindowDiscriminator<const N: usize> =
    chain![Dense<N, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 1>];

impl Model for Scalar {
    const NAME: &'static str = "scalar";
    type Sample = [f32; 1];
    type Generator = chain![Dense<6, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    type Discriminator = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];

    const RECIPE: Recipe = Recipe::SCALAR;
    const INIT: (Init, Init) = (
        Init {
            equal_norms: true,
            kinks: Kinks::Stratified(0.8),
            ..Init::PLAIN
        },
        Init {
            output_scale: 0.3,
            equal_norms: true,
            kinks: Kinks::HeavyTailed(0.5),
            ..Init::PLAIN
        },
    );
}

impl Model for Window16 {
    const NAME: &'static str = "window16";
    type Sample = [f32; 16];
    type Generator = WindowGenerator<16>;
    type Discriminator = WindowDiscriminator<16>;

    const RECIPE: Recipe = Recipe::WINDOW;
    const INIT: (Init, Init) = WINDOW_INIT;
}

impl Model for Window32 {
    const NAME: &'static str = "window32";
    type Sample = [f32; 32];
    type Generator = WindowGenerator<32>;
    type Discriminator = WindowDiscriminator<32>;

    const RECIPE: Recipe = Recipe::WINDOW;
    const INIT: (Init, Init) = WINDOW_INIT;
}

const WINDOW_INIT: (Init, Init) = (
    Init::PLAIN,
    Init {
        output_scale: 0.3,
        ..Init::PLAIN
    },
);

const _: () = {
    is_layer::<<Scalar as Model>::Generator>();
    is_layer::<<Scalar as Model>::Discriminator>();
    is_layer::<WindowGenerator<32>>();
    is_layer::<WindowDiscriminator<32>>();
};
