//! Checkpoint files that are not what `ganlet train` wrote.

use std::fs;
use std::path::Path;

use ganlet_tests::program::{ganlet, refusal};
use tempfile::tempdir;

use crate::json;

/// The bytes that are damaged one after the other: all of them in an optimised build, every 61st
/// (which meets each kind of field) in a slow one.
const STRIDE: usize = if cfg!(debug_assertions) { 61 } else { 1 };

fn refuse(folder: &Path, bytes: &[u8]) -> String {
    fs::write(folder.join("bad.ganlet"), bytes).expect("a file");
    let args = ["generate", "--checkpoint", "bad.ganlet", "--count", "1"];
    refusal(
        &ganlet()
            .current_dir(folder)
            .args(args)
            .output()
            .expect("a run"),
    )
}

#[test]
fn damaged_checkpoints_are_refused() {
    let folder = tempdir().expect("a folder");
    let here = folder.path();
    json(
        here,
        &["train", "--target", "normal:0:1", "--steps", "5", "--json"],
    );
    let good = fs::read(here.join("out/checkpoint.ganlet")).expect("a checkpoint");

    for at in (0..good.len()).step_by(STRIDE) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        refuse(here, &bytes);
    }
    for length in (0..good.len()).step_by(STRIDE * 7) {
        refuse(here, &good[..length]);
    }
    refuse(here, &[&good[..], b"more"].concat());
    assert!(refuse(here, b"t,value\n0,1\n").contains("not a ganlet checkpoint"));
    assert!(refuse(here, b"").contains("checkpoint"));
}

#[test]
fn a_checkpoint_of_another_model_or_of_a_finished_run_is_not_resumed() {
    let folder = tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let args = [&["train", "--target", "normal:0:1"], args].concat();
        ganlet()
            .current_dir(folder.path())
            .args(args)
            .output()
            .expect("a run")
    };
    assert!(run(&["--steps", "5"]).status.success());
    let resume = ["--resume", "out/checkpoint.ganlet", "--out", "again"];
    let line = refusal(&run(&[&resume[..], &["--model", "window32"]].concat()));
    assert!(line.contains("another model"), "{line}");
    let line = refusal(&run(&resume));
    assert!(line.contains("the run is over"), "{line}");
    assert!(
        !folder.path().join("again").exists(),
        "a folder is left behind"
    );
    assert!(
        run(&[&resume[..], &["--steps", "8"]].concat())
            .status
            .success()
    );
}
