//! A network of your own: layers are types, a chain of them is a type, and a wrong width does not
//! compile.
//!
//! `cargo run --release --example layers`

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Dense, Init, Layer, LeakyRelu, Tanh, is_layer};
use ganlet::loss::Loss;
use ganlet::optimizer::Adam;
use ganlet::params::Params;
use ganlet::rng::Rng;

/// From 2 latents to a point on a plane.
type Generator = chain![Dense<2, 12, Tanh>, Dense<12, 12, LeakyRelu>, Dense<12, 2>];
/// From a point to a logit.
type Discriminator = chain![Dense<2, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];

// The place to find out that two widths do not fit.
const _: () = is_layer::<Generator>();
const _: () = is_layer::<Discriminator>();

/// A point on a noisy circle.
fn circle(rng: &mut Rng) -> [f32; 2] {
    let angle = core::f32::consts::TAU * rng.uniform();
    let radius = 1.0 + 0.05 * rng.gaussian();
    let cos = ganlet::math::cos;
    [
        radius * cos(angle),
        radius * cos(angle - 0.25 * core::f32::consts::TAU),
    ]
}

fn main() {
    let (mut init, mut data, mut latent) = (Rng::new(1, 0), Rng::new(1, 1), Rng::new(1, 2));
    let (mut generator, mut discriminator) = (Generator::ZERO, Discriminator::ZERO);
    generator.init(&Init::default(), &mut init);
    discriminator.init(&Init::default(), &mut init);
    let mut gan = Gan::<Generator, Discriminator, Adam>::new(generator, discriminator);

    let adam = Adam {
        beta1: 0.5,
        beta2: 0.99,
        epsilon: 1e-8,
    };
    let objective = Objective {
        loss: Loss::Relativistic,
        r1: 0.1,
        r2: 0.1,
    };
    for _ in 0..6000 {
        for _ in 0..2 {
            gan.train_discriminator_on_real_and_generated(
                &objective,
                &adam,
                2e-3,
                16,
                || circle(&mut data),
                || [latent.gaussian(), latent.gaussian()],
            );
        }
        gan.train_generator_through_discriminator(
            &objective,
            &adam,
            1e-3,
            16,
            || circle(&mut data),
            || [latent.gaussian(), latent.gaussian()],
        );
    }

    println!("{} + {} parameters", Generator::LEN, Discriminator::LEN);
    println!(
        "a gradient of the generator takes {} bytes",
        size_of::<Generator>()
    );
    let mut radius = (0.0, 0.0);
    for _ in 0..1000 {
        let z = [[latent.gaussian(), latent.gaussian()]];
        let [[x, y]] = ganlet::gan::infer(&gan.generator, &z);
        let r = ganlet::math::sqrt(x * x + y * y);
        radius = (radius.0 + r / 1000.0, radius.1 + r * r / 1000.0);
    }
    let sd = ganlet::math::sqrt(radius.1 - radius.0 * radius.0);
    println!(
        "generated radius {:.3} ± {sd:.3} (data: 1.000 ± 0.050)",
        radius.0
    );
    assert!((radius.0 - 1.0).abs() < 0.15, "the circle was not learned");
}
