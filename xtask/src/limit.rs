//! How long a run may take.

use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, bail};

/// The longest that a run may take.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Limit {
    /// Give the emulator up after so many seconds
    #[arg(id = "limit", long = "limit", value_name = "SECONDS", default_value_t = Self::SECONDS,
          value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

impl Limit {
    const SECONDS: u64 = 1800;

    /// From now on: `end` is called when the time is over.
    pub(crate) fn set(self, end: impl FnOnce() + Send + 'static) -> Watchdog {
        let (done, waiting) = mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            let in_time = waiting.recv_timeout(Duration::from_secs(self.seconds));
            let over = in_time == Err(RecvTimeoutError::Timeout);
            if over {
                end();
            }
            over
        });
        Watchdog {
            limit: self,
            done,
            thread,
        }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self {
            seconds: Self::SECONDS,
        }
    }
}

/// Watches over a run.
pub(crate) struct Watchdog {
    limit: Limit,
    done: Sender<()>,
    /// Whether the time was over before the run.
    thread: JoinHandle<bool>,
}

impl Watchdog {
    /// Ends the watch.
    ///
    /// # Errors
    /// If the run has been ended by it.
    pub(crate) fn kept(self) -> Result<()> {
        drop(self.done);
        if self.thread.join().expect("the end of a run does not panic") {
            let seconds = self.limit.seconds;
            bail!(
                "it has not ended within {seconds} seconds, and was given up: --limit gives more"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    };

    use super::*;

    #[test]
    fn a_run_in_time_is_left_alone() {
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let watchdog = Limit::default().set(move || end.store(true, Relaxed));
        assert!(watchdog.kept().is_ok());
        assert!(!ended.load(Relaxed));
    }

    #[test]
    fn a_run_that_takes_too_long_is_ended_and_says_so() {
        let (end, ended) = mpsc::channel();
        let watchdog = Limit { seconds: 0 }.set(move || _ = end.send(()));
        assert!(ended.recv().is_ok());
        let told = watchdog.kept().unwrap_err().to_string();
        assert!(
            told.contains("0 seconds") && told.contains("--limit"),
            "{told}"
        );
    }
}
