//! One step of each player, held against the oracle.

use ganlet::gan::{DiscriminatorStep, Gan, Objective, Step};
use ganlet::loss::Loss;
use ganlet::optimizer::Optimizer;
use ganlet::params::Params;
use ganlet::rng::Rng;

use crate::agree::{Disagreement, agree, agree_number};
use crate::game::{self, Game};
use crate::layer_case::MARGIN;
use crate::mirror::{Mirror, draw_params, draw_sample, leaves, rows};
use crate::network::Leaves;
use crate::number::mean;

/// Not a descent: puts the gradient where the parameters were, for all to see.
#[derive(Clone, Copy, Debug)]
pub struct Expose;

impl Optimizer for Expose {
    type State<P: Params> = ();

    fn update<P: Params>(&self, _: &mut (), _: f32, params: &mut P, grad: &P) {
        params.clone_from(grad);
    }
}

/// Two networks and a batch.
#[derive(Clone, Debug)]
pub struct GameCase<G: Mirror, D: Mirror<In = G::Out, Out = [f32; 1]>> {
    /// The generator.
    pub generator: G,
    /// The discriminator.
    pub discriminator: D,
    objective: Objective,
    real: Vec<D::In>,
    latent: Vec<G::In>,
}

impl<G, D> GameCase<G, D>
where
    G: Mirror<Out: ganlet::layer::Row>,
    D: Mirror<In = G::Out, Out = [f32; 1]>,
{
    /// A batch of the game away from kinks.
    pub fn draw(rng: &mut Rng, objective: Objective, batch: usize) -> Self {
        loop {
            let case = Self {
                generator: draw_params(rng),
                discriminator: draw_params(rng),
                objective,
                real: (0..batch).map(|_| draw_sample(rng)).collect(),
                latent: (0..batch).map(|_| draw_sample(rng)).collect(),
            };
            let (g, d) = case.leaves();
            if case.game().closest_kink(&g, &d) > MARGIN {
                return case;
            }
        }
    }

    /// Both players' steps, against the oracle.
    pub fn check(&self) -> Result<(), Disagreement> {
        self.check_discriminator()?;
        self.check_generator()
    }

    fn leaves(&self) -> (Leaves<f64>, Leaves<f64>) {
        (leaves(&self.generator), leaves(&self.discriminator))
    }

    fn game(&self) -> Game {
        Game {
            generator: G::network(),
            discriminator: D::network(),
            loss: self.objective.loss,
            r1: self.objective.r1.into(),
            r2: self.objective.r2.into(),
            real: rows(&self.real),
            latent: rows(&self.latent),
        }
    }

    fn check_discriminator(&self) -> Result<(), Disagreement> {
        let ((g, d), game) = (self.leaves(), self.game());
        let generated = game.generated(&g);
        let (a, b) = (game.logits(&d, &game.real), game.logits(&d, &generated));
        let oracle = game.discriminator_gradient(&d, &generated);
        let (seen, gradient) = self.discriminator_step();

        let DiscriminatorStep { step, .. } = seen;
        let value = -game::discriminator_loss(Loss::Minimax, &a, &b);
        agree_number("D loss", step.loss, game.discriminator_loss(&d, &generated))?;
        agree_number("penalty", step.penalty, game.penalty(&d, &generated))?;
        agree_number("V", seen.value, value)?;
        agree_number("mean D(real)", seen.real_logit, mean(a.into_iter()))?;
        agree_number(
            "mean D(generated)",
            seen.generated_logit,
            mean(b.into_iter()),
        )?;
        agree_number("norm of D's gradient", step.gradient_norm, norm(&oracle))?;
        agree("D's gradient", &gradient, &oracle)
    }

    fn check_generator(&self) -> Result<(), Disagreement> {
        let ((g, d), game) = (self.leaves(), self.game());
        let oracle = game.generator_gradient(&g, &d);
        let (step, gradient) = self.generator_step();

        agree_number("G loss", step.loss, game.generator_loss(&g, &d))?;
        agree_number("norm of G's gradient", step.gradient_norm, norm(&oracle))?;
        agree("G's gradient", &gradient, &oracle)
    }

    fn gan(&self) -> Gan<G, D, Expose> {
        Gan::new(self.generator.clone(), self.discriminator.clone())
    }

    fn discriminator_step(&self) -> (DiscriminatorStep, Leaves<f64>) {
        let (mut real, mut latent) = (self.real.iter(), self.latent.iter());
        let mut gan = self.gan();
        let step = gan.train_discriminator_on_real_and_generated(
            &self.objective,
            &Expose,
            1.0,
            self.real.len(),
            || *real.next().expect("no more real samples than the batch"),
            || *latent.next().expect("no more latents than the batch"),
        );
        assert_eq!((real.len(), latent.len()), (0, 0), "samples left over");
        (step, leaves(&gan.discriminator))
    }

    fn generator_step(&self) -> (Step, Leaves<f64>) {
        let paired = self.objective.loss.pairs_generator_with_real();
        let reals = if paired { &self.real[..] } else { &[] };
        let (mut real, mut latent) = (reals.iter(), self.latent.iter());
        let mut gan = self.gan();
        let step = gan.train_generator_through_discriminator(
            &self.objective,
            &Expose,
            1.0,
            self.latent.len(),
            || {
                *real
                    .next()
                    .expect("real samples only where pairs are compared")
            },
            || *latent.next().expect("no more latents than the batch"),
        );
        assert_eq!((real.len(), latent.len()), (0, 0), "samples left over");
        (step, leaves(&gan.generator))
    }
}

/// The Euclidean norm over all leaves.
fn norm(leaves: &Leaves<f64>) -> f64 {
    leaves.concat().iter().map(|x| x * x).sum::<f64>().sqrt()
}
