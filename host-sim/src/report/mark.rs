//! What can be put on a chart, and how it looks.

use super::palette::Role;
use super::polyline::Point;

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    /// Its colour.
    pub role: Role,
    /// Broken rather than solid.
    pub dashed: bool,
    /// Width in CSS pixels.
    pub width: f64,
}

impl Role {
    /// A broken line of this colour.
    #[must_use]
    pub fn dashed(self) -> Pen {
        Pen {
            dashed: true,
            ..self.into()
        }
    }

    /// A thin line of this colour, for a line among many.
    #[must_use]
    pub fn thin(self) -> Pen {
        Pen {
            width: 1.3,
            ..self.into()
        }
    }
}

impl From<Role> for Pen {
    fn from(role: Role) -> Self {
        Self {
            role,
            dashed: false,
            width: 1.9,
        }
    }
}

/// A bar of a histogram: from `lo` to `hi`, as high as `height`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Left edge.
    pub lo: f64,
    /// Right edge.
    pub hi: f64,
    /// Height above zero.
    pub height: f64,
}

/// A coloured cell of a heat map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Left and right edge.
    pub x: (f64, f64),
    /// Lower and upper edge.
    pub y: (f64, f64),
    /// From -1, the data's colour, over 0, the paper, to 1, the generator's.
    pub tone: f64,
}

/// What can be put on a chart.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Line(Pen, Vec<Point>),
    Level(Pen, f64),
    Band(Role, Vec<(f64, f64, f64)>),
    Bars(Role, Vec<Bar>),
    Dots(Role, Vec<Point>),
    Ticks(Role, Vec<Point>),
    Spans(Role, Vec<(f64, f64)>),
    Cells(Vec<Cell>),
}

impl Mark {
    /// Points that the axes must show; NaN where a mark does not care.
    pub(super) fn extent(&self) -> Vec<Point> {
        match self {
            Mark::Line(_, points) | Mark::Dots(_, points) | Mark::Ticks(_, points) => {
                points.clone()
            }
            Mark::Level(_, y) => vec![(f64::NAN, *y)],
            Mark::Band(_, edges) => edges
                .iter()
                .flat_map(|&(x, lower, upper)| [(x, lower), (x, upper)])
                .collect(),
            Mark::Bars(_, bars) => bars
                .iter()
                .flat_map(|bar| [(bar.lo, 0.0), (bar.hi, bar.height)])
                .collect(),
            Mark::Spans(_, spans) => spans
                .iter()
                .flat_map(|&(from, to)| [(from, f64::NAN), (to, f64::NAN)])
                .collect(),
            Mark::Cells(cells) => cells
                .iter()
                .flat_map(|cell| [(cell.x.0, cell.y.0), (cell.x.1, cell.y.1)])
                .collect(),
        }
    }
}
