//! Frozen means frozen: while one player trains, the other keeps every bit.

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Dense, Init, Layer, LeakyRelu, NoiseSkip, Silu, Tanh};
use ganlet::loss::Loss;
use ganlet::optimizer::{Adam, Momentum, Optimizer, OptimizerState, Sgd};
use ganlet::params::{Params, ParamsExt, fingerprint};
use ganlet::rng::Rng;

type Generator = NoiseSkip<chain![Dense<3, 6, LeakyRelu>, Dense<6, 5, Tanh>, Dense<5, 4>], 4>;
type Discriminator = chain![Dense<4, 6, Silu>, Dense<6, 5, LeakyRelu>, Dense<5, 1>];
type Game<O> = Gan<Generator, Discriminator, O>;

/// Every bit of a player: parameters, and what its optimizer remembers.
fn bits<P: Params, S: OptimizerState>(params: &P, state: &S) -> Vec<u32> {
    let state = (0..S::LEAVES).flat_map(|i| state.leaf(i)).copied();
    params.values().chain(state).map(f32::to_bits).collect()
}

fn generator_bits<O: Optimizer>(gan: &Game<O>) -> Vec<u32> {
    bits(&gan.generator, &gan.generator_state)
}

fn discriminator_bits<O: Optimizer>(gan: &Game<O>) -> Vec<u32> {
    bits(&gan.discriminator, &gan.discriminator_state)
}

/// Three rounds, the bits of both players looked at after each step.
fn alternate<O: Optimizer>(objective: &Objective, optimizer: &O, batch: usize) {
    let (rng, real_rng) = (&mut Rng::new(29, 0), &mut Rng::new(29, 1));
    let (mut generator, mut discriminator) = (Generator::ZERO, Discriminator::ZERO);
    generator.init(&Init::default(), rng);
    discriminator.init(&Init::default(), rng);
    let mut gan = Game::<O>::new(generator, discriminator);
    let mut real = || [(); 4].map(|()| real_rng.gaussian());
    let mut latent = || {
        let z = [(); 3].map(|()| rng.gaussian());
        (z, [(); 4].map(|()| rng.gaussian()))
    };
    for round in 0..3 {
        let (g, d) = (generator_bits(&gan), discriminator_bits(&gan));
        gan.train_discriminator_on_real_and_generated(
            objective,
            optimizer,
            0.01,
            batch,
            &mut real,
            &mut latent,
        );
        let context = format!("{objective:?}, batch {batch}, round {round}");
        assert_eq!(generator_bits(&gan), g, "G moved with D: {context}");
        let moved = discriminator_bits(&gan);
        assert_ne!(moved, d, "D did not move: {context}");

        gan.train_generator_through_discriminator(
            objective,
            optimizer,
            0.01,
            batch,
            &mut real,
            &mut latent,
        );
        assert_eq!(discriminator_bits(&gan), moved, "D moved with G: {context}");
        assert_ne!(generator_bits(&gan), g, "G did not move: {context}");
    }
}

#[test]
fn the_other_player_keeps_its_bits() {
    let adam = Adam {
        beta1: 0.5,
        beta2: 0.9,
        epsilon: 1e-8,
    };
    for loss in Loss::ALL {
        for (r1, r2) in [(0.0, 0.0), (0.7, 0.0), (0.0, 0.3), (0.7, 0.3)] {
            let objective = Objective { loss, r1, r2 };
            for batch in [1, 4, 7, 16] {
                alternate(&objective, &Sgd, batch);
                alternate(&objective, &Momentum { mu: 0.9 }, batch);
                alternate(&objective, &adam, batch);
            }
        }
    }
}

/// `zlib.crc32(struct.pack("<9f", 1, -2.5, 0.1, 0, -0.0, 3e38, 1e-40, 7, 0.333))`, in Python.
#[test]
fn fingerprint_is_the_crc_of_the_little_endian_bits() {
    let g = Dense::<2, 2>::new([[1.0, -2.5], [0.1, 0.0]], [-0.0, 3e38]);
    let d = Dense::<2, 1>::new([[1e-40], [7.0]], [0.333]);
    assert_eq!(format!("{:08x}", fingerprint(&g, &d)), "a86c7c90");
    assert_ne!(fingerprint(&d, &g), fingerprint(&g, &d), "G comes first");
}

#[test]
fn fingerprint_sees_every_bit() {
    let g = Dense::<2, 2>::new([[1.0, -2.5], [0.1, 0.5]], [-0.25, 3.0]);
    let d = Dense::<1, 1>::new([[0.75]], [0.333]);
    let whole = fingerprint(&g, &d);
    for (i, bit) in (0..g.values().count()).flat_map(|i| (0..32).map(move |bit| (i, bit))) {
        let mut flipped = g;
        let [w, b] = [flipped.w.as_flattened_mut(), &mut flipped.b];
        let number = w.iter_mut().chain(b).nth(i).expect("a parameter");
        *number = f32::from_bits(number.to_bits() ^ (1 << bit));
        assert_ne!(
            fingerprint(&flipped, &d),
            whole,
            "bit {bit} of parameter {i}"
        );
    }
}
