//! A program of the benchmark that runs beside others and takes steps when it is asked to.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use ganlet_workload::Landing;

/// It runs until it is dropped, which ends its input.
pub(crate) struct Contender {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// What it has said first.
    first: String,
}

impl Contender {
    /// Starts it on a workload of a folder, and waits for its first line.
    pub(crate) fn start(command: &[PathBuf], work: Option<(&Path, &str)>) -> Result<Self> {
        let (program, arguments) = command.split_first().context("no command")?;
        let mut command = Command::new(program);
        command.args(arguments).env("RAYON_NUM_THREADS", "1");
        if let Some((folder, name)) = work {
            command.arg(folder).arg(name);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let orders = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().context("its output is not piped")?);
        let mut first = String::new();
        answers.read_line(&mut first)?;
        Ok(Self {
            child,
            orders,
            answers,
            first,
        })
    }

    /// Whether it does the same work as everybody.
    ///
    /// # Errors
    /// If it has come to other losses or parameters in 200 steps.
    pub(crate) fn lands(&self, wanted: &Landing) -> Result<()> {
        let mut numbers = self.first.split_whitespace().map(str::parse::<f64>);
        let mut next = || numbers.next().and_then(Result::ok).unwrap_or(f64::NAN);
        let landing = Landing {
            discriminator_loss: next() as f32,
            generator_loss: next() as f32,
            absolute_sum: next(),
        };
        ensure!(
            landing.is_like(wanted),
            "it does other work: {landing:?}, not {wanted:?}"
        );
        Ok(())
    }

    /// CPU time that so many steps take it.
    pub(crate) fn seconds(&mut self, steps: usize) -> Result<f64> {
        writeln!(
            self.orders.as_ref().context("its input is closed")?,
            "{steps}"
        )?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        line.trim()
            .parse()
            .with_context(|| format!("no time: {line}"))
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        drop(self.orders.take());
        _ = self.child.wait();
    }
}
