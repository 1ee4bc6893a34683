//! Both players' steps against the game written down in `f64`.

mod limits;

use std::vec::Vec;

use super::*;
use crate::chain;
use crate::layer::checks::{assert_close, slopes, widen};
use crate::layer::oracle::{self, Defined, Jet};
use crate::layer::{Dense, Sigmoid, Silu, Tanh};
use crate::loss::tests::table;
use crate::optimizer::Sgd;
use crate::rng::Rng;

/// Smooth, and with activations at the ends, through which adjoints go.
type Generator = chain![Dense<1, 2, Tanh>, Dense<2, 2, Sigmoid>];
type Critic = chain![Dense<2, 3, Silu>, Dense<3, 1, Tanh>];

/// Not a descent: puts the gradient where the parameters were, for all to see.
#[derive(Clone, Copy)]
struct Expose;

impl Optimizer for Expose {
    type State<P: Params> = ();

    fn update<P: Params>(&self, _: &mut (), _: f32, params: &mut P, grad: &P) {
        params.clone_from(grad);
    }
}

fn draw<P: Params>(rng: &mut Rng) -> P {
    let mut net = P::ZERO;
    for i in 0..P::LEAVES {
        net.leaf_mut(i).iter_mut().for_each(|x| *x = rng.gaussian());
    }
    net
}

fn theta<P: Params>(net: &P) -> Vec<f64> {
    widen(net.leaves().flatten())
}

/// f(x) and its derivative along `direction`.
fn at<L: Defined>(theta: &[f64], x: &[f64], direction: impl Fn(usize) -> f64) -> Vec<Jet> {
    let jet = |(i, &value)| Jet {
        value,
        slope: direction(i),
    };
    let x: Vec<Jet> = x.iter().enumerate().map(jet).collect();
    oracle::run(&L::definition(), theta, &x)
}

/// A batch, and what is played for.
struct Game {
    generator: Generator,
    critic: Critic,
    objective: Objective,
    centre: f32,
    real: Vec<[f32; 2]>,
    latent: Vec<[f32; 1]>,
}

fn mean(terms: impl Iterator<Item = f64>) -> f64 {
    let terms: Vec<f64> = terms.collect();
    terms.iter().sum::<f64>() / terms.len() as f64
}

impl Game {
    fn draw(loss: Loss, (r1, r2): (f32, f32), batch: usize) -> Self {
        let rng = &mut Rng::new(3, 0);
        Self {
            generator: draw(rng),
            critic: draw(rng),
            objective: Objective { loss, r1, r2 },
            centre: 0.25,
            real: (0..batch)
                .map(|_| [rng.gaussian(), rng.gaussian()])
                .collect(),
            latent: (0..batch).map(|_| [rng.gaussian()]).collect(),
        }
    }

    fn gan<O: Optimizer>(&self) -> Gan<Generator, Critic, O> {
        let mut gan = Gan::new(self.generator, self.critic);
        gan.centre = self.centre;
        gan
    }

    fn real(&self) -> Vec<Vec<f64>> {
        self.real
            .iter()
            .map(|x| x.map(f64::from).to_vec())
            .collect()
    }

    fn generated(&self, generator: &[f64]) -> Vec<Vec<f64>> {
        let sample = |z: &[f32; 1]| at::<Generator>(generator, &z.map(f64::from), |_| 0.0);
        let values = |z| sample(z).iter().map(|y| y.value).collect();
        self.latent.iter().map(values).collect()
    }

    /// Pairs of logits.
    fn logits(critic: &[f64], real: &[Vec<f64>], generated: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let logit = |x: &Vec<f64>| at::<Critic>(critic, x, |_| 0.0)[0].value;
        let pairs = real.iter().zip(generated);
        pairs.map(|(x, y)| (logit(x), logit(y))).collect()
    }

    /// (r1/2) mean |∇D(real)|² + (r2/2) mean |∇D(generated)|².
    fn penalty(&self, critic: &[f64], real: &[Vec<f64>], generated: &[Vec<f64>]) -> f64 {
        let square = |x: &Vec<f64>| -> f64 {
            let along = |j| at::<Critic>(critic, x, |i| f64::from(u8::from(i == j)))[0].slope;
            (0..2).map(|j| along(j).powi(2)).sum()
        };
        let half = |gamma: f32, samples: &[Vec<f64>]| match gamma {
            0.0 => 0.0,
            gamma => f64::from(gamma) / 2.0 * mean(samples.iter().map(square)),
        };
        half(self.objective.r1, real) + half(self.objective.r2, generated)
    }

    /// The batch before the critic, of which nobody has drawn.
    fn contest(
        &self,
        centre: f32,
    ) -> Contest<'_, Critic, impl FnMut() -> [f32; 2], impl FnMut() -> [f32; 1]> {
        let (mut real, mut latent) = (self.real.iter().copied(), self.latent.iter().copied());
        Contest {
            net: &self.critic,
            objective: &self.objective,
            centre,
            weight: 1.0 / self.real.len() as f32,
            real: move || real.next().expect("a sample"),
            latent: move || latent.next().expect("a latent"),
        }
    }

    /// The discriminator's step, against the definition.
    fn check_discriminator(&self) {
        let (mut gan, what) = (self.gan::<Expose>(), self.name());
        let (mut real, mut latent) = (self.real.iter(), self.latent.iter());
        let step = gan.train_discriminator_on_real_and_generated(
            &self.objective,
            &Expose,
            0.0,
            self.real.len(),
            || *real.next().expect("no more than a batch of samples"),
            || *latent.next().expect("no more than a batch of latents"),
        );
        assert!(real.next().is_none() && latent.next().is_none(), "{what}");
        assert!(!step.step.skipped);
        assert_eq!(gan.generator, self.generator);

        let (real, generated) = (self.real(), self.generated(&theta(&self.generator)));
        let critic = theta(&self.critic);
        let loss = |critic: &[f64]| {
            let pairs = Self::logits(critic, &real, &generated);
            mean(
                pairs
                    .into_iter()
                    .map(|(a, b)| table(self.objective.loss, a, b)[0]),
            )
        };
        let logits = Self::logits(&critic, &real, &generated);
        let (a, b) = (
            mean(logits.iter().map(|l| l.0)),
            mean(logits.iter().map(|l| l.1)),
        );
        let c = match self.objective.loss {
            Loss::Wasserstein | Loss::Relativistic => f64::from(self.centre),
            _ => 0.0,
        };
        let v = logits
            .iter()
            .map(|(a, b)| -table(Loss::Minimax, a - c, b - c)[0]);
        let penalty = self.penalty(&critic, &real, &generated);
        assert_close(&what, &widen(&[step.step.loss]), &[loss(&critic)]);
        assert_close(&what, &widen(&[step.step.penalty]), &[penalty]);
        assert_close(&what, &widen(&[step.value]), &[mean(v)]);
        assert_close(
            &what,
            &widen(&[step.real_logit, step.generated_logit]),
            &[a, b],
        );
        let centre = f64::from(self.centre) + 0.05 * ((a + b) / 2.0 - f64::from(self.centre));
        assert_close(&what, &widen(&[gan.centre]), &[centre]);
        let wanted = slopes(&critic, |critic| {
            loss(critic) + self.penalty(critic, &real, &generated)
        });
        let gradient = theta(&gan.discriminator);
        assert_close(&what, &gradient, &wanted);
        let norm = wanted.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert_close(&what, &widen(&[step.step.gradient_norm]), &[norm]);
    }

    /// The generator's step, against the definition.
    fn check_generator(&self) {
        let (mut gan, what) = (self.gan::<Expose>(), self.name());
        let (mut real, mut latent) = (self.real.iter(), self.latent.iter());
        let step = gan.train_generator_through_discriminator(
            &self.objective,
            &Expose,
            0.0,
            self.real.len(),
            || *real.next().expect("no more than a batch of samples"),
            || *latent.next().expect("no more than a batch of latents"),
        );
        let paired = self.objective.loss == Loss::Relativistic;
        assert_eq!(real.len(), if paired { 0 } else { self.real.len() });
        assert!(latent.next().is_none() && !step.skipped);
        assert_eq!((gan.discriminator, gan.centre), (self.critic, self.centre));

        let (critic, generator) = (theta(&self.critic), theta(&self.generator));
        let loss = |generator: &[f64]| {
            let pairs = Self::logits(&critic, &self.real(), &self.generated(generator));
            mean(
                pairs
                    .into_iter()
                    .map(|(a, b)| table(self.objective.loss, a, b)[1]),
            )
        };
        assert_close(
            &what,
            &widen(&[step.loss, step.penalty]),
            &[loss(&generator), 0.0],
        );
        let wanted = slopes(&generator, loss);
        let gradient = theta(&gan.generator);
        assert_close(&what, &gradient, &wanted);
    }

    fn name(&self) -> std::string::String {
        std::format!("{:?}, batch {}", self.objective, self.real.len())
    }
}

/// Parts of a block, whole blocks, and as many as pass together with some left over.
#[test]
fn a_step_of_either_player_is_that_of_the_definition() {
    for loss in Loss::ALL {
        for batch in [1, 6, 23] {
            let game = Game::draw(loss, (0.0, 0.0), batch);
            game.check_discriminator();
            game.check_generator();
        }
    }
}

#[test]
fn penalties_are_those_of_their_own_samples() {
    for gammas in [(0.5, 0.0), (0.0, 0.25), (1.5, 0.75)] {
        for batch in [3, 8, 17] {
            Game::draw(Loss::NonSaturating, gammas, batch).check_discriminator();
        }
    }
}

#[test]
fn whole_blocks_pass_together() {
    for batch in [4, 16, 48] {
        let game = Game::draw(Loss::Relativistic, (0.0, 0.0), batch);
        game.check_discriminator();
        game.check_generator();
    }
}

/// The order of sums is that of a device, which takes a block of either kind at a time.
#[test]
fn a_step_has_the_bits_of_block_after_block() {
    for gammas in [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)] {
        let game = Game::draw(Loss::Relativistic, gammas, 35);
        let mut contest = game.contest(game.centre);
        let (mut grad, mut sums) = (Critic::ZERO, DiscriminatorStep::ZERO);
        contest.play::<Generator, BLOCK, { 2 * BLOCK }>(&game.generator, 35, &mut grad, &mut sums);
        let (mut real, mut latent) = (game.real.iter().copied(), game.latent.iter().copied());
        let mut gan = game.gan::<Expose>();
        let step = gan.train_discriminator_on_real_and_generated(
            &game.objective,
            &Expose,
            0.0,
            35,
            || real.next().expect("a sample"),
            || latent.next().expect("a latent"),
        );
        let bits = |net: &Critic| net.values().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(&gan.discriminator), bits(&grad), "{gammas:?}");
        assert_eq!((step.value, step.step.loss), (sums.value, sums.step.loss));
    }

    let game = Game::draw(Loss::Relativistic, (0.0, 0.0), 35);
    let mut contest = game.contest(0.0);
    let (mut grad, mut loss) = (Generator::ZERO, 0.0);
    contest.coach::<Generator, BLOCK>(&game.generator, 35, &mut grad, &mut loss);
    let (mut real, mut latent) = (game.real.iter().copied(), game.latent.iter().copied());
    let mut gan = game.gan::<Expose>();
    let step = gan.train_generator_through_discriminator(
        &game.objective,
        &Expose,
        0.0,
        35,
        || real.next().expect("a sample"),
        || latent.next().expect("a latent"),
    );
    let bits = |net: &Generator| net.values().map(f32::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(&gan.generator), bits(&grad));
    assert_eq!(step.loss.to_bits(), loss.to_bits());
}
