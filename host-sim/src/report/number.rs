//! Numbers as a reader wants them: three significant digits, thousands apart,
//! a real minus sign, powers of ten as powers of ten.

/// Three significant digits: `0.0213`, `−1.39`, `12,300`, `4.2×10⁻⁷`.
#[must_use]
pub fn short(value: f64) -> String {
    significant(value, 3)
}

/// A number to the digits that count beside one of this size: a mean of `0.0004`
/// beside a deviation of `0.768` is `0.000`.
#[must_use]
pub fn beside(value: f64, size: f64) -> String {
    let fits = 1e-4..1e3;
    if value.is_finite() && value.abs() < 1e7 && fits.contains(&size) {
        return fixed(value, 2 - exponent(size));
    }
    short(if value.abs() < 1e-3 * size {
        0.0
    } else {
        value
    })
}

/// A number with its standard error, to the error's second digit: `0.00255 ± 0.00071`.
#[must_use]
pub fn with_error(value: f64, error: f64) -> String {
    if !(value.is_finite() && error.is_finite() && error > 0.0) {
        return short(value);
    }
    let decimals = 1 - exponent(error);
    if decimals > 8 || exponent(value.abs().max(error)) >= 7 {
        return format!("{} ± {}", short(value), significant(error, 2));
    }
    let decimals = decimals.max(0);
    format!("{} ± {}", fixed(value, decimals), fixed(error, decimals))
}

/// The number, or a dash where there is none.
#[must_use]
pub fn short_or_dash(value: Option<f64>) -> String {
    value
        .filter(|value| value.is_finite())
        .map_or_else(|| "–".into(), short)
}

/// A whole number with its thousands apart: `20,000`.
#[must_use]
pub fn count(value: u64) -> String {
    group(&value.to_string())
}

/// `digits` significant digits.
pub(super) fn significant(value: f64, digits: i32) -> String {
    if !value.is_finite() {
        return special(value);
    }
    if value == 0.0 {
        return "0".into();
    }
    // Rounding can reach the next power of ten: 0.9996 is 1.00.
    let rounded: f64 = format!("{value:.*e}", (digits - 1).max(0) as usize)
        .parse()
        .unwrap_or(value);
    let exponent = exponent(rounded);
    if !(-4..7).contains(&exponent) {
        return scientific(value, digits - 1);
    }
    fixed(value, (digits - 1 - exponent).max(0))
}

/// `decimals` places after the point.
pub(super) fn fixed(value: f64, decimals: i32) -> String {
    let text = format!("{:.*}", decimals.clamp(0, 17) as usize, value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let point = if fraction.is_empty() { "" } else { "." };
    let body = format!("{}{point}{fraction}", group(whole));
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    sign(value < 0.0 && !zero) + &body
}

/// Mantissa with at most `decimals` places, times a power of ten.
pub(super) fn scientific(value: f64, decimals: i32) -> String {
    let text = format!("{:.*e}", decimals.clamp(0, 17) as usize, value.abs());
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => mantissa,
    };
    let power = superscript(power);
    let body = if mantissa == "1" {
        format!("10{power}")
    } else {
        format!("{mantissa}×10{power}")
    };
    sign(value < 0.0) + &body
}

/// The power of ten that `value` starts with.
pub(super) fn exponent(value: f64) -> i32 {
    value.abs().log10().floor() as i32
}

fn special(value: f64) -> String {
    if value.is_nan() {
        "not a number".into()
    } else {
        sign(value < 0.0) + "∞"
    }
}

fn sign(negative: bool) -> String {
    if negative {
        "−".into()
    } else {
        String::new()
    }
}

fn superscript(power: &str) -> String {
    let raise = |symbol| match symbol {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        other => other,
    };
    power.chars().map(raise).collect()
}

fn group(digits: &str) -> String {
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_whatever_the_size() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.021_34, "0.0213"),
            (-1.386_294, "−1.39"),
            (0.999_6, "1.00"),
            (999_960.0, "999,960"),
            (56.789, "56.8"),
            (56_832.0, "56,832"),
            (4.2e-7, "4.20×10⁻⁷"),
            (1e300, "10³⁰⁰"),
            (-2.5e12, "−2.50×10¹²"),
            (f64::NAN, "not a number"),
            (f64::NEG_INFINITY, "−∞"),
        ] {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn a_negative_that_rounds_to_nothing_has_no_sign() {
        assert_eq!(fixed(-0.001, 1), "0.0");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(999), "999");
        assert_eq!(count(20_000), "20,000");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn an_error_decides_how_many_digits_count() {
        assert_eq!(with_error(0.002_549, 0.000_71), "0.00255 ± 0.00071");
        assert_eq!(with_error(-1.386_29, 0.12), "−1.39 ± 0.12");
        assert_eq!(with_error(5.0, f64::NAN), "5.00");
        assert_eq!(with_error(1e-12, 1e-13), "10⁻¹² ± 10⁻¹³");
        assert_eq!(beside(-0.000_39, 0.768), "0.000");
        assert_eq!(beside(21.234, 1.52), "21.23");
        assert_eq!(beside(6e-17, 1e9), "0");
        assert_eq!(beside(2.0, f64::NAN), "2.00");
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        assert_eq!(short_or_dash(None), "–");
        assert_eq!(short_or_dash(Some(f64::NAN)), "–");
    }
}
