//! The program `ganlet`, built in the profile of the test that runs it, and what every refusal
//! must look like.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use std::time::Duration;

use assert_cmd::Command;
use escargot::CargoBuild;

/// The program, up to date, ready for arguments.
///
/// Cargo builds no binary of another package for a test, so the first call does; when nothing has
/// changed that is a look at time stamps.
pub fn ganlet() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| build(&profile()));
    let mut command = Command::new(program);
    command.timeout(Duration::from_secs(300));
    command
}

/// Builds the program in a Cargo profile ("dev", "release") and returns where it is.
///
/// It selects what `cargo test` selects, a test with the dependencies of tests among it, so that both
/// share one build of everything but the program.
pub fn build(profile: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    CargoBuild::new()
        .manifest_path(manifest)
        .target_dir(target_dir())
        .bin("ganlet")
        .test("security")
        .arg("--profile")
        .arg(profile)
        .run()
        .expect("ganlet builds")
        .path()
        .to_owned()
}

/// The profile that this test was built in, by the name of its folder.
fn profile() -> String {
    let test = env::current_exe().expect("the path of this test");
    match test.iter().rev().nth(2).and_then(|folder| folder.to_str()) {
        Some("debug") => "dev".to_owned(),
        Some(profile) => profile.to_owned(),
        None => panic!("{} is in no folder of a profile", test.display()),
    }
}

/// `target` of `target/debug/deps/test`.
fn target_dir() -> PathBuf {
    let test = env::current_exe().expect("the path of this test");
    test.ancestors().nth(3).expect("a target folder").to_owned()
}

/// The complaint of a run that refused its input: asserts exit code 2, silence on standard output,
/// and exactly one line `ganlet: what, where; remedy` on standard error.
pub fn refusal(output: &Output) -> String {
    let complaint = complaint(output);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    complaint
}

/// The one line on standard error of a run that ended without a result.
pub fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.starts_with("ganlet: ") && text.contains("; "),
        "{text}"
    );
    assert!(text.len() < 1000, "{} bytes", text.len());
    assert!(output.stdout.is_empty(), "something on standard output");
    text.trim_end().to_owned()
}
