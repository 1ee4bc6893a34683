//! Where the ticks of an axis stand, and what is written beside them.

use super::number;

/// A place on an axis and its label.
pub(super) type Tick = (f64, String);

/// About `wanted` round numbers at equal distances between `lo` and `hi`.
pub(super) fn linear(lo: f64, hi: f64, wanted: usize) -> Vec<Tick> {
    let step = nice_step((hi - lo) / wanted.max(1) as f64);
    let (first, last) = ((lo / step).ceil(), (hi / step).floor());
    let largest = lo.abs().max(hi.abs());
    (0..=2 * wanted)
        .map(|i| first + i as f64)
        .take_while(|&multiple| multiple <= last)
        .map(|multiple| multiple * step)
        .map(|place| (place, label(place, step, largest)))
        .collect()
}

/// About `wanted` powers of ten between `lo` and `hi`, both positive; where there
/// are few, with their doubles and fivefolds; where those are few too, round numbers.
pub(super) fn decades(lo: f64, hi: f64, wanted: usize) -> Vec<Tick> {
    let (first, last) = (lo.log10().ceil() as i32, hi.log10().floor() as i32);
    let decades = (last - first + 1).max(0) as usize;
    let stride = decades.div_ceil(wanted.max(1)).max(1);
    let mantissas: &[f64] = if decades <= 2 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let ticks: Vec<Tick> = (first - 1..=last)
        .filter(|power| (power - first).rem_euclid(stride as i32) == 0)
        .flat_map(|power| mantissas.iter().map(move |m| m * 10f64.powi(power)))
        .filter(|place| (lo..=hi).contains(place))
        .map(|place| (place, number::significant(place, 1)))
        .collect();
    if ticks.len() < 3 {
        return linear(lo, hi, wanted);
    }
    ticks
}

/// The smallest of 1, 2, 5 times a power of ten that is at least about `about`.
fn nice_step(about: f64) -> f64 {
    let power = 10f64.powi(number::exponent(about));
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|mantissa| mantissa * power)
        .find(|step| *step >= 0.8 * about)
        .unwrap_or(about)
}

/// All the digits that tell a tick from its neighbours, and no more.
fn label(place: f64, step: f64, largest: f64) -> String {
    if place.abs() < step * 1e-6 {
        return "0".into();
    }
    // A step of 10^-4 may come out as 0.99999 * 10^-4.
    let exponent = |value: f64| number::exponent(value * 1.000_001);
    let (unit, top) = (exponent(step), number::exponent(largest));
    if (-4..7).contains(&top) {
        return number::fixed(place, unit.saturating_neg());
    }
    number::scientific(place, exponent(place).saturating_sub(unit).clamp(0, 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        let ticks = |lo, hi| linear(lo, hi, 5);
        assert_eq!(labels(&ticks(0.0, 10.5)), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(&ticks(-0.33, 0.33)), ["−0.2", "0", "0.2"]);
        assert_eq!(labels(&ticks(0.0, 21_000.0))[1], "5,000");
        assert_eq!(labels(&ticks(0.0, 2.1e30))[1], "5×10²⁹");
        assert_eq!(labels(&ticks(0.0, 2.1e-7))[1], "5×10⁻⁸");
    }

    #[test]
    fn decades_are_powers_of_ten_with_company_where_they_are_few() {
        let ticks = |lo, hi| decades(lo, hi, 5);
        assert_eq!(labels(&ticks(0.001, 1.1)), ["0.001", "0.01", "0.1", "1"]);
        assert_eq!(labels(&ticks(0.03, 0.21)), ["0.05", "0.1", "0.2"]);
        assert_eq!(labels(&ticks(0.39, 0.71)), ["0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(
            labels(&ticks(1e-10, 1.1)),
            ["10⁻¹⁰", "10⁻⁷", "0.0001", "0.1"]
        );
    }
}
