//! One axis: the stretch of numbers it shows, and where its ticks stand.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::ticks::{self, Tick};

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
    ticks: Vec<Tick>,
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
            Some((lo, hi)) => Self {
                lo,
                hi,
                log: wish.log,
                ticks: if wish.log {
                    ticks::decades(lo, hi, wish.ticks)
                } else {
                    ticks::linear(lo, hi, wish.ticks)
                },
            },
        }
    }

    /// The stretch shown, smaller number first.
    pub(super) fn span(&self) -> (f64, f64) {
        (self.lo.min(self.hi), self.lo.max(self.hi))
    }

    /// Length of the longest tick label, in characters.
    pub(super) fn label_width(&self) -> usize {
        let width = |(_, label): &Tick| label.chars().count();
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
    let near_nothing = (0.0..=0.05 * hi).contains(&lo);
    let floor = if near_nothing { 0.0 } else { lo - room };
    (floor, hi + room)
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
    fn what_starts_near_nothing_is_shown_from_nothing() {
        assert_eq!(axis(&[20.0, 4000.0]).span().0, 0.0);
        assert!(axis(&[300.0, 4000.0]).span().0 > 0.0);
        assert!(axis(&[-1.0, 4000.0]).span().0 < -1.0);
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
