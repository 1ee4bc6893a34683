//! Whole training steps against somebody else's automatic differentiation, in `f64`.
//!
//! `tests/golden/` holds cases made by `generate.py`; more cases of the same form are read from the
//! shared folder where it exists.

use std::fs;
use std::path::{Path, PathBuf};

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Dense, Layer, LeakyRelu, NoiseSkip, Row};
use ganlet::optimizer::{Adam, Optimizer, Sgd};
use ganlet::params::Params;
use ganlet_tests::shared::{repository, shared};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// One layer's weights `[out][in]` and biases.
#[derive(Deserialize)]
struct Affine {
    w: Vec<Vec<f64>>,
    b: Vec<f64>,
}

#[derive(Deserialize)]
struct Network {
    layers: Vec<Affine>,
    skip: Option<Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Player {
    Generator,
    Discriminator,
}

#[derive(Deserialize)]
struct StepInput {
    player: Player,
    real: Vec<Vec<f64>>,
    latent: Vec<Vec<f64>>,
    noise: Option<Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Update {
    Sgd {
        rate: f32,
    },
    Adam {
        rate: f32,
        beta1: f32,
        beta2: f32,
        epsilon: f32,
    },
}

#[derive(Deserialize)]
struct Gammas {
    #[serde(default)]
    r1: f32,
    #[serde(default)]
    r2: f32,
}

#[derive(Deserialize)]
struct Case {
    model: String,
    loss: String,
    optimizer: Update,
    regularizer: Gammas,
    generator: Network,
    discriminator: Network,
    steps: Vec<StepInput>,
}

#[derive(Deserialize)]
struct StepAnswer {
    loss: f64,
    penalty: f64,
}

#[derive(Deserialize)]
struct Answer {
    generator: Network,
    discriminator: Network,
    steps: Vec<StepAnswer>,
}

impl Network {
    /// The numbers in the order of the core's leaves, a group for what the case calls a layer.
    fn groups(&self) -> Vec<Vec<f64>> {
        let affine = |layer: &Affine| {
            let inputs = 0..layer.w[0].len();
            let column = |i: usize| layer.w.iter().map(move |row| row[i]);
            inputs.flat_map(column).chain(layer.b.clone()).collect()
        };
        let layers = self.layers.iter().map(affine);
        layers.chain(self.skip.clone()).collect()
    }

    /// The same as parameters of the core.
    fn params<P: Params>(&self) -> P {
        let mut numbers = self.groups().concat().into_iter();
        let mut params = P::ZERO;
        for i in 0..P::LEAVES {
            let leaf = params.leaf_mut(i).iter_mut().zip(&mut numbers);
            leaf.for_each(|(p, number)| *p = number as f32);
        }
        params
    }
}

/// A row of a case as a sample of the core.
trait FromRow {
    fn from_row(step: &StepInput, row: usize) -> Self;
}

impl<const N: usize> FromRow for [f32; N] {
    fn from_row(step: &StepInput, row: usize) -> Self {
        array(&step.latent[row])
    }
}

impl<const K: usize, const N: usize> FromRow for ([f32; K], [f32; N]) {
    fn from_row(step: &StepInput, row: usize) -> Self {
        let noise = step.noise.as_ref().expect("noise for the skip");
        (array(&step.latent[row]), array(&noise[row]))
    }
}

fn array<const N: usize>(row: &[f64]) -> [f32; N] {
    let row: [f64; N] = row.try_into().expect("a row as wide as the network");
    row.map(|x| x as f32)
}

type Scalar = chain![Dense<6, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
type ScalarJudge = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
type Window =
    NoiseSkip<chain![Dense<8, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 32>], 32>;
type WindowJudge = chain![Dense<32, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 1>];

impl Case {
    /// How far the core's answer is from the expected one, 1 being the tolerance.
    fn worst_error(&self, answer: &Answer) -> f64 {
        match self.model.as_str() {
            "scalar" => self.with_optimizer::<Scalar, ScalarJudge, 1>(answer),
            "window32" => self.with_optimizer::<Window, WindowJudge, 32>(answer),
            other => panic!("unknown model {other}"),
        }
    }

    fn with_optimizer<G, D, const N: usize>(&self, answer: &Answer) -> f64
    where
        G: Layer<In: FromRow, Out = [f32; N]>,
        D: Layer<In = [f32; N], Out = [f32; 1]>,
        [f32; N]: Row,
    {
        match self.optimizer {
            Update::Sgd { rate } => self.run::<G, D, Sgd, N>(&Sgd, rate, answer),
            Update::Adam {
                rate,
                beta1,
                beta2,
                epsilon,
            } => {
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
        G: Layer<In: FromRow, Out = [f32; N]>,
        D: Layer<In = [f32; N], Out = [f32; 1]>,
        O: Optimizer,
    {
        let mut gan = Gan::<G, D, O>::new(self.generator.params(), self.discriminator.params());
        let objective = Objective {
            loss: self.loss.parse().expect("the name of a loss"),
            r1: self.regularizer.r1,
            r2: self.regularizer.r2,
        };
        let mut errors = Vec::new();
        assert_eq!(self.steps.len(), answer.steps.len());
        for (step, expected) in self.steps.iter().zip(&answer.steps) {
            let mut rows = (0..).map(|row| array(&step.real[row]));
            let mut latents = (0..).map(|row| G::In::from_row(step, row));
            let real = || rows.next().expect("endless");
            let latent = || latents.next().expect("endless");
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
            assert!(!ours.skipped);
            errors.push(loss_error(ours.loss, expected.loss));
            errors.push(loss_error(ours.penalty, expected.penalty));
        }
        errors.extend(parameter_errors(
            &gan.generator,
            &self.generator,
            &answer.generator,
        ));
        errors.extend(parameter_errors(
            &gan.discriminator,
            &self.discriminator,
            &answer.discriminator,
        ));
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
/// nothing changes, anything but the same bits is infinitely wrong.
fn parameter_errors<P: Params>(ours: &P, before: &Network, expected: &Network) -> Vec<f64> {
    let mut ours = (0..P::LEAVES).flat_map(|i| ours.leaf(i));
    let layers = before.groups().into_iter().zip(expected.groups());
    let error = |(before, expected): (Vec<f64>, Vec<f64>)| {
        let changes = before
            .iter()
            .zip(&expected)
            .map(|(before, after)| (after - before).abs());
        let tolerance = 2e-4 * changes.fold(0.0, f64::max);
        let distance = |(expected, &ours): (f64, &f32)| match (f64::from(ours) - expected).abs() {
            0.0 => 0.0,
            distance => distance / tolerance,
        };
        expected
            .into_iter()
            .zip(&mut ours)
            .map(distance)
            .fold(0.0, worse)
    };
    layers.map(error).collect()
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The cases of a folder, in order.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".case.json"));
    paths.sort();
    assert!(!paths.is_empty(), "no cases in {}", folder.display());
    paths
}

fn expected(case: &Path) -> PathBuf {
    PathBuf::from(
        case.to_string_lossy()
            .replace(".case.json", ".expected.json"),
    )
}

/// Runs every case of a folder, then tells all that disagree.
fn all_agree(folder: &Path) {
    let mut disagree = Vec::new();
    for path in cases(folder) {
        let error = read::<Case>(&path).worst_error(&read(&expected(&path)));
        println!("{}: {error:.4} of the tolerance", path.display());
        // Written so that a NaN disagrees.
        let agrees = error <= 1.0;
        if !agrees {
            disagree.push(format!(
                "{}: {error:.2} times the tolerance",
                path.display()
            ));
        }
    }
    assert!(disagree.is_empty(), "{}", disagree.join("\n"));
}

fn own() -> PathBuf {
    repository().join("tests/golden")
}

#[test]
fn own_cases() {
    all_agree(&own());
}

#[test]
fn shared_cases() {
    if let Some(folder) = shared("golden") {
        all_agree(&folder);
    }
}

/// A tolerance that lets anything through would pass every case.
#[test]
fn a_wrong_answer_is_noticed() {
    for path in cases(&own()) {
        let case: Case = read(&path);
        for (spoil, what) in [
            (
                (|answer| answer.steps[0].loss *= 1.01) as fn(&mut Answer),
                "a loss",
            ),
            (
                |answer| answer.generator.layers[0].w[0][0] += 1e-4,
                "a weight of G",
            ),
            (
                |answer| answer.discriminator.layers[1].b[3] -= 1e-4,
                "a bias of D",
            ),
        ] {
            let mut answer: Answer = read(&expected(&path));
            spoil(&mut answer);
            assert!(
                case.worst_error(&answer) > 1.0,
                "{}: {what}",
                path.display()
            );
        }
    }
}
