//! Standard output and standard error: results go to the one, prose to the other, and neither
//! being closed or full is a panic.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::error::{Failure, one_line};

/// Gives `write` a buffered standard output, and flushes it.
///
/// # Errors
///
/// [`Failure::Closed`] when the reader of a pipe has gone, [`Failure::Job`] for any other error.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    printed(write(&mut out).and_then(|()| out.flush()))
}

/// Prints `value` as one JSON object on a line of its own.
///
/// # Errors
///
/// As [`print()`].
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print(|out| {
        serde_json::to_writer(&mut *out, value)?;
        out.write_all(b"\n")
    })
}

/// What the outcome of writing to standard output means for the command.
pub(crate) fn printed(outcome: io::Result<()>) -> Result<(), Failure> {
    outcome.map_err(|error| match cause(&error) {
        io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::job(
            format!("cannot write the result: {error}"),
            "standard output",
            "send it somewhere with room",
        ),
    })
}

/// The kind of an error of writing; one that comes by way of a CSV writer is wrapped twice.
fn cause(error: &io::Error) -> io::ErrorKind {
    let wrapped = error.get_ref().and_then(|e| e.downcast_ref::<csv::Error>());
    match wrapped.map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => error.kind(),
        _ => error.kind(),
    }
}

/// Writes one line of prose to standard error; a standard error that is gone is no reason to stop.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", one_line(text));
}

/// Writes one warning to standard error.
pub fn warn(text: &str) {
    note(&format!("ganlet: warning: {text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_gone_is_no_failed_job_even_behind_a_csv_writer() {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let wrapped = io::Error::from(csv::Error::from(gone()));
        for error in [gone(), wrapped] {
            assert!(matches!(printed(Err(error)), Err(Failure::Closed)));
        }
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let wrapped = io::Error::from(csv::Error::from(full));
        assert!(matches!(printed(Err(wrapped)), Err(Failure::Job(_))));
    }
}
