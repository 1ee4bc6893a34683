//! Why a model cannot be fitted.

use core::fmt;

use crate::divergence::TargetError;

/// Why a model cannot be fitted to these data. Its text is one line: what is wrong, and the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FitError {
    /// There are no samples.
    Empty,
    /// The sample at this index is NaN or infinite.
    NotFinite(usize),
    /// All samples are equal: the likelihood of a Gaussian has no maximum.
    Constant,
    /// Fewer different values than components: the likelihood has no maximum.
    TooFewValues {
        /// How many different values there are.
        distinct: usize,
        /// How many components were asked for.
        components: usize,
    },
    /// The samples differ by little more than the grid of `f32` at their size, or nearly overflow:
    /// no model of them could be told apart from a constant.
    BeyondF32,
}

/// Parameters fitted to finite samples that vary can be wrong in one way only.
impl From<TargetError> for FitError {
    fn from(_: TargetError) -> Self {
        Self::BeyondF32
    }
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no samples to fit; give at least two"),
            Self::NotFinite(index) => write!(f, "sample {index} is not finite; leave it out"),
            Self::Constant => f.write_str("all samples are equal; a Gaussian needs data that vary"),
            Self::TooFewValues { distinct, components } => write!(
                f,
                "{components} components for {distinct} different values; ask for fewer components"
            ),
            Self::BeyondF32 => f.write_str(
                "the samples hardly differ beside their size, or nearly overflow f32; subtract an offset or \
                 change the unit",
            ),
        }
    }
}

impl core::error::Error for FitError {}

/// Samples are there, and finite.
pub(super) fn check(samples: &[f32]) -> Result<(), FitError> {
    if samples.is_empty() {
        return Err(FitError::Empty);
    }
    match samples.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(FitError::NotFinite(index)),
        None => Ok(()),
    }
}
