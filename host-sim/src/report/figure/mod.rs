//! The figures of a training run, each a few marks and a caption that says what
//! is seen, by which formula, and with which number.

pub(super) mod discriminator;
pub(super) mod distribution;
pub(super) mod history;
pub(super) mod latent;
pub(super) mod windows;

use super::page::escape;

/// `reading, °C`: a quantity with its unit, as plain text.
pub(super) fn with_unit(quantity: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) if !unit.is_empty() => format!("{quantity}, {unit}"),
        _ => quantity.to_owned(),
    }
}

/// ` °C`: a unit after a number, as HTML.
pub(super) fn unit_after(unit: Option<&str>) -> String {
    unit.filter(|unit| !unit.is_empty())
        .map_or_else(String::new, |unit| format!("\u{a0}{}", escape(unit)))
}
