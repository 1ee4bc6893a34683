//! Where the log is shown while it comes, always on standard error: a live view on a terminal, a
//! plain line each elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::line::Line;
use super::log::{self, Log};
use super::view;
use crate::console;
use crate::error::{excerpt, one_line};
use crate::progress;

/// The least time between two drawings of the view.
const PAUSE: Duration = Duration::from_millis(60);
/// Characters of a line that are shown.
const SHOWN: usize = 500;

/// A view of the log.
#[derive(Debug)]
pub(super) enum Display {
    /// A block of lines that stays at the foot of the terminal.
    Live {
        /// The block.
        block: ProgressBar,
        /// When it was drawn.
        drawn: Option<Instant>,
    },
    /// Lines.
    Plain,
}

impl Display {
    /// The view that standard error can show.
    pub(super) fn new() -> Self {
        match (progress::drawable(), ProgressStyle::with_template("{msg}")) {
            (true, Ok(style)) => Self::Live {
                block: ProgressBar::new_spinner().with_style(style),
                drawn: None,
            },
            _ => Self::Plain,
        }
    }

    /// Shows a line of the log and what it changed.
    pub(super) fn show(&mut self, log: &Log, line: &Line) {
        let shown = line
            .is_worth_showing()
            .then(|| excerpt(&one_line(line.text.trim()), SHOWN));
        match self {
            Self::Live { block, drawn } => {
                if let Some(text) = shown {
                    block.println(match log::is_trouble(line) {
                        true => view::alarm().apply_to(text).to_string(),
                        false => text,
                    });
                }
                if drawn.is_none_or(|drawn| drawn.elapsed() >= PAUSE) {
                    draw(block, log);
                    *drawn = Some(Instant::now());
                }
            }
            Self::Plain => {
                for record in line.records.iter().flatten() {
                    console::note(&view::in_one_line(record));
                }
                if let Some(text) = shown {
                    console::note(&text);
                }
            }
        }
    }

    /// Leaves the last view where it is.
    pub(super) fn finish(self, log: &Log) {
        if let Self::Live { block, .. } = self {
            draw(&block, log);
            block.abandon();
        }
    }
}

fn draw(block: &ProgressBar, log: &Log) {
    let width = ::console::Term::stderr().size().1;
    block.set_message(view::live(log, width.into()));
}
