//! The rows of a sweep: which source, with which model.

use std::path::Path;

use ganlet::divergence::Target;

use super::Suite;
use crate::argument::Model;
use crate::error::Failure;
use crate::manifest;
use crate::series::{Rows, Series};
use crate::signal::Signal;
use crate::source::Source;

/// One row: a source to learn, with the model to learn it with.
#[derive(Debug)]
pub(super) struct Setting {
    /// What the row is called.
    pub(super) name: String,
    /// The networks.
    pub(super) model: Model,
    /// The data.
    pub(super) source: Source,
    /// Where a recording goes on: what the generator is measured on.
    pub(super) held_out: Option<Source>,
}

/// The first of the targets below that have several modes, which the model of clusters learns too.
const CLUSTERED: usize = 5;

/// The targets of the scalar table, from one mode to eight.
const SCALARS: [(&str, &str); 10] = [
    ("N(3, 0.5)", "normal:3:0.5"),
    ("uniform", "uniform:-1:1"),
    ("exponential", "exponential:1"),
    ("lognormal 0.5", "lognormal:0:0.5"),
    ("lognormal 1", "lognormal:0:1"),
    ("±1.5 sd 0.2", "mixture:0.5:-1.5:0.2,0.5:1.5:0.2"),
    ("±1.5, 80/20", "mixture:0.8:-1.5:0.2,0.2:1.5:0.2"),
    ("3 modes sd 0.2", "mixture:1:-2:0.2,1:0:0.2,1:2:0.2"),
    (
        "5 modes sd 0.2",
        "mixture:1:-4:0.2,1:-2:0.2,1:0:0.2,1:2:0.2,1:4:0.2",
    ),
    (
        "8 modes sd 0.1",
        "mixture:1:-3.5:0.1,1:-2.5:0.1,1:-1.5:0.1,1:-0.5:0.1,1:0.5:0.1,1:1.5:0.1,1:2.5:0.1,1:3.5:0.1",
    ),
];

/// The rows of a suite, from top to bottom.
pub(super) fn settings(suite: Suite, data_dir: &Path) -> Result<Vec<Setting>, Failure> {
    match suite {
        Suite::Scalars => {
            let plain = SCALARS.iter().map(|row| scalar(row, Model::Scalar));
            let clustered = SCALARS.iter().skip(CLUSTERED);
            plain
                .chain(clustered.map(|row| scalar(row, Model::Modes)))
                .collect()
        }
        Suite::Windows => Ok([Model::Window32, Model::Conv32, Model::Window16]
            .into_iter()
            .flat_map(|model| Signal::ALL.map(|signal| windows(signal, model)))
            .collect()),
        Suite::Real => real(data_dir),
        Suite::Drift => Ok(Vec::new()), // its rows are of another kind
    }
}

fn scalar(&(name, target): &(&str, &str), model: Model) -> Result<Setting, Failure> {
    let target: Target = target
        .parse()
        .map_err(|error| Failure::told(&error, name))?;
    Ok(Setting {
        name: match model {
            Model::Modes => format!("{name}, modes"),
            _ => name.to_owned(),
        },
        model,
        source: Source::Simulated(target),
        held_out: None,
    })
}

fn windows(signal: Signal, model: Model) -> Setting {
    Setting {
        name: match model {
            Model::Window16 => format!("{signal}, windows of 16"),
            Model::Conv32 => format!("{signal}, convolutions"),
            _ => signal.to_string(),
        },
        model,
        source: Source::Signal(signal),
        held_out: None,
    }
}

/// The share of a recording's normal part that is learned; the rest is held out.
const LEARNED: f64 = 0.8;

/// The normal part of every series of the folder, as readings and as windows.
fn real(folder: &Path) -> Result<Vec<Setting>, Failure> {
    let mut settings = Vec::new();
    for entry in manifest::read(folder)? {
        let learned = (entry.train_n as f64 * LEARNED) as usize;
        let read = |rows: &Rows| Series::read(&entry.path, None, rows);
        let series = read(&Rows::first(learned))?;
        let tail = read(&Rows::between(learned, entry.train_n))?;
        for (model, window) in [(Model::Scalar, 1), (Model::Window32, 32)] {
            settings.push(Setting {
                name: match window {
                    1 => entry.name.clone(),
                    n => format!("{}, windows of {n}", entry.name),
                },
                model,
                source: Source::recorded(series.clone(), window)?,
                held_out: Some(Source::recorded(tail.clone(), window)?),
            });
        }
    }
    Ok(settings)
}
