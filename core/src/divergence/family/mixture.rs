//! A mixture of Gaussians.

use super::super::density::{Density, Distribution, hull};
use super::super::error::{Parameter, TargetError};
use super::normal::Normal;
use super::positive;
use crate::math::reference as math;
use crate::rng::Rng;

/// The most components a [`Mixture`] holds.
pub const MAX_MODES: usize = 16;

/// One Gaussian of a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// Its share of the mass; the shares of a mixture sum to 1.
    pub weight: f64,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
}

/// p(x) = Σ w_k N(x; m_k, s_k²), Σ w_k = 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    components: heapless::Vec<Component, MAX_MODES>,
}

#[derive(Clone, Debug, PartialEq)]
struct Component {
    weight: f64,
    ln_weight: f64,
    normal: Normal,
}

impl Mixture {
    /// The mixture of these modes, their weights divided by the sum of all.
    ///
    /// # Errors
    /// If there are none or more than [`MAX_MODES`], or one of them is not a Gaussian of positive
    /// weight; the error names the mode, counted from 1.
    pub fn new(modes: impl IntoIterator<Item = Mode>) -> Result<Self, TargetError> {
        let mut components = heapless::Vec::<Component, MAX_MODES>::new();
        for (number, mode) in (1..).zip(modes) {
            let component = Component::new(mode).map_err(|e| e.in_mode(number))?;
            if components.push(component).is_err() {
                return Err(TargetError::TooManyModes);
            }
        }
        normalise(&mut components)?;
        Ok(Self { components })
    }

    /// Its modes, in the order given, with normalised weights.
    pub fn modes(&self) -> impl Iterator<Item = Mode> + '_ {
        self.components.iter().map(|c| Mode {
            weight: c.weight,
            mean: c.normal.mean(),
            sd: c.normal.sd(),
        })
    }

    /// Σ w_k f(component k), in the order of the modes.
    fn weighted(&self, f: impl Fn(&Normal) -> f64) -> f64 {
        self.components
            .iter()
            .map(|c| c.weight * f(&c.normal))
            .sum()
    }
}

impl Component {
    fn new(mode: Mode) -> Result<Self, TargetError> {
        Ok(Self {
            weight: positive("weight", mode.weight)?,
            ln_weight: 0.0,
            normal: Normal::new(mode.mean, mode.sd)?,
        })
    }
}

/// Divides every weight by their sum, unless that is 1 up to rounding: then a mixture that is
/// written down and read again stays the same to the last bit.
fn normalise(components: &mut [Component]) -> Result<(), TargetError> {
    let sum: f64 = components.iter().map(|c| c.weight).sum();
    if components.is_empty() {
        return Err(TargetError::NoModes);
    }
    let divisor = if (sum - 1.0).abs() <= 1e-14 { 1.0 } else { sum };
    for (number, component) in (1..).zip(components) {
        let share = positive("weight", component.weight / divisor);
        let share = share
            .map_err(|_| TargetError::VanishingWeight(Parameter::new("weight").in_mode(number)))?;
        component.weight = share;
        component.ln_weight = math::ln(share);
    }
    Ok(())
}

impl Density for Mixture {
    /// ln Σ e^(ln w_k + ln p_k(x)), the largest exponent so far taken out as the sum goes on.
    fn ln_density(&self, x: f64) -> f64 {
        let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
        for component in &self.components {
            let term = component.ln_weight + component.normal.ln_density(x);
            if term > largest {
                sum = sum * math::exp(largest - term) + 1.0;
                largest = term;
            } else if largest > f64::NEG_INFINITY {
                sum += math::exp(term - largest);
            }
        }
        largest + math::ln(sum)
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn range(&self) -> (f64, f64) {
        let empty = (f64::INFINITY, f64::NEG_INFINITY);
        self.components
            .iter()
            .fold(empty, |all, c| hull(all, c.normal.range()))
    }

    fn next_breakpoint(&self, x: f64) -> Option<f64> {
        let next = self
            .components
            .iter()
            .filter_map(|c| c.normal.next_breakpoint(x));
        next.reduce(f64::min)
    }
}

impl Distribution for Mixture {
    fn cdf(&self, x: f64) -> f64 {
        self.weighted(|normal| normal.cdf(x))
    }

    /// Newton's method on F(x) = u, kept inside a bracket that starts between the components' own
    /// quantiles and halved wherever Newton's step leaves it or does not shrink fast enough.
    fn quantile(&self, u: f64) -> f64 {
        let empty = (f64::INFINITY, f64::NEG_INFINITY);
        let own = self.components.iter().map(|c| c.normal.quantile(u));
        let (mut low, mut high) = own.fold(empty, |all, x| hull(all, (x, x)));
        if !(low < high && low.is_finite() && high.is_finite()) {
            return if (0.0..=1.0).contains(&u) {
                low
            } else {
                f64::NAN
            };
        }
        let mut x = low + 0.5 * (high - low);
        let mut step_before = high - low;
        for _ in 0..200 {
            let excess = self.cdf(x) - u;
            if excess > 0.0 {
                high = x
            } else {
                low = x
            }
            let newton = x - excess / self.density(x);
            let fast = (newton - x).abs() < 0.5 * step_before;
            let next = if fast && newton >= low && newton <= high {
                newton
            } else {
                low + 0.5 * (high - low)
            };
            step_before = (next - x).abs();
            if step_before <= f64::EPSILON * x.abs() {
                return next;
            }
            x = next;
        }
        x
    }

    fn mean(&self) -> f64 {
        self.weighted(|normal| normal.mean())
    }

    /// √(Σ w_k (s_k² + (m_k - mean)²)).
    fn sd(&self) -> f64 {
        let mean = self.mean();
        let variance = self.weighted(|normal| {
            let offset = normal.mean() - mean;
            normal.sd() * normal.sd() + offset * offset
        });
        math::sqrt(variance)
    }

    fn shortfall(&self, x: f64) -> f64 {
        self.weighted(|normal| normal.shortfall(x))
    }

    fn draw(&self, rng: &mut Rng) -> f32 {
        let mut left = f64::from(rng.uniform());
        let mut chosen = &Normal::STANDARD;
        for component in &self.components {
            chosen = &component.normal;
            left -= component.weight;
            if left < 0.0 {
                break;
            }
        }
        chosen.draw(rng)
    }
}
