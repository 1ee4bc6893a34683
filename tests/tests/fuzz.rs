//! The fuzz targets over their corpus, without a fuzzer: what was found once is tried for ever.

use std::fs;
use std::path::PathBuf;

use ganlet_tests::fuzz::TARGETS;
use ganlet_tests::shared::repository;

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = repository().join("tests/fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_input_of_the_corpus_is_borne() {
    for (target, attempt) in TARGETS {
        let files = corpus(target);
        assert!(files.len() >= 3, "{target}: a corpus of {}", files.len());
        for file in files {
            println!("{}", file.display()); // shown where it fails
            attempt(&fs::read(&file).expect("a file of the corpus"));
        }
    }
}

#[test]
fn every_target_has_its_door() {
    let manifest = fs::read_to_string(repository().join("tests/fuzz/Cargo.toml"));
    let manifest = manifest.expect("the manifest of the fuzz targets");
    for (target, _) in TARGETS {
        let door = format!("path = \"fuzz_targets/{target}.rs\"");
        assert!(manifest.contains(&door), "{target}");
        let source = repository().join(format!("tests/fuzz/fuzz_targets/{target}.rs"));
        let source = fs::read_to_string(source).expect("the source of a target");
        assert!(source.contains(&format!("attempt(\"{target}\", bytes)")));
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}
