//! What went wrong in the runs of a sweep: seen and treated, or not seen.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ganlet::health::{Cure, Illness, LEAST_SPREAD};
use serde::Serialize;

use super::grid;
use super::modes::Modes;
use super::outcome::Row;
use crate::as_device;
use crate::command::train::Treatment;

/// What went wrong in one run.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Care {
    /// Times that networks which were no sound numbers were set back to sound ones.
    rolled_back: u32,
    /// Whether a gradient was not finite, or numbers grew beyond what a recipe brings them to.
    diverged: bool,
    /// What the doctor found and did, in order.
    treated: Vec<Treatment>,
    /// Whether the run was stopped early, nothing having helped.
    stopped: bool,
    /// Whether a generator from before was kept in the end.
    kept_best: bool,
    /// Whether the networks have collapsed: they lack a mode, or nearly all spread in some direction
    /// while being no better than the Gaussian fit.
    collapsed: bool,
}

impl Care {
    /// Of a run that skipped so many steps and turned out so; `fallback` where its networks were no
    /// better than the Gaussian fit.
    pub(super) fn of(
        care: &as_device::Care,
        skipped: u32,
        (spread, fallback): (f32, bool),
        modes: Option<Modes>,
    ) -> Self {
        let any = |cure: Cure| care.treated.iter().any(|it| it.cure == cure);
        let diverged = care
            .treated
            .iter()
            .any(|it| it.illness == Illness::Diverged);
        Self {
            rolled_back: care.rolled_back,
            diverged: diverged || care.rolled_back > 0 || skipped > 0,
            treated: care.treated.iter().map(Treatment::from).collect(),
            stopped: any(Cure::Stop),
            kept_best: any(Cure::KeepBest),
            collapsed: spread.is_nan()
                || spread < LEAST_SPREAD && fallback
                || modes.is_some_and(|modes| modes.found < modes.of),
        }
    }

    /// Whether the outcome is collapsed and nobody has said that anything was wrong.
    fn collapsed_unseen(&self) -> bool {
        self.collapsed && !self.diverged && self.treated.is_empty()
    }
}

/// The same of a row: numbers of runs.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    runs: usize,
    diverged: usize,
    treated: usize,
    stopped: usize,
    kept_best: usize,
    collapsed: usize,
    collapsed_unseen: usize,
    /// How often each illness was met by each cure.
    cures: BTreeMap<String, usize>,
}

impl Told {
    pub(super) fn of(row: &Row) -> Self {
        let runs = || row.outcomes.iter().map(|outcome| &outcome.care);
        let count = |seen: fn(&Care) -> bool| runs().filter(|care| seen(care)).count();
        let mut cures = BTreeMap::new();
        for Treatment { illness, cure, .. } in runs().flat_map(|care| &care.treated) {
            *cures.entry(format!("{illness}; {cure}")).or_default() += 1;
        }
        Self {
            runs: runs().count(),
            diverged: count(|care| care.diverged),
            treated: count(|care| !care.treated.is_empty()),
            stopped: count(|care| care.stopped),
            kept_best: count(|care| care.kept_best),
            collapsed: count(|care| care.collapsed),
            collapsed_unseen: count(Care::collapsed_unseen),
            cures,
        }
    }

    /// Whether nothing went wrong.
    fn is_well(&self) -> bool {
        self.diverged + self.treated + self.collapsed == 0
    }
}

/// Writes what went wrong: the rows in which anything did, and by what each cure was called for.
pub(super) fn write(to: &mut dyn Write, rows: &[Row]) -> io::Result<()> {
    let told: Vec<(&str, Told)> = rows
        .iter()
        .map(|row| (row.name.as_str(), Told::of(row)))
        .collect();
    let runs: usize = told.iter().map(|(_, it)| it.runs).sum();
    let ill: Vec<&(&str, Told)> = told.iter().filter(|(_, it)| !it.is_well()).collect();
    if ill.is_empty() {
        return writeln!(to, "none of {runs} runs diverged, was treated or collapsed");
    }
    let names: Vec<&str> = ill.iter().map(|(name, _)| *name).collect();
    let column = |heading, pick: fn(&Told) -> usize| grid::Column {
        heading,
        cells: ill
            .iter()
            .map(|(_, it)| Some(format!("{} of {}", pick(it), it.runs)))
            .collect(),
    };
    let columns = [
        column("diverged", |it| it.diverged),
        column("treated", |it| it.treated),
        column("stopped", |it| it.stopped),
        column("earlier one kept", |it| it.kept_best),
        column("collapsed", |it| it.collapsed),
        column("unseen", |it| it.collapsed_unseen),
    ];
    grid::write(to, "what went wrong", &names, &columns)?;
    for (name, it) in ill {
        for (cure, times) in &it.cures {
            writeln!(to, "{name}: {times} x {cure}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganlet::health::Treated;

    fn seen(treated: &[(Illness, Cure)], rolled_back: u32) -> as_device::Care {
        let treat = |&(illness, cure)| Treated {
            step: 500,
            illness,
            cure,
        };
        as_device::Care {
            treated: treated.iter().map(treat).collect(),
            rolled_back,
        }
    }

    fn modes(found: usize) -> Option<Modes> {
        Some(Modes {
            within_3_sigma: 1.0,
            found,
            of: 3,
            mass_error: 0.0,
        })
    }

    #[test]
    fn a_collapse_is_unseen_unless_something_was_said() {
        let silent = seen(&[], 0);
        for (spread, fallback, found, collapsed) in [
            (1.0, false, 3, false),
            (1.0, false, 2, true),
            (0.01, true, 3, true),
            (0.01, false, 3, false),
            (1.0, true, 3, false),
        ] {
            let care = Care::of(&silent, 0, (spread, fallback), modes(found));
            assert_eq!(care.collapsed, collapsed);
            assert_eq!(care.collapsed_unseen(), collapsed);
        }
        let told = seen(&[(Illness::Collapsed, Cure::SlowDown)], 0);
        let care = Care::of(&told, 0, (0.01, true), None);
        assert!(care.collapsed && !care.collapsed_unseen() && !care.diverged);
    }

    #[test]
    fn numbers_that_are_not_finite_have_diverged_however_they_were_seen() {
        let doctor = seen(&[(Illness::Diverged, Cure::SlowDown)], 0);
        for (care, skipped) in [(doctor, 0), (seen(&[], 1), 0), (seen(&[], 0), 1)] {
            assert!(Care::of(&care, skipped, (1.0, false), None).diverged);
        }
        assert!(!Care::of(&seen(&[], 0), 0, (1.0, false), None).diverged);
    }

    #[test]
    fn a_run_that_was_stopped_or_given_an_earlier_generator_says_so() {
        let care = seen(&[(Illness::Stalled, Cure::Stop)], 0);
        let care = Care::of(&care, 0, (1.0, false), None);
        assert!(care.stopped && !care.kept_best);
        let care = seen(&[(Illness::Worsened, Cure::KeepBest)], 0);
        let care = Care::of(&care, 0, (1.0, false), None);
        assert!(care.kept_best && !care.stopped);
    }
}
