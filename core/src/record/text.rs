//! A record as text, field by field.

use core::fmt;
use core::str::FromStr;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A count.
    Count(u32),
    /// A real number.
    Real(f32),
}

impl From<u32> for Number {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl From<f32> for Number {
    fn from(real: f32) -> Self {
        Self::Real(real)
    }
}

/// Why a text is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Unreadable {
    /// The text does not read `Record { … }`, or goes on after the last field.
    Form,
    /// This field is not where it belongs.
    Missing(&'static str),
    /// The value of this field is no number of its kind.
    NotANumber(&'static str),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("not of the form `Record { step: 0, … }`"),
            Self::Missing(field) => write!(f, "the field {field} is missing"),
            Self::NotANumber(field) => write!(f, "the value of {field} is no number of its kind"),
        }
    }
}

impl core::error::Error for Unreadable {}

/// What is left to read between the braces.
pub(super) struct Fields<'a> {
    rest: &'a str,
}

impl<'a> Fields<'a> {
    /// The inside of `NAME { … }`.
    pub(super) fn of(name: &str, text: &'a str) -> Result<Self, Unreadable> {
        let inside = text.trim().strip_prefix(name).map(str::trim_start);
        let inside = inside.and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
        let rest = inside.ok_or(Unreadable::Form)?;
        Ok(Self { rest })
    }

    /// The value of the next field, which must have this name.
    pub(super) fn next<T: FromStr>(&mut self, name: &'static str) -> Result<T, Unreadable> {
        let (field, rest) = self.rest.split_once(',').unwrap_or((self.rest, ""));
        let value = match field.split_once(':') {
            Some((found, value)) if found.trim() == name => value,
            _ => return Err(Unreadable::Missing(name)),
        };
        self.rest = rest;
        value
            .trim()
            .parse()
            .map_err(|_| Unreadable::NotANumber(name))
    }

    /// Nothing may follow.
    pub(super) fn end(self) -> Result<(), Unreadable> {
        match self.rest.trim() {
            "" => Ok(()),
            _ => Err(Unreadable::Form),
        }
    }
}
