//! From a model's name to its type.

use clap::ValueEnum as _;
use ganlet::checkpoint::{self, Name};
use ganlet::model::{Conv32, Model, Modes, Scalar, Window16, Window32};
use ganlet::session::Session;

use crate::argument;
use crate::error::Failure;
use crate::report::data::{Branch, Curve, Latent};

/// A model that the host can train, save and draw.
pub trait Network: Model + Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The generator as a picture, where its latent space is small enough for one.
    fn latent(_session: &Session<Self>) -> Option<Latent> {
        None
    }
}

/// Work that is the same for every model.
pub trait Job {
    /// What it results in.
    type Output;
    /// Does it.
    fn run<M: Network>(self) -> Self::Output;
}

impl argument::Model {
    /// Does a job for this model.
    pub fn run<J: Job>(self, job: J) -> J::Output {
        match self {
            Self::Scalar => job.run::<Scalar>(),
            Self::Modes => job.run::<Modes>(),
            Self::Window16 => job.run::<Window16>(),
            Self::Window32 => job.run::<Window32>(),
            Self::Conv32 => job.run::<Conv32>(),
        }
    }

    /// The model that a checkpoint is of.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] for bytes that are no checkpoint, or one of an unknown model.
    pub fn of_checkpoint(bytes: &[u8], path: &std::path::Path) -> Result<Self, Failure> {
        let refused = |error| Failure::told(&error, path.display());
        let found = checkpoint::peek(bytes).map_err(refused)?.model;
        Self::value_variants()
            .iter()
            .copied()
            .find(|model| model.run(NameOf) == found)
            .ok_or_else(|| {
                Failure::input(
                    format!("a checkpoint of the unknown model '{}'", found.as_str()),
                    path.display(),
                    "use the program that saved it",
                )
            })
    }
}

/// The model's name in a checkpoint.
struct NameOf;

impl Job for NameOf {
    type Output = Name;
    fn run<M: Network>(self) -> Name {
        Session::<M>::NAME
    }
}

/// Half the width of the latent axis in pictures, in standard deviations.
const LATENT_SPAN: f64 = 3.0;
/// Points of a curve over it.
const LATENT_POINTS: usize = 121;

impl Network for Scalar {
    fn latent(session: &Session<Self>) -> Option<Latent> {
        let signs = 6 - session.recipe.gaussian.min(6);
        let branch = |pattern: usize| {
            let mut z = [0.0f32; 6];
            let mut text = String::new();
            for (bit, z) in z.iter_mut().rev().take(signs).enumerate() {
                let up = pattern >> bit & 1 == 1;
                *z = if up { 1.0 } else { -1.0 };
                text.insert(0, if up { '+' } else { '−' });
            }
            let output = Curve::sampled(-LATENT_SPAN, LATENT_SPAN, LATENT_POINTS, |first| {
                let mut at = z;
                if signs < at.len() {
                    at[0] = first as f32;
                }
                let [y] = ganlet::gan::infer(&session.trainer.average, &[at]);
                let [reading] = session.back(&y);
                f64::from(reading)
            });
            Branch {
                signs: text,
                output,
            }
        };
        Some(Latent::Branches((0..1 << signs).map(branch).collect()))
    }
}

impl Network for Modes {}
impl Network for Window16 {}
impl Network for Window32 {}
impl Network for Conv32 {}

/// Learnable numbers of a model.
pub fn parameters<M: Model>() -> usize {
    use ganlet::params::Params;
    <M::Generator as Params>::LEN + <M::Discriminator as Params>::LEN
}
