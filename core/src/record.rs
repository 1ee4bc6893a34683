//! Telemetry: what a run says of itself, once per interval.
//!
//! A [`Record`] is one line of a device's log and one row of `metrics.csv`. Its fields are listed
//! once, below; the struct, their [`NAMES`](Record::NAMES), the text that a log shows, and the way
//! back from that text all come from the list.

mod interval;
#[cfg(test)]
mod tests;
mod text;

use core::fmt;
use core::str::FromStr;

pub use interval::Interval;
pub use text::{Number, Unreadable};

/// A record and its second half, from one list of fields.
macro_rules! telemetry {
    (
        $(#[$about_record:meta])*
        Record { $($(#[$about:meta])* $field:ident: $kind:ident,)* }
        $(#[$about_vitals:meta])*
        Vitals { $($(#[$about_vital:meta])* $vital:ident: $vital_kind:ident,)* }
    ) => {
        $(#[$about_record])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct Record {
            $($(#[$about])* pub $field: $kind,)*
            $($(#[$about_vital])* pub $vital: $vital_kind,)*
        }

        $(#[$about_vitals])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct Vitals {
            $($(#[$about_vital])* pub $vital: $vital_kind,)*
        }

        impl Record {
            /// The names of the fields, in their order.
            pub const NAMES: &[&str] = &[$(stringify!($field),)* $(stringify!($vital),)*];

            /// Every field's value under its name, in their order.
            pub fn fields(&self) -> impl Iterator<Item = (&'static str, Number)> {
                let numbers = [$(self.$field.into(),)* $(self.$vital.into(),)*];
                Self::NAMES.iter().copied().zip(numbers)
            }

            /// The same record with what the device says of itself.
            #[must_use]
            pub fn with(self, vitals: Vitals) -> Self {
                Self { $($vital: vitals.$vital,)* ..self }
            }

            /// What the device says of itself.
            pub fn vitals(&self) -> Vitals {
                Vitals { $($vital: self.$vital,)* }
            }
        }

        impl FromStr for Record {
            type Err = Unreadable;

            /// Reads the text of a decoded log: `Record { step: 100, discriminator_loss: 1.38, … }`.
            ///
            /// # Errors
            ///
            /// [`Unreadable`] names the first field that is not where it belongs or not a number.
            fn from_str(text: &str) -> Result<Self, Unreadable> {
                let mut fields = text::Fields::of("Record", text)?;
                let record = Self {
                    $($field: fields.next(stringify!($field))?,)*
                    $($vital: fields.next(stringify!($vital))?,)*
                };
                fields.end()?;
                Ok(record)
            }
        }
    };
}

telemetry! {
    /// One interval of training, the same on the device (over defmt) and on the host (a CSV row).
    ///
    /// Its text is the one that defmt's decoder makes of the logged record, and reads back to the
    /// same bits (any NaN to the canonical one):
    ///
    /// ```
    /// use ganlet::record::{Record, Vitals};
    ///
    /// let record = Record { step: 100, value: -1.3862944, ..Record::default() };
    /// let record = record.with(Vitals { seen: 3200, ..Vitals::default() });
    /// let text = record.to_string();
    /// assert!(text.starts_with("Record { step: 100, discriminator_loss: 0.0, "), "{text}");
    /// assert_eq!(text.parse(), Ok(record));
    /// ```
    Record {
        /// Rounds played since the start.
        step: u32,
        /// Mean adversarial loss of the discriminator.
        discriminator_loss: f32,
        /// Mean adversarial loss of the generator.
        generator_loss: f32,
        /// Mean value of the penalties.
        penalty: f32,
        /// V(G, D), in nats.
        value: f32,
        /// ln 2 + V / 2, a lower bound of JS(p_data, p_G), in nats.
        js_bound: f32,
        /// Standard error of the bound.
        js_bound_error: f32,
        /// Mean norm of the discriminator's gradient.
        discriminator_gradient: f32,
        /// Mean norm of the generator's gradient.
        generator_gradient: f32,
        /// Steps skipped in the interval because a gradient was not finite.
        skipped: u32,
    }

    /// What a device says of itself beside its training; zeros on a host.
    Vitals {
        /// Attempts to take a reading since boot.
        seen: u32,
        /// Of these, those that were rejected: a fault of the sensor, or not plausible.
        rejected: u32,
        /// Of these, those lost because training was busy and the queue full.
        dropped: u32,
        /// Mean cost of a round in the interval, in microseconds.
        cost_us: f32,
        /// The deepest the stack has been, in bytes; 0: not measured.
        stack: u32,
    }
}

impl fmt::Display for Record {
    /// The text of a decoded log. `Debug` writes the shortest decimals that give the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
