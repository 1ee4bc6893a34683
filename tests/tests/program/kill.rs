//! A training run that is killed, at whatever moment.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ganlet_tests::program::ganlet;
use tempfile::tempdir;

use crate::json;

const RUN: [&str; 9] = [
    "train",
    "--target",
    "normal:20:1",
    "--steps",
    "400",
    "--seed",
    "7",
    "--save-every",
    "10",
];

fn start(here: &Path, more: &[&str]) -> Child {
    Command::new(ganlet().get_program())
        .current_dir(here)
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs")
}

/// The names in the folder of results, but for files that had no name yet.
fn files(out: &Path) -> Vec<String> {
    let entries = fs::read_dir(out).expect("a folder");
    let names = entries.map(|entry| entry.expect("a file").file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.retain(|name| !name.starts_with(".ganlet-"));
    names.sort();
    names
}

/// Returns when the file is no longer what it was, or the program has ended.
fn wait_for_another(file: &Path, last: &[u8], child: &mut Child) {
    let is_last = || fs::read(file).expect("there is always a checkpoint") == last;
    while is_last() && child.try_wait().expect("a status").is_none() {
        sleep(Duration::from_millis(1));
    }
}

/// Killed again and again, a run goes on from its last checkpoint, comes to the end, and to the bits
/// of a run that nobody disturbed. What lies in the folder is whole and of one run.
#[test]
fn a_run_that_is_killed_loses_at_most_one_interval() {
    let folder = tempdir().expect("a folder");
    let (here, out) = (folder.path(), folder.path().join("out"));
    let whole = json(here, &[&RUN[..], &["--json", "--out", "whole"]].concat());

    // The results of an earlier run, another one.
    let earlier = ["train", "--target", "normal:5:1", "--steps", "10"];
    assert!(ganlet().current_dir(here).args(earlier).output().is_ok());
    let all = ["checkpoint.ganlet", "metrics.csv", "report.html"];
    assert_eq!(files(&out), all);
    let checkpoint = out.join("checkpoint.ganlet");
    let old = fs::read(&checkpoint).expect("a checkpoint");

    let mut kills = 0;
    let (mut last, begun) = (old.clone(), Instant::now());
    let mut child = start(here, &RUN);
    let finished = loop {
        // At some moment, or as soon as there is another checkpoint.
        match kills % 3 {
            0 => sleep(Duration::from_millis(5 + 7 * (kills % 7))),
            _ => wait_for_another(&checkpoint, &last, &mut child),
        }
        if let Some(status) = child.try_wait().expect("a status") {
            break status;
        }
        if kills < 10 {
            child.kill().expect("a kill"); // SIGKILL, where there is such a thing
            child.wait().expect("an end");
            kills += 1;
            let now = fs::read(&checkpoint).expect("there is always a checkpoint");
            match now == old {
                true => assert_eq!(files(&out), all),
                false => assert_eq!(files(&out), all[..1], "files of two runs"),
            }
            let readable = [
                "generate",
                "--checkpoint",
                "out/checkpoint.ganlet",
                "--count",
                "1",
            ];
            let output = ganlet().current_dir(here).args(readable).output();
            assert!(output.expect("a run").status.success(), "kill {kills}");
            let resume = [
                &RUN[..3],
                &["--save-every", "10", "--resume", "out/checkpoint.ganlet"],
            ];
            child = match now == old {
                true => start(here, &RUN),
                false => start(here, &resume.concat()),
            };
            last = now;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(250),
            "it gets nowhere"
        );
    };
    assert!(
        finished.success() && kills >= 3,
        "{finished}, {kills} kills"
    );
    assert_ne!(last, old, "no kill came after the first checkpoint");
    assert_eq!(files(&out), all);
    let end = |out: &str| fs::read(here.join(out).join("checkpoint.ganlet")).expect("saved");
    assert_eq!(end("out"), end("whole"), "to the bit, after {kills} kills");
    assert_eq!(whole["steps"], 400);
    println!("{kills} kills, and the bits of a run without one");
}
