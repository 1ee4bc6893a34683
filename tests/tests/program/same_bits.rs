//! One seed and one source give one fingerprint, however they are run.

use std::fs;

use ganlet_tests::program::{build, ganlet};
use serde_json::Value;
use tempfile::tempdir;

use crate::json;

const TARGET: &str = "mixture:0.5:-1.5:0.2,0.5:1.5:0.2";

#[test]
fn a_run_that_was_stopped_and_resumed_ends_as_the_uninterrupted_one() {
    for model in ["scalar", "window16", "window32", "conv32"] {
        let folder = tempdir().expect("a folder");
        let here = folder.path();
        let run = [
            "train", "--target", TARGET, "--model", model, "--seed", "5", "--json",
        ];
        let train = |more: &[&str]| json(here, &[&run[..], more].concat());

        let whole = train(&["--steps", "60", "--out", "whole"]);
        let half = train(&["--steps", "60", "--stop-at", "31", "--out", "half"]);
        assert_eq!(half["steps"], 31);
        assert_ne!(half["fingerprint"], whole["fingerprint"]);
        let resumed = train(&["--resume", "half/checkpoint.ganlet", "--out", "rest"]);
        assert_eq!(resumed["steps"], 60);
        assert_eq!(resumed["fingerprint"], whole["fingerprint"], "{model}");
        let saved = |out: &str| fs::read(here.join(out).join("checkpoint.ganlet")).expect("saved");
        assert_eq!(saved("rest"), saved("whole"), "{model}");
    }
}

#[test]
fn debug_and_release_builds_give_the_same_bits() {
    let fingerprint = |profile: &str| {
        let folder = tempdir().expect("a folder");
        let output = std::process::Command::new(build(profile))
            .current_dir(folder.path())
            .args(["train", "--target", TARGET, "--steps", "200", "--json"])
            .output()
            .expect("the program runs");
        let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        summary["fingerprint"].clone()
    };
    assert_eq!(fingerprint("dev"), fingerprint("release"));
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let folder = tempdir().expect("a folder");
    let sweep = |threads: &str| {
        let args = [
            "sweep",
            "--seeds",
            "2",
            "--steps",
            "20",
            "--json",
            "--threads",
            threads,
        ];
        let summary = json(folder.path(), &args);
        let rows = summary["rows"].as_array().expect("rows").clone();
        let all = rows
            .iter()
            .flat_map(|row| row["outcomes"].as_array().expect("outcomes"));
        all.map(|outcome| outcome["fingerprint"].clone())
            .collect::<Vec<_>>()
    };
    let one = sweep("1");
    assert!(one.len() >= 20, "two seeds a row: {}", one.len());
    assert_eq!(one, sweep("2"));
}

#[test]
fn generated_data_repeats_and_its_seed_matters() {
    let folder = tempdir().expect("a folder");
    json(
        folder.path(),
        &["train", "--target", TARGET, "--steps", "20", "--json"],
    );
    let generate = |seed: &str| {
        let args = ["--count", "50", "--seed", seed];
        let output = ganlet()
            .current_dir(folder.path())
            .args(["generate", "--checkpoint", "out/checkpoint.ganlet"])
            .args(args)
            .output()
            .expect("a run");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let text = generate("1");
    assert_eq!(text.lines().count(), 51);
    assert_eq!(text.lines().next(), Some("value"));
    assert_eq!(text, generate("1"));
    assert_ne!(text, generate("2"));
}
