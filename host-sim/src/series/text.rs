//! The bytes of a file as text, or why they are none.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::error::Failure;

/// More than this is no series for a microcontroller, and a device file would never end.
const LONGEST: u64 = 1 << 30;

/// The text of the file at `path`, without a byte order mark.
///
/// # Errors
///
/// [`Failure::Input`] when it cannot be read, is empty, too long or not UTF-8 text.
pub(super) fn load(path: &Path) -> Result<String, Failure> {
    of(path, bytes(path).map_err(|error| unreadable(path, &error))?)
}

/// The same of a file's bytes.
pub(super) fn of(path: &Path, bytes: Vec<u8>) -> Result<String, Failure> {
    let place = path.display();
    if bytes.len() as u64 > LONGEST {
        let what = format!("larger than {} MiB", LONGEST >> 20);
        return Err(Failure::input(what, place, "cut the file down"));
    }
    let binary = bytes.iter().position(|&byte| byte == 0);
    if let Some(end) = binary {
        return Err(Failure::input(
            "a NUL byte, so this is not a text file",
            line_at(path, &bytes, end),
            "save it as CSV in UTF-8, or remove the byte",
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        Failure::input(
            "not UTF-8",
            line_at(path, error.as_bytes(), end),
            "save the file as CSV in UTF-8",
        )
    })?;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    if text.trim().is_empty() {
        return Err(Failure::input(
            "the file is empty",
            place,
            "give a CSV file with a header and readings",
        ));
    }
    Ok(text)
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let (what, remedy) = match error.kind() {
        io::ErrorKind::NotFound => ("no such file".to_owned(), "check the path"),
        io::ErrorKind::IsADirectory => {
            ("a folder, not a file".to_owned(), "name one CSV file in it")
        }
        io::ErrorKind::PermissionDenied => (
            "no permission to read the file".to_owned(),
            "change its permissions",
        ),
        _ => (format!("cannot read: {error}"), "give a readable CSV file"),
    };
    Failure::input(what, path.display(), remedy)
}

/// `file:line` of a byte.
fn line_at(path: &Path, bytes: &[u8], end: usize) -> String {
    format!("{}:{}", path.display(), 1 + newlines(&bytes[..end]))
}

/// Line feeds among these bytes.
pub(super) fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}
