//! All passes of every layer, over shapes that do and do not fill a vector register.

use ganlet::chain;
use ganlet::layer::{Dense, LeakyRelu, Linear, NoiseSkip, Sigmoid, Silu, Tanh};
use ganlet::rng::Rng;
use ganlet_tests::oracle::layer_case::LayerCase;
use ganlet_tests::oracle::mirror::Mirror;
use proptest::sample::select;

use super::{holds, seed};

/// A layer against the oracle, in blocks of several sizes; larger layers in fewer draws.
fn agrees<L: Mirror>() {
    let cases = (4000 / L::LEN as u32).clamp(6, 60);
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
