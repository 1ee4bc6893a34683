//! Whole training steps against somebody else's automatic differentiation, in `f64`.
//!
//! `tests/golden/` holds cases made by `generate.py`; more cases of the same form are read from the
//! shared folder where it exists.

mod case;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use ganlet_tests::shared::{repository, shared};
use serde::de::DeserializeOwned;

use case::{Answer, Case};

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The cases of a folder, in order.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".case.json"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no cases in {}", folder.display());
    paths
}

fn answer(case: &Path) -> Answer {
    let path = case
        .to_string_lossy()
        .replace(".case.json", ".expected.json");
    read(Path::new(&path))
}

/// Runs every case of a folder, then tells all that disagree.
fn all_agree(folder: &Path) {
    let mut disagree = Vec::new();
    for path in cases(folder) {
        let error = read::<Case>(&path).worst_error(&answer(&path));
        println!("{}: {error:.4} of the tolerance", path.display());
        // Written so that a NaN disagrees.
        let agrees = error <= 1.0;
        if !agrees {
            disagree.push(format!(
                "{}: {error:.2} times the tolerance",
                path.display()
            ));
        }
    }
    assert!(disagree.is_empty(), "{}", disagree.join("\n"));
}

fn own() -> PathBuf {
    repository().join("tests/golden")
}

#[test]
fn own_cases() {
    all_agree(&own());
}

#[test]
fn shared_cases() {
    if let Some(folder) = shared("golden") {
        all_agree(&folder);
    }
}

type Spoil = fn(&mut Answer);

/// A tolerance that lets anything through would pass every case.
#[test]
fn a_wrong_answer_is_noticed() {
    let spoils: [(&str, Spoil); 3] = [
        ("a loss", |answer| answer.steps[0].loss *= 1.01),
        ("a weight of G", |answer| {
            answer.generator.layers[0].w[0][0] += 1e-4
        }),
        ("a bias of D", |answer| {
            answer.discriminator.layers[1].b[3] -= 1e-4
        }),
    ];
    for path in cases(&own()) {
        let case: Case = read(&path);
        for (what, spoil) in spoils {
            let mut answer = answer(&path);
            spoil(&mut answer);
            let error = case.worst_error(&answer);
            assert!(error > 1.0, "{}: {what} may be wrong", path.display());
        }
    }
}
