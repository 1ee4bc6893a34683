//! The Gaussian.

use super::super::density::{Density, Distribution, nearest_above};
use super::super::error::TargetError;
use super::{LN_SQRT_TAU, REACH, finite, fits_f32, positive};
use crate::math::reference as math;
use crate::rng::Rng;

/// N(mean, sd²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    sd: f64,
    /// ln(sd √(2π)), the price of every evaluation otherwise.
    ln_scale: f64,
}

impl Normal {
    /// Mean 0 and standard deviation 1.
    pub const STANDARD: Self = Self {
        mean: 0.0,
        sd: 1.0,
        ln_scale: LN_SQRT_TAU,
    };

    /// The Gaussian of this mean and standard deviation.
    ///
    /// # Errors
    /// If a parameter is not finite, `sd` is not above zero, or `f32` cannot hold its values apart.
    pub fn new(mean: f64, sd: f64) -> Result<Self, TargetError> {
        let (mean, sd) = (finite("mean", mean)?, positive("sd", sd)?);
        let normal = Self {
            mean,
            sd,
            ln_scale: math::ln(sd) + LN_SQRT_TAU,
        };
        fits_f32(normal.range(), mean, sd)?;
        Ok(normal)
    }

    /// Its mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Its standard deviation.
    pub fn sd(&self) -> f64 {
        self.sd
    }

    /// (x - mean) / sd.
    fn standardise(&self, x: f64) -> f64 {
        (x - self.mean) / self.sd
    }
}

impl Density for Normal {
    fn ln_density(&self, x: f64) -> f64 {
        let z = self.standardise(x);
        -0.5 * z * z - self.ln_scale
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn range(&self) -> (f64, f64) {
        (self.mean - REACH * self.sd, self.mean + REACH * self.sd)
    }

    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        const MARKS: [f64; 9] = [-REACH, -6.0, -3.0, -1.5, 0.0, 1.5, 3.0, 6.0, REACH];
        nearest_above(x, MARKS.iter().map(|z| self.mean + z * self.sd))
    }
}

impl Distribution for Normal {
    fn cdf(&self, x: f64) -> f64 {
        phi(self.standardise(x))
    }

    fn quantile(&self, u: f64) -> f64 {
        self.mean + self.sd * standard_quantile(u)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn sd(&self) -> f64 {
        self.sd
    }

    /// sd (z Φ(z) + φ(z)) with z = (x - mean) / sd.
    fn shortfall(&self, x: f64) -> f64 {
        let z = self.standardise(x);
        let density = math::exp(-0.5 * z * z - LN_SQRT_TAU);
        self.sd * (z * phi(z) + density)
    }

    fn draw(&self, rng: &mut Rng) -> f32 {
        (self.mean + self.sd * f64::from(rng.gaussian())) as f32
    }
}

/// Φ(z), with full relative accuracy in the lower tail.
pub(super) fn phi(z: f64) -> f64 {
    0.5 * math::erfc(-z * core::f64::consts::FRAC_1_SQRT_2)
}

/// Φ⁻¹(u), relative error about 1e-16 (algorithm AS 241, routine PPND16: Wichura, Applied
/// Statistics 37, 1988).
pub(super) fn standard_quantile(u: f64) -> f64 {
    if !(0.0..=1.0).contains(&u) {
        return f64::NAN;
    }
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        return q * central(0.180_625 - q * q);
    }
    let tail = if q < 0.0 { u } else { 1.0 - u };
    if tail == 0.0 {
        return if q < 0.0 {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let r = math::sqrt(-math::ln(tail));
    let z = if r <= 5.0 {
        near_tail(r - 1.6)
    } else {
        far_tail(r - 5.0)
    };
    if q < 0.0 { -z } else { z }
}

/// |u - 1/2| <= 0.425.
fn central(r: f64) -> f64 {
    let numerator = [
        2.509_080_928_730_122_7e3,
        3.343_057_558_358_813e4,
        6.726_577_092_700_87e4,
        4.592_195_393_154_987e4,
        1.373_169_376_550_946e4,
        1.971_590_950_306_551_3e3,
        1.331_416_678_917_843_8e2,
        3.387_132_872_796_366_5,
    ];
    let denominator = [
        5.226_495_278_852_854e3,
        2.872_908_573_572_194_3e4,
        3.930_789_580_009_271e4,
        2.121_379_430_158_659_7e4,
        5.394_196_021_424_751e3,
        6.871_870_074_920_579e2,
        4.231_333_070_160_091e1,
        1.0,
    ];
    horner(&numerator, r) / horner(&denominator, r)
}

/// Down to a tail of e^-25.
fn near_tail(r: f64) -> f64 {
    let numerator = [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ];
    let denominator = [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ];
    horner(&numerator, r) / horner(&denominator, r)
}

/// Beyond a tail of e^-25.
fn far_tail(r: f64) -> f64 {
    let numerator = [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_048_7e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ];
    let denominator = [
        2.044_263_103_389_939_7e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_88e-1,
        1.0,
    ];
    horner(&numerator, r) / horner(&denominator, r)
}

/// A polynomial from its coefficients, highest power first.
fn horner(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}
