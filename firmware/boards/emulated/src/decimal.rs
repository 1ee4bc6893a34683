//! Numbers as text, in the little stack that an interrupt has.

/// The nearest `f32` to a number such as `-20.125`, as `str::parse` gives it; NaN for other text.
///
/// `str::parse` wants 1.6 KB of stack. Here the digits are read as an integer m and divided once by
/// 10ᵏ. With m < 2⁵³ and k ≤ 8 both are exact in `f64`, and the quotient lies farther from the middle
/// of two neighbours in `f32` than its own rounding error, so that rounding twice is rounding once.
pub(crate) fn parse(text: &str) -> f32 {
    plain(text).unwrap_or_else(|| text.parse().unwrap_or(f32::NAN))
}

/// The number, if it has the usual form: a sign, digits, and at most eight more after a point.
fn plain(text: &str) -> Option<f32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if digits.len() > 15 || fraction.len() > 8 || whole.is_empty() {
        return None;
    }
    let (mut number, mut scale) = (0_u64, 1_u64);
    for byte in whole.bytes() {
        number = 10 * number + digit(byte)?;
    }
    for byte in fraction.bytes() {
        number = 10 * number + digit(byte)?;
        scale *= 10;
    }
    let size = (number as f64 / scale as f64) as f32;
    Some(if negative { -size } else { size })
}

fn digit(byte: u8) -> Option<u64> {
    byte.is_ascii_digit().then(|| u64::from(byte - b'0'))
}
