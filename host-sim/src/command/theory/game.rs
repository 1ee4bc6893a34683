//! The game between a generator that draws a known distribution and a discriminator that learns:
//! the core's own step functions, one player at a time.

use ganlet::chain;
use ganlet::divergence::{BoundEstimate, Target, bound::Bound};
use ganlet::gan::{Gan, Objective, infer};
use ganlet::layer::{Dense, Init, Layer, Silu, is_layer};
use ganlet::loss::Loss;
use ganlet::optimizer::{Adam, Schedule};
use ganlet::params::{Params, fingerprint};
use ganlet::rng::Rng;
use ganlet::stream::{Standardiser, Unfit};

use super::affine::Affine;

/// D, from a standardised reading to a logit: smooth, as D* is.
pub(super) type Discriminator = chain![Dense<1, 16, Silu>, Dense<16, 16, Silu>, Dense<16, 1>];

/// G(z) = z w + b with z from the standardised q: two parameters that make it draw q itself.
pub(super) type Generator = Dense<1, 1>;

const _: () = {
    is_layer::<Discriminator>();
    is_layer::<Generator>();
};

/// Both players play for V itself: D minimises -V, G minimises V.
const OBJECTIVE: Objective = Objective {
    loss: LOSS,
    r1: 0.0,
    r2: 0.0,
};

/// The loss of that game.
pub(super) const LOSS: Loss = Loss::Minimax;
/// Pairs of a real and a generated sample in a step of either player.
pub(super) const BATCH: usize = 64;

const OPTIMIZER: Adam = Adam {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
};
/// D's learning rate at first; it goes to 0 along a cosine.
const RATE: f32 = 0.02;
/// G's learning rate, in units of its weight: a step moves it by about 1 % of its own spread.
const GENERATOR_RATE: f32 = 0.01;

/// Streams of random numbers, one for each purpose.
mod stream {
    pub(super) const INITIAL: u64 = 64;
    pub(super) const DATA: u64 = 65;
    pub(super) const LATENT: u64 = 66;
}

/// Two players, and the known distributions that feed them.
#[derive(Clone, Debug)]
pub(super) struct Game<'a> {
    players: Gan<Generator, Discriminator, Adam>,
    /// D is shown readings in standard deviations of the equal mixture of p and q.
    scale: Standardiser,
    real: Feed<'a>,
    /// A latent is a standardised reading of q.
    latent: Feed<'a>,
}

/// CRC-32 over the parameters of each player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprints {
    pub(super) generator: u32,
    pub(super) discriminator: u32,
}

impl<'a> Game<'a> {
    /// A G that draws q, and a D that knows nothing yet.
    pub(super) fn new(p: &'a Target, q: &'a Target, seed: u64) -> Result<Self, Unfit> {
        let (centre, spread) = mixture_moments(p, q);
        let mut discriminator = Discriminator::ZERO;
        let init = Init {
            output_scale: 0.3,
            bias_spread: 1.0,
            ..Init::PLAIN
        };
        discriminator.init(&init, &mut Rng::new(seed, stream::INITIAL));
        let (weight, bias) = (q.sd() / spread, (q.mean() - centre) / spread);
        let generator = Generator::new([[weight as f32]], [bias as f32]);
        let scale = Standardiser::new(centre as f32, spread as f32)?;
        let latents = Standardiser::new(q.mean() as f32, q.sd() as f32)?;
        Ok(Self {
            players: Gan::new(generator, discriminator),
            scale,
            real: Feed::new(p, scale, Rng::new(seed, stream::DATA)),
            latent: Feed::new(q, latents, Rng::new(seed, stream::LATENT)),
        })
    }

    /// `steps` steps of D with G fixed: positives from p, negatives from G. `after` is told
    /// the estimate of V on each batch.
    pub(super) fn train_discriminator(&mut self, steps: u32, mut after: impl FnMut(f32)) {
        for step in 0..steps {
            let done = self.players.train_discriminator_on_real_and_generated(
                &OBJECTIVE,
                &OPTIMIZER,
                RATE * Schedule::Cosine.factor(step, steps),
                BATCH,
                || self.real.next_cell(),
                || self.latent.next_cell(),
            );
            after(done.value);
        }
    }

    /// `steps` steps of G with D fixed, which passes the gradient on and keeps its bits.
    pub(super) fn train_generator(&mut self, steps: u32) {
        let [[weight]] = self.players.generator.w;
        for _ in 0..steps {
            self.players.train_generator_through_discriminator(
                &OBJECTIVE,
                &OPTIMIZER,
                GENERATOR_RATE * weight,
                BATCH,
                || self.real.next_cell(),
                || self.latent.next_cell(),
            );
        }
    }

    /// V(G, D) and its bound on JS from `pairs` fresh, independent samples of either kind, as a
    /// device estimates them; `None` where no logit is finite.
    pub(super) fn estimate(&mut self, pairs: usize) -> Option<Bound> {
        let mut estimate = BoundEstimate::new();
        let Gan {
            generator,
            discriminator,
            ..
        } = &self.players;
        for _ in 0..pairs {
            let generated = infer(generator, &[self.latent.anywhere()]);
            let [[on_real]] = infer(discriminator, &[self.real.anywhere()]);
            let [[on_generated]] = infer(discriminator, &generated);
            estimate.push(on_real, on_generated);
        }
        estimate.bound()
    }

    /// D's logit of a reading.
    pub(super) fn logit(&self, x: f64) -> f64 {
        let [[logit]] = infer(&self.players.discriminator, &[[self.scale.to(x as f32)]]);
        f64::from(logit)
    }

    /// What G draws now; `None` once it has lost its direction.
    pub(super) fn generated(&self) -> Option<Affine<'a>> {
        let (p, q) = (self.real.of, self.latent.of);
        let Dense {
            w: [[weight]],
            b: [bias],
            ..
        } = self.players.generator;
        let (centre, spread) = mixture_moments(p, q);
        let (mean, sd) = (
            centre + f64::from(bias) * spread,
            f64::from(weight) * spread,
        );
        Affine::with_moments(q, mean, sd)
    }

    /// The bits of both players.
    pub(super) fn fingerprints(&self) -> Fingerprints {
        Fingerprints {
            generator: fingerprint(&self.players.generator, &()),
            discriminator: fingerprint(&(), &self.players.discriminator),
        }
    }
}

/// An endless supply of standardised readings of a known distribution.
#[derive(Clone, Debug)]
struct Feed<'a> {
    of: &'a Target,
    scale: Standardiser,
    rng: Rng,
    cell: usize,
}

impl<'a> Feed<'a> {
    fn new(of: &'a Target, scale: Standardiser, rng: Rng) -> Self {
        Self {
            of,
            scale,
            rng,
            cell: 0,
        }
    }

    /// A reading from the next of [`BATCH`] equally probable cells: every batch has one of each.
    /// Its mean is unbiased as that of independent readings is, with a fraction of the noise.
    fn next_cell(&mut self) -> [f32; 1] {
        let u = (self.cell as f64 + f64::from(self.rng.uniform())) / BATCH as f64;
        self.cell = (self.cell + 1) % BATCH;
        [self.scale.to(self.of.quantile(u) as f32)]
    }

    /// A reading independent of all others, as a sensor gives it.
    fn anywhere(&mut self) -> [f32; 1] {
        [self.scale.to(self.of.draw(&mut self.rng))]
    }
}

/// Mean and standard deviation of (p + q) / 2.
fn mixture_moments(p: &Target, q: &Target) -> (f64, f64) {
    let between = 0.5 * (p.mean() - q.mean());
    let within = 0.5 * (p.sd() * p.sd() + q.sd() * q.sd());
    (
        0.5 * (p.mean() + q.mean()),
        (within + between * between).sqrt(),
    )
}

#[cfg(test)]
mod tests {
    use ganlet::divergence::{Density, js};

    use super::*;

    const PAIRS: [(&str, &str); 4] = [
        ("normal:0:1", "normal:1:1"),
        ("normal:100:0.01", "mixture:0.2:99:3,0.8:100:0.5"),
        ("exponential:2", "lognormal:0:1"),
        ("uniform:-1:1", "normal:3:0.5"),
    ];

    fn targets() -> impl Iterator<Item = (Target, Target)> {
        PAIRS
            .into_iter()
            .map(|(p, q)| (p.parse().unwrap(), q.parse().unwrap()))
    }

    #[test]
    fn the_generator_draws_q() {
        for (p, q) in targets() {
            let mut game = Game::new(&p, &q, 3).unwrap();
            assert!(js(&game.generated().unwrap(), &q) < 1e-9, "{q}");
            // And its samples have that mean.
            let (scale, n) = (game.scale, 20_000);
            let generator = game.players.generator;
            let sum: f64 = (0..n)
                .map(|_| infer(&generator, &[game.latent.anywhere()]))
                .map(|[[z]]| f64::from(scale.back(z)))
                .sum();
            let off = (sum / f64::from(n) - q.mean()) / q.sd();
            assert!(off.abs() < 0.03, "{q}: the mean is {off} sd off");
        }
    }

    #[test]
    fn a_batch_has_one_reading_of_each_cell() {
        for (p, q) in targets() {
            let mut game = Game::new(&p, &q, 1).unwrap();
            for cell in (0..BATCH).chain(0..BATCH) {
                let [z] = game.real.next_cell();
                let u = p.cdf(f64::from(game.scale.back(z))) * BATCH as f64;
                let (low, high) = (cell as f64, cell as f64 + 1.0);
                assert!((low - 0.2..high + 0.2).contains(&u), "{p}: {u} in {cell}");
            }
        }
    }

    #[test]
    fn each_player_keeps_its_bits_while_the_other_trains() {
        for (p, q) in targets() {
            let mut game = Game::new(&p, &q, 0).unwrap();
            let start = game.fingerprints();
            game.train_discriminator(3, |_| ());
            let trained = game.fingerprints();
            assert_eq!(trained.generator, start.generator);
            assert_ne!(trained.discriminator, start.discriminator);
            game.train_generator(3);
            let moved = game.fingerprints();
            assert_eq!(moved.discriminator, trained.discriminator);
            assert_ne!(moved.generator, trained.generator);
        }
    }

    #[test]
    fn a_moved_generator_has_the_density_of_its_parameters() {
        let (p, q) = targets().next().unwrap();
        let mut game = Game::new(&p, &q, 0).unwrap();
        game.players.generator = Generator::new([[0.5]], [2.0]);
        // Centre 0.5, spread √1.25.
        let spread = 1.25f64.sqrt();
        let expected = format!("normal:{}:{}", 0.5 + 2.0 * spread, 0.5 * spread);
        let expected: Target = expected.parse().unwrap();
        let generated = game.generated().unwrap();
        for x in [-1.0, 2.0, 3.1] {
            assert!((generated.ln_density(x) - expected.ln_density(x)).abs() < 1e-9);
        }
        game.players.generator = Generator::new([[-0.1]], [0.0]);
        assert!(game.generated().is_none());
    }
}
