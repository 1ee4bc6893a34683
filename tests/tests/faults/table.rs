//! Fates side by side.

use std::fmt::Write as _;

use ganlet_app::Mishap;

use crate::life::{self, Fate, Life};

/// A line for each life. In a `steady` table what depends on every bit of training is left out: how
/// often there was an alarm, and by how much W1 lies below its limit.
pub(crate) fn of(fates: &[(Life, Fate)], steady: bool) -> String {
    let mut table = format!(
        "W1 of a normal distribution of the same mean and spread: {:.2}\n",
        life::of_a_gaussian()
    );
    table += &format!(
        "{:<13} {:>7} {:>4} | {:>5} {:>7} {:>9} {:>5} {:>7} {:>7} {:>6} {:>7} | {:>6} {:>6} | {:>5} {:>6} {:>8}\n",
        "fault",
        "rate",
        "seed",
        "seen",
        "learned",
        "no answer",
        "bus",
        "not fin",
        "range",
        "stuck",
        "dropped",
        "alarms",
        "W1",
        "saved",
        "failed",
        "restored"
    );
    for (life, fate) in fates {
        table += &line(life, fate, steady);
    }
    table
}

fn line(life: &Life, fate: &Fate, steady: bool) -> String {
    let (alarms, w1) = match steady {
        true => ("_".to_owned(), format!("< {:.2}", life.limit())),
        false => (fate.alarms.to_string(), format!("{:.2}", fate.w1)),
    };
    let fault = life.mishap.map_or("none", Mishap::name);
    let [no_answer, bus, not_finite, range, stuck] = fate.rejected;
    let restored = match (fate.restored, fate.refused) {
        (Some(step), _) => step.to_string(),
        (None, true) => "refused".to_owned(),
        (None, false) => "nothing".to_owned(),
    };
    let mut line = String::new();
    let written = writeln!(
        line,
        "{fault:<13} {:>7} {:>4} | {:>5} {:>7} {no_answer:>9} {bus:>5} {not_finite:>7} {range:>7} {stuck:>6} {:>7} | {alarms:>6} {w1:>6} | {:>5} {:>6} {restored:>8}",
        life.rate, life.seed, fate.seen, fate.learned, fate.dropped, fate.saved, fate.not_saved,
    );
    written.expect("a string takes everything");
    line
}
