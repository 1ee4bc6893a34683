//! Which readings of a window.

use core::fmt;

/// A set of places in a window of at most 32 readings, the oldest at place 0: bit i for place i.
/// Written as ranges: `[3 28-31]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Places(pub u32);

impl Places {
    /// The first and the last place of each run of places.
    pub fn ranges(self) -> impl Iterator<Item = (u32, u32)> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let first = left.trailing_zeros();
            let run = left.checked_shr(first)?.trailing_ones();
            let last = first + run - 1;
            left &= u32::MAX.checked_shl(last + 1).unwrap_or(0);
            Some((first, last))
        })
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, (first, last)) in self.ranges().enumerate() {
            let space = if i > 0 { " " } else { "" };
            write!(f, "{space}{first}")?;
            if last > first {
                write!(f, "-{last}")?;
            }
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Places {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Display2Format(self));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn runs_are_written_as_ranges() {
        for (places, text) in [
            (0, "[]"),
            (1, "[0]"),
            (u32::MAX, "[0-31]"),
            (1 << 31, "[31]"),
            (0xF000_0008, "[3 28-31]"),
            (0b1011, "[0-1 3]"),
        ] {
            assert_eq!(format!("{}", Places(places)), text);
        }
    }
}
