//! The theory in some sixty lines: KL and likelihood, V and D*, the bound and the Jensen-Shannon
//! divergence.
//!
//! `cargo run --release --example theory`

use ganlet::chain;
use ganlet::divergence::{Target, js, kl, optimal};
use ganlet::gan::{Gan, Objective, infer};
use ganlet::layer::{Dense, Init, Layer, Silu};
use ganlet::likelihood;
use ganlet::loss::Loss;
use ganlet::optimizer::{Adam, Schedule};
use ganlet::params::Params;
use ganlet::rng::Rng;

type Discriminator = chain![Dense<1, 16, Silu>, Dense<16, 16, Silu>, Dense<16, 1>];

fn main() {
    let p: Target = "normal:0:1".parse().unwrap();
    let q: Target = "normal:1:1".parse().unwrap();

    // Maximum likelihood is minimum KL: the Gaussian that makes the samples most likely, and the
    // Gaussian with the smallest divergence from where they came from.
    let mut rng = Rng::new(1, 0);
    let samples: Vec<f32> = (0..100_000).map(|_| p.draw(&mut rng)).collect();
    let likeliest = likelihood::fit_gaussian(&samples).unwrap();
    let closest = likelihood::closest_gaussian(&p).unwrap().normal;
    println!("maximum likelihood  {}", Target::Normal(likeliest));
    println!("minimum KL          {}", Target::Normal(closest));

    // V(G, D*) = -2 ln 2 + 2 JS(p, q), with D*(x) = p(x) / (p(x) + q(x)).
    let best = optimal::value_at_optimum(&p, &q);
    println!("KL(p, q)            {:.6}", kl(&p, &q));
    println!(
        "-2 ln 2 + 2 JS      {:.6}",
        2.0 * js(&p, &q) - 2.0 * 2f64.ln()
    );
    println!("V(G, D*)            {best:.6}");

    // A discriminator trained on samples alone: positives from p, negatives from q. The generator is
    // fixed, so it may as well be the source of q itself: one weight that hands its input on.
    let mut discriminator = Discriminator::ZERO;
    discriminator.init(&Init::default(), &mut rng);
    let identity: Dense<1, 1> = Dense::new([[1.0]], [0.0]);
    let mut gan = Gan::<_, Discriminator, Adam>::new(identity, discriminator);
    let adam = Adam {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    };
    let objective = Objective {
        loss: Loss::Minimax,
        r1: 0.0,
        r2: 0.0,
    };
    let (mut real, mut generated) = (Rng::new(1, 1), Rng::new(1, 2));
    for step in 0..20_000 {
        let rate = 3e-3 * Schedule::Cosine.factor(step, 20_000);
        gan.train_discriminator_on_real_and_generated(
            &objective,
            &adam,
            rate,
            32,
            || [p.draw(&mut real)],
            || [q.draw(&mut generated)],
        );
    }
    let logit = |x: f64| f64::from(infer(&gan.discriminator, &[[x as f32]])[0][0]);
    let trained = optimal::value(&p, &q, logit).value;
    println!(
        "V(G, D) of a trained D {trained:.6}: a lower bound, short by {:.6}",
        best - trained
    );
    println!(
        "JS >= {:.6}, JS = {:.6}",
        optimal::js_bound(trained),
        js(&p, &q)
    );
    assert!(trained <= best + 1e-9);
}
