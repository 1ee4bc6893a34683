//! The networks that ganlet ships, each a pair of types with the recipe that suits it.

use crate::chain;
use crate::latent::Latent;
use crate::layer::{
    Conv1d, ConvTranspose1d, Dense, Flatten, Gain, Init, Kinks, Layer, LeakyRelu, NoiseSkip, Row,
    Unflatten, is_layer,
};
use crate::penalty::Discriminator;
use crate::recipe::Recipe;
use crate::stream::{Axes, Coded, Held, PrincipalAxes};
use crate::watch::{Panel, ReadingPanel, WindowPanel};

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

    /// How samples are turned before the networks see them.
    type Axes: Axes<Sample = Self::Sample>;

    /// How samples are remembered.
    type Held: Held<Sample = Self::Sample>;

    /// What tells whether samples are normal.
    type Panel: Panel<Sample = Self::Sample>;

    /// How it is trained unless the user says otherwise.
    const RECIPE: Recipe;

    /// How the generator's parameters are drawn, and then the discriminator's.
    const INIT: (Init, Init);

    /// Tells a generator how far samples spread along their axes.
    fn suit(_generator: &mut Self::Generator, _axes: &Self::Axes) {}
}

/// Single readings: 722 parameters.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

/// Single readings that cluster: 1,107 parameters.
///
/// All latents are signs, so that the network has 256 places to put readings, and the noise skip
/// learns how far they scatter about them. A place that is left between two clusters costs one reading in
/// 256, where the bridge of a [`Scalar`] costs a hundredth for each gap. Where readings are spread
/// evenly, [`Scalar`] is the better one.
#[derive(Clone, Copy, Debug)]
pub struct Modes;

/// Windows of 16 readings: 3,537 parameters.
#[derive(Clone, Copy, Debug)]
pub struct Window16;

/// Windows of 32 readings: 4,609 parameters.
#[derive(Clone, Copy, Debug)]
pub struct Window32;

/// Windows of 32 readings, by convolutions: 4,890 parameters.
///
/// The kernels run along the principal axes, in the order of their spread. Those of a stationary signal
/// are nearly its frequencies, a sine and a cosine of each beside one another, so that what a kernel
/// learns of one frequency holds for its neighbours. Along time, where every reading of a window is as
/// large as any other, the same networks came out more than twice as far from the data. [`Window32`]
/// comes nearer to periodic signals, in two thirds of the time.
#[derive(Clone, Copy, Debug)]
pub struct Conv32;

/// A generator of windows, from 8 latents and `N` noises.
pub type WindowGenerator<const N: usize> =
    NoiseSkip<chain![Dense<8, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, N>], N>;
/// The same along the windows' principal axes, whose gains are set by the data.
pub type AxesGenerator<const N: usize> = Gain<WindowGenerator<N>, N>;
/// A discriminator of windows.
pub type WindowDiscriminator<const N: usize> =
    chain![Dense<N, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 1>];

/// From 8 latents over 8 channels of 8 and 8 channels of 16 to a window of 32, with 32 noises, and
/// gains that are set by the data.
pub type ConvGenerator = Gain<
    NoiseSkip<
        chain![
            Dense<8, 32, LeakyRelu>,
            Dense<32, 64, LeakyRelu>,
            Unflatten<64, 8, 8>,
            ConvTranspose1d<8, 8, 8, 16, 4, 2, 1, LeakyRelu>,
            ConvTranspose1d<8, 16, 1, 32, 4, 2, 1>,
            Flatten<1, 32, 32>,
        ],
        32,
    >,
    32,
>;
/// From a window of 32 over 8 channels of 16 and 16 channels of 8 to 12 units and a logit.
pub type ConvDiscriminator = chain![
    Unflatten<32, 1, 32>,
    Conv1d<1, 32, 8, 16, 4, 2, 1, LeakyRelu>,
    Conv1d<8, 16, 16, 8, 4, 2, 1, LeakyRelu>,
    Flatten<16, 8, 128>,
    Dense<128, 12, LeakyRelu>,
    Dense<12, 1>,
];

impl Model for Scalar {
    const NAME: &'static str = "scalar";
    type Sample = [f32; 1];
    type Generator = chain![Dense<6, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    type Discriminator = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];

    type Axes = PrincipalAxes<1, 1>;
    type Held = [f32; 1];
    type Panel = ReadingPanel;

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

impl Model for Modes {
    const NAME: &'static str = "modes";
    type Sample = [f32; 1];
    type Generator =
        NoiseSkip<chain![Dense<8, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>], 1>;
    type Discriminator = chain![Dense<1, 24, LeakyRelu>, Dense<24, 24, LeakyRelu>, Dense<24, 1>];
    type Axes = PrincipalAxes<1, 1>;
    type Held = [f32; 1];
    type Panel = ReadingPanel;

    const RECIPE: Recipe = Recipe {
        gaussian: 0,
        ..Recipe::SCALAR
    };
    const INIT: (Init, Init) = (
        Init {
            noise: 0.3,
            ..Scalar::INIT.0
        },
        Scalar::INIT.1,
    );
}

impl Model for Window16 {
    const NAME: &'static str = "window16";
    type Sample = [f32; 16];
    type Generator = AxesGenerator<16>;
    type Discriminator = WindowDiscriminator<16>;
    type Axes = PrincipalAxes<16, 136>;
    type Held = Coded<16>;
    /// Eight axes: a window of 16 has no more to tell.
    type Panel = WindowPanel<16, 8, 9, 45>;

    const RECIPE: Recipe = Recipe::WINDOW;
    const INIT: (Init, Init) = WINDOW_INIT;

    fn suit(generator: &mut Self::Generator, axes: &Self::Axes) {
        generator.gains = axes.gains();
    }
}

impl Model for Window32 {
    const NAME: &'static str = "window32";
    type Sample = [f32; 32];
    type Generator = AxesGenerator<32>;
    type Discriminator = WindowDiscriminator<32>;
    type Axes = PrincipalAxes<32, 528>;
    type Held = Coded<32>;
    type Panel = WindowPanel<32, 12, 13, 91>;

    const RECIPE: Recipe = Recipe::WINDOW;
    const INIT: (Init, Init) = WINDOW_INIT;

    fn suit(generator: &mut Self::Generator, axes: &Self::Axes) {
        generator.gains = axes.gains();
    }
}

impl Model for Conv32 {
    const NAME: &'static str = "conv32";
    type Sample = [f32; 32];
    type Generator = ConvGenerator;
    type Discriminator = ConvDiscriminator;
    type Axes = PrincipalAxes<32, 528>;
    type Held = Coded<32>;
    type Panel = WindowPanel<32, 12, 13, 91>;

    const RECIPE: Recipe = Recipe::WINDOW;
    const INIT: (Init, Init) = (
        Init {
            noise: 0.3,
            ..WINDOW_INIT.0
        },
        WINDOW_INIT.1,
    );

    fn suit(generator: &mut Self::Generator, axes: &Self::Axes) {
        generator.gains = axes.gains();
    }
}

/// The generator begins with half of its spread from the network and half from the noise. With
/// noise alone it would be the Gaussian fit, which is a saddle of the game: a window that is a ring
/// in two of its dimensions is not left for 10,000 steps.
const WINDOW_INIT: (Init, Init) = (
    Init {
        output_scale: 0.6,
        noise: 0.5,
        ..Init::PLAIN
    },
    Init {
        output_scale: 0.3,
        ..Init::PLAIN
    },
);

const _: () = {
    is_layer::<<Scalar as Model>::Generator>();
    is_layer::<<Scalar as Model>::Discriminator>();
    is_layer::<<Modes as Model>::Generator>();
    is_layer::<<Modes as Model>::Discriminator>();
    is_layer::<AxesGenerator<32>>();
    is_layer::<WindowDiscriminator<32>>();
    is_layer::<ConvGenerator>();
    is_layer::<ConvDiscriminator>();
};
