//! Order statistics of a sample.

/// Readings beyond this count as it, so that differences stay finite.
const HUGE: f64 = 1e300;

/// The finite readings of a sample, in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Sorted(Vec<f64>);

impl Sorted {
    /// Sorts what is finite; what is not is left out.
    pub(super) fn new(sample: &[f64]) -> Self {
        let finite = sample.iter().filter(|value| value.is_finite());
        let mut values: Vec<f64> = finite.map(|value| value.clamp(-HUGE, HUGE)).collect();
        values.sort_unstable_by(f64::total_cmp);
        Self(values)
    }

    /// The readings, ascending.
    pub(super) fn values(&self) -> &[f64] {
        &self.0
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Mean and standard deviation (divisor n); `None` for an empty sample.
    pub(super) fn moments(&self) -> Option<(f64, f64)> {
        let n = self.0.len() as f64;
        let mean = self.0.iter().map(|v| v / n).sum::<f64>();
        let variance = self
            .0
            .iter()
            .map(|v| (v - mean) * (v - mean) / n)
            .sum::<f64>();
        (n > 0.0).then(|| (mean, variance.sqrt()))
    }
}

/// The quantile at probability `p`, interpolating between order statistics
/// (type 7 of Hyndman and Fan, 1996). `None` for an empty sample.
pub(super) fn quantile(sample: &Sorted, p: f64) -> Option<f64> {
    let last = sample.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * last as f64;
    let (below, share) = (place.floor() as usize, place.fract());
    let low = sample.0.get(below)?;
    let high = sample.0.get(below + 1).unwrap_or(low);
    Some(low * (1.0 - share) + high * share)
}

/// The middle of some numbers.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    quantile(&Sorted::new(values), 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let sample = Sorted::new(&[4.0, 1.0, 3.0, f64::NAN, 2.0]);
        assert_eq!(quantile(&sample, 0.0), Some(1.0));
        assert_eq!(quantile(&sample, 0.5), Some(2.5));
        assert_eq!(quantile(&sample, 1.0), Some(4.0));
        assert_eq!(quantile(&Sorted::new(&[]), 0.5), None);
        assert_eq!(median(&[9.0]), Some(9.0));
    }

    #[test]
    fn moments_are_those_of_the_finite_readings() {
        let (mean, deviation) = Sorted::new(&[1.0, 3.0, f64::INFINITY]).moments().unwrap();
        assert_eq!((mean, deviation), (2.0, 1.0));
        assert_eq!(Sorted::new(&[]).moments(), None);
    }
}
