//! A case as the file has it, and what can be wrong with it.

use std::path::Path;

use ganlet::loss::Loss;
use serde::{Deserialize, Deserializer};

use crate::error::{Failure, excerpt};

/// What to start from, and which steps to take.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) model: Model,
    #[serde(deserialize_with = "loss")]
    pub(super) loss: Loss,
    pub(super) optimizer: Optimizer,
    #[serde(default)]
    pub(super) regularizer: Regularizer,
    pub(super) generator: Network,
    pub(super) discriminator: Network,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Model {
    Scalar,
    Window32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Settings")]
pub(super) enum Optimizer {
    Sgd {
        rate: f64,
    },
    Adam {
        rate: f64,
        beta1: f64,
        beta2: f64,
        epsilon: f64,
    },
}

/// An optimizer as the file has it. No tagged enum: serde would read its numbers by way of a buffer
/// that knows none of serde_json's, where somebody in the build has switched on arbitrary precision.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    kind: Kind,
    rate: f64,
    beta1: Option<f64>,
    beta2: Option<f64>,
    epsilon: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Sgd,
    Adam,
}

impl TryFrom<Settings> for Optimizer {
    type Error = String;

    fn try_from(given: Settings) -> Result<Self, String> {
        let Settings { kind, rate, .. } = given;
        let of_adam = [
            ("beta1", given.beta1),
            ("beta2", given.beta2),
            ("epsilon", given.epsilon),
        ];
        match kind {
            Kind::Sgd => match of_adam.iter().find(|(_, value)| value.is_some()) {
                Some((name, _)) => Err(format!("sgd has no `{name}`")),
                None => Ok(Self::Sgd { rate }),
            },
            Kind::Adam => {
                let [beta1, beta2, epsilon] =
                    of_adam.map(|(name, value)| value.ok_or(format!("missing field `{name}`")));
                Ok(Self::Adam {
                    rate,
                    beta1: beta1?,
                    beta2: beta2?,
                    epsilon: epsilon?,
                })
            }
        }
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Regularizer {
    pub(super) r1: f64,
    pub(super) r2: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Network {
    pub(super) layers: Vec<Layer>,
    pub(super) skip: Option<Vec<f64>>,
}

/// `w[out][in]`, `b[out]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layer {
    pub(super) w: Vec<Vec<f64>>,
    pub(super) b: Vec<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) player: Player,
    pub(super) real: Vec<Vec<f64>>,
    pub(super) latent: Vec<Vec<f64>>,
    pub(super) noise: Option<Vec<Vec<f64>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Player {
    Discriminator,
    Generator,
}

fn loss<'de, D: Deserializer<'de>>(from: D) -> Result<Loss, D::Error> {
    let name = String::deserialize(from)?;
    name.parse()
        .map_err(|unknown| serde::de::Error::custom(format!("'{name}': {unknown}")))
}

/// A key whose value does not fit.
#[derive(Debug)]
pub(super) struct Wrong {
    key: String,
    what: String,
    remedy: String,
}

impl Wrong {
    pub(super) fn new(
        key: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            key: key.into(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    pub(super) fn at(self, path: &Path) -> Failure {
        Failure::input(
            format!("key {}: {}", self.key, self.what),
            path.display(),
            self.remedy,
        )
    }
}

/// Characters of a key, and of what is wrong with it, that are quoted: a name can be as long as a file.
const KEY_QUOTED: usize = 80;
const QUOTED: usize = 300;

impl Case {
    /// Reads a case; what its numbers are about is checked where they are used.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Failure> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let case = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let key = match error.path().to_string() {
                top if top == "." => "(top level)".to_owned(),
                key => excerpt(&key, KEY_QUOTED),
            };
            let what = error.into_inner().to_string();
            Wrong::new(key, excerpt(&what, QUOTED), "correct the case").at(path)
        })?;
        json.end().map_err(|error| {
            Failure::input(error, path.display(), "give one JSON object and no more")
        })?;
        Ok(case)
    }
}

/// A number of the file as the core's `f32`; `key` names it.
pub(super) fn number(x: f64, key: impl FnOnce() -> String) -> Result<f32, Wrong> {
    let narrow = x as f32;
    if narrow.is_finite() {
        Ok(narrow)
    } else {
        Err(Wrong::new(
            key(),
            format!("{x:e} is beyond f32"),
            "give numbers below 3.4e38",
        ))
    }
}

/// A row of `N` numbers.
pub(super) fn row<const N: usize>(
    row: &[f64],
    key: impl Fn() -> String,
) -> Result<[f32; N], Wrong> {
    if row.len() != N {
        let what = format!("{} numbers instead of {N}", row.len());
        return Err(Wrong::new(key(), what, "give the model's width"));
    }
    let mut out = [0.0; N];
    for (i, (to, from)) in out.iter_mut().zip(row).enumerate() {
        *to = number(*from, || format!("{}[{i}]", key()))?;
    }
    Ok(out)
}
