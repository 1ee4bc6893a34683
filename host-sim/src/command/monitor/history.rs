//! The records that curves are drawn from: all of a short run, evenly thinned ones of a long run.

use ganlet::record::Record;

/// The most that are kept: more than a picture has columns.
const MOST: usize = 8192;

/// Records by ascending step.
#[derive(Debug)]
pub(super) struct History {
    kept: Vec<Record>,
    last: Option<Record>,
    taken: u64,
    /// One in so many is kept.
    every: u64,
}

impl Default for History {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            last: None,
            taken: 0,
            every: 1,
        }
    }
}

impl History {
    /// Adds a record. True where it takes the run back to an earlier step: the device has started
    /// anew, and what lies beyond that step is undone.
    pub(super) fn push(&mut self, record: Record) -> bool {
        let back = self.last.is_some_and(|last| record.step < last.step);
        let still = self.kept.partition_point(|kept| kept.step < record.step);
        self.kept.truncate(still);
        if self.taken.is_multiple_of(self.every) {
            if self.kept.len() == MOST {
                let mut even = false;
                self.kept.retain(|_| {
                    even = !even;
                    even
                });
                self.every *= 2;
            }
            self.kept.push(record);
        }
        self.taken += 1;
        self.last = Some(record);
        back
    }

    /// The last record.
    pub(super) fn last(&self) -> Option<&Record> {
        self.last.as_ref()
    }

    /// The records of the run that led to the last one, which is always among them.
    pub(super) fn records(&self) -> impl DoubleEndedIterator<Item = &Record> + Clone {
        let kept = self.kept.last().map(|record| record.step);
        let last = self.last.iter().filter(move |last| kept != Some(last.step));
        self.kept.iter().chain(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: impl IntoIterator<Item = u32>) -> (History, usize) {
        let mut history = History::default();
        let record = |step| Record {
            step,
            ..Record::default()
        };
        let restarts = steps
            .into_iter()
            .filter(|&step| history.push(record(step)))
            .count();
        (history, restarts)
    }

    fn steps(history: &History) -> Vec<u32> {
        history.records().map(|record| record.step).collect()
    }

    #[test]
    fn a_restart_undoes_what_lies_beyond_it() {
        let (history, restarts) = after([100, 200, 300, 250, 350]);
        assert_eq!((steps(&history), restarts), (vec![100, 200, 250, 350], 1));
        let (history, restarts) = after([100, 200, 10, 20]);
        assert_eq!((steps(&history), restarts), (vec![10, 20], 1));
        let (history, restarts) = after([100, 200, 200]);
        assert_eq!((steps(&history), restarts), (vec![100, 200], 0));
    }

    #[test]
    fn a_year_of_records_fits() {
        let (history, restarts) = after(0..1_000_003);
        let steps = steps(&history);
        assert!((MOST / 2..=MOST + 1).contains(&steps.len()));
        assert_eq!((steps[0], steps[steps.len() - 1]), (0, 1_000_002));
        let gaps = steps.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.max() <= Some(256) && restarts == 0);
    }
}
