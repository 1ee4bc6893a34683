//! Charts onto paper: the one place that speaks plotters.
//!
//! plotters counts whole pixels; a picture is drawn [`SCALE`] times as large
//! and shown that much smaller, so that its lines are smooth.

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::chart::Chart;
use super::mark::{Cell, Mark, Pen};
use super::palette::Role;
use super::polyline::{Point, strokes};

/// Drawn pixels for each CSS pixel.
pub(super) const SCALE: u32 = 10;
/// Height of the letters, in CSS pixels.
pub(super) const LETTER: f64 = 12.5;
/// Mean width of a letter, as a share of its height.
const LETTER_WIDTH: f64 = 0.57;
/// The most dots or band edges a chart shows of what it is given.
const PLENTY: usize = 2000;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The inside of the chart's `<svg>` element.
pub(super) fn marks(chart: &Chart) -> String {
    let mut svg = String::new();
    let size = (chart.size.0 * SCALE, chart.size.1 * SCALE);
    {
        let canvas = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        // A file can fail to be written; a string cannot.
        paint(chart, &canvas).expect("a picture in memory is always written");
    }
    let inside = svg.split_once('\n').map_or("", |(_, inside)| inside);
    inside.trim_end().trim_end_matches("</svg>").to_owned()
}

fn paint(chart: &Chart, canvas: &Canvas<'_>) -> Drawn {
    let extent: Vec<Point> = chart
        .marks
        .iter()
        .flat_map(|(_, mark)| mark.extent())
        .collect();
    let x = Axis::new(&chart.x, extent.iter().map(|point| point.0));
    let y = Axis::new(&chart.y, extent.iter().map(|point| point.1));
    let mut plot = frame(chart, canvas, x, y)?;
    if !chart.bare {
        grid(chart, &mut plot)?;
        titles(chart, canvas)?;
    }
    if !extent.iter().any(|(x, y)| x.is_finite() || y.is_finite()) {
        return nothing(chart, canvas);
    }
    for (_, mark) in &chart.marks {
        draw(mark, &mut plot)?;
    }
    canvas.present()
}

fn frame<'a, 'b>(
    chart: &Chart,
    canvas: &'a Canvas<'b>,
    x: Axis,
    y: Axis,
) -> Result<Plot<'a, 'b>, DrawingAreaErrorKind<std::io::Error>> {
    let mut builder = ChartBuilder::on(canvas);
    if chart.bare {
        return builder.margin(drawn(5.0)).build_cartesian_2d(x, y);
    }
    let left = 14.0 + LETTER * LETTER_WIDTH * y.label_width().max(3) as f64;
    let left = left.min(f64::from(chart.size.0) * 0.45);
    let top = if chart.y.label.is_empty() { 10.0 } else { 30.0 };
    let bottom = if chart.x.label.is_empty() { 26.0 } else { 44.0 };
    builder
        .margin_top(drawn(top))
        .margin_right(drawn(18.0))
        .x_label_area_size(drawn(bottom))
        .y_label_area_size(drawn(left))
        .build_cartesian_2d(x, y)
}

fn grid(chart: &Chart, plot: &mut Plot<'_, '_>) -> Drawn {
    let line = stroke(Role::Grid, 1.0, 1.0);
    let mut mesh = plot.configure_mesh();
    let cells = |(_, mark): &(String, Mark)| matches!(mark, Mark::Cells(_));
    if chart.marks.iter().any(cells) {
        mesh.disable_mesh();
    } else if chart.y.names.is_none() {
        mesh.disable_x_mesh();
    }
    mesh.bold_line_style(line)
        .light_line_style(TRANSPARENT)
        .axis_style(TRANSPARENT)
        .label_style(text())
        .set_all_tick_mark_size(drawn(3.5))
        .draw()?;
    let (x, ground) = (spans(plot).0, plot.y_range().start);
    let ends = [(x.0, ground), (x.1, ground)];
    let line = stroke(Role::Baseline, 1.0, 1.0);
    plot.draw_series([PathElement::new(ends, line)]).map(drop)
}

fn titles(chart: &Chart, canvas: &Canvas<'_>) -> Drawn {
    let (width, height) = canvas.dim_in_pixel();
    let (right, bottom) = (width as i32 - drawn(18.0), height as i32 - drawn(3.0));
    let x = text().pos(Pos::new(HPos::Right, VPos::Bottom));
    let y = text().pos(Pos::new(HPos::Left, VPos::Top));
    canvas.draw_text(&chart.x.label, &x, (right, bottom))?;
    canvas.draw_text(&chart.y.label, &y, (drawn(2.0), drawn(4.0)))
}

fn nothing(chart: &Chart, canvas: &Canvas<'_>) -> Drawn {
    let (width, height) = canvas.dim_in_pixel();
    let style = text().pos(Pos::new(HPos::Center, VPos::Center));
    let word = if chart.bare {
        "–"
    } else {
        "nothing measured"
    };
    canvas.draw_text(word, &style, (width as i32 / 2, height as i32 / 2))?;
    canvas.present()
}

fn draw(mark: &Mark, plot: &mut Plot<'_, '_>) -> Drawn {
    let (x, y) = spans(plot);
    match mark {
        Mark::Line(pen, points) => line(*pen, points, plot),
        Mark::Level(pen, at) => line(*pen, &[(x.0, *at), (x.1, *at)], plot),
        Mark::Band(role, edges) => band(*role, edges, plot),
        Mark::Bars(role, bars) => {
            let bars = bars
                .iter()
                .filter(|bar| bar.hi > bar.lo && bar.height > 0.0)
                .filter(|bar| bar.hi > x.0 && bar.lo < x.1);
            plot.draw_series(bars.map(|bar| {
                let corners = [(bar.lo, bar.height.min(y.1)), (bar.hi, 0.0)];
                let mut bar = Rectangle::new(corners, fill(*role, 0.4));
                bar.set_margin(0, 0, SCALE * 2 / 5, SCALE * 2 / 5);
                bar
            }))
            .map(drop)
        }
        Mark::Dots(role, points) => dots(*role, points, plot),
        Mark::Ticks(role, points) => {
            let pen = Pen {
                width: 3.0,
                ..(*role).into()
            };
            points
                .iter()
                .try_for_each(|&(at, row)| line(pen, &[(at, row - 0.28), (at, row + 0.28)], plot))
        }
        Mark::Spans(role, stretches) => tint(*role, stretches, plot),
        Mark::Cells(cells) => plot.draw_series(cells.iter().filter_map(cell)).map(drop),
    }
}

fn line(pen: Pen, points: &[Point], plot: &mut Plot<'_, '_>) -> Drawn {
    let style = stroke(pen.role, pen.width, 1.0);
    let (x, y) = spans(plot);
    for stroke in strokes(points, x, y) {
        if let [only] = stroke.as_slice() {
            let dot = Circle::new(*only, drawn(pen.width * 1.4), style.filled());
            plot.draw_series([dot])?;
        } else if pen.dashed {
            let (dash, gap) = (drawn(5.0), drawn(4.0));
            plot.draw_series([DashedPathElement::new(stroke, dash, gap, style)])?;
        } else {
            plot.draw_series([PathElement::new(stroke, style)])?;
        }
    }
    Ok(())
}

fn band(role: Role, edges: &[(f64, f64, f64)], plot: &mut Plot<'_, '_>) -> Drawn {
    let finite = |(x, lower, upper): &(f64, f64, f64)| (x + lower + upper).is_finite();
    for stretch in edges.split(|edge| !finite(edge)) {
        let run = stretch.len().div_ceil(PLENTY).max(1);
        let merged: Vec<_> = stretch.chunks(run).map(envelope).collect();
        let upper = merged.iter().map(|&(x, _, upper)| (x, upper));
        let lower = merged.iter().rev().map(|&(x, lower, _)| (x, lower));
        let outline: Vec<Point> = upper.chain(lower).collect();
        if outline.len() > 2 {
            plot.draw_series([Polygon::new(outline, fill(role, 0.2))])?;
        }
    }
    Ok(())
}

fn envelope(run: &[(f64, f64, f64)]) -> (f64, f64, f64) {
    let lower = run.iter().map(|edge| edge.1).fold(f64::INFINITY, f64::min);
    let upper = run
        .iter()
        .map(|edge| edge.2)
        .fold(f64::NEG_INFINITY, f64::max);
    (run[0].0, lower, upper)
}

fn dots(role: Role, points: &[Point], plot: &mut Plot<'_, '_>) -> Drawn {
    let (x, y) = spans(plot);
    let inside = |(px, py): &&Point| (x.0..=x.1).contains(px) && (y.0..=y.1).contains(py);
    let every = points.len().div_ceil(PLENTY).max(1);
    let shown = points.iter().filter(inside).step_by(every);
    plot.draw_series(shown.map(|&at| Circle::new(at, drawn(3.1), fill(role, 0.8))))
        .map(drop)
}

/// A stretch too short to be seen is widened to about a pixel.
fn tint(role: Role, stretches: &[(f64, f64)], plot: &mut Plot<'_, '_>) -> Drawn {
    let (x, y) = spans(plot);
    let least = (x.1 - x.0) / 600.0;
    let shown = stretches
        .iter()
        .filter(|(from, to)| from <= to && *to >= x.0 && *from <= x.1);
    plot.draw_series(shown.map(|&(from, to)| {
        Rectangle::new([(from, y.1), (to.max(from + least), y.0)], fill(role, 0.2))
    }))
    .map(drop)
}

fn cell(cell: &Cell) -> Option<Rectangle<Point>> {
    let role = if cell.tone < 0.0 {
        Role::Data
    } else {
        Role::Generated
    };
    let corners = [(cell.x.0, cell.y.1), (cell.x.1, cell.y.0)];
    let finite = corners.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    let depth = (cell.tone.abs().min(1.0) * 100.0).round() / 100.0;
    (finite && depth > 0.0).then(|| Rectangle::new(corners, fill(role, depth)))
}

fn spans(plot: &Plot<'_, '_>) -> (Point, Point) {
    let axes = plot.as_coord_spec();
    (axes.x_spec().span(), axes.y_spec().span())
}

/// CSS pixels as drawn ones.
pub(super) fn drawn(css_pixels: f64) -> i32 {
    (css_pixels * f64::from(SCALE)).round() as i32
}

fn stroke(role: Role, width: f64, opacity: f64) -> ShapeStyle {
    ShapeStyle {
        color: role.rgb().mix(opacity),
        filled: false,
        stroke_width: drawn(width).unsigned_abs(),
    }
}

fn fill(role: Role, opacity: f64) -> ShapeStyle {
    role.rgb().mix(opacity).filled()
}

fn text<'a>() -> TextStyle<'a> {
    // plotters writes a font size 1.24 times smaller than it is told.
    let size = LETTER * 1.24 * f64::from(SCALE);
    let mut style = TextStyle::from(("sans-serif", size).into_font());
    style.color = Role::Label.rgb().to_backend_color();
    style
}
