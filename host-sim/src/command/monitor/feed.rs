//! The lines of standard input as they come, in bounded memory, until the log ends or the user has
//! seen enough.

use std::io::{BufRead, BufReader, Read};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes of a line that are kept; a record has some 400.
const LONGEST: u64 = 16 * 1024;
/// Lines that wait to be taken in.
const WAITING: usize = 256;
/// How often the user's wish to stop is looked at while the log is silent.
const TICK: Duration = Duration::from_millis(100);
/// After Ctrl-C, the time in which the device's side may still end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);

/// Lines of text, in their order.
#[derive(Debug)]
pub(super) struct Feed {
    lines: Receiver<String>,
    stopped: Option<Instant>,
}

impl Feed {
    /// Follows `input` on a thread of its own, and takes Ctrl-C as the end of the log; a second
    /// one ends the program.
    pub(super) fn new(input: impl Read + Send + 'static) -> Self {
        // Refused where a handler is there already: it is ours, or the embedding program's.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                process::exit(130);
            }
        });
        let (send, lines) = sync_channel(WAITING);
        thread::spawn(move || {
            for line in self::lines(BufReader::new(input)) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            lines,
            stopped: None,
        }
    }
}

impl Iterator for Feed {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            if STOP.load(Ordering::Relaxed) {
                let stopped = *self.stopped.get_or_insert_with(Instant::now);
                if stopped.elapsed() > GRACE {
                    return None;
                }
            }
            match self.lines.recv_timeout(TICK) {
                Ok(line) => return Some(line),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// The lines of a log. One that cannot be read any further has ended.
pub(super) fn lines(mut input: impl BufRead) -> impl Iterator<Item = String> {
    std::iter::from_fn(move || next_line(&mut input).ok().flatten())
}

/// The next line without its end, at most [`LONGEST`] bytes of it; what is not UTF-8 becomes �.
fn next_line(input: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let taken = input.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    if taken == 0 {
        return Ok(None);
    }
    if line.pop_if(|byte| *byte == b'\n').is_none() && taken as u64 == LONGEST {
        input.skip_until(b'\n')?;
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<String> {
        super::lines(bytes).collect()
    }

    #[test]
    fn lines_end_with_a_line_feed_or_the_log() {
        assert_eq!(lines(b"a\n\nb\r\nc"), ["a", "", "b\r", "c"]);
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn what_is_no_text_becomes_visible() {
        assert_eq!(lines(b"a\xff\0b\n"), ["a\u{fffd}\0b"]);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_whole() {
        let long = [&[b'x'; 10_000_000][..], b"\nnext"].concat();
        let lines = lines(&long);
        assert_eq!(lines[0].len() as u64, LONGEST);
        assert_eq!(lines[1..], ["next"]);

        let exact = [&vec![b'x'; LONGEST as usize][..], b"\nnext"].concat();
        assert_eq!(self::lines(&exact)[1..], ["next"]);
    }

    #[test]
    fn a_feed_hands_on_every_line_in_order() {
        let text: String = (0..2000).map(|i| format!("{i}\n")).collect();
        let taken: Vec<String> = Feed::new(std::io::Cursor::new(text)).collect();
        assert!(
            taken.iter().map(String::as_str).eq((0..2000)
                .map(|i| i.to_string())
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str))
        );
    }
}
