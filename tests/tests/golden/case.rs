//! The form of a case and of its answer.

use ganlet::params::Params;
use serde::Deserialize;

/// Networks, and steps to take.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) model: String,
    pub(crate) loss: String,
    pub(crate) optimizer: Update,
    pub(crate) regularizer: Gammas,
    pub(crate) generator: Network,
    pub(crate) discriminator: Network,
    pub(crate) steps: Vec<StepInput>,
}

/// Which optimizer, for each player one; what it does not have is absent. No tagged enum, for the
/// reason that the program's own reader gives.
#[derive(Deserialize)]
pub(crate) struct Update {
    pub(crate) kind: Kind,
    pub(crate) rate: f32,
    #[serde(default)]
    pub(crate) beta1: f32,
    #[serde(default)]
    pub(crate) beta2: f32,
    #[serde(default)]
    pub(crate) epsilon: f32,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Sgd,
    Adam,
}

/// Weights of the penalties, absent ones 0.
#[derive(Deserialize)]
pub(crate) struct Gammas {
    #[serde(default)]
    pub(crate) r1: f32,
    #[serde(default)]
    pub(crate) r2: f32,
}

/// One player's step and its batch.
#[derive(Deserialize)]
pub(crate) struct StepInput {
    pub(crate) player: Player,
    pub(crate) real: Vec<Vec<f64>>,
    pub(crate) latent: Vec<Vec<f64>>,
    pub(crate) noise: Option<Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Player {
    Generator,
    Discriminator,
}

/// Networks after the last step, and each step's losses.
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) generator: Network,
    pub(crate) discriminator: Network,
    pub(crate) steps: Vec<StepAnswer>,
}

#[derive(Deserialize)]
pub(crate) struct StepAnswer {
    pub(crate) loss: f64,
    pub(crate) penalty: f64,
}

#[derive(Deserialize)]
pub(crate) struct Network {
    pub(crate) layers: Vec<Affine>,
    pub(crate) skip: Option<Vec<f64>>,
}

/// One layer's weights `[out][in]` and biases.
#[derive(Deserialize)]
pub(crate) struct Affine {
    pub(crate) w: Vec<Vec<f64>>,
    pub(crate) b: Vec<f64>,
}

impl Network {
    /// The numbers in the order of the core's leaves, `[in][out]`: a group for each layer, one for
    /// the skip.
    pub(crate) fn groups(&self) -> Vec<Vec<f64>> {
        let affine = |layer: &Affine| {
            let inputs = 0..layer.w[0].len();
            let column = |i: usize| layer.w.iter().map(move |row| row[i]);
            inputs.flat_map(column).chain(layer.b.clone()).collect()
        };
        let layers = self.layers.iter().map(affine);
        layers.chain(self.skip.clone()).collect()
    }

    /// The same as parameters of the core.
    pub(crate) fn params<P: Params>(&self) -> P {
        let mut numbers = self.groups().concat().into_iter();
        assert_eq!(numbers.len(), P::LEN, "parameters of the network");
        let mut params = P::ZERO;
        for i in 0..P::LEAVES {
            let leaf = params.leaf_mut(i).iter_mut().zip(&mut numbers);
            leaf.for_each(|(p, number)| *p = number as f32);
        }
        params
    }
}

/// What a row of a step's `latent`, and of its `noise`, is to a generator.
pub(crate) trait Latent {
    fn of(step: &StepInput, row: usize) -> Self;
}

impl<const N: usize> Latent for [f32; N] {
    fn of(step: &StepInput, row: usize) -> Self {
        array(&step.latent[row])
    }
}

impl<const K: usize, const N: usize> Latent for ([f32; K], [f32; N]) {
    fn of(step: &StepInput, row: usize) -> Self {
        let noise = step.noise.as_ref().expect("noise for the skip");
        (array(&step.latent[row]), array(&noise[row]))
    }
}

/// A row as wide as the network.
pub(crate) fn array<const N: usize>(row: &[f64]) -> [f32; N] {
    let row: [f64; N] = row.try_into().expect("a row as wide as the network");
    row.map(|x| x as f32)
}
