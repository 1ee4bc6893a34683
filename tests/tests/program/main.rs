//! The program as a user runs it: cases replayed, runs resumed, checkpoints damaged, real series,
//! logs of devices.

mod checkpoint;
mod faults;
mod kill;
mod monitor;
mod recorded;
mod replay;
mod same_bits;

use serde_json::Value;

/// Runs the program in `folder` and reads the one JSON object that it prints.
fn json(folder: &std::path::Path, args: &[&str]) -> Value {
    let output = ganlet_tests::program::ganlet()
        .current_dir(folder)
        .args(args)
        .output()
        .expect("the program runs");
    let prose = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {prose}");
    serde_json::from_slice(&output.stdout).expect("exactly one JSON object")
}
