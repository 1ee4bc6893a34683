//! The vocabulary of pictures: a chart is a few marks on two axes.
//!
//! ```
//! use ganlet_sim::report::chart::{Chart, Role};
//!
//! let svg = Chart::new("Loss falls from 1 to 0.1 over ten steps")
//!     .x("step")
//!     .y("loss, nats")
//!     .line(Role::Generated, "loss", (1..=10).map(|i| (f64::from(i), 1.0 / f64::from(i))))
//!     .level(Role::Truth.dashed(), "optimum", 0.0)
//!     .svg();
//! assert!(svg.starts_with("<svg") && svg.contains("aria-label"));
//! ```
//!
//! Every chart can be drawn, whatever the numbers: what is not finite is left
//! out, a constant gets room around it, and a chart of nothing says so.

use super::axis::Wish;
use super::draw;
use super::key;
use super::mark::Mark;
pub use super::mark::{Bar, Cell, Pen};
use super::page::escape;
use super::palette;
pub use super::palette::Role;
pub use super::polyline::Point;

/// Size of a figure that stands beside another, in CSS pixels.
const HALF: (u32, u32) = (560, 330);
/// Size of a figure across the page, in CSS pixels.
const FULL: (u32, u32) = (1160, 250);

/// A picture: marks on two axes, with a sentence for those who cannot see it.
#[derive(Clone, Debug)]
pub struct Chart {
    pub(super) alt: String,
    pub(super) size: (u32, u32),
    pub(super) x: Wish,
    pub(super) y: Wish,
    pub(super) bare: bool,
    pub(super) marks: Vec<(String, Mark)>,
}

/// Height of a key above a picture, in CSS pixels.
pub(super) const HEAD: u32 = 30;

/// An SVG file of this size, in CSS pixels and both colour schemes.
pub(super) fn standalone(alt: &str, (width, height): (u32, u32), body: &str) -> String {
    let paper = Role::Paper.hex();
    let (alt, css) = (escape(alt), palette::css());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{alt}\">\n\
         <style>{css}text{{font-family:system-ui,sans-serif}}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{paper}\"/>\n{body}</svg>\n"
    )
}

impl Chart {
    /// A chart of nothing yet. `alt` says in words what it will show.
    pub fn new(alt: impl Into<String>) -> Self {
        let wish = |slack, ticks| Wish {
            slack,
            ticks,
            ..Wish::default()
        };
        Self {
            alt: alt.into(),
            size: HALF,
            x: wish(0.0, 6),
            y: wish(0.06, 5),
            bare: false,
            marks: Vec::new(),
        }
    }

    /// Names the horizontal axis: quantity, unit.
    #[must_use]
    pub fn x(mut self, label: impl Into<String>) -> Self {
        self.x.label = label.into();
        self
    }

    /// Names the vertical axis: quantity, unit.
    #[must_use]
    pub fn y(mut self, label: impl Into<String>) -> Self {
        self.y.label = label.into();
        self
    }

    /// Shows this stretch of x; an empty or non-finite one leaves it to the data.
    #[must_use]
    pub fn x_range(mut self, lo: f64, hi: f64) -> Self {
        self.x.range = Some((lo, hi));
        self
    }

    /// Shows this stretch of y; an empty or non-finite one leaves it to the data.
    #[must_use]
    pub fn y_range(mut self, lo: f64, hi: f64) -> Self {
        self.y.range = Some((lo, hi));
        self
    }

    /// Leaves some air left and right of the data.
    #[must_use]
    pub fn x_slack(mut self) -> Self {
        self.x.slack = 0.04;
        self
    }

    /// Draws x in decades; numbers that are not positive are left out.
    #[must_use]
    pub fn x_log(mut self) -> Self {
        self.x.log = true;
        self.x_slack()
    }

    /// Draws y in decades; numbers that are not positive are left out.
    #[must_use]
    pub fn y_log(mut self) -> Self {
        self.y.log = true;
        self
    }

    /// Puts named rows in place of the vertical axis: row i, from the top, is y = i.
    #[must_use]
    pub fn rows(mut self, names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = names.into_iter().collect();
        self.size.1 = 70 + 34 * names.len().clamp(1, 1000) as u32;
        self.y.names = Some(names);
        self
    }

    /// Makes named rows twice as high, so that each has room for a histogram.
    #[must_use]
    pub fn high_rows(mut self) -> Self {
        let rows = self.y.names.as_ref().map_or(0, Vec::len);
        self.size.1 = 70 + 68 * rows.clamp(1, 1000) as u32;
        self
    }

    /// Makes the chart as wide as the page.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.size = (
            FULL.0,
            if self.y.names.is_some() {
                self.size.1
            } else {
                FULL.1
            },
        );
        self.x.ticks = 10;
        self
    }

    /// A small picture without axes, one of many side by side.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.size = (150, 84);
        self.bare = true;
        self
    }

    /// A line through the points; it breaks where one is not finite.
    #[must_use]
    pub fn line(
        self,
        pen: impl Into<Pen>,
        label: impl Into<String>,
        points: impl IntoIterator<Item = Point>,
    ) -> Self {
        self.mark(label, Mark::Line(pen.into(), points.into_iter().collect()))
    }

    /// A horizontal line across the chart.
    #[must_use]
    pub fn level(self, pen: impl Into<Pen>, label: impl Into<String>, y: f64) -> Self {
        self.mark(label, Mark::Level(pen.into(), y))
    }

    /// The area between two lines, given as (x, lower, upper).
    #[must_use]
    pub fn band(
        self,
        role: Role,
        label: impl Into<String>,
        edges: impl IntoIterator<Item = (f64, f64, f64)>,
    ) -> Self {
        self.mark(label, Mark::Band(role, edges.into_iter().collect()))
    }

    /// The bars of a histogram.
    #[must_use]
    pub fn bars(
        self,
        role: Role,
        label: impl Into<String>,
        bars: impl IntoIterator<Item = Bar>,
    ) -> Self {
        self.mark(label, Mark::Bars(role, bars.into_iter().collect()))
    }

    /// A dot at each point.
    #[must_use]
    pub fn dots(
        self,
        role: Role,
        label: impl Into<String>,
        points: impl IntoIterator<Item = Point>,
    ) -> Self {
        self.mark(label, Mark::Dots(role, points.into_iter().collect()))
    }

    /// A short upright stroke at each point, half a unit of y high: for rows.
    #[must_use]
    pub fn ticks(
        self,
        role: Role,
        label: impl Into<String>,
        points: impl IntoIterator<Item = Point>,
    ) -> Self {
        self.mark(label, Mark::Ticks(role, points.into_iter().collect()))
    }

    /// A tint behind these stretches of x, over the whole height.
    #[must_use]
    pub fn spans(
        self,
        role: Role,
        label: impl Into<String>,
        spans: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        self.mark(label, Mark::Spans(role, spans.into_iter().collect()))
    }

    /// The cells of a heat map.
    #[must_use]
    pub fn cells(self, label: impl Into<String>, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.mark(label, Mark::Cells(cells.into_iter().collect()))
    }

    fn mark(mut self, label: impl Into<String>, mark: Mark) -> Self {
        self.marks.push((label.into(), mark));
        self
    }

    /// Draws the chart in this size, in CSS pixels.
    #[must_use]
    pub(super) fn sized(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// The picture as an `<svg>` element for a page: as wide as its place, in the page's colours.
    #[must_use]
    pub fn svg(&self) -> String {
        let (width, height) = self.drawn_size();
        let alt = escape(&self.alt);
        let body = draw::marks(self);
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{alt}\">\n{body}</svg>\n"
        )
    }

    /// The picture as a file of its own, with its key above it, in both colour schemes.
    #[must_use]
    pub fn standalone_svg(&self) -> String {
        let (width, height) = (self.size.0, self.size.1 + HEAD);
        standalone(&self.alt, (width, height), &self.panel(0, 0))
    }

    /// The picture with its key above it at a place, in CSS pixels, of a larger one.
    pub(super) fn panel(&self, x: u32, y: u32) -> String {
        let (width, height) = self.drawn_size();
        let head = HEAD * draw::SCALE;
        let (key, body) = (key::line(self), draw::marks(self));
        format!(
            "<svg x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" \
             viewBox=\"0 -{head} {width} {}\">\n{key}{body}</svg>\n",
            self.size.0,
            self.size.1 + HEAD,
            height + head,
        )
    }

    /// The key: what each mark is, as an HTML list. Empty where nothing is named.
    #[must_use]
    pub fn key(&self) -> String {
        key::list(self)
    }

    fn drawn_size(&self) -> (u32, u32) {
        (self.size.0 * draw::SCALE, self.size.1 * draw::SCALE)
    }
}
