//! A case run through the core, and how far from the answer that leads.

use ganlet::gan::{Gan, Objective};
use ganlet::layer::Layer;
use ganlet::model::{Model, Scalar, WindowDiscriminator, WindowGenerator};
use ganlet::optimizer::{Adam, Optimizer, Sgd};
use ganlet::params::Params;
use ganlet::penalty::Discriminator;

use super::case::{Answer, Case, Kind, Latent, Network, Player, Update, array};

impl Case {
    /// The largest error of the core, 1 being the tolerance.
    pub(crate) fn worst_error(&self, answer: &Answer) -> f64 {
        match self.model.as_str() {
            "scalar" => self
                .of_model::<<Scalar as Model>::Generator, <Scalar as Model>::Discriminator, 1>(
                    answer,
                ),
            "window32" => self.of_model::<WindowGenerator<32>, WindowDiscriminator<32>, 32>(answer),
            other => panic!("unknown model {other}"),
        }
    }

    fn of_model<G, D, const N: usize>(&self, answer: &Answer) -> f64
    where
        G: Layer<In: Latent, Out = [f32; N]>,
        D: Discriminator + Layer<In = [f32; N]>,
    {
        let Update {
            ref kind,
            rate,
            beta1,
            beta2,
            epsilon,
        } = self.optimizer;
        match kind {
            Kind::Sgd => self.run::<G, D, Sgd, N>(&Sgd, rate, answer),
            Kind::Adam => {
                let adam = Adam {
                    beta1,
                    beta2,
                    epsilon,
                };
                self.run::<G, D, Adam, N>(&adam, rate, answer)
            }
        }
    }

    fn run<G, D, O, const N: usize>(&self, optimizer: &O, rate: f32, answer: &Answer) -> f64
    where
        G: Layer<In: Latent, Out = [f32; N]>,
        D: Discriminator + Layer<In = [f32; N]>,
        O: Optimizer,
    {
        let (generator, discriminator) = (self.generator.params(), self.discriminator.params());
        let mut gan = Gan::<G, D, O>::new(generator, discriminator);
        let objective = Objective {
            loss: self.loss.parse().expect("the name of a loss"),
            r1: self.regularizer.r1,
            r2: self.regularizer.r2,
        };
        let mut errors = Vec::new();
        assert_eq!(self.steps.len(), answer.steps.len());
        for (step, expected) in self.steps.iter().zip(&answer.steps) {
            let mut rows = step.real.iter().map(|row| array(row));
            let mut latents = (0..step.latent.len()).map(|row| Latent::of(step, row));
            let real = || rows.next().expect("no more real samples than the batch");
            let latent = || latents.next().expect("no more latents than the batch");
            let batch = step.latent.len();
            let ours = match step.player {
                Player::Discriminator => {
                    gan.train_discriminator_on_real_and_generated(
                        &objective, optimizer, rate, batch, real, latent,
                    )
                    .step
                }
                Player::Generator => gan.train_generator_through_discriminator(
                    &objective, optimizer, rate, batch, real, latent,
                ),
            };
            assert!(!ours.skipped, "a step was skipped");
            errors.push(loss_error(ours.loss, expected.loss));
            errors.push(loss_error(ours.penalty, expected.penalty));
        }
        let (g, d) = (&gan.generator, &gan.discriminator);
        errors.extend(layer_errors(g, &self.generator, &answer.generator));
        errors.extend(layer_errors(d, &self.discriminator, &answer.discriminator));
        errors.into_iter().fold(0.0, worse)
    }
}

/// The larger error; a NaN is the largest.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// Error of a loss, 1 being 1e-4 of it, or 1e-6.
fn loss_error(ours: f32, expected: f64) -> f64 {
    (f64::from(ours) - expected).abs() / (1e-4 * expected.abs()).max(1e-6)
}

/// Error of the worst parameter of each layer, 1 being 2e-4 of the layer's largest change. Where
/// nothing should change, anything but the same number is infinitely wrong.
fn layer_errors<P: Params>(ours: &P, before: &Network, expected: &Network) -> Vec<f64> {
    let mut ours = (0..P::LEAVES).flat_map(|i| ours.leaf(i));
    let layers = before.groups().into_iter().zip(expected.groups());
    let error = |(before, expected): (Vec<f64>, Vec<f64>)| {
        let pairs = before.iter().zip(&expected);
        let changes = pairs.map(|(before, after)| (after - before).abs());
        let tolerance = 2e-4 * changes.fold(0.0, f64::max);
        let distance = |(expected, &ours): (f64, &f32)| match (f64::from(ours) - expected).abs() {
            0.0 => 0.0,
            distance => distance / tolerance,
        };
        let distances = expected.into_iter().zip(&mut ours).map(distance);
        distances.fold(0.0, worse)
    };
    layers.map(error).collect()
}
