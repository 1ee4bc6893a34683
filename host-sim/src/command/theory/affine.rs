//! The distribution of a + b X, X from a known one: what a generator of two parameters draws.

use ganlet::divergence::{Density, Distribution, Target};

/// The least standard deviation, in units of the mean, that leaves quadrature some digits.
const FINEST: f64 = 1e-10;

/// The density of a + b X with b > 0: q((x - a) / b) / b.
#[derive(Clone, Copy, Debug)]
pub(super) struct Affine<'a> {
    base: &'a Target,
    shift: f64,
    factor: f64,
}

impl<'a> Affine<'a> {
    /// `base`, moved and stretched to this mean and standard deviation; `None` where that would
    /// turn it round, or shrink it so far that numbers of the size of its mean cannot show it.
    pub(super) fn with_moments(base: &'a Target, mean: f64, sd: f64) -> Option<Self> {
        let factor = sd / Distribution::sd(base);
        let shift = mean - factor * Distribution::mean(base);
        let usable = sd > FINEST * mean.abs() && factor.is_finite() && shift.is_finite();
        usable.then_some(Self {
            base,
            shift,
            factor,
        })
    }

    /// The reading that a reading of the base becomes.
    fn image(&self, x: f64) -> f64 {
        self.shift + self.factor * x
    }

    /// The reading of the base that becomes `x`.
    fn preimage(&self, x: f64) -> f64 {
        (x - self.shift) / self.factor
    }

    fn image_of(&self, (low, high): (f64, f64)) -> (f64, f64) {
        (self.image(low), self.image(high))
    }
}

impl Density for Affine<'_> {
    fn ln_density(&self, x: f64) -> f64 {
        self.base.ln_density(self.preimage(x)) - self.factor.ln()
    }

    fn support(&self) -> (f64, f64) {
        self.image_of(Density::support(self.base))
    }

    fn range(&self) -> (f64, f64) {
        self.image_of(Density::range(self.base))
    }

    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        // Rounding may give back the very point that was asked about: go on to the one after.
        let after = |b: &f64| Density::next_breakpoint(self.base, *b);
        let first = Density::next_breakpoint(self.base, self.preimage(x));
        std::iter::successors(first, after)
            .map(|b| self.image(b))
            .find(|&b| b > x)
    }
}

#[cfg(test)]
mod tests {
    use ganlet::divergence::{js, kl};

    use super::*;

    fn target(text: &str) -> Target {
        text.parse().unwrap()
    }

    #[test]
    fn a_moved_family_is_the_family_with_other_parameters() {
        let cases = [
            ("normal:1:2", (-3.0, 0.5), "normal:-3:0.5"),
            ("uniform:0:1", (5.0, 2.0 / 12f64.sqrt()), "uniform:4:6"),
            ("exponential:4", (0.5, 0.5), "exponential:2"),
            (
                "mixture:0.5:-1:0.5,0.5:1:0.5",
                (10.0, 1.25f64.sqrt() * 3.0),
                "mixture:0.5:7:1.5,0.5:13:1.5",
            ),
        ];
        for (base, (mean, sd), expected) in cases {
            let (base, expected) = (target(base), target(expected));
            let moved = Affine::with_moments(&base, mean, sd).unwrap();
            assert!(js(&moved, &expected) < 1e-12, "{expected}");
            let other = target("normal:2:5");
            let (found, exact) = (kl(&moved, &other), kl(&expected, &other));
            assert!(
                (found - exact).abs() < 1e-9,
                "{expected}: {found} for {exact}"
            );
        }
    }

    #[test]
    fn breakpoints_ascend_whatever_rounding_does() {
        let base = target("mixture:1:-2:0.05,1:0:0.05,1:2:0.05");
        for (mean, sd) in [(0.1, 0.3), (1e6, 0.7), (-3.0, 1e-3)] {
            let moved = Affine::with_moments(&base, mean, sd).unwrap();
            let first = moved.next_breakpoint(f64::NEG_INFINITY);
            let all: Vec<f64> =
                std::iter::successors(first, |&b| moved.next_breakpoint(b)).collect();
            assert!(all.is_sorted_by(|a, b| a < b) && all.len() < 100, "{all:?}");
        }
    }

    #[test]
    fn a_generator_that_turned_round_has_no_density_here() {
        let base = target("exponential:1");
        for (mean, sd) in [
            (0.0, 0.0),
            (0.0, -1.0),
            (0.0, f64::NAN),
            (0.0, f64::INFINITY),
            (f64::NAN, 1.0),
            (1e20, 1.0),
        ] {
            assert!(Affine::with_moments(&base, mean, sd).is_none());
        }
    }
}
