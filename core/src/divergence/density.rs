//! What quadrature and the divergences ask of a distribution.

use crate::math::reference as math;
use crate::rng::Rng;

/// A probability density on the real line that can be integrated.
///
/// A new density (a fitted model, a smoothed one) becomes comparable with every other by telling
/// its logarithm and where quadrature must look.
pub trait Density {
    /// ln p(x), exact far into the tails; negative infinity where p(x) = 0.
    fn ln_density(&self, x: f64) -> f64;

    /// p(x).
    fn density(&self, x: f64) -> f64 {
        math::exp(self.ln_density(x))
    }

    /// The smallest interval outside of which p = 0; its ends may be infinite.
    fn support(&self) -> (f64, f64);

    /// A finite interval for quadrature outside of which less than 1e-14 of the mass lies.
    ///
    /// The families go much further (about 1e-32), so that the tails of heavy integrands such as
    /// p(x) ln q(x) are inside too. For a plot take two quantiles instead.
    fn range(&self) -> (f64, f64);

    /// The smallest breakpoint above `x`: a jump, a kink, or a mark of the scale on which p
    /// varies, so that no peak is narrow within the piece of line that holds it.
    fn next_breakpoint(&self, x: f64) -> Option<f64>;
}

impl<P: Density + ?Sized> Density for &P {
    fn ln_density(&self, x: f64) -> f64 {
        (**self).ln_density(x)
    }
    fn density(&self, x: f64) -> f64 {
        (**self).density(x)
    }
    fn support(&self) -> (f64, f64) {
        (**self).support()
    }
    fn range(&self) -> (f64, f64) {
        (**self).range()
    }
    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        (**self).next_breakpoint(x)
    }
}

/// A [`Density`] whose distribution function is known too, and that can be sampled.
pub trait Distribution: Density {
    /// F(x) = P(X <= x).
    fn cdf(&self, x: f64) -> f64;

    /// F⁻¹(u), the ends of the support at 0 and 1, NaN outside of [0, 1].
    fn quantile(&self, u: f64) -> f64;

    /// E X.
    fn mean(&self) -> f64;

    /// Standard deviation, the square root of E (X - E X)^2.
    fn sd(&self) -> f64;

    /// E max(x - X, 0), the integral of F from minus infinity to `x`: what Wasserstein distances
    /// are made of.
    fn shortfall(&self, x: f64) -> f64;

    /// One sample, rounded to `f32` as a sensor's reading would be.
    fn draw(&self, rng: &mut Rng) -> f32;
}

/// The equal mixture m = (p + q) / 2 of two densities: the midpoint of the Jensen-Shannon
/// divergence, and what a discriminator is shown.
#[derive(Debug)]
pub struct Mixed<'a, P: ?Sized, Q: ?Sized> {
    p: &'a P,
    q: &'a Q,
}

impl<'a, P: Density + ?Sized, Q: Density + ?Sized> Mixed<'a, P, Q> {
    /// The midpoint of `p` and `q`.
    pub fn new(p: &'a P, q: &'a Q) -> Self {
        Self { p, q }
    }
}

impl<P: Density + ?Sized, Q: Density + ?Sized> Density for Mixed<'_, P, Q> {
    /// ln((p + q) / 2) = max(ln p, ln q) + ln(1 + e^-|ln p - ln q|) - ln 2.
    fn ln_density(&self, x: f64) -> f64 {
        let (a, b) = (self.p.ln_density(x), self.q.ln_density(x));
        let (larger, smaller) = if a > b { (a, b) } else { (b, a) };
        if larger == f64::NEG_INFINITY {
            return larger;
        }
        larger + math::ln_1p(math::exp(smaller - larger)) - core::f64::consts::LN_2
    }

    fn support(&self) -> (f64, f64) {
        hull(self.p.support(), self.q.support())
    }

    fn range(&self) -> (f64, f64) {
        hull(self.p.range(), self.q.range())
    }

    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        [self.p.next_breakpoint(x), self.q.next_breakpoint(x)]
            .into_iter()
            .flatten()
            .reduce(f64::min)
    }
}

/// The smallest interval that holds both.
pub(super) fn hull(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// The smallest of `candidates` above `x`.
pub(super) fn nearest_above(x: f64, candidates: impl Iterator<Item = f64>) -> Option<f64> {
    candidates.filter(|&c| c > x).reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divergence::{Normal, Uniform};

    #[test]
    fn a_midpoint_is_half_of_both_far_into_the_tails() {
        let p = Normal::new(0.0, 1.0).unwrap();
        let q = Normal::new(3.0, 0.5).unwrap();
        let m = Mixed::new(&p, &q);
        for x in [-2.0, 0.0, 1.7, 3.0, 4.5] {
            let half = 0.5 * (p.density(x) + q.density(x));
            assert!((m.density(x) - half).abs() < 1e-15, "{x}");
        }
        // Where both densities underflow, the logarithm is still ln p - ln 2.
        let expected = p.ln_density(-60.0) - core::f64::consts::LN_2;
        assert!((m.ln_density(-60.0) - expected).abs() < 1e-12);
    }

    #[test]
    fn a_midpoint_looks_where_either_part_looks() {
        let p = Uniform::new(0.0, 1.0).unwrap();
        let q = Uniform::new(0.25, 4.0).unwrap();
        let m = Mixed::new(&p, &q);
        assert_eq!(m.support(), (0.0, 4.0));
        assert_eq!(m.range(), (0.0, 4.0));
        assert_eq!(m.next_breakpoint(0.0), Some(0.25));
        assert_eq!(m.next_breakpoint(0.25), Some(1.0));
        assert_eq!(m.next_breakpoint(4.0), None);
        assert_eq!(m.ln_density(5.0), f64::NEG_INFINITY);
    }
}
