//! A sensor that changes while it is learned: what is learned of the new regime, what is forgotten
//! of the old one.

use std::io::{self, Write};

use ganlet::divergence::Target;
use ganlet::model::Scalar;
use ganlet::optimizer::Schedule;
use ganlet::recipe::Recipe;
use ganlet::rng::Rng;
use ganlet_app::Sample;
use rayon::prelude::*;
use serde::Serialize;

use super::{Args, chosen};
use crate::error::Failure;
use crate::measure::{self, Reference};
use crate::progress::Progress;
use crate::report::data::{Sweep, SweepRow};
use crate::report::quantile::median;
use crate::source::{Pupil, stream};
use crate::supply::Supply;

/// A change of regime: what it is called, the readings before it, those after it.
const CHANGES: [(&str, &str, &str); 3] = [
    ("mean, by 6 sd", "normal:20:0.5", "normal:23:0.5"),
    ("spread, by 3", "normal:20:0.5", "normal:20:1.5"),
    (
        "2 modes to 3",
        "mixture:1:-1.5:0.2,1:1.5:0.2",
        "mixture:1:-2:0.2,1:0:0.2,1:2:0.2",
    ),
];

/// Samples that are remembered, as on a device.
const CAPACITY: u32 = 512;
/// What a memory is called, and the readings over which it fades.
const MEMORIES: [(&str, u32); 3] = [
    ("all its life", u32::MAX),
    ("fading", 8 * CAPACITY),
    ("recent", CAPACITY),
];

/// Rounds in either regime, with a reading before each.
const ROUNDS: u32 = 10_000;
/// Readings that the scale is first taken from.
const WARM_UP: u32 = 256;
/// Rounds between two looks at the scale of what is remembered, where it is followed.
const FOLLOW_EVERY: u32 = 250;
/// Readings that are compared.
const READINGS: usize = 50_000;

/// One combination of change, memory and scale.
#[derive(Debug, Clone, Copy)]
struct Setting {
    change: (&'static str, &'static str, &'static str),
    memory: (&'static str, u32),
    /// Whether the scale follows what is remembered, or stays as it first was.
    follows: bool,
}

/// Wasserstein-1 of the generator from either regime, in that regime's standard deviations, and from
/// both in equal parts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Distances {
    pub(super) old: f64,
    pub(super) new: f64,
    pub(super) both: f64,
}

/// The generator of one seed at the change, when a tenth as many rounds have passed again, and when as
/// many have.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Outcome {
    pub(super) seed: u64,
    pub(super) before: Distances,
    pub(super) soon: Distances,
    pub(super) after: Distances,
}

/// A setting with its seeds.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) change: &'static str,
    pub(super) memory: &'static str,
    pub(super) scale: &'static str,
    pub(super) outcomes: Vec<Outcome>,
}

impl Setting {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for change in CHANGES {
            for memory in MEMORIES {
                for follows in [false, true] {
                    all.push(Self {
                        change,
                        memory,
                        follows,
                    });
                }
            }
        }
        all
    }

    fn scale(&self) -> &'static str {
        if self.follows { "followed" } else { "fixed" }
    }

    fn name(&self) -> String {
        format!("{}; {}, {}", self.change.0, self.memory.0, self.scale())
    }

    fn run(&self, seed: u64, rounds: u32) -> Result<Outcome, Failure> {
        let target = |text: &str| -> Result<Target, Failure> {
            text.parse().map_err(|error| Failure::told(&error, text))
        };
        let (old, new) = (target(self.change.1)?, target(self.change.2)?);
        let ruler = Ruler::new(&old, &new);
        // A life has no end to anneal towards.
        let recipe = Recipe {
            steps: 2 * rounds,
            rate_schedule: Schedule::Constant,
            penalty_schedule: Schedule::Constant,
            average: 0.999,
            ..Recipe::SCALAR
        };
        let mut learner = Pupil::<Scalar>::new(Supply::fading(CAPACITY, self.memory.1));
        learner.restart(recipe, seed);
        let mut rng = Rng::new(seed, stream::WARM_UP);
        let mut hear = |learner: &mut Pupil<'_, Scalar>, target: &Target| {
            if let Some(window) = learner.take(Sample::Reading(target.draw(&mut rng))) {
                learner.keep(window);
            }
        };
        (0..WARM_UP).for_each(|_| hear(&mut learner, &old));
        let unfit = |unfit| Failure::told(&unfit, self.name());
        learner.scale().map_err(unfit)?;
        let (mut before, mut soon) = (None, None);
        for round in 1..=2 * rounds {
            hear(&mut learner, if round <= rounds { &old } else { &new });
            while learner.turn().is_none() {}
            if self.follows && round % FOLLOW_EVERY == 0 {
                learner.follow(CAPACITY).map_err(unfit)?;
            }
            if round == rounds {
                before = Some(ruler.distances(&learner));
            }
            if round == rounds + rounds / 10 {
                soon = Some(ruler.distances(&learner));
            }
        }
        let after = ruler.distances(&learner);
        Ok(Outcome {
            seed,
            before: before.unwrap_or(after),
            soon: soon.unwrap_or(after),
            after,
        })
    }
}

/// Real readings of either regime.
struct Ruler {
    old: Reference,
    new: Reference,
    both: Reference,
}

impl Ruler {
    fn new(old: &Target, new: &Target) -> Self {
        let mut rng = Rng::new(1, stream::REFERENCE);
        let mut draw = |target: &Target| -> Vec<f32> {
            (0..READINGS).map(|_| target.draw(&mut rng)).collect()
        };
        let (old, new) = (draw(old), draw(new));
        Self {
            both: Reference::new([old.as_slice(), &new].concat()),
            old: Reference::new(old),
            new: Reference::new(new),
        }
    }

    fn distances(&self, learner: &Pupil<'_, Scalar>) -> Distances {
        let session = &learner.session;
        let made = measure::readings(session, READINGS, &mut measure::rng(session.seed));
        Distances {
            old: self.old.distance(made.clone()).w1,
            new: self.new.distance(made.clone()).w1,
            both: self.both.distance(made).w1,
        }
    }
}

/// Every setting that the user wants, with its seeds.
pub(super) fn rows(args: &Args) -> Result<Vec<Row>, Failure> {
    let rounds = args.steps.map_or(ROUNDS, |steps| (steps / 2).max(1) as u32);
    let named = Setting::all()
        .into_iter()
        .map(|it| (it.name(), it))
        .collect();
    let settings = chosen(named, args.only.as_deref(), |(name, _)| name)?;
    let progress = Progress::new(settings.len() as u64 * args.seeds, "runs");
    let rows = settings
        .par_iter()
        .map(|(name, setting)| {
            let outcomes = (1..=args.seeds).into_par_iter().map(|seed| {
                let outcome = setting.run(seed, rounds)?;
                progress.advance(1, || name.clone());
                Ok(outcome)
            });
            Ok(Row {
                name: name.clone(),
                change: setting.change.0,
                memory: setting.memory.0,
                scale: setting.scale(),
                outcomes: outcomes.collect::<Result<_, Failure>>()?,
            })
        })
        .collect();
    progress.finish();
    rows
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    suite: &'static str,
    seeds: u64,
    rows: &'a [Row],
}

impl<'a> Summary<'a> {
    /// The summary of all rows.
    pub(super) fn new(args: &Args, rows: &'a [Row]) -> Self {
        Self {
            suite: args.suite.name(),
            seeds: args.seeds,
            rows,
        }
    }
}

impl Row {
    fn of(&self, pick: impl Fn(&Outcome) -> f64) -> Vec<f64> {
        self.outcomes.iter().map(pick).collect()
    }

    /// Median / worst.
    fn told(&self, pick: impl Fn(&Outcome) -> f64) -> String {
        let values = self.of(pick);
        let worst = values.iter().copied().fold(0.0, f64::max);
        format!("{:.3}/{worst:.3}", median(&values).unwrap_or(f64::NAN))
    }
}

/// One number of an outcome.
type Pick = fn(&Outcome) -> f64;

/// Writes the table.
pub(super) fn write(to: &mut dyn Write, rows: &[Row]) -> io::Result<()> {
    let columns: [(&str, Pick); 5] = [
        ("old, before", |it| it.before.old),
        ("new, soon", |it| it.soon.new),
        ("new, after", |it| it.after.new),
        ("old, after", |it| it.after.old),
        ("both, after", |it| it.after.both),
    ];
    write!(to, "{:14}  {:12}  {:8}", "change", "memory", "scale")?;
    columns
        .iter()
        .try_for_each(|(heading, _)| write!(to, "  {heading:>13}"))?;
    writeln!(to)?;
    for row in rows {
        write!(to, "{:14}  {:12}  {:8}", row.change, row.memory, row.scale)?;
        columns
            .iter()
            .try_for_each(|(_, pick)| write!(to, "  {:>13}", row.told(pick)))?;
        writeln!(to)?;
    }
    writeln!(
        to,
        "median / worst of {} seeds; W1 in standard deviations of the regime, or of both in equal parts",
        rows.first().map_or(0, |row| row.outcomes.len())
    )
}

/// The pictures: how far the generator is from either regime in the end.
pub(super) fn pictures(rows: &[Row]) -> Vec<Sweep> {
    let picture = |measure: &str, pick: Pick, baseline: Pick| Sweep {
        title: "a change of regime".to_owned(),
        measure: measure.to_owned(),
        rows: rows
            .iter()
            .map(|row| SweepRow {
                name: row.name.clone(),
                seeds: row.of(pick),
                floor: median(&row.of(baseline)),
                baseline: None,
            })
            .collect(),
    };
    vec![
        picture(
            "W1 from the old regime, after",
            |it| it.after.old,
            |it| it.before.old,
        ),
        picture(
            "W1 from the new regime, after",
            |it| it.after.new,
            |it| it.before.new,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(change: usize, memory: usize, follows: bool) -> Outcome {
        let setting = Setting {
            change: CHANGES[change],
            memory: MEMORIES[memory],
            follows,
        };
        setting.run(1, 3000).unwrap()
    }

    #[test]
    fn a_recent_memory_with_a_scale_that_follows_learns_the_new_and_forgets_the_old() {
        let Outcome { before, after, .. } = setting(0, 2, true);
        assert!(before.old < 0.15 && before.new > 5.0, "{before:?}");
        assert!(after.new < 0.4 && after.old > 5.0, "{after:?}");
    }

    #[test]
    fn a_memory_of_all_its_life_keeps_both_regimes() {
        let Outcome { after, .. } = setting(0, 0, true);
        assert!(after.both < 0.4, "{after:?}");
    }
}
