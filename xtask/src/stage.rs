//! A list of jobs that are all run, however many fail, and told of at the end.

mod summary;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::process;

/// A job with a name.
pub(crate) struct Stage {
    name: &'static str,
    job: Box<dyn FnOnce() -> Result<()>>,
}

impl Stage {
    /// A job in Rust. It announces the commands that it runs.
    pub(crate) fn new(name: &'static str, job: impl FnOnce() -> Result<()> + 'static) -> Self {
        let job = Box::new(job);
        Self { name, job }
    }

    /// A job that is one command.
    pub(crate) fn command(name: &'static str, mut command: Command) -> Self {
        Self::new(name, move || process::announce_and_run(&mut command))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    fn run(self) -> Outcome {
        println!("\n=== {}", self.name);
        let start = Instant::now();
        let failure = (self.job)().err().map(|error| format!("{error:#}"));
        if let Some(failure) = &failure {
            println!("=== {} failed: {failure}", self.name);
        }
        Outcome {
            name: self.name,
            took: start.elapsed(),
            failure,
        }
    }
}

/// How a stage ended.
#[derive(Debug)]
struct Outcome {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

/// Runs every stage, prints the table of how each ended, and fails if any of them did.
pub(crate) fn run_all(stages: impl IntoIterator<Item = Stage>) -> Result<()> {
    let outcomes: Vec<_> = stages.into_iter().map(Stage::run).collect();
    println!("\n{}", summary::table(&outcomes));
    match summary::failed(&outcomes) {
        None => Ok(()),
        Some(names) => bail!("{names}"),
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, rc::Rc};

    use super::*;

    #[test]
    fn a_failure_stops_nothing_and_is_told_at_the_end() {
        let runs = Rc::new(Cell::new(0));
        let stage = |name, fails: bool| {
            let runs = Rc::clone(&runs);
            Stage::new(name, move || {
                runs.set(runs.get() + 1);
                anyhow::ensure!(!fails, "out of luck");
                Ok(())
            })
        };
        let all = [stage("a", false), stage("b", true), stage("c", false)];
        assert_eq!(
            run_all(all).unwrap_err().to_string(),
            "1 of 3 stages failed: b"
        );
        assert_eq!(runs.get(), 3);
        assert!(run_all([stage("a", false)]).is_ok());
    }
}
