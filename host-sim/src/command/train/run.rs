//! One training run from its source to its files.

use std::path::Path;
use std::time::Instant;

use ganlet::health::{Best, Shadow};
use ganlet::recipe::Recipe;
use ganlet::record::Record;
use ganlet::session::Session;
use ganlet::trainer::Trainer;
use ganlet_app::{Course, WARM_UP};
use serde::Serialize;

use super::treatment::Treatment;
use super::{Args, page};
use crate::argument;
use crate::as_device::{self, Care, Orders, Plan};
use crate::bad_sensor::{Faults, Toll};
use crate::checkpoint;
use crate::console;
use crate::error::Failure;
use crate::measure::{self, Distance, Reference};
use crate::network::{self, Job, Network};
use crate::output::OutDir;
use crate::progress::Progress;
use crate::report::{data, metrics, training};
use crate::series::Series;
use crate::source::{Pupil, Source};
use crate::supply::Supply;

/// The simulated sensor of the main job: a room whose thermostat switches between two temperatures,
/// in degrees Celsius.
const BUILT_IN: &str = "mixture:0.65:20.5:0.3,0.35:23:0.4";

/// Records in a run, and rows of `metrics.csv`.
const RECORDS: u32 = 200;
/// Checkpoints in a run, and the fewest steps between two of them.
const SAVES: u32 = 20;
const FEWEST: u32 = 1000;
/// Generated readings in the measure of one record.
const QUICK: usize = 4096;
/// Generated readings in the measure of the result, and fresh real ones of a simulated sensor.
const THOROUGH: usize = 100_000;

const METRICS: &str = "metrics.csv";
const CHECKPOINT: &str = "checkpoint.ganlet";
const REPORT: &str = "report.html";
const PICTURE: &str = "learned.svg";

/// The result of a run, as `--json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Name of the model.
    pub model: String,
    /// Seed of every random stream.
    pub seed: u64,
    /// Generator steps taken since the start of the run.
    pub steps: u32,
    /// Real samples that training has drawn or can draw from.
    pub samples: u64,
    /// Learned numbers.
    pub parameters: usize,
    /// CRC-32 over them.
    pub fingerprint: String,
    /// Checksum over every verdict of a run that takes readings as a device does.
    pub verdicts: String,
    /// Wasserstein-1 distance in standard deviations of the data.
    pub w1: Option<f64>,
    /// Jensen-Shannon divergence of histograms, in nats.
    pub js: Option<f64>,
    /// V(G, D), in nats.
    pub value: Option<f64>,
    /// Lower bound of the divergence from V, in nats.
    pub js_bound: Option<f64>,
    /// Wall-clock seconds of training.
    pub seconds: f64,
    /// Generator steps per second.
    pub steps_per_second: f64,
    /// Readings left out.
    pub rejected: u64,
    /// What went wrong, and what was done about it.
    pub treated: Vec<Treatment>,
    /// Times that networks which were no sound numbers were set back to sound ones.
    pub rolled_back: u32,
    /// What became of the readings, where the sensor was made to fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<Toll>,
}

/// Trains as `args` say.
pub(super) fn train(args: &Args) -> Result<(), Failure> {
    let model = match (&args.resume, args.model) {
        (None, model) => model.unwrap_or_default(),
        (Some(path), asked) => {
            let found = argument::Model::of_checkpoint(&checkpoint::read(path)?, path)?;
            if asked.is_some_and(|asked| asked != found) {
                return Err(Failure::input(
                    "the checkpoint is of another model",
                    path.display(),
                    "leave out --model, or give another checkpoint",
                ));
            }
            found
        }
    };
    model.run(Train(args))
}

struct Train<'a>(&'a Args);

impl Job for Train<'_> {
    type Output = Result<(), Failure>;

    fn run<M: Network>(self) -> Self::Output {
        let args = self.0;
        let sound = source(args, Session::<M>::WINDOW)?;
        let befall = |faults: &Faults| faults.befall(&sound, Session::<M>::WINDOW);
        let failing = args.faults.as_ref().map(befall).transpose()?;
        let (source, toll) = match &failing {
            Some((heard, toll)) => (heard, Some(*toll)),
            None => (&sound, None),
        };
        let mut shadow = Box::new(Shadow::<M>::NONE);
        let mut learner = learner(args, source, &mut shadow.best)?;
        let mut out = OutDir::open(
            &args.destination.out,
            &[CHECKPOINT, METRICS, REPORT, PICTURE],
        )?;
        let warnings = source.series().map_or(&[][..], |series| &series.warnings);
        warnings.iter().for_each(|text| console::warn(text));
        let reference = Reference::new(sound.reference(THOROUGH, learner.session.seed));

        let begun = Instant::now();
        let first = learner.session.trainer.step();
        let Told { records, care } = learn(
            args,
            source,
            &reference,
            &mut learner,
            &mut shadow,
            &mut out,
        )?;
        let seconds = begun.elapsed().as_secs_f64();
        if !learner.is_scaled() {
            learner
                .scale()
                .map_err(|unfit| Failure::told(&unfit, source.name()))?;
        }
        let verdicts = learner.watch.digest();
        learner.fit_at_last();
        let session = &learner.session;

        let mut rng = measure::rng(session.seed);
        let distance = reference.distance(measure::readings(session, THOROUGH, &mut rng));
        let rounds = session.trainer.step() - first;
        let drawn = u64::from(session.trainer.step())
            * u64::from(session.recipe.discriminator_steps + 1)
            * session.recipe.batch as u64;
        let last = records.last().map(|(record, _)| *record);
        let summary = Summary {
            model: M::NAME.to_owned(),
            seed: session.seed,
            steps: session.trainer.step(),
            samples: source.choices().map_or(drawn, |count| count as u64),
            parameters: network::parameters::<M>(),
            fingerprint: format!("{:08x}", session.trainer.fingerprint()),
            verdicts: format!("{verdicts:08x}"),
            w1: finite(distance.w1),
            js: finite(distance.js),
            value: last.and_then(|record| finite(record.value.into())),
            js_bound: last.and_then(|record| finite(record.js_bound.into())),
            seconds,
            steps_per_second: f64::from(rounds) / seconds.max(1e-9),
            rejected: source.rejected() + toll.map_or(0, |toll| toll.rejected_in_all()),
            faults: toll,
            treated: care.treated.iter().map(Treatment::from).collect(),
            rolled_back: care.rolled_back,
        };
        if summary.rolled_back > 0 {
            console::warn(&format!(
                "networks that were no sound numbers were set back to sound ones; times: {}",
                summary.rolled_back
            ));
        }
        for treatment in &summary.treated {
            console::warn(&treatment.to_string());
        }

        let rows: Vec<data::Metric> = records.iter().map(row).collect();
        let run = page::training(&summary, &rows, &sound, &reference, session);
        out.stage(METRICS, |file| {
            metrics::write(file, &rows).map_err(std::io::Error::other)
        })?;
        let bytes = checkpoint::bytes(&Course {
            learner: &mut learner,
            best: Some(&mut shadow.best),
        })?;
        out.stage(CHECKPOINT, |file| file.write_all(&bytes))?;
        out.stage(REPORT, |file| {
            file.write_all(training::page(&run).as_bytes())
        })?;
        if args.picture {
            out.stage(PICTURE, |file| {
                file.write_all(training::picture(&run).as_bytes())
            })?;
        }
        let folder = out.path().to_owned();
        out.commit()?;
        if args.destination.json {
            console::print_json(&summary)
        } else {
            tell(&summary, &run, Trainer::<M>::RAM_BYTES, &folder)
        }
    }
}

/// Where the samples come from.
fn source(args: &Args, window: usize) -> Result<Source, Failure> {
    if let Some(path) = &args.data {
        let selection = &args.selection;
        let series = Series::read(path, selection.column.as_deref(), &selection.rows)?;
        return Source::recorded(series, window);
    }
    let built_in = || {
        BUILT_IN
            .parse()
            .map_err(|error| Failure::told(&error, BUILT_IN))
    };
    let target = args.target.clone().map_or_else(built_in, Ok)?;
    Ok(Source::Simulated(target))
}

/// A learner with fresh networks, or with those to go on with. It has seen all readings, unless it
/// is to learn as a device does.
fn learner<'a, M: Network>(
    args: &Args,
    source: &'a Source,
    best: &mut Best<M>,
) -> Result<Pupil<'a, M>, Failure> {
    let (recipe, seed) = (recipe::<M>(args), args.seed.unwrap_or(0));
    let mut learner = match (args.memory, &args.resume) {
        (None, None) => source.learner(recipe, seed)?,
        (None, Some(_)) => source.shown(recipe, seed),
        (Some(memory), _) => {
            let mut learner = Pupil::<M>::new(Supply::bounded(memory as u32));
            learner.restart(recipe, seed);
            learner
        }
    };
    let step = source.series().and_then(|series| series.step);
    learner.interval = step.map_or(0.0, |step| step as f32);
    if let Some(path) = &args.resume {
        checkpoint::load(path, &mut learner, Some(best))?;
    }
    let session = &mut learner.session;
    if let Some(steps) = args.steps {
        session.recipe.steps = steps as u32;
    }
    if session.done() {
        return Err(Failure::input(
            format!("the run is over: {} steps taken", session.trainer.step()),
            args.resume
                .as_deref()
                .unwrap_or(Path::new("--steps"))
                .display(),
            "give --steps with a larger total to go on",
        ));
    }
    Ok(learner)
}

/// The model's recipe, but for what the user says.
fn recipe<M: Network>(args: &Args) -> Recipe {
    let mut recipe = M::RECIPE;
    recipe.loss = args.loss.unwrap_or(recipe.loss);
    if let Some(n) = args.d_steps {
        recipe.discriminator_steps = n as u32;
    }
    recipe
}

/// What a run has told: its records with the distances measured then, and what went wrong.
struct Told {
    records: Vec<(Record, Distance)>,
    care: Care,
}

/// Trains to the end, or to where the user wants to stop.
fn learn<M: Network>(
    args: &Args,
    source: &Source,
    reference: &Reference,
    learner: &mut Pupil<'_, M>,
    shadow: &mut Shadow<M>,
    out: &mut OutDir,
) -> Result<Told, Failure> {
    let (steps, seed) = (learner.session.recipe.steps, learner.session.seed);
    let end = args.stop_at.map_or(steps, |at| steps.min(at as u32));
    let every = (steps / RECORDS).max(1);
    let save_every = args
        .save_every
        .map_or((steps / SAVES).max(FEWEST), |n| n as u32);
    let plan = args.memory.map(|_| Plan {
        pace: args.pace.map_or(1, |pace| pace as u32),
        warm_up: args.warm_up.map_or(WARM_UP, |readings| readings as u32),
    });
    let readings = plan.map_or_else(Vec::new, |_| {
        as_device::left(source.readings(seed), learner)
    });
    let first = learner.session.trainer.step();
    let progress = Progress::new(u64::from(end.saturating_sub(first)), "steps");
    let mut records = Vec::new();
    let orders = Orders {
        plan,
        report_every: every,
        save_every,
        end,
        rescue: !args.rescue.no_rescue,
    };
    let care = as_device::live(
        learner,
        shadow,
        readings,
        orders,
        |learner, record| {
            let session = &learner.session;
            if let Some(record) = record {
                // As it would be settled: what is measured is what would be generated.
                let mut session = session.clone();
                if Session::<M>::WINDOW > 1 && !session.done() {
                    session.recolour(QUICK as u32 / 2);
                }
                let readings = measure::readings(&session, QUICK, &mut measure::rng(seed));
                records.push((record, reference.distance(readings)));
            }
            progress.advance(1, || {
                records.last().map_or_else(
                    String::new,
                    |(record, distance): &(Record, Distance)| {
                        format!(
                            "W1 {:.3}  JS {:.4}  V {:.3}",
                            distance.w1, distance.js, record.value
                        )
                    },
                )
            });
            Ok(())
        },
        |course| {
            let bytes = checkpoint::bytes(course)?;
            out.replace(|file| file.write_all(&bytes))
        },
    )?;
    progress.finish();
    Ok(Told { records, care })
}

fn row((record, distance): &(Record, Distance)) -> data::Metric {
    let number = |x: f32| finite(x.into());
    data::Metric {
        step: record.step.into(),
        d_loss: number(record.discriminator_loss),
        g_loss: number(record.generator_loss),
        value: number(record.value),
        js_bound: number(record.js_bound),
        js_bound_se: number(record.js_bound_error),
        w1: finite(distance.w1),
        js: finite(distance.js),
        d_gradient: number(record.discriminator_gradient),
        g_gradient: number(record.generator_gradient),
    }
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// The result in a few lines.
fn tell(summary: &Summary, run: &data::Training, ram: usize, folder: &Path) -> Result<(), Failure> {
    use crate::report::number::short_or_dash;
    let facts = &run.facts;
    console::print(|out| {
        writeln!(
            out,
            "{}: {} parameters, {} steps in {:.1} s ({:.0} steps/s), seed {}",
            summary.model,
            summary.parameters,
            summary.steps,
            summary.seconds,
            summary.steps_per_second,
            summary.seed
        )?;
        writeln!(
            out,
            "W1 {} of the data's standard deviation (Gaussian fit {}, two real samples {})",
            short_or_dash(summary.w1),
            short_or_dash(facts.w1_gaussian),
            short_or_dash(facts.w1_floor)
        )?;
        writeln!(
            out,
            "JS {} nats by histogram; V(G, D) {} nats, so JS is at least {}",
            short_or_dash(summary.js),
            short_or_dash(summary.value),
            short_or_dash(summary.js_bound)
        )?;
        writeln!(
            out,
            "fingerprint {}; training takes {ram} bytes of RAM, call frames excluded",
            summary.fingerprint
        )?;
        if let Some(toll) = &summary.faults {
            writeln!(out, "the sensor failed: {toll}")?;
        }
        let report = folder.join(REPORT);
        writeln!(out, "wrote {}, {METRICS}, {CHECKPOINT}", report.display())
    })
}
