//! How the stages ended, as a table.

use std::time::Duration;

use super::Outcome;

/// One line a stage: its name, how it ended, the time it took, and the reason if it failed. The
/// last line is the sum.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let width = outcomes.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let total = outcomes.iter().map(|it| it.took).sum();
    let line = |name: &str, end: &str, took: Duration, reason: &str| {
        let line = format!("{name:width$}  {end:6}  {:>10}  {reason}", clock(took));
        line.trim_end().to_owned()
    };
    outcomes
        .iter()
        .map(|it| match &it.failure {
            None => line(it.name, "passed", it.took, ""),
            Some(reason) => line(it.name, "FAILED", it.took, first_line(reason)),
        })
        .chain([line("", "total", total, "")])
        .collect::<Vec<_>>()
        .join("\n")
}

/// The names of the stages that failed, as an error message.
pub(super) fn failed(outcomes: &[Outcome]) -> Option<String> {
    let failed = outcomes.iter().filter(|it| it.failure.is_some());
    let names: Vec<_> = failed.map(|it| it.name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "{} of {} stages failed: {}",
            names.len(),
            outcomes.len(),
            names.join(", ")
        )
    })
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// A duration as a person reads it: `0.4 s`, `3 min 07 s`.
fn clock(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else {
        let whole = took.as_secs_f64().round() as u64;
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_a_person_would() {
        let told = |milliseconds| clock(Duration::from_millis(milliseconds));
        assert_eq!(told(0), "0.0 s");
        assert_eq!(told(449), "0.4 s");
        assert_eq!(told(59_940), "59.9 s");
        assert_eq!(told(59_960), "1 min 00 s");
        assert_eq!(told(187_400), "3 min 07 s");
    }

    #[test]
    fn the_table_lines_up_and_gives_reasons() {
        let outcomes = [
            Outcome {
                name: "fmt",
                took: Duration::from_millis(800),
                failure: None,
            },
            Outcome {
                name: "clippy",
                took: Duration::from_secs(75),
                failure: Some("exit code 101\nand more".to_owned()),
            },
        ];
        assert_eq!(
            table(&outcomes),
            "\
fmt     passed       0.8 s
clippy  FAILED  1 min 15 s  exit code 101
        total   1 min 16 s"
        );
        assert_eq!(
            failed(&outcomes).as_deref(),
            Some("1 of 2 stages failed: clippy")
        );
        assert_eq!(failed(&outcomes[..1]), None);
    }
}
