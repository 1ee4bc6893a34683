//! Lines of a log, drawn as a terminal shows them.

use super::data::Line;
use super::number::count;
use super::page::escape;
use crate::error::excerpt;

/// What was typed, after whatever ran the device.
const PROMPT: &str = "$ … | ganlet monitor --picture";

/// Height of a line and of its letters, in CSS pixels.
const LINE: u32 = 18;
const LETTER: f64 = 12.0;
/// Width of a letter of a monospaced face, as a share of its height.
const LETTER_WIDTH: f64 = 0.602;
/// Space around the lines.
const MARGIN: u32 = 16;

/// A terminal is dark in both colour schemes; these colours are nobody's role.
const GROUND: &str = "#1B1F27";
const TEXT: &str = "#E4E2DC";
const QUIET: &str = "#8B919C";
const LOUD: &str = "#FFB86B";

/// The lines in a frame of this width, and the height it takes.
pub(super) fn picture(lines: &[Line], width: u32) -> (String, u32) {
    let most = (f64::from(width - 2 * MARGIN) / (LETTER * LETTER_WIDTH)) as usize;
    let mut rows = vec![(QUIET, PROMPT.to_owned())];
    let mut next = lines.first().map_or(0, |line| line.number);
    for line in lines {
        if line.number > next {
            rows.push((QUIET, left_out(line.number - next)));
        }
        rows.push((colour(&line.text), line.text.clone()));
        next = line.number + 1;
    }
    let height = 2 * MARGIN + LINE * rows.len() as u32;
    let text: String = rows
        .iter()
        .zip(1..)
        .map(|((colour, text), row)| {
            let text = escape(&excerpt(text, most - 1));
            let y = MARGIN + row * LINE - 5;
            format!("<text x=\"{MARGIN}\" y=\"{y}\" fill=\"{colour}\">{text}</text>\n")
        })
        .collect();
    let picture = format!(
        "<rect width=\"{width}\" height=\"{height}\" fill=\"{GROUND}\"/>\n\
         <g font-size=\"{LETTER}\" xml:space=\"preserve\" \
         style=\"font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\">\n\
         <style>g text{{font-family:inherit;white-space:pre}}</style>\n{text}</g>\n"
    );
    (picture, height)
}

fn left_out(lines: u64) -> String {
    match lines {
        1 => "⋮ 1 line".to_owned(),
        lines => format!("⋮ {} lines", count(lines)),
    }
}

/// Records are the usual; what else the device says stands out.
fn colour(text: &str) -> &'static str {
    if text.starts_with("step ") {
        TEXT
    } else {
        LOUD
    }
}
