//! The checks themselves: one entry of one term wrong by one per cent must not pass.

use ganlet::chain;
use ganlet::gan::Objective;
use ganlet::layer::{Conv1d, ConvTranspose1d, Dense, LeakyRelu, NoiseSkip, Silu, Tanh};
use ganlet::loss::Loss;
use ganlet::rng::Rng;
use ganlet_oracle::broken::{Broken, Fault};
use ganlet_oracle::game_case::GameCase;
use ganlet_oracle::layer_case::LayerCase;
use ganlet_oracle::mirror::Mirror;

/// Terms that every layer has.
const STRAIGHT: [Fault; 9] = [
    Fault::Gradient(0),
    Fault::Gradient(1),
    Fault::Input,
    Fault::Tangent,
    Fault::GradientByValue(0),
    Fault::GradientByValue(1),
    Fault::GradientByTangent(0),
    Fault::InputByValue,
    Fault::DirectionByTangent,
];

/// Terms of the second derivative of an activation.
const CURVED: [Fault; 2] = [Fault::GradientByTangent(1), Fault::InputByTangent];

/// Terms of the short way of layers that have none.
const SHORT: [Fault; 2] = [Fault::GradientStraight(0), Fault::DirectionStraight];

/// Terms of the scale of the noise, a skip's third leaf.
const SCALE: [Fault; 4] = [
    Fault::Gradient(2),
    Fault::GradientByValue(2),
    Fault::GradientByTangent(2),
    Fault::GradientStraight(2),
];

/// Every fault of a layer is noticed in a block of `B`, whatever the values; its absence passes.
fn noticed_in_a_layer<L: Mirror, const B: usize>(faults: &[Fault]) {
    for seed in 0..10 {
        let mut case = LayerCase::<Broken<L>, B>::draw(&mut Rng::new(seed, 0));
        assert_eq!(case.check(), Ok(()), "seed {seed}, without fault");
        for &fault in faults {
            case.layer.fault = Some(fault);
            assert!(case.check().is_err(), "seed {seed}: {fault:?} passes");
        }
    }
}

#[test]
fn in_a_layer() {
    noticed_in_a_layer::<Dense<4, 3, LeakyRelu>, 4>(&[&STRAIGHT[..], &SHORT].concat());
    noticed_in_a_layer::<Dense<5, 2, Tanh>, 3>(&[&STRAIGHT[..], &CURVED].concat());
    noticed_in_a_layer::<Dense<2, 4, Silu>, 1>(&[&STRAIGHT[..], &CURVED].concat());
    noticed_in_a_layer::<Conv1d<2, 5, 3, 3, 3, 2, 1, Tanh>, 4>(&[&STRAIGHT[..], &CURVED].concat());
    noticed_in_a_layer::<Conv1d<2, 5, 3, 3, 3, 2, 1, LeakyRelu>, 4>(
        &[&STRAIGHT[..], &SHORT].concat(),
    );
    noticed_in_a_layer::<ConvTranspose1d<2, 3, 2, 5, 3, 2, 1>, 4>(
        &[&STRAIGHT[..], &SHORT].concat(),
    );
    noticed_in_a_layer::<NoiseSkip<Dense<3, 2>, 2>, 4>(&[&STRAIGHT[..], &SHORT, &SCALE].concat());
}

#[test]
fn in_the_middle_of_a_discriminator() {
    type Generator = Dense<2, 2>;
    // A curved layer after the broken one, or nothing would come back to its value.
    type Net = chain![
        Dense<2, 4, Tanh>,
        Broken<Dense<4, 3, Silu>>,
        Dense<3, 3, Tanh>,
        Dense<3, 1>,
    ];
    for loss in Loss::ALL {
        let objective = Objective {
            loss,
            r1: 2.0,
            r2: 1.0,
        };
        let mut case = GameCase::<Generator, Net>::draw(&mut Rng::new(3, 0), objective, 6);
        assert_eq!(case.check(), Ok(()), "{loss}, without fault");
        for fault in STRAIGHT.into_iter().chain(CURVED) {
            case.discriminator.1.0.fault = Some(fault);
            assert!(case.check().is_err(), "{loss}: {fault:?} passes");
        }
    }
}

#[test]
fn in_the_middle_of_a_discriminator_of_rectifiers() {
    type Generator = Dense<2, 2>;
    type Net = chain![
        Dense<2, 4, LeakyRelu>,
        Broken<Dense<4, 3, LeakyRelu>>,
        Dense<3, 3, LeakyRelu>,
        Dense<3, 1>,
    ];
    let objective = Objective {
        loss: Loss::NonSaturating,
        r1: 2.0,
        r2: 1.0,
    };
    let mut case = GameCase::<Generator, Net>::draw(&mut Rng::new(3, 0), objective, 6);
    assert_eq!(case.check(), Ok(()), "without fault");
    for fault in SHORT {
        case.discriminator.1.0.fault = Some(fault);
        assert!(case.check().is_err(), "{fault:?} passes");
    }
}

#[test]
fn in_the_middle_of_a_generator() {
    type Net = chain![Dense<2, 4, Tanh>, Broken<Dense<4, 3, Silu>>, Dense<3, 2>];
    type Discriminator = chain![Dense<2, 4, Silu>, Dense<4, 1>];
    for loss in Loss::ALL {
        let objective = Objective {
            loss,
            r1: 0.0,
            r2: 0.0,
        };
        let mut case = GameCase::<Net, Discriminator>::draw(&mut Rng::new(5, 0), objective, 6);
        assert_eq!(case.check(), Ok(()), "{loss}, without fault");
        for fault in [Fault::Gradient(0), Fault::Gradient(1), Fault::Input] {
            case.generator.1.0.fault = Some(fault);
            assert!(case.check().is_err(), "{loss}: {fault:?} passes");
        }
    }
}
