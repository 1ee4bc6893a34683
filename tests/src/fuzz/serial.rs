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
            same(x, text.trim().parse().unwrap_or(f32::NAN), &text);
        }
    }
    let text = String::from_utf8_lossy(bytes);
    for text in text.lines() {
        same(decimal::parse(text), text.parse().unwrap_or(f32::NAN), text);
        if let Err(word) = orders::Orders::read(text) {
            assert!(text.contains(word), "{word:?} is no word of {text:?}");
        }
    }
}

/// Two readings of a text are the same number, or none of them is one.
fn same(ours: f32, library: f32, text: &str) {
    let none = ours.is_nan() && library.is_nan();
    assert!(
        none || ours.to_bits() == library.to_bits(),
        "{text:?} is {library:?}, not {ours:?}"
    );
}
