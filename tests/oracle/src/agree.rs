//! When the core and the oracle say the same.

use std::fmt;

use crate::network::Leaves;

/// Tolerance of an entry, relative to the largest entry of its leaf.
const RELATIVE: f64 = 1e-4;

/// What is left over in `f32` where terms of order one, or of the order of the largest entry of all
/// leaves, cancel.
const CANCELLED: f64 = 5e-7;

/// Where, and by how much, two lists of leaves differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    what: String,
    leaf: usize,
    entry: usize,
    ours: f64,
    oracle: f64,
    tolerance: f64,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            leaf,
            entry,
            ours,
            oracle,
            tolerance,
        } = self;
        write!(
            f,
            "{what}, leaf {leaf}, entry {entry}: {ours}, the oracle says {oracle} ± {tolerance:.1e}"
        )
    }
}

impl std::error::Error for Disagreement {}

fn largest(leaf: &[f64]) -> f64 {
    leaf.iter().fold(0.0, |largest, x| x.abs().max(largest))
}

/// Whether every entry is within tolerance; the same shapes are taken for granted.
pub fn agree(what: &str, ours: &Leaves<f64>, oracle: &Leaves<f64>) -> Result<(), Disagreement> {
    let lengths = |leaves: &Leaves<f64>| leaves.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(ours), lengths(oracle), "shapes of {what}");
    let floor = CANCELLED * oracle.iter().map(|leaf| largest(leaf)).fold(1.0, f64::max);
    for (leaf, (our_leaf, oracle_leaf)) in ours.iter().zip(oracle).enumerate() {
        let tolerance = RELATIVE * largest(oracle_leaf) + floor;
        for (entry, (&ours, &oracle)) in our_leaf.iter().zip(oracle_leaf).enumerate() {
            // Written so that a NaN disagrees.
            let within = (ours - oracle).abs() <= tolerance;
            if !within {
                return Err(Disagreement {
                    what: what.to_owned(),
                    leaf,
                    entry,
                    ours,
                    oracle,
                    tolerance,
                });
            }
        }
    }
    Ok(())
}

/// Whether one number is within 1e-5 of the other, relatively where that is more than one.
pub fn agree_number(what: &str, ours: f32, oracle: f64) -> Result<(), Disagreement> {
    let tolerance = 1e-5 * oracle.abs().max(1.0);
    let ours = f64::from(ours);
    let within = (ours - oracle).abs() <= tolerance;
    within.then_some(()).ok_or_else(|| Disagreement {
        what: what.to_owned(),
        leaf: 0,
        entry: 0,
        ours,
        oracle,
        tolerance,
    })
}
