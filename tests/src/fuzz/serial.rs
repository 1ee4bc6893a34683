//! What comes over a board's serial line: its orders, and readings as text. The board's own sources.

/// The orders of an emulated device.
#[path = "../../../firmware/boards/emulated/src/orders.rs"]
#[expect(dead_code, reason = "a board uses the rest of it")]
mod orders;

/// The lines of a real board.
#[path = "../../../firmware/boards/kit/src/line.rs"]
#[expect(dead_code, unreachable_pub, reason = "a board uses it from elsewhere")]
mod line;

use crate::decimal;
use line::{Line, Word};

pub(super) fn attempt(bytes: &[u8]) {
    let mut line = Line::<32>::new();
    for &byte in bytes {
        if let Some(text) = line.push(byte)
            && let Word::Reading(x) = Word::of(&text)
        {
            check(x, text.trim());
        }
    }
    let text = String::from_utf8_lossy(bytes);
    for text in text.lines() {
        check(decimal::parse(text), text);
        if let Err(word) = orders::Orders::read(text) {
            assert!(text.contains(word), "{word:?} is no word of {text:?}");
        }
    }
}

/// A text is read as the library reads it, to the bit; or, unless it is plain, it is no number.
fn check(ours: f32, text: &str) {
    let library = text.parse().unwrap_or(f32::NAN);
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (points, digits): (Vec<_>, Vec<_>) = unsigned.chars().partition(|it| *it == '.');
    let is_plain = points.len() <= 1
        && digits.len() <= decimal::DIGITS
        && digits.iter().all(char::is_ascii_digit);
    let is_none = ours.is_nan() && (library.is_nan() || !is_plain);
    assert!(
        is_none || ours.to_bits() == library.to_bits(),
        "{text:?} is {library:?}, not {ours:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a quotient rounded twice would be wrong, where nothing is left, and at both ends.
    #[test]
    fn a_decimal_is_the_nearest_number() {
        let edges = [
            "0",
            "-0",
            "-0.0",
            "1",
            "+1.",
            ".5",
            "16777217",
            "16777219",
            "33554434.000000001",
            ".000000000000000001",
            "999999999999999999",
            "0.1",
            "20.125",
            "8388608.5",
            "8388609.5",
            "8388609.49999999999",
            "1.00000005960464478",
            "1.00000017881393433",
        ];
        edges
            .iter()
            .for_each(|text| check(decimal::parse(text), text));
        assert!(edges.iter().all(|text| !decimal::parse(text).is_nan()));
        for text in [
            "",
            ".",
            "-",
            "1e5",
            "inf",
            "nan",
            "1234567890123456789",
            "1.2.3",
            "--1",
        ] {
            assert!(decimal::parse(text).is_nan(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_number_is_read_as_it_is_written(bits: u32) {
            let text = f32::from_bits(bits).to_string();
            check(decimal::parse(&text), &text);
        }

        #[test]
        fn any_digits_are_read_as_the_library_reads_them(whole in "-?[0-9]{0,9}", rest in "\\.?[0-9]{0,9}") {
            let text = whole + &rest;
            check(decimal::parse(&text), &text);
        }
    }
}
