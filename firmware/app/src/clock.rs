//! Time, for the cost of a step.

/// A clock that only goes forward.
///
/// Nothing that is learned depends on it: two clocks give the same bits.
pub trait Clock {
    /// Microseconds since some moment.
    fn micros(&self) -> u64;
}

impl<C: Clock> Clock for &C {
    fn micros(&self) -> u64 {
        (*self).micros()
    }
}

/// No clock at all: every cost reads zero.
impl Clock for () {
    fn micros(&self) -> u64 {
        0
    }
}
