//! Six numbers that say what a window looks like.

use crate::math;

/// Level-free features of a window of standardised readings: what a change of level, of loudness, of
/// pace or of shape moves each by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features {
    /// ln of the standard deviation, that one taken as 10⁻³ at least: loud and quiet.
    pub loudness: f32,
    /// Slope of the regression line, per reading.
    pub slope: f32,
    /// Autocorrelation at lag 1.
    pub autocorrelation: f32,
    /// Share of neighbours on different sides of the mean.
    pub crossings: f32,
    /// Largest distance from the mean, in standard deviations of the window.
    pub peak: f32,
    /// Largest step between neighbours.
    pub step: f32,
}

impl Features {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// Of a window of at least two readings.
    pub fn of(window: &[f32]) -> Self {
        let n = window.len() as f32;
        let mean = window.iter().sum::<f32>() / n;
        let centred = || window.iter().map(|x| x - mean);
        let energy = centred().fold(0.0, |sum, d| sum + d * d);
        let sd = math::sqrt(energy / n).max(1e-3);
        let middle = 0.5 * (n - 1.0);
        let moment = centred()
            .enumerate()
            .fold(0.0, |sum, (i, d)| sum + d * (i as f32 - middle));
        let neighbours = || centred().zip(centred().skip(1));
        let lagged = neighbours().fold(0.0, |sum, (a, b)| sum + a * b);
        let crossed = neighbours().filter(|(a, b)| (*a > 0.0) != (*b > 0.0));
        let steps = window.iter().zip(window.iter().skip(1));
        Self {
            loudness: math::ln(sd),
            slope: moment * 12.0 / (n * (n * n - 1.0)),
            autocorrelation: lagged / (energy + 1e-6),
            crossings: crossed.count() as f32 / (n - 1.0),
            peak: centred().fold(0.0f32, |far, d| far.max(d.abs())) / sd,
            step: steps.fold(0.0f32, |far, (a, b)| far.max((b - a).abs())),
        }
    }

    /// The standard deviation of a window about its mean.
    pub fn sd(window: &[f32]) -> f32 {
        let n = window.len().max(1) as f32;
        let mean = window.iter().sum::<f32>() / n;
        let energy = window
            .iter()
            .fold(0.0, |sum, x| sum + (x - mean) * (x - mean));
        math::sqrt(energy / n)
    }

    /// The most readings in a row that are the same, as a memory of 8 bits tells them apart: each is
    /// one of 256 levels between the window's least and its largest
    /// ([`Coded`](crate::stream::Coded)). All of them, where it has no spread.
    pub fn run(window: &[f32]) -> u32 {
        let low = window.iter().copied().fold(f32::MAX, f32::min);
        let high = window.iter().copied().fold(f32::MIN, f32::max);
        let step = (0.5 * high - 0.5 * low) / 127.5;
        let level = |x: &f32| (2.0 * ((0.5 * x - 0.5 * low) / step) + 0.5) as u8;
        let (mut longest, mut run, mut before) = (0, 0, None);
        for now in window.iter().map(level) {
            run = if before == Some(now) { run + 1 } else { 1 };
            longest = longest.max(run);
            before = Some(now);
        }
        longest
    }

    /// As a row.
    pub fn row(&self) -> [f32; Self::COUNT] {
        [
            self.loudness,
            self.slope,
            self.autocorrelation,
            self.crossings,
            self.peak,
            self.step,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_and_a_zigzag_by_hand() {
        let ramp = Features::of(&[0.0, 1.0, 2.0, 3.0]);
        // Deviations -1.5, -0.5, 0.5, 1.5: energy 5, lagged 0.75 - 0.25 + 0.75.
        assert!((ramp.slope - 1.0).abs() < 1e-6, "{ramp:?}");
        assert!((ramp.loudness - 0.5 * math::ln(1.25)).abs() < 1e-6);
        assert!((ramp.autocorrelation - 0.25).abs() < 1e-6);
        assert!((ramp.crossings - 1.0 / 3.0).abs() < 1e-6);
        assert!((ramp.peak - 1.5 / 1.25f32.sqrt()).abs() < 1e-6);
        assert_eq!(ramp.step, 1.0);
        let zigzag = Features::of(&[1.0, -1.0, 1.0, -1.0]);
        assert!((zigzag.crossings - 1.0).abs() < 1e-6 && zigzag.step == 2.0);
        assert!((zigzag.autocorrelation + 0.75).abs() < 1e-6);
    }

    #[test]
    fn a_run_is_of_readings_that_are_the_same_to_a_255th_of_the_range() {
        assert_eq!(Features::run(&[]), 0);
        assert_eq!(Features::run(&[7.0; 32]), 32);
        assert_eq!(Features::run(&[0.0, 1.0, 0.0, 1.0]), 1);
        assert_eq!(Features::run(&[0.0, 51.0, 51.3, 51.4, 52.0, 255.0]), 3);
        // Wherever the window lies, and however small it is.
        let clipped = [0.1, 0.7, 0.8, 0.8, 0.8, 0.8, 0.5, -0.2];
        for (level, size) in [(0.0, 1.0), (-40.0, 0.01), (0.0, 1e37), (0.0, 1e-30)] {
            assert_eq!(Features::run(&clipped.map(|x| level + size * x)), 4);
        }
    }

    #[test]
    fn a_silent_window_has_features() {
        let silent = Features::of(&[3.0; 32]).row();
        assert!(silent.iter().all(|x| x.is_finite()), "{silent:?}");
    }
}
