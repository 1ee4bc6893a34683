//! What can be wrong with the description of a distribution.

use core::fmt;

use super::family::MAX_MODES;

/// Why a distribution cannot be read or built. Its text is one line: what is wrong, and the remedy.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TargetError {
    /// Nothing was written.
    Empty,
    /// The word before the first colon names no family.
    UnknownFamily(Token),
    /// The family takes another count of numbers; `form` shows how it is written.
    NumberCount {
        /// The family's form, as in `normal:MEAN:SD`.
        form: &'static str,
        /// How many numbers it takes (of a mixture: each mode).
        expected: usize,
        /// How many there were.
        found: usize,
        /// The mode of a mixture, counted from 1; 0 outside of mixtures.
        mode: usize,
    },
    /// What should be a number is not.
    NotANumber(Parameter, Token),
    /// A parameter is NaN or infinite.
    NotFinite(Parameter),
    /// A scale, rate or weight is zero or negative.
    NotPositive(Parameter, f64),
    /// A weight is so small beside the others that its share of the mass rounds to zero.
    VanishingWeight(Parameter),
    /// A uniform distribution whose lower end is not below its upper end.
    EmptyInterval {
        /// The first end given.
        low: f64,
        /// The second end given.
        high: f64,
    },
    /// A mixture without a mode.
    NoModes,
    /// A mixture of more than [`MAX_MODES`] modes.
    TooManyModes,
    /// Readings in `f32` would overflow, or be too coarse to show the distribution.
    BeyondF32,
}

/// Which parameter an error speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Parameter {
    name: &'static str,
    mode: usize,
}

impl Parameter {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, mode: 0 }
    }

    pub(super) fn in_mode(self, mode: usize) -> Self {
        Self { mode, ..self }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        in_mode(f, self.mode)
    }
}

/// The beginning of a text as it was written, fit for a one-line message: at most 20 characters,
/// control characters shown as `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Token(heapless::String<84>);

impl Token {
    pub(super) fn new(text: &str) -> Self {
        const SHOWN: usize = 20;
        let printable = text.chars().map(|c| if c.is_control() { '?' } else { c });
        let mut token = heapless::String::new();
        let more = text.chars().nth(SHOWN).map(|_| '…');
        for c in printable.take(SHOWN).chain(more) {
            // 21 characters of at most four bytes fit.
            let _ = token.push(c);
        }
        Self(token)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl TargetError {
    /// The same error, said of the mixture's mode `number`, counted from 1.
    pub(super) fn in_mode(self, number: usize) -> Self {
        match self {
            Self::NumberCount {
                form,
                expected,
                found,
                ..
            } => Self::NumberCount {
                form,
                expected,
                found,
                mode: number,
            },
            Self::NotANumber(parameter, token) => {
                Self::NotANumber(parameter.in_mode(number), token)
            }
            Self::NotFinite(parameter) => Self::NotFinite(parameter.in_mode(number)),
            Self::NotPositive(parameter, value) => {
                Self::NotPositive(parameter.in_mode(number), value)
            }
            other => other,
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no distribution given; write one such as normal:0:1"),
            Self::UnknownFamily(name) => write!(
                f,
                "unknown distribution {name}; use normal, uniform, exponential, lognormal or mixture"
            ),
            Self::NumberCount {
                form,
                expected,
                found,
                mode,
            } => {
                let s = if *expected == 1 { "" } else { "s" };
                write!(f, "expected {expected} number{s}")?;
                in_mode(f, *mode)?;
                write!(f, ", found {found}; write {form}")
            }
            Self::NotANumber(parameter, token) => {
                write!(f, "{parameter} is {token}; write a number such as 0.5")
            }
            Self::NotFinite(parameter) => {
                write!(f, "{parameter} is not finite; write an ordinary number")
            }
            Self::NotPositive(parameter, value) => {
                write!(f, "{parameter} is {value:?}; give a number above 0")
            }
            Self::VanishingWeight(parameter) => write!(
                f,
                "{parameter} vanishes beside the other weights; give a larger one or leave the mode out"
            ),
            Self::EmptyInterval { low, high } => write!(
                f,
                "uniform from {low:?} to {high:?} is empty; give A below B, as in uniform:0:1"
            ),
            Self::NoModes => f.write_str("a mixture needs a mode; write mixture:WEIGHT:MEAN:SD,..."),
            Self::TooManyModes => write!(f, "more than {MAX_MODES} modes; leave some out or merge close ones"),
            Self::BeyondF32 => f.write_str(
                "f32 readings cannot show this distribution; keep its values within 3e38 and its spread \
                 above 1.2e-7 of their size",
            ),
        }
    }
}

impl core::error::Error for TargetError {}

/// " of mode 2", or nothing outside of mixtures.
fn in_mode(f: &mut fmt::Formatter<'_>, mode: usize) -> fmt::Result {
    if mode == 0 {
        Ok(())
    } else {
        write!(f, " of mode {mode}")
    }
}
