//! Both players' steps: losses, penalties, batches with a short last block.

use ganlet::chain;
use ganlet::gan::Objective;
use ganlet::layer::{
    Conv1d, ConvTranspose1d, Dense, Flatten, LeakyRelu, NoiseSkip, Row, Sigmoid, Silu, Tanh,
    Unflatten,
};
use ganlet::loss::Loss;
use ganlet::rng::Rng;
use ganlet_oracle::game_case::GameCase;
use ganlet_oracle::mirror::Mirror;
use proptest::prelude::*;

use super::{holds, seed};

/// Each loss with each combination of penalties, on batches of one to nine.
fn agrees<G, D>()
where
    G: Mirror<Out: Row>,
    D: Mirror<In = G::Out, Out = [f32; 1]>,
{
    let gamma = || prop_oneof![Just(0.0f32), 0.1f32..2.0];
    for loss in Loss::ALL {
        holds(
            12,
            (gamma(), gamma(), 1..=9usize, seed()),
            |(r1, r2, batch, seed)| {
                let objective = Objective { loss, r1, r2 };
                GameCase::<G, D>::draw(&mut Rng::new(seed, 0), objective, batch).check()
            },
        );
    }
}

macro_rules! agree {
    ($($name:ident: $generator:ty => $discriminator:ty,)*) => {
        $(
            #[test]
            fn $name() {
                agrees::<$generator, $discriminator>();
            }
        )*
    };
}

agree! {
    leaky_scalar:
        chain![Dense<3, 5, LeakyRelu>, Dense<5, 4, LeakyRelu>, Dense<4, 1>] =>
        chain![Dense<1, 6, LeakyRelu>, Dense<6, 5, LeakyRelu>, Dense<5, 1>],
    curved_discriminator:
        chain![Dense<2, 4, Tanh>, Dense<4, 3>] =>
        chain![Dense<3, 5, Silu>, Dense<5, 4, Tanh>, Dense<4, 1>],
    sigmoid_discriminator:
        Dense<2, 2, Sigmoid> =>
        chain![Dense<2, 8, Sigmoid>, Dense<8, 3, Silu>, Dense<3, 1>],
    bounded_logit:
        chain![Dense<1, 3, Silu>, Dense<3, 2>] =>
        chain![Dense<2, 4, Tanh>, Dense<4, 1, Tanh>],
    linear_players:
        NoiseSkip<Dense<3, 2>, 2> =>
        Dense<2, 1>,
    whitened_window:
        NoiseSkip<chain![Dense<3, 8, LeakyRelu>, Dense<8, 9>], 9> =>
        chain![Dense<9, 8, LeakyRelu>, Dense<8, 1>],
    convolutional_players:
        chain![
            Dense<3, 8, LeakyRelu>,
            Unflatten<8, 2, 4>,
            ConvTranspose1d<2, 4, 1, 8, 4, 2, 1>,
            Flatten<1, 8, 8>,
        ] =>
        chain![
            Unflatten<8, 1, 8>,
            Conv1d<1, 8, 2, 4, 4, 2, 1, Silu>,
            Conv1d<2, 4, 3, 2, 4, 2, 1, LeakyRelu>,
            Flatten<3, 2, 6>,
            Dense<6, 1>,
        ],
}
