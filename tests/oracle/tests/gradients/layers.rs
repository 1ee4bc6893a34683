//! All passes of every layer, over shapes that do and do not fill a vector register.

use ganlet::chain;
use ganlet::layer::{
    Conv1d, ConvTranspose1d, Dense, Flatten, LeakyRelu, Linear, NoiseSkip, Sigmoid, Silu, Tanh,
    Unflatten,
};
use ganlet::rng::Rng;
use ganlet_oracle::layer_case::LayerCase;
use ganlet_oracle::mirror::Mirror;
use proptest::sample::select;

use super::{holds, seed};

/// A layer against the oracle, in blocks of several sizes; larger layers in fewer draws.
fn agrees<L: Mirror>() {
    let cases = (4000 / L::LEN.max(1) as u32).clamp(6, 60);
    let blocks = select(&[1usize, 4, 5][..]);
    holds(cases, (seed(), blocks), |(seed, block)| {
        let rng = &mut Rng::new(seed, 0);
        match block {
            1 => LayerCase::<L, 1>::draw(rng).check(),
            4 => LayerCase::<L, 4>::draw(rng).check(),
            _ => LayerCase::<L, 5>::draw(rng).check(),
        }
    });
}

macro_rules! agree {
    ($($name:ident: $layer:ty,)*) => {
        $(
            #[test]
            fn $name() {
                agrees::<$layer>();
            }
        )*
    };
}

agree! {
    dense_1_1: Dense<1, 1>,
    dense_1_16: Dense<1, 16, LeakyRelu>,
    dense_16_1: Dense<16, 1>,
    dense_3_5: Dense<3, 5, Tanh>,
    dense_4_4: Dense<4, 4, Silu>,
    dense_5_8: Dense<5, 8, Sigmoid>,
    dense_8_4: Dense<8, 4, LeakyRelu>,
    dense_7_9: Dense<7, 9, Linear>,
    dense_13_6: Dense<13, 6, Silu>,
    dense_17_3: Dense<17, 3, Tanh>,
    dense_2_33: Dense<2, 33, Sigmoid>,
    dense_16_16: Dense<16, 16, LeakyRelu>,
    convolution_of_one_tap: Conv1d<1, 3, 1, 3, 1>,
    convolution_same_length: Conv1d<2, 5, 3, 5, 3, 1, 1, Tanh>,
    convolution_halving: Conv1d<3, 8, 4, 4, 4, 2, 1, LeakyRelu>,
    convolution_leaving_a_rest: Conv1d<2, 9, 5, 3, 4, 2, 0, Silu>,
    convolution_mostly_padding: Conv1d<1, 2, 3, 4, 5, 1, 3, Sigmoid>,
    transpose_of_one_tap: ConvTranspose1d<1, 3, 1, 3, 1>,
    transpose_doubling: ConvTranspose1d<4, 4, 3, 8, 4, 2, 1, LeakyRelu>,
    transpose_with_a_surplus: ConvTranspose1d<2, 3, 5, 9, 4, 2, 0, Silu>,
    transpose_same_length: ConvTranspose1d<3, 5, 2, 5, 3, 1, 1, Tanh>,
    flatten: Flatten<2, 3, 6>,
    convolutions: chain![
        Unflatten<8, 1, 8>,
        Conv1d<1, 8, 3, 4, 4, 2, 1, Silu>,
        Conv1d<3, 4, 4, 2, 4, 2, 1, Tanh>,
        Flatten<4, 2, 8>,
        Dense<8, 1>,
    ],
    transposes: chain![
        Dense<3, 8, Silu>,
        Unflatten<8, 4, 2>,
        ConvTranspose1d<4, 2, 3, 4, 4, 2, 1, Tanh>,
        ConvTranspose1d<3, 4, 1, 8, 4, 2, 1>,
        Flatten<1, 8, 8>,
    ],
    chain_of_two: chain![Dense<3, 5, Silu>, Dense<5, 2, Tanh>],
    chain_of_three: chain![Dense<2, 7, Tanh>, Dense<7, 6, Sigmoid>, Dense<6, 3>],
    chain_of_four: chain![
        Dense<4, 5, Silu>,
        Dense<5, 4, LeakyRelu>,
        Dense<4, 3, Tanh>,
        Dense<3, 2, Sigmoid>,
    ],
    nested_to_the_left: ((Dense<2, 3, Tanh>, Dense<3, 4, Silu>), Dense<4, 2>),
    noise_skip: NoiseSkip<Dense<3, 4>, 4>,
    noise_skip_over_chain: NoiseSkip<chain![Dense<2, 5, Silu>, Dense<5, 3, Tanh>], 3>,
    noise_skip_before_dense: chain![NoiseSkip<Dense<2, 4, Tanh>, 4>, Dense<4, 3, Silu>],
    noise_skip_twice: NoiseSkip<NoiseSkip<Dense<2, 3, Tanh>, 3>, 3>,
}
