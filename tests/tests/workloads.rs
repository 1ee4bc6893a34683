//! Whole runs: where they must land, and the bits that they must reproduce.

use std::fs;
use std::path::Path;

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Dense, Init, Layer, LeakyRelu, NoiseSkip, Sigmoid, Silu, Tanh};
use ganlet::loss::Loss;
use ganlet::math;
use ganlet::optimizer::{Adam, Momentum, Optimizer, Sgd};
use ganlet::params::{Params, ParamsExt, fingerprint};
use ganlet::rng::Rng;
use ganlet_tests::shared::{repository, shared};

/// Consecutive little-endian `f32` of a file.
struct Numbers(std::vec::IntoIter<f32>);

impl Numbers {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let (words, []) = bytes.as_chunks::<4>() else {
            panic!("{}: not a whole number of f32", path.display());
        };
        let numbers: Vec<f32> = words.iter().copied().map(f32::from_le_bytes).collect();
        Self(numbers.into_iter())
    }

    fn next(&mut self) -> f32 {
        self.0.next().expect("more numbers in the file")
    }

    fn params<P: Params>(&mut self) -> P {
        let mut params = P::ZERO;
        for i in 0..P::LEAVES {
            params.leaf_mut(i).fill_with(|| self.next());
        }
        params
    }

    /// 64 batches of 16 rows.
    fn pool<const N: usize>(&mut self) -> Vec<[f32; N]> {
        (0..64 * 16)
            .map(|_| [(); N].map(|()| self.next()))
            .collect()
    }
}

/// Where a workload is after 200 steps.
struct Landing {
    discriminator_loss: f32,
    generator_loss: f32,
    absolute_sum: f64,
}

/// Trains a reference workload for 200 steps on its own weights and batches.
fn land<G, D, const K: usize, const N: usize>(path: &Path) -> Landing
where
    G: Layer<In = [f32; K], Out = [f32; N]>,
    D: Layer<In = [f32; N], Out = [f32; 1]>,
{
    let mut file = Numbers::read(path);
    let mut gan = Gan::<G, D, Adam>::new(file.params(), file.params());
    let (real, for_d, for_g) = (file.pool::<N>(), file.pool::<K>(), file.pool::<K>());
    assert_eq!(file.0.len(), 0, "numbers left over");
    let (mut real, mut for_d, mut for_g) = (
        real.iter().cycle().copied(),
        for_d.iter().cycle().copied(),
        for_g.iter().cycle().copied(),
    );

    let adam = Adam {
        beta1: 0.5,
        beta2: 0.9,
        epsilon: 1e-8,
    };
    let objective = Objective {
        loss: Loss::NonSaturating,
        r1: 0.0,
        r2: 0.0,
    };
    let mut losses = (0.0, 0.0);
    for _ in 0..200 {
        let d = gan.train_discriminator_on_real_and_generated(
            &objective,
            &adam,
            1e-3,
            16,
            || real.next().expect("endless"),
            || for_d.next().expect("endless"),
        );
        let g = gan.train_generator_through_discriminator(
            &objective,
            &adam,
            1e-3,
            16,
            || unreachable!("compares no pairs"),
            || for_g.next().expect("endless"),
        );
        losses = (d.step.loss, g.loss);
    }
    let parameters = gan.generator.values().chain(gan.discriminator.values());
    Landing {
        discriminator_loss: losses.0,
        generator_loss: losses.1,
        absolute_sum: parameters.map(|p| f64::from(p.abs())).sum(),
    }
}

fn assert_lands(landing: &Landing, discriminator_loss: f32, generator_loss: f32, sum: f64) {
    let d = landing.discriminator_loss;
    assert!((d - discriminator_loss).abs() < 2e-6, "D loss {d}");
    let g = landing.generator_loss;
    assert!((g - generator_loss).abs() < 2e-6, "G loss {g}");
    let s = landing.absolute_sum;
    assert!((s - sum).abs() < 1e-4, "sum of absolute parameters {s}");
}

/// G 4-16-16-1, D 1-16-16-1: seven other programs land there.
#[test]
fn w1_lands_where_others_do() {
    type G = chain![Dense<4, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    type D = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    if let Some(folder) = shared("bench") {
        let landing = land::<G, D, 4, 1>(&folder.join("w1.bin"));
        assert_lands(&landing, 1.382_511, 0.676_249, 159.247_99);
    }
}

/// G 8-32-32-32, D 32-32-32-1.
#[test]
fn w2_lands_where_others_do() {
    type G = chain![Dense<8, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 32>];
    type D = chain![Dense<32, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 1>];
    if let Some(folder) = shared("bench") {
        let landing = land::<G, D, 8, 32>(&folder.join("w2.bin"));
        assert_lands(&landing, 1.195_777, 0.824_389, 727.853_44);
    }
}

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
    D: Layer<In: ganlet::layer::Row, Out = [f32; 1]>,
    O: Optimizer,
{
    let [init_rng, real_rng, latent_rng] = &mut [0, 1, 2].map(|stream| Rng::new(2014, stream));
    let init = Init {
        output_scale: 0.3,
        bias_spread: 1.0,
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
