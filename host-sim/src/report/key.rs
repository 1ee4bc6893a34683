//! The key of a chart: each named mark in small, beside its name.

use super::chart::Chart;
use super::draw::{LETTER, drawn};
use super::mark::{Mark, Pen};
use super::page::escape;
use super::palette::Role;

fn named(chart: &Chart) -> impl Iterator<Item = (&str, &Mark)> {
    let marks = chart.marks.iter();
    marks
        .filter(|(label, _)| !label.is_empty())
        .map(|(label, mark)| (label.as_str(), mark))
}

/// As an HTML list; empty where nothing is named.
pub(super) fn list(chart: &Chart) -> String {
    let items: String = named(chart)
        .map(|(label, mark)| format!("<li>{}{}</li>", swatch(mark), escape(label)))
        .collect();
    if items.is_empty() {
        return items;
    }
    format!("<ul class=\"key\">{items}</ul>\n")
}

fn swatch(mark: &Mark) -> String {
    let inside = match mark {
        Mark::Line(pen, _) | Mark::Level(pen, _) => stroke(*pen),
        Mark::Band(role, _) | Mark::Spans(role, _) => block(3.0, 16.0, *role, 0.25),
        Mark::Bars(role, _) => block(3.0, 16.0, *role, 0.45),
        Mark::Ticks(role, _) => block(9.5, 3.0, *role, 1.0),
        Mark::Dots(role, _) => {
            let hex = role.hex();
            format!("<circle cx=\"11\" cy=\"6\" r=\"3.5\" fill=\"{hex}\"/>")
        }
        Mark::Cells(_) => [
            block(0.0, 5.0, Role::Data, 1.0),
            block(5.0, 4.0, Role::Data, 0.45),
            block(13.0, 4.0, Role::Generated, 0.45),
            block(17.0, 5.0, Role::Generated, 1.0),
        ]
        .concat(),
    };
    format!("<svg class=\"swatch\" viewBox=\"0 0 22 12\" aria-hidden=\"true\">{inside}</svg>")
}

fn stroke(pen: Pen) -> String {
    let dash = if pen.dashed {
        " stroke-dasharray=\"5 4\""
    } else {
        ""
    };
    format!(
        "<line x1=\"1\" y1=\"6\" x2=\"21\" y2=\"6\" stroke=\"{}\" stroke-width=\"{}\"{dash}/>",
        pen.role.hex(),
        pen.width
    )
}

fn block(left: f64, width: f64, role: Role, opacity: f64) -> String {
    let hex = role.hex();
    format!(
        "<rect x=\"{left}\" width=\"{width}\" height=\"12\" fill=\"{hex}\" opacity=\"{opacity}\"/>"
    )
}

/// As one line of text above a picture that stands alone.
pub(super) fn line(chart: &Chart) -> String {
    let ink = Role::Ink.hex();
    let words: String = named(chart)
        .map(|(label, mark)| {
            let ((sign, role), label) = (sign(mark), escape(label));
            let hex = role.hex();
            format!(
                "<tspan fill=\"{hex}\" dx=\"1em\">{sign}</tspan>\
                 <tspan fill=\"{ink}\" dx=\"0.4em\">{label}</tspan>"
            )
        })
        .collect();
    // One em to the left: every name begins with that much room before it.
    let (x, y, size) = (drawn(2.0 - LETTER), -drawn(10.0), drawn(LETTER));
    format!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\">{words}</text>\n")
}

fn sign(mark: &Mark) -> (&'static str, Role) {
    match mark {
        Mark::Line(pen, _) | Mark::Level(pen, _) if pen.dashed => ("╌╌", pen.role),
        Mark::Line(pen, _) | Mark::Level(pen, _) => ("━━", pen.role),
        Mark::Band(role, _) | Mark::Spans(role, _) | Mark::Bars(role, _) => ("■", *role),
        Mark::Dots(role, _) => ("●", *role),
        Mark::Ticks(role, _) => ("❙", *role),
        Mark::Cells(_) => ("■", Role::Generated),
    }
}
