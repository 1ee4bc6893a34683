//! The steps of a case, through the functions that train.

use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Layer, Row};
use ganlet::model::{Model, Scalar, WindowDiscriminator, WindowGenerator};
use ganlet::optimizer::{Adam, Optimizer, Sgd};
use ganlet::penalty::Discriminator;
use serde::Serialize;

use super::case::{self, Case, Player, Step, Wrong};
use super::network::{self, Told};

/// The networks after the last step, and what each step cost before its update.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    generator: Told,
    discriminator: Told,
    steps: Vec<Cost>,
}

#[derive(Debug, Serialize)]
struct Cost {
    loss: f32,
    penalty: f32,
}

/// Two networks whose samples a case can give.
pub(super) trait Replayed {
    /// One sample.
    type Sample: Row;
    /// From a latent to a sample.
    type Generator: Layer<Out = Self::Sample>;
    /// From a sample to a logit.
    type Discriminator: Discriminator + Layer<In = Self::Sample>;
    /// The `i`-th real sample of a step.
    fn real(step: &Step, i: usize, key: &str) -> Result<Self::Sample, Wrong>;
    /// The `i`-th input of the generator.
    fn latent(step: &Step, i: usize, key: &str) -> Result<Latent<Self>, Wrong>;
}

type Latent<M> = <<M as Replayed>::Generator as Layer>::In;

/// The networks of windows of 32, without the gains that data set.
#[derive(Debug)]
pub(super) struct Window32;

impl Replayed for Scalar {
    type Sample = [f32; 1];
    type Generator = <Self as Model>::Generator;
    type Discriminator = <Self as Model>::Discriminator;

    fn real(step: &Step, i: usize, key: &str) -> Result<[f32; 1], Wrong> {
        case::row(&step.real[i], || format!("{key}.real[{i}]"))
    }

    fn latent(step: &Step, i: usize, key: &str) -> Result<[f32; 6], Wrong> {
        if step.noise.is_some() {
            let key = format!("{key}.noise");
            return Err(Wrong::new(key, "not in this model", "remove it"));
        }
        case::row(&step.latent[i], || format!("{key}.latent[{i}]"))
    }
}

impl Replayed for Window32 {
    type Sample = [f32; 32];
    type Generator = WindowGenerator<32>;
    type Discriminator = WindowDiscriminator<32>;

    fn real(step: &Step, i: usize, key: &str) -> Result<[f32; 32], Wrong> {
        case::row(&step.real[i], || format!("{key}.real[{i}]"))
    }

    fn latent(step: &Step, i: usize, key: &str) -> Result<([f32; 8], [f32; 32]), Wrong> {
        let z = case::row(&step.latent[i], || format!("{key}.latent[{i}]"))?;
        let noise = step.noise.as_ref().and_then(|noise| noise.get(i));
        let noise = noise.ok_or_else(|| {
            let remedy = "give one row of noise for each latent";
            Wrong::new(format!("{key}.noise"), "missing", remedy)
        })?;
        Ok((z, case::row(noise, || format!("{key}.noise[{i}]"))?))
    }
}

/// Takes all steps of a case.
pub(super) fn replay<M: Replayed>(case: &Case) -> Result<Answer, Wrong> {
    let key = |part: &str| format!("optimizer.{part}");
    let number = |x: f64, part: &str| case::number(x, || key(part));
    match case.optimizer {
        case::Optimizer::Sgd { rate } => run::<M, Sgd>(case, Sgd, number(rate, "rate")?),
        case::Optimizer::Adam {
            rate,
            beta1,
            beta2,
            epsilon,
        } => {
            let adam = Adam {
                beta1: number(beta1, "beta1")?,
                beta2: number(beta2, "beta2")?,
                epsilon: number(epsilon, "epsilon")?,
            };
            run::<M, Adam>(case, adam, number(rate, "rate")?)
        }
    }
}

fn run<M: Replayed, O: Optimizer>(case: &Case, optimizer: O, rate: f32) -> Result<Answer, Wrong> {
    let objective = Objective {
        loss: case.loss,
        r1: case::number(case.regularizer.r1, || "regularizer.r1".to_owned())?,
        r2: case::number(case.regularizer.r2, || "regularizer.r2".to_owned())?,
    };
    let mut gan = Gan::<M::Generator, M::Discriminator, O>::new(
        network::load(&case.generator, "generator")?,
        network::load(&case.discriminator, "discriminator")?,
    );
    let mut steps = Vec::with_capacity(case.steps.len());
    for (number, step) in case.steps.iter().enumerate() {
        let (real, latent) = samples::<M>(step, &format!("steps[{number}]"))?;
        let batch = real.len();
        let (mut real, mut latent) = (real.into_iter().cycle(), latent.into_iter().cycle());
        // Neither list is empty, so neither cycle ends.
        let mut real = || real.next().expect("a batch is not empty");
        let mut latent = || latent.next().expect("a batch is not empty");
        let taken = match step.player {
            Player::Discriminator => {
                gan.train_discriminator_on_real_and_generated(
                    &objective,
                    &optimizer,
                    rate,
                    batch,
                    &mut real,
                    &mut latent,
                )
                .step
            }
            Player::Generator => gan.train_generator_through_discriminator(
                &objective,
                &optimizer,
                rate,
                batch,
                &mut real,
                &mut latent,
            ),
        };
        if taken.skipped {
            let what = "the gradient is not finite";
            let key = format!("steps[{number}]");
            return Err(Wrong::new(key, what, "give smaller numbers"));
        }
        steps.push(Cost {
            loss: taken.loss,
            penalty: taken.penalty,
        });
    }
    Ok(Answer {
        generator: network::tell(&gan.generator),
        discriminator: network::tell(&gan.discriminator),
        steps,
    })
}

/// Real samples, and inputs of the generator.
type Batch<M> = (Vec<<M as Replayed>::Sample>, Vec<Latent<M>>);

/// The batch of a step, checked.
fn samples<M: Replayed>(step: &Step, key: &str) -> Result<Batch<M>, Wrong> {
    let batch = step.real.len();
    if batch == 0 {
        let what = "an empty batch";
        return Err(Wrong::new(
            format!("{key}.real"),
            what,
            "give at least one sample",
        ));
    }
    let lengths = [
        ("latent", Some(step.latent.len())),
        ("noise", step.noise.as_ref().map(Vec::len)),
    ];
    for (name, length) in lengths {
        if let Some(length) = length.filter(|&length| length != batch) {
            return Err(Wrong::new(
                format!("{key}.{name}"),
                format!("{length} rows beside {batch} real samples"),
                "give as many of each",
            ));
        }
    }
    let real = (0..batch).map(|i| M::real(step, i, key));
    let latent = (0..batch).map(|i| M::latent(step, i, key));
    Ok((
        real.collect::<Result<_, _>>()?,
        latent.collect::<Result<_, _>>()?,
    ))
}
