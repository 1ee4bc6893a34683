//! The limit of strangeness, as a false-alarm budget.

use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::math;

/// The strangeness that a share of normal windows, the budget, may exceed.
///
/// It begins at −log₁₀ of the budget. Where normal moves, more windows exceed that, and a careful
/// calibration may let fewer; [`track`](Self::track) follows by
///
/// > θ ← θ + γ (1 − b) if a window exceeds θ,  θ − γ b if not,  at least −log₁₀ b − ½
///
/// a stochastic approximation of the (1 − b)-quantile (Robbins and Monro 1951; Gibbs and Candès 2021
/// show that the long-run share of exceedances is b whatever the windows do).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    budget: f32,
    level: f32,
}

impl Threshold {
    /// γ, in decades: how far one window moves the limit at most.
    const GAIN: f32 = 0.25;

    /// How far it may fall below −log₁₀ of the budget.
    const BELOW: f32 = 0.5;

    pub(super) const ZERO: Self = Self {
        budget: 0.0,
        level: 0.0,
    };

    /// The budget where nobody gives one: one normal window in a thousand.
    pub const ONE_IN_A_THOUSAND: Self = Self {
        budget: 1e-3,
        level: 3.0,
    };

    /// The limit of a budget; one outside of 10⁻⁶ to 1/2 counts as the nearest of these.
    pub fn of_budget(budget: f32) -> Self {
        let budget = budget.clamp(1e-6, 0.5);
        Self {
            budget,
            level: -math::ln(budget) * core::f32::consts::LOG10_E,
        }
    }

    /// The share of normal windows that may exceed it.
    pub fn budget(&self) -> f32 {
        self.budget
    }

    /// The limit, in decades.
    pub fn level(&self) -> f32 {
        self.level
    }

    /// Follows a window that is not part of an alarm.
    pub fn track(&mut self, strangeness: f32) {
        let least = Self::of_budget(self.budget).level - Self::BELOW;
        let step = if strangeness > self.level {
            1.0 - self.budget
        } else {
            -self.budget
        };
        self.level = (self.level + Self::GAIN * step).max(least).min(f32::MAX);
    }
}

impl Persist for Threshold {
    const BYTES: usize = 2 * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.budget.save(out);
        self.level.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.budget.load(from)?;
        self.level.load(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn the_rate_comes_to_the_budget_however_far_normal_has_moved() {
        let mut rng = Rng::new(1, 0);
        let mut threshold = Threshold::of_budget(0.01);
        assert!((threshold.level() - 2.0).abs() < 1e-6);
        let mut exceeded = 0;
        for i in 0..60_000 {
            // Three decades stranger than promised.
            let strangeness = 3.0 - math::ln(rng.uniform()) * core::f32::consts::LOG10_E;
            exceeded += u32::from(i >= 10_000 && strangeness > threshold.level());
            threshold.track(strangeness);
        }
        assert!((400..600).contains(&exceeded), "{exceeded} of 50,000");
    }

    #[test]
    fn silence_makes_it_no_more_than_half_a_decade_keener() {
        let mut threshold = Threshold::ONE_IN_A_THOUSAND;
        (0..100_000).for_each(|_| threshold.track(0.0));
        assert!((threshold.level() - 2.5).abs() < 1e-5);
    }
}
