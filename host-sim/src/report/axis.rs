//! One axis: the stretch of numbers it shows, and where its ticks stand.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::number;

/// Numbers beyond this are drawn at it: differences of two such are still finite.
const HUGE: f64 = 1e300;
/// The most decades a logarithmic axis spans below its largest value.
const DECADES: i32 = 12;

/// What a chart asks of an axis.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    /// What it measures.
    pub(super) label: String,
    /// The stretch to show; otherwise that of the data.
    pub(super) range: Option<(f64, f64)>,
    /// Powers of ten at equal distances.
    pub(super) log: bool,
    /// Names of rows 0, 1, 2, … from the top, in place of numbers.
    pub(super) names: Option<Vec<String>>,
    /// Room beyond the outermost values, as a share of their distance.
    pub(super) slack: f64,
    /// About how many ticks there is room for.
    pub(super) ticks: usize,
}

/// An axis that plotters can draw on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    lo: f64,
    hi: f64,
    log: bool,
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// The axis that shows `values` as wished. Always has an extent, whatever they are.
    pub(super) fn new(wish: &Wish, values: impl Iterator<Item = f64>) -> Self {
        if let Some(names) = &wish.names {
            return Self::rows(names);
        }
        let positive = |value: &f64| !wish.log || *value > 0.0;
        let extent = values.filter(|v| v.is_finite()).filter(positive);
        let extent = wish
            .range
            .filter(|(lo, hi)| (hi - lo).is_finite() && lo < hi && positive(lo))
            .or_else(|| extremes(extent).map(|extent| loosen(extent, wish)));
        match extent {
            None => Self::blank(wish.log),
            Some((lo, hi)) if wish.log => Self::decades(lo, hi, wish.ticks),
            Some((lo, hi)) => Self::linear(lo, hi, wish.ticks),
        }
    }

    /// The stretch shown, smaller number first.
    pub(super) fn span(&self) -> (f64, f64) {
        (self.lo.min(self.hi), self.lo.max(self.hi))
    }

    /// Length of the longest tick label, in characters.
    pub(super) fn label_width(&self) -> usize {
        let width = |(_, label): &(f64, String)| label.chars().count();
        self.ticks.iter().map(width).max().unwrap_or(0)
    }

    fn blank(log: bool) -> Self {
        let (lo, hi) = if log { (1.0, 10.0) } else { (0.0, 1.0) };
        let ticks = Vec::new();
        Self { lo, hi, log, ticks }
    }

    fn rows(names: &[String]) -> Self {
        let ticks = names
            .iter()
            .enumerate()
            .map(|(row, name)| (row as f64, name.clone()))
            .collect();
        Self {
            lo: names.len().max(1) as f64 - 0.5,
            hi: -0.5,
            log: false,
            ticks,
        }
    }

    fn linear(lo: f64, hi: f64, ticks: usize) -> Self {
        let step = nice_step((hi - lo) / ticks.max(1) as f64);
        let (first, last) = ((lo / step).ceil(), (hi / step).floor());
        let places: Vec<f64> = (0..=2 * ticks)
            .map(|i| first + i as f64)
            .take_while(|&multiple| multiple <= last)
            .map(|multiple| multiple * step)
            .collect();
        let largest = lo.abs().max(hi.abs());
        let ticks = places
            .into_iter()
            .map(|place| (place, tick_label(place, step, largest)))
            .collect();
        let log = false;
        Self { lo, hi, log, ticks }
    }

    fn decades(lo: f64, hi: f64, wanted: usize) -> Self {
        let (first, last) = (lo.log10().ceil() as i32, hi.log10().floor() as i32);
        let decades = (last - first + 1).max(0) as usize;
        let mantissas: &[f64] = if decades <= 2 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        let stride = decades.div_ceil(wanted.max(1)).max(1);
        let ticks = (first - 1..=last)
            .filter(|power| (power - first).rem_euclid(stride as i32) == 0 || decades <= 2)
            .flat_map(|power| mantissas.iter().map(move |m| m * 10f64.powi(power)))
            .filter(|place| (lo..=hi).contains(place))
            .map(|place| (place, number::significant(place, 1)))
            .collect();
        let log = true;
        Self { lo, hi, log, ticks }
    }

    fn position(&self, value: f64) -> f64 {
        let (value, lo, hi) = if self.log {
            (value.log10(), self.lo.log10(), self.hi.log10())
        } else {
            (value, self.lo, self.hi)
        };
        ((value - lo) / (hi - lo)).clamp(0.0, 1.0)
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let pixels = f64::from(limit.1 - limit.0);
        limit.0 + (pixels * self.position(*value)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(place, _)| *place).collect()
    }

    fn range(&self) -> Range<f64> {
        self.lo..self.hi
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks
            .iter()
            .find(|(place, _)| place == value)
            .map_or_else(String::new, |(_, label)| label.clone())
    }
}

fn extremes(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .map(|value| value.clamp(-HUGE, HUGE))
        .fold(None, |extent, value| {
            let (lo, hi) = extent.unwrap_or((value, value));
            Some((value.min(lo), value.max(hi)))
        })
}

/// Some air around the values; a constant gets room on both sides.
fn loosen((lo, hi): (f64, f64), wish: &Wish) -> (f64, f64) {
    if wish.log {
        let lo = lo.max(hi / 10f64.powi(DECADES)).max(1.0 / HUGE);
        let ratio = if hi > lo * 1.01 {
            (hi / lo).powf(wish.slack)
        } else {
            2.0
        };
        return (lo / ratio, hi * ratio);
    }
    let size = lo.abs().max(hi.abs());
    if hi - lo <= 1e-12 * size || hi == lo {
        let room = if size > 0.0 { 0.1 * size } else { 1.0 };
        return (lo - room, hi + room);
    }
    let room = wish.slack * (hi - lo);
    // What starts at nothing, or nearly, is shown from nothing, not from a little below.
    let near_nothing = (0.0..=0.05 * hi).contains(&lo) && wish.slack > 0.0;
    let floor = if near_nothing { 0.0 } else { lo - room };
    (floor, hi + room)
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

fn tick_label(place: f64, step: f64, largest: f64) -> String {
    if place.abs() < step * 1e-6 {
        return "0".into();
    }
    let (unit, top) = (
        number::exponent(step * 1.000_001),
        number::exponent(largest),
    );
    if top >= 7 || top <= -5 {
        let digits = (number::exponent(place * 1.000_001) - unit).clamp(0, 15);
        return number::scientific(place, digits);
    }
    number::fixed(place, -unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(values: &[f64]) -> Axis {
        let wish = Wish {
            ticks: 5,
            slack: 0.05,
            ..Wish::default()
        };
        Axis::new(&wish, values.iter().copied())
    }

    fn log_axis(values: &[f64]) -> Axis {
        let wish = Wish {
            ticks: 5,
            slack: 0.05,
            log: true,
            ..Wish::default()
        };
        Axis::new(&wish, values.iter().copied())
    }

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(&axis(&[0.0, 10.0])), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(&axis(&[-0.3, 0.3])), ["−0.2", "0", "0.2"]);
        assert_eq!(labels(&axis(&[0.0, 20_000.0]))[1], "5,000");
        assert_eq!(labels(&axis(&[0.0, 2e30]))[1], "5×10²⁹");
    }

    #[test]
    fn decades_are_powers_of_ten() {
        assert_eq!(
            labels(&log_axis(&[1e-3, 1.0])),
            ["0.001", "0.01", "0.1", "1"]
        );
        assert_eq!(labels(&log_axis(&[0.03, 0.2])), ["0.05", "0.1", "0.2"]);
    }

    #[test]
    fn hostile_values_leave_a_finite_axis_with_few_ticks() {
        let tiny = f64::MIN_POSITIVE;
        let cases: [&[f64]; 12] = [
            &[],
            &[f64::NAN],
            &[f64::INFINITY, f64::NEG_INFINITY],
            &[0.0],
            &[5.0, 5.0],
            &[-1e-300],
            &[tiny, 2.0 * tiny],
            &[f64::MAX, f64::MIN],
            &[1e16, 1e16 + 2.0],
            &[5e-324, 1e-320],
            &[-1.0, 1e300],
            &[1e-300, 1e300],
        ];
        for values in cases {
            for axis in [axis(values), log_axis(values)] {
                let (lo, hi) = axis.span();
                assert!(
                    lo.is_finite() && hi.is_finite() && lo < hi,
                    "{values:?}: {axis:?}"
                );
                assert!(axis.ticks.len() <= 14, "{values:?}: {axis:?}");
                assert!(axis.label_width() < 30, "{values:?}: {axis:?}");
                for value in values {
                    assert!((0..=100).contains(&axis.map(value, (0, 100))), "{values:?}");
                }
            }
        }
    }

    #[test]
    fn a_wished_range_counts_unless_it_is_nonsense() {
        let wish = |range| Wish {
            range: Some(range),
            ticks: 5,
            ..Wish::default()
        };
        let values = || [3.0, 4.0].into_iter();
        assert_eq!(Axis::new(&wish((0.0, 1.0)), values()).span(), (0.0, 1.0));
        assert_eq!(Axis::new(&wish((1.0, 1.0)), values()).span(), (3.0, 4.0));
        assert_eq!(
            Axis::new(&wish((f64::NAN, 1.0)), values()).span(),
            (3.0, 4.0)
        );
    }

    #[test]
    fn named_rows_run_from_the_top() {
        let wish = Wish {
            names: Some(vec!["first".into(), "second".into()]),
            ..Wish::default()
        };
        let axis = Axis::new(&wish, std::iter::empty());
        assert_eq!(labels(&axis), ["first", "second"]);
        // plotters gives the vertical axis its lower end first.
        assert!(axis.map(&0.0, (100, 0)) < axis.map(&1.0, (100, 0)));
    }
}
