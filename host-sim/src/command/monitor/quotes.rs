//! The lines of a log that a picture of it quotes.

use std::collections::{BTreeMap, VecDeque};

use crate::report::data::Line;

/// Lines of the beginning.
const HEAD: usize = 5;
/// The latest lines of trouble.
const TROUBLE: usize = 5;
/// Lines of the end.
const TAIL: usize = 6;

/// How the log begins, what went wrong lately, and how it ends.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    said: u64,
    head: Vec<Line>,
    trouble: VecDeque<Line>,
    tail: VecDeque<Line>,
}

impl Quotes {
    /// Adds a line.
    pub(super) fn push(&mut self, text: String, is_trouble: bool) {
        let number = self.said;
        self.said += 1;
        let line = Line { number, text };
        if self.head.len() < HEAD {
            self.head.push(line);
            return;
        }
        if is_trouble {
            push_to(&mut self.trouble, TROUBLE, line.clone());
        }
        push_to(&mut self.tail, TAIL, line);
    }

    /// The lines, each once, in their order.
    pub(super) fn lines(&self) -> Vec<Line> {
        let lines = self.head.iter().chain(&self.trouble).chain(&self.tail);
        let by_place: BTreeMap<u64, &Line> = lines.map(|line| (line.number, line)).collect();
        by_place.into_values().cloned().collect()
    }
}

fn push_to(lines: &mut VecDeque<Line>, most: usize, line: Line) {
    if lines.len() == most {
        lines.pop_front();
    }
    lines.push_back(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(lines: u64, trouble: &[u64]) -> Vec<u64> {
        let mut quotes = Quotes::default();
        for place in 0..lines {
            quotes.push(place.to_string(), trouble.contains(&place));
        }
        let lines = quotes.lines();
        assert!(
            lines
                .iter()
                .all(|line| line.text == line.number.to_string())
        );
        lines.iter().map(|line| line.number).collect()
    }

    #[test]
    fn a_short_log_is_quoted_whole_and_once() {
        assert_eq!(places(11, &[2, 9]), (0..11).collect::<Vec<_>>());
    }

    #[test]
    fn a_long_log_is_its_ends_and_its_latest_trouble() {
        let trouble = [1, 20, 30, 40, 50, 60, 70, 98];
        let quoted = [0, 1, 2, 3, 4, 40, 50, 60, 70, 94, 95, 96, 97, 98, 99];
        assert_eq!(places(100, &trouble), quoted);
    }
}
