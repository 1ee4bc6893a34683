//! Every hand-written derivative of the core against an independent oracle.

mod averages;
mod faults;
mod games;
mod layers;
mod losses;
mod optimizers;

use ganlet_oracle::agree::Disagreement;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

/// Holds a property on `cases` draws of `strategy`.
///
/// The draws are the same in every run, unless PROPTEST_RNG_SEED asks for others.
fn holds<S: Strategy>(
    cases: u32,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), Disagreement>,
) {
    let mut config = Config::with_cases(cases);
    config.failure_persistence = None;
    config.max_shrink_iters = 100;
    if matches!(config.rng_seed, RngSeed::Random) {
        config.rng_seed = RngSeed::Fixed(1);
    }
    let outcome = TestRunner::new(config).run(&strategy, |input| {
        property(input).map_err(|disagreement| TestCaseError::fail(disagreement.to_string()))
    });
    match outcome {
        Ok(()) => (),
        Err(TestError::Fail(why, input)) => panic!("{why}, for {input:?}"),
        Err(abort) => panic!("{abort}"),
    }
}

/// A seed for everything that need not shrink.
fn seed() -> impl Strategy<Value = u64> {
    any::<u64>().no_shrink()
}
