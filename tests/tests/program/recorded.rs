//! Recorded series beside the repository: each one trains, and comes back in the sensor's units.

use ganlet_sim::manifest;
use ganlet_sim::series::{Rows, Series};
use ganlet_tests::program::ganlet;
use ganlet_tests::shared::shared;
use tempfile::tempdir;

use crate::json;

/// Long, and nothing in it depends on the profile but its time.
#[test]
#[cfg_attr(debug_assertions, ignore = "trains for minutes: cargo test --release")]
fn every_series_trains_and_generates_in_its_own_units() {
    let Some(folder) = shared("data") else { return };
    let folder = folder.canonicalize().expect("an absolute path");
    for entry in manifest::read(&folder).expect("a manifest") {
        let series =
            Series::read(&entry.path, None, &Rows::first(entry.train_n)).expect("a series");
        let (low, high) = series
            .values
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), &x| {
                (low.min(x), high.max(x))
            });
        for (model, width) in [("scalar", 1), ("window32", 32), ("conv32", 32)] {
            let out = tempdir().expect("a folder");
            let path = entry.path.to_string_lossy();
            let rows = format!("0..{}", entry.train_n);
            let args = [
                "train", "--data", &path, "--rows", &rows, "--model", model, "--steps", "600",
                "--json",
            ];
            let summary = json(out.path(), &args);
            assert_eq!(summary["model"], model);
            let w1 = summary["w1"].as_f64().expect("a distance");
            assert!(w1 < 0.9, "{}, {model}: W1 {w1}", entry.name);

            let output = ganlet()
                .current_dir(out.path())
                .args([
                    "generate",
                    "--checkpoint",
                    "out/checkpoint.ganlet",
                    "--count",
                    "100",
                ])
                .output()
                .expect("a run");
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            assert_eq!(text.lines().count(), 101);
            let span = high - low;
            for row in text.lines().skip(1) {
                let values: Vec<f32> = row
                    .split(',')
                    .map(|x| x.parse().expect("a number"))
                    .collect();
                assert_eq!(values.len(), width);
                let inside = |x: &f32| (low - span..high + span).contains(x);
                assert!(values.iter().all(inside), "{}, {model}: {row}", entry.name);
            }
        }
    }
}
