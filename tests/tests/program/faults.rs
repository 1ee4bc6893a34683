//! A sensor that is made to fail: what is rejected is told, what is left is the sensor's own.

use std::fs;

use tempfile::tempdir;

use crate::json;

/// Readings of a file, the last of them an empty cell.
fn readings() -> String {
    let rows = (0..500).map(|i| format!("{}\n", (i * 37 % 101) as f32 / 10.0));
    format!(
        "t,value\n{}500,\n",
        rows.enumerate()
            .map(|(t, row)| format!("{t},{row}"))
            .collect::<String>()
    )
}

#[test]
fn the_readings_of_a_failing_sensor_are_accounted_for_in_json_and_report() {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join("x.csv"), readings()).expect("a file");
    let train = ["train", "--data", "x.csv", "--steps", "20", "--json"];
    let with = |more: &[&str]| json(folder.path(), &[&train[..], more].concat());
    let sound = with(&[]);
    assert!(sound.get("faults").is_none());
    assert_eq!(sound["rejected"], 1);
    let never = with(&["--faults", "silence,lie:0"]);
    assert_eq!(never["fingerprint"], sound["fingerprint"]);

    let failing = with(&["--faults", "silence,not-a-number:0.1"]);
    let toll = &failing["faults"];
    let count = |key: &str| toll[key].as_u64().expect("a count");
    assert!(
        count("no_answer") > 10 && count("not_finite") > 10,
        "{toll}"
    );
    let rejected = count("no_answer") + count("not_finite");
    assert_eq!(failing["rejected"], rejected + 1);
    assert_eq!(count("due"), 500);
    assert_eq!(count("kept"), 500 - rejected - count("passed_over"));
    assert_eq!(failing["samples"], count("kept"));
    assert_ne!(failing["fingerprint"], sound["fingerprint"]);
    let report = fs::read_to_string(folder.path().join("out/report.html")).expect("a report");
    assert!(report.contains(&format!("{} not finite", count("not_finite"))));
}

#[test]
fn a_run_with_faults_goes_on_from_its_checkpoint_to_the_same_bits() {
    let folder = tempdir().expect("a folder");
    let run = |more: &[&str]| {
        let train = [
            "train",
            "--target",
            "normal:3:0.5",
            "--faults",
            "glitch,lie:0.2",
            "--steps",
            "20",
            "--json",
        ];
        json(folder.path(), &[&train[..], more].concat())
    };
    let whole = run(&["--seed", "7"]);
    run(&["--seed", "7", "--stop-at", "8"]);
    let resumed = run(&["--resume", "out/checkpoint.ganlet"]);
    assert_eq!(resumed["fingerprint"], whole["fingerprint"]);
    assert_eq!(resumed["faults"], whole["faults"]);
}
