//! Histograms to look at: where to put the edges, and what stands between them.

use super::chart::Bar;
use super::polyline::Point;
use super::quantile::{Sorted, quantile};

/// The most bins a picture needs.
const MOST_BINS: f64 = 80.0;
/// The fewest bins that still have a shape.
const FEWEST_BINS: f64 = 8.0;
/// Outliers beyond this share at either end do not squeeze the rest.
const TAIL: f64 = 0.001;

/// Equal bins over the bulk of the readings.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bins {
    lo: f64,
    width: f64,
    count: usize,
}

/// How a sample falls into bins, as a density: the bars and what lies beyond make an area of 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Histogram {
    bins: Bins,
    counts: Vec<u64>,
    density: Vec<f64>,
    /// Readings outside the bins.
    pub(super) beyond: usize,
}

impl Bins {
    /// Bins that show `data` and, as far as it stays near, `generated`.
    ///
    /// Their number is the square root of the number of readings, 8 to 80: the
    /// rules that minimise a squared error smooth separated modes away. Where
    /// readings come in steps (a converter's least bit), a bin holds whole steps.
    /// `None` without a finite reading in `data`.
    pub(super) fn new(data: &Sorted, generated: &Sorted) -> Option<Self> {
        let (lo, hi) = data.bulk()?;
        let reach = (hi - lo).max(f64::MIN_POSITIVE);
        let (other_lo, other_hi) = generated.bulk().unwrap_or((lo, hi));
        let lo = lo.min(other_lo.max(lo - reach));
        let hi = hi.max(other_hi.min(hi + reach));
        let (lo, hi) = if hi - lo > 1e-12 * lo.abs().max(hi.abs()) {
            (lo, hi)
        } else {
            let room = if lo == 0.0 { 0.5 } else { 0.05 * lo.abs() };
            (lo - room, hi + room)
        };
        let wanted = (data.len() as f64)
            .sqrt()
            .clamp(FEWEST_BINS, MOST_BINS)
            .round();
        Some(Self::aligned(lo, hi, (hi - lo) / wanted, data.quantum()))
    }

    fn aligned(lo: f64, hi: f64, width: f64, quantum: Option<f64>) -> Self {
        let (lo, width) = match quantum.filter(|quantum| hi - lo < 1e4 * quantum) {
            Some(quantum) => (
                lo - quantum / 2.0,
                (width / quantum).ceil().max(1.0) * quantum,
            ),
            None => (lo, width),
        };
        // One more half step holds the last reading of stepped data.
        let count = ((hi - lo) / width - 1e-9)
            .ceil()
            .clamp(1.0, 4.0 * MOST_BINS) as usize;
        Self { lo, width, count }
    }

    /// The stretch that the bins cover.
    pub(super) fn span(&self) -> (f64, f64) {
        (self.lo, self.edge(self.count))
    }

    /// Left and right edge of each bin.
    pub(super) fn edges(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        (0..self.count).map(|bin| (self.edge(bin), self.edge(bin + 1)))
    }

    /// The middles of the bins.
    pub(super) fn middles(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.count).map(|bin| self.lo + self.width * (bin as f64 + 0.5))
    }

    fn edge(&self, bin: usize) -> f64 {
        self.lo + self.width * bin as f64
    }

    fn find(&self, value: f64) -> Option<usize> {
        let place = (value - self.lo) / self.width;
        let last = self.count as f64;
        if place == last {
            return Some(self.count - 1);
        }
        (0.0..last).contains(&place).then_some(place as usize)
    }
}

impl Histogram {
    /// Counts `sample` into `bins`.
    pub(super) fn new(bins: &Bins, sample: &Sorted) -> Self {
        let mut counts = vec![0; bins.count];
        let mut beyond = 0;
        for &value in sample.values() {
            match bins.find(value) {
                Some(bin) => counts[bin] += 1,
                None => beyond += 1,
            }
        }
        let each = 1.0 / (sample.len().max(1) as f64 * bins.width);
        Self {
            bins: bins.clone(),
            density: counts.iter().map(|&count| count as f64 * each).collect(),
            counts,
            beyond,
        }
    }

    /// Density in each bin.
    pub(super) fn density(&self) -> &[f64] {
        &self.density
    }

    /// Readings in each bin.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The highest density.
    pub(super) fn peak(&self) -> f64 {
        self.density.iter().copied().fold(0.0, f64::max)
    }

    /// As bars.
    pub(super) fn bars(&self) -> impl Iterator<Item = Bar> + '_ {
        self.density.iter().enumerate().map(|(bin, &height)| Bar {
            lo: self.bins.edge(bin),
            hi: self.bins.edge(bin + 1),
            height,
        })
    }

    /// As one line of steps, from the ground to the ground.
    pub(super) fn outline(&self) -> Vec<Point> {
        let (lo, hi) = self.bins.span();
        let tops = self
            .bars()
            .flat_map(|bar| [(bar.lo, bar.height), (bar.hi, bar.height)]);
        std::iter::once((lo, 0.0))
            .chain(tops)
            .chain([(hi, 0.0)])
            .collect()
    }
}

impl Sorted {
    /// From the 0.1 % to the 99.9 % quantile, and out to the last reading near them.
    fn bulk(&self) -> Option<(f64, f64)> {
        let (lo, hi) = (quantile(self, TAIL)?, quantile(self, 1.0 - TAIL)?);
        let near = 0.15 * (hi - lo);
        let mut inside = self.values().iter();
        let least = inside.find(|value| lo - **value <= near)?;
        let most = inside.rfind(|value| **value - hi <= near);
        Some((*least, *most.unwrap_or(least)))
    }

    /// The step in which the readings come, where most of them repeat.
    fn quantum(&self) -> Option<f64> {
        let steps: Vec<f64> = self
            .values()
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .filter(|step| *step > 0.0)
            .collect();
        if steps.is_empty() || steps.len() * 4 > self.len() {
            return None;
        }
        steps.into_iter().reduce(f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(data: &[f64]) -> Option<Histogram> {
        let sorted = Sorted::new(data);
        let bins = Bins::new(&sorted, &Sorted::new(&[]))?;
        Some(Histogram::new(&bins, &sorted))
    }

    fn area(histogram: &Histogram) -> f64 {
        histogram.density.iter().sum::<f64>() * histogram.bins.width
    }

    #[test]
    fn the_bars_have_the_area_of_what_they_hold() {
        let data: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 997)).collect();
        let all = histogram(&data).unwrap();
        assert_eq!(all.beyond, 0);
        assert!((area(&all) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_outlier_stays_beyond_and_does_not_squeeze_the_rest() {
        let mut data: Vec<f64> = (0..10_000).map(|i| f64::from(i) / 1e4).collect();
        data.push(1e9);
        let bulk = histogram(&data).unwrap();
        assert_eq!(bulk.beyond, 1);
        assert!(bulk.bins.span().1 < 1.1);
    }

    #[test]
    fn stepped_readings_fill_every_bin_alike() {
        // 37 values, 1000 of each: a bin of 1.5 steps would draw a comb.
        let data: Vec<f64> = (0..37_000).map(|i| f64::from(i % 37) * 0.5).collect();
        let comb = histogram(&data).unwrap();
        assert_eq!(comb.beyond, 0);
        let (low, high) = (
            comb.density.iter().copied().fold(1.0, f64::min),
            comb.peak(),
        );
        assert!(low > 0.99 * high, "{low} {high}");
    }

    #[test]
    fn hostile_samples_are_counted_or_left_out() {
        assert_eq!(histogram(&[]), None);
        assert_eq!(histogram(&[f64::NAN, f64::INFINITY]), None);
        for data in [
            vec![0.0],
            vec![7.0; 50],
            vec![-1e-300, 1e-300],
            vec![1e300, -1e300, 0.0],
            vec![f64::MAX, f64::MIN],
            vec![1e16, 1e16 + 2.0],
        ] {
            let all = histogram(&data).unwrap();
            assert!(
                all.outline()
                    .iter()
                    .all(|(x, y)| !x.is_nan() && !y.is_nan()),
                "{data:?}"
            );
        }
    }
}
