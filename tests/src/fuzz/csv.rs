//! A CSV file.

use std::path::Path;

use ganlet_sim::series::{Rows, Series};

pub(super) fn attempt(bytes: &[u8]) {
    let path = Path::new("fuzz.csv");
    match Series::from_bytes(path, bytes.to_vec(), None, &Rows::default()) {
        Err(failure) => super::is_one_line(&failure.to_string()),
        Ok(series) => holds(&series),
    }
}

/// What is promised of a series that was read.
fn holds(series: &Series) {
    let readings = series.values.len();
    assert!(series.values.iter().all(|x| x.is_finite()));
    assert!(series.t.iter().all(|t| t.is_finite()));
    assert!(series.t.is_sorted_by(|a, b| a < b), "times must ascend");
    assert_eq!(series.t.len(), readings);
    assert!(
        series
            .labels
            .as_ref()
            .is_none_or(|labels| labels.len() == readings)
    );
    let mut end = 0;
    for segment in &series.segments {
        assert!(segment.start == end && segment.end > end, "{segment:?}");
        end = segment.end;
    }
    assert_eq!(end, readings, "segments cover the readings");
}
