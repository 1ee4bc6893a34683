//! A distribution that is known, to learn from and to compare with.

use super::density::{Density, Distribution};
use super::family::{Exponential, LogNormal, Mixture, Mode, Normal, Uniform};
use crate::rng::Rng;

/// One of the known families, as it is named on a command line (see its
/// [`FromStr`](core::str::FromStr)).
///
/// ```
/// use ganlet::divergence::{kl, Target};
///
/// let p: Target = "normal:0:1".parse()?;
/// let q: Target = "normal:1:1".parse()?;
/// assert!((kl(&p, &q) - 0.5).abs() < 1e-9);
/// # Ok::<(), ganlet::divergence::TargetError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap to put the mixture on"
)]
pub enum Target {
    /// `normal:MEAN:SD`.
    Normal(Normal),
    /// `uniform:A:B`.
    Uniform(Uniform),
    /// `exponential:RATE`.
    Exponential(Exponential),
    /// `lognormal:MU:SIGMA`.
    LogNormal(LogNormal),
    /// `mixture:W:MEAN:SD,W:MEAN:SD,...`.
    Mixture(Mixture),
}

impl Target {
    fn family(&self) -> &dyn Distribution {
        match self {
            Self::Normal(normal) => normal,
            Self::Uniform(uniform) => uniform,
            Self::Exponential(exponential) => exponential,
            Self::LogNormal(lognormal) => lognormal,
            Self::Mixture(mixture) => mixture,
        }
    }

    /// p(x).
    pub fn density(&self, x: f64) -> f64 {
        self.family().density(x)
    }

    /// ln p(x), exact far into the tails; negative infinity outside of the support.
    pub fn ln_density(&self, x: f64) -> f64 {
        self.family().ln_density(x)
    }

    /// F(x) = P(X <= x).
    pub fn cdf(&self, x: f64) -> f64 {
        self.family().cdf(x)
    }

    /// F⁻¹(u), the ends of the support at 0 and 1, NaN outside of [0, 1].
    pub fn quantile(&self, u: f64) -> f64 {
        self.family().quantile(u)
    }

    /// E X.
    pub fn mean(&self) -> f64 {
        self.family().mean()
    }

    /// Standard deviation.
    pub fn sd(&self) -> f64 {
        self.family().sd()
    }

    /// One sample, as a sensor would read it.
    pub fn draw(&self, rng: &mut Rng) -> f32 {
        self.family().draw(rng)
    }

    /// The Gaussians it is made of: one of weight 1 for `normal`, none for the other families.
    pub fn modes(&self) -> impl Iterator<Item = Mode> + '_ {
        let (single, mixture) = match self {
            Self::Normal(normal) => (Some(normal), None),
            Self::Mixture(mixture) => (None, Some(mixture)),
            _ => (None, None),
        };
        let single = single.map(|normal| Mode {
            weight: 1.0,
            mean: normal.mean(),
            sd: normal.sd(),
        });
        single
            .into_iter()
            .chain(mixture.into_iter().flat_map(Mixture::modes))
    }

    /// Where quadrature must look, ascending: jumps, and marks around every peak.
    pub fn breakpoints(&self) -> impl Iterator<Item = f64> + '_ {
        let first = self.family().next_breakpoint(f64::NEG_INFINITY);
        core::iter::successors(first, |&x| self.family().next_breakpoint(x))
    }

    /// The interval that quadrature covers (see [`Density::range`]).
    pub fn range(&self) -> (f64, f64) {
        self.family().range()
    }
}

impl Density for Target {
    fn ln_density(&self, x: f64) -> f64 {
        self.family().ln_density(x)
    }
    fn density(&self, x: f64) -> f64 {
        self.family().density(x)
    }
    fn support(&self) -> (f64, f64) {
        self.family().support()
    }
    fn range(&self) -> (f64, f64) {
        self.family().range()
    }
    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        self.family().next_breakpoint(x)
    }
}

impl Distribution for Target {
    fn cdf(&self, x: f64) -> f64 {
        self.family().cdf(x)
    }
    fn quantile(&self, u: f64) -> f64 {
        self.family().quantile(u)
    }
    fn mean(&self) -> f64 {
        self.family().mean()
    }
    fn sd(&self) -> f64 {
        self.family().sd()
    }
    fn shortfall(&self, x: f64) -> f64 {
        self.family().shortfall(x)
    }
    fn draw(&self, rng: &mut Rng) -> f32 {
        self.family().draw(rng)
    }
}
