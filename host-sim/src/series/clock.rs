//! The order of time: where a recording has gaps, and so which readings may share a window.

use std::ops::Range;
use std::path::Path;

use super::draft::Reading;
use crate::error::Failure;

/// A step of `t` above this many usual steps is a gap.
const GAP: f64 = 1.5;

/// What the times of the readings say about their sequence.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Maximal runs without a gap or a hole.
    pub(super) segments: Vec<Range<usize>>,
    /// The usual step between neighbouring rows.
    pub(super) step: Option<f64>,
    repeated: Mishap,
    backwards: Mishap,
}

/// How often something happened, and on which line first.
#[derive(Debug, Default)]
struct Mishap {
    count: usize,
    line: usize,
}

impl Order {
    /// The segments of readings that stand in the order of the file.
    pub(super) fn of(readings: &[Reading]) -> Self {
        let mut order = Self {
            step: usual_step(readings),
            ..Self::default()
        };
        let longest = order.step.map_or(f64::INFINITY, |step| GAP * step);
        let mut start = 0;
        for (end, (a, b)) in (1..).zip(readings.iter().zip(readings.iter().skip(1))) {
            let step = b.time() - a.time();
            if step < 0.0 {
                order.backwards.happened(b.line);
            } else if step == 0.0 {
                order.repeated.happened(b.line);
            }
            if is_hole(a, b) || step > longest {
                order.segments.push(start..end);
                start = end;
            }
        }
        if start < readings.len() {
            order.segments.push(start..readings.len());
        }
        order
    }

    /// Refuses times of the file at `path` that do not ascend: which reading belongs to which moment
    /// is then a guess.
    pub(super) fn check(&self, path: &Path) -> Result<(), Failure> {
        self.backwards
            .refuse("runs backwards", "sort the rows by t", path)?;
        let remedy = "keep one row for each time, or remove the column t";
        self.repeated.refuse("stands still", remedy, path)
    }
}

impl Mishap {
    fn happened(&mut self, line: usize) {
        if self.count == 0 {
            self.line = line;
        }
        self.count += 1;
    }

    fn refuse(&self, what: &str, remedy: &str, path: &Path) -> Result<(), Failure> {
        let often = match self.count {
            0 => return Ok(()),
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        let place = format!("first at {}:{}", path.display(), self.line);
        Err(Failure::input(format!("t {what} {often}"), place, remedy))
    }
}

/// Whether a row between the two was skipped.
fn is_hole(a: &Reading, b: &Reading) -> bool {
    b.row > a.row + 1
}

/// The median of the forward steps between neighbouring rows (the upper one of an even number);
/// `None` where time never moves.
fn usual_step(readings: &[Reading]) -> Option<f64> {
    let pairs = readings.iter().zip(readings.iter().skip(1));
    let mut steps: Vec<f64> = pairs
        .filter(|(a, b)| !is_hole(a, b))
        .map(|(a, b)| b.time() - a.time())
        .filter(|step| *step > 0.0)
        .collect();
    let middle = steps.len() / 2;
    (!steps.is_empty()).then(|| *steps.select_nth_unstable_by(middle, f64::total_cmp).1)
}
