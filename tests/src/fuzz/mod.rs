//! What no bytes may do: for every input that comes from outside, a function that takes any bytes
//! at all and panics where a promise is broken.
//!
//! `cargo xtask fuzz` has libFuzzer look for such bytes; the ordinary test `fuzz` runs the same
//! functions over the corpus that it has left.

mod arguments;
mod checkpoint;
mod csv;
mod distribution;
mod monitor;
mod replay;
mod serial;

/// Tries any bytes.
pub type Attempt = fn(&[u8]);

/// Every input from outside, by the name of its fuzz target and of its folder of the corpus.
pub const TARGETS: [(&str, Attempt); 7] = [
    ("arguments", arguments::attempt),
    ("checkpoint", checkpoint::attempt),
    ("csv", csv::attempt),
    ("distribution", distribution::attempt),
    ("monitor", monitor::attempt),
    ("replay", replay::attempt),
    ("serial", serial::attempt),
];

/// The attempt of this name.
///
/// # Panics
///
/// Where there is none.
pub fn attempt(name: &str, bytes: &[u8]) {
    let found = TARGETS.iter().find(|(target, _)| *target == name);
    let (_, attempt) = found.unwrap_or_else(|| panic!("no fuzz target `{name}`"));
    attempt(bytes);
}

/// A complaint is one line of bounded length, whatever it quotes.
fn is_one_line(complaint: &str) {
    assert_eq!(complaint.lines().count(), 1, "{complaint:?}");
    assert!(
        !complaint.chars().any(char::is_control),
        "{complaint:?} has control characters"
    );
    assert!(complaint.len() < 4096, "{} bytes", complaint.len());
}
