//! How far the work is: a bar on a terminal, a plain line every tenth elsewhere, always on
//! standard error.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::console;

/// Redraws of the bar in one run: often enough to look alive, seldom enough to cost nothing.
const REDRAWS: u64 = 200;
/// Lines of one run where no terminal is listening.
const LINES: u64 = 10;

/// Progress towards a known number of steps, shared by all threads that take them.
#[derive(Debug)]
pub struct Progress {
    total: u64,
    unit: &'static str,
    begun: Instant,
    done: AtomicU64,
    /// The count at which to speak next.
    due: AtomicU64,
    every: u64,
    /// `None`: plain lines.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts the clock on `total` steps, counted in `unit` ("steps", "runs").
    pub fn new(total: u64, unit: &'static str) -> Self {
        let bar = drawable().then(|| ProgressBar::new(total).with_style(style(unit)));
        let parts = if bar.is_some() { REDRAWS } else { LINES };
        let every = total.div_ceil(parts).max(1);
        Self {
            total,
            unit,
            begun: Instant::now(),
            done: AtomicU64::new(0),
            due: AtomicU64::new(every),
            every,
            bar,
        }
    }

    /// Counts `by` more steps; `message` (W1 and JS, say) is asked for only when it will be shown.
    pub fn advance(&self, by: u64, message: impl FnOnce() -> String) {
        let done = self.done.fetch_add(by, Ordering::Relaxed) + by;
        let due = self.due.load(Ordering::Relaxed);
        if done < due {
            return;
        }
        let next = done - done % self.every + self.every;
        let order = Ordering::Relaxed;
        if self.due.compare_exchange(due, next, order, order).is_err() {
            return; // Another thread speaks.
        }
        match &self.bar {
            Some(bar) => {
                bar.set_position(done);
                bar.set_message(message());
            }
            None => console::note(&self.line(done, &message())),
        }
    }

    /// Takes the bar away, before the result is told.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, done: u64, message: &str) -> String {
        let percent = 100 * u128::from(done) / u128::from(self.total.max(1));
        let rate = done as f64 / self.begun.elapsed().as_secs_f64().max(1e-9);
        let (total, unit) = (self.total, self.unit);
        format!("{percent:3} % of {total} {unit}, {rate:.0} {unit}/s  {message}")
            .trim_end()
            .to_owned()
    }
}

/// A terminal that can move its cursor is listening.
pub(crate) fn drawable() -> bool {
    io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn style(unit: &str) -> ProgressStyle {
    let bar = match env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        true => "{bar:32}",
        false => "{bar:32.cyan/blue}",
    };
    let template =
        format!("{bar} {{human_pos}}/{{human_len}} {unit}  {{rate}}  ETA {{eta}}  {{msg}}");
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key(
            "rate",
            |state: &ProgressState, text: &mut dyn fmt::Write| {
                // A bar that cannot show its rate is no reason to stop.
                let _ = write!(text, "{:.0}/s", state.per_sec());
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plain lines, whatever runs the tests.
    fn plain(total: u64) -> Progress {
        let every = total.div_ceil(LINES);
        Progress {
            bar: None,
            every,
            due: AtomicU64::new(every),
            ..Progress::new(total, "steps")
        }
    }

    #[test]
    fn the_message_is_asked_for_ten_times_a_run() {
        let (progress, asked) = (plain(1000), AtomicU64::new(0));
        for _ in 0..1000 {
            progress.advance(1, || {
                asked.fetch_add(1, Ordering::Relaxed);
                String::new()
            });
        }
        assert_eq!(asked.into_inner(), 10);
    }

    #[test]
    fn threads_share_the_count() {
        let progress = plain(4000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| progress.advance(1, String::new)));
            }
        });
        assert_eq!(progress.done.into_inner(), 4000);
    }

    #[test]
    fn a_line_tells_share_rate_and_message() {
        let line = plain(200).line(50, "W1 0.03");
        assert!(line.starts_with(" 25 % of 200 steps, "), "{line}");
        assert!(line.ends_with(" steps/s  W1 0.03"), "{line}");
    }
}
