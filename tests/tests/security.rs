//! SECURITY.md names a test for every defence: they exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ganlet_tests::fuzz::TARGETS;
use ganlet_tests::shared::repository;

/// The names of all functions in the sources below a folder.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            let after = source.split("#[test]").skip(1);
            names.extend(after.filter_map(|text| {
                let (_, name) = text.split_once("fn ")?;
                Some(name.split_once('(')?.0.to_owned())
            }));
        }
    }
}

#[test]
fn every_defence_names_a_test_that_there_is() {
    let page = fs::read_to_string(repository().join("SECURITY.md")).expect("SECURITY.md");
    let mut names = BTreeSet::new();
    for folder in [
        "core/src",
        "firmware/app/src",
        "host-sim/src",
        "tests/tests",
    ] {
        functions(&repository().join(folder), &mut names);
    }
    let quoted: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    let tests = quoted.iter().filter(|it| it.matches('_').count() >= 3);
    let missing: Vec<_> = tests.clone().filter(|it| !names.contains(**it)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
    assert!(tests.count() > 20);
    for (target, _) in TARGETS {
        assert!(
            quoted.contains(&target),
            "the target {target} is not on the page"
        );
    }
}
