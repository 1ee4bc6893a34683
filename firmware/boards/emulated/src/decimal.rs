//! Numbers as text, in the little stack that an interrupt has.

/// The most digits of a number, with which it fits 60 bits.
pub(crate) const DIGITS: usize = 18;

/// The nearest `f32` to a number such as `-20.125`, as `str::parse` gives it: a sign, digits, and a
/// point among them; at most [`DIGITS`] of them. NaN for other text.
///
/// `str::parse` wants 1.6 KB of stack, and its tables 10 KB of flash.
pub(crate) fn parse(text: &str) -> f32 {
    plain(text).unwrap_or(f32::NAN)
}

fn plain(text: &str) -> Option<f32> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !(1..=DIGITS).contains(&(whole.len() + fraction.len())) {
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
    let size = nearest(number, scale);
    Some(if negative { -size } else { size })
}

fn digit(byte: u8) -> Option<u64> {
    byte.is_ascii_digit().then(|| u64::from(byte - b'0'))
}

/// The nearest `f32` to `number / scale`, both below 2⁶⁰, ties to even.
///
/// A long division gives 27 bits of the quotient, three more than an `f32` holds, and one that tells
/// whether anything is left; the conversion of that integer is the one rounding there is.
fn nearest(number: u64, scale: u64) -> f32 {
    const BITS: i32 = 27;
    if number == 0 {
        return 0.0;
    }
    let shift = scale.leading_zeros() as i32 - number.leading_zeros() as i32;
    let mut rest = number << (-shift).max(0);
    let divisor = scale << shift.max(0);
    let mut quotient = 0_u32;
    for _ in 0..BITS {
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
        rest <<= 1;
    }
    let rounded = (quotient << 1 | u32::from(rest != 0)) as f32;
    let power = f32::from_bits(((127 + shift - BITS) as u32) << 23); // 2 to the shift − BITS
    rounded * power
}
