//! Small runs of every kind, pinned to the bit.

use std::fs;

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{
    Conv1d, ConvTranspose1d, Dense, Flatten, Init, Layer, LeakyRelu, NoiseSkip, Row, Sigmoid, Silu,
    Tanh, Unflatten,
};
use ganlet::loss::Loss;
use ganlet::math;
use ganlet::optimizer::{Adam, Momentum, Optimizer, Sgd};
use ganlet::params::{ParamsExt, fingerprint};
use ganlet::rng::Rng;
use ganlet_tests::shared::repository;

/// The fingerprint of 200 alternations from a seed, the averaged generator first.
fn run<G, D, O>(
    objective: Objective,
    optimizer: O,
    batch: usize,
    mut real: impl FnMut(&mut Rng) -> D::In,
    mut latent: impl FnMut(&mut Rng) -> G::In,
) -> u32
where
    G: Layer<Out = D::In>,
    D: Layer<In: Row, Out = [f32; 1]>,
    O: Optimizer,
{
    let [init_rng, real_rng, latent_rng] = &mut [0, 1, 2].map(|stream| Rng::new(2014, stream));
    let init = Init {
        output_scale: 0.3,
        bias_spread: 1.0,
        ..Init::PLAIN
    };
    let (mut generator, mut discriminator) = (G::ZERO, D::ZERO);
    generator.init(&init, init_rng);
    discriminator.init(&init, init_rng);
    let mut average = generator.clone();
    let mut gan = Gan::<G, D, O>::new(generator, discriminator);
    for _ in 0..200 {
        gan.train_discriminator_on_real_and_generated(
            &objective,
            &optimizer,
            0.01,
            batch,
            || real(real_rng),
            || latent(latent_rng),
        );
        gan.train_generator_through_discriminator(
            &objective,
            &optimizer,
            0.01,
            batch,
            || real(real_rng),
            || latent(latent_rng),
        );
        average.average_towards(&gan.generator, 0.99);
    }
    assert!(average.all_finite() && gan.discriminator.all_finite());
    fingerprint(&average, &gan.discriminator)
}

/// Gaussian and Rademacher latents, as many of each.
fn mixed(rng: &mut Rng) -> [f32; 6] {
    let z = [(); 3].map(|()| (rng.gaussian(), rng.rademacher()));
    let [(a, b), (c, d), (e, f)] = z;
    [a, b, c, d, e, f]
}

/// Runs that between them take every layer, optimizer and kind of block.
fn fingerprints() -> Vec<(&'static str, u32)> {
    type Scalar = chain![Dense<6, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    type ScalarJudge = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    type Smooth = chain![Dense<6, 9, Tanh>, Dense<9, 7, Sigmoid>, Dense<7, 1>];
    type SmoothJudge = chain![Dense<1, 9, Silu>, Dense<9, 7, Tanh>, Dense<7, 1>];
    type Window = NoiseSkip<chain![Dense<6, 32, LeakyRelu>, Dense<32, 32>], 32>;
    type WindowJudge = chain![Dense<32, 32, LeakyRelu>, Dense<32, 1>];
    type Upsampling = chain![
        Dense<6, 32, LeakyRelu>,
        Unflatten<32, 4, 8>,
        ConvTranspose1d<4, 8, 3, 16, 4, 2, 1, LeakyRelu>,
        ConvTranspose1d<3, 16, 1, 32, 4, 2, 1>,
        Flatten<1, 32, 32>,
    ];
    type Downsampling = chain![
        Unflatten<32, 1, 32>,
        Conv1d<1, 32, 3, 16, 4, 2, 1, LeakyRelu>,
        Conv1d<3, 16, 5, 8, 4, 2, 1, Silu>,
        Flatten<5, 8, 40>,
        Dense<40, 1>,
    ];

    let adam = Adam {
        beta1: 0.5,
        beta2: 0.99,
        epsilon: 1e-8,
    };
    let momentum = Momentum { mu: 0.5 };
    let objective = |loss, r1, r2| Objective { loss, r1, r2 };
    let reading = |rng: &mut Rng| [3.0 + 0.5 * rng.gaussian()];
    let ramp = |rng: &mut Rng| {
        let (slope, offset) = (rng.gaussian(), rng.gaussian());
        std::array::from_fn(|t| offset + slope * (t as f32 / 32.0))
    };
    let noisy = |rng: &mut Rng| (mixed(rng), [(); 32].map(|()| rng.gaussian()));

    let penalised = objective(Loss::Relativistic, 0.5, 0.5);
    let plain = objective(Loss::NonSaturating, 0.0, 0.0);
    let curved = objective(Loss::LeastSquares, 0.2, 0.0);
    let hinge = objective(Loss::Hinge, 0.1, 0.0);
    vec![
        (
            "scalar relativistic adam, full blocks",
            run::<Scalar, ScalarJudge, _>(penalised, adam, 16, reading, mixed),
        ),
        (
            "scalar relativistic adam, short last block",
            run::<Scalar, ScalarJudge, _>(penalised, adam, 5, reading, mixed),
        ),
        (
            "scalar non-saturating adam, full blocks",
            run::<Scalar, ScalarJudge, _>(plain, adam, 16, reading, mixed),
        ),
        (
            "smooth least-squares momentum, short last block",
            run::<Smooth, SmoothJudge, _>(curved, momentum, 7, reading, mixed),
        ),
        (
            "window hinge sgd, full blocks",
            run::<Window, WindowJudge, _>(hinge, Sgd, 8, ramp, noisy),
        ),
        (
            "window relativistic adam, short last block",
            run::<Window, WindowJudge, _>(penalised, adam, 3, ramp, noisy),
        ),
        (
            "convolutions relativistic adam, short last block",
            run::<Upsampling, Downsampling, _>(penalised, adam, 6, ramp, mixed),
        ),
    ]
}

/// The same seed gives the same bits: today, on every machine and at every optimization level.
///
/// After a deliberate change of the arithmetic, `GANLET_OVERWRITE=1` writes the new ones down.
#[test]
fn runs_keep_their_fingerprints() {
    if math::BACKEND != "libm" {
        println!(
            "skipped: fingerprints are those of libm, not of {}",
            math::BACKEND
        );
        return;
    }
    let line = |(name, crc): (&str, u32)| format!("{crc:08x} {name}\n");
    let ours: String = fingerprints().into_iter().map(line).collect();
    let path = repository().join("tests/golden/fingerprints.txt");
    if std::env::var_os("GANLET_OVERWRITE").is_some() {
        fs::write(&path, &ours).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    let pinned = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(ours, pinned, "the bits of a training run have changed");
}
