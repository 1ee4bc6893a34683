//! Simulated signals: stationary processes whose windows are drawn afresh every time.

use std::f32::consts::TAU;
use std::fmt;

use ganlet::rng::Rng;

/// A process that a vibration or a current sensor could see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// sin(2π t / 16 + φ) + 0.05 ε, φ uniform.
    Sine,
    /// x_t = 1.6 x_{t-1} − 0.81 x_{t-2} + ε: a noisy resonance.
    Ar2,
    /// sin θ + 0.5 sin(2θ + π/3) + 0.05 ε with θ = 2π t / 16 + φ, φ uniform.
    TwoHarmonics,
}

/// Readings that an autoregression runs before it counts as stationary.
const BURN_IN: usize = 200;
/// Readings in one period.
const PERIOD: f32 = 16.0;
/// Measurement noise of the periodic signals.
const NOISE: f32 = 0.05;

impl Signal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sine, Self::Ar2, Self::TwoHarmonics];

    /// Fills one window.
    pub fn draw(self, rng: &mut Rng, window: &mut [f32]) {
        match self {
            Self::Sine => periodic(rng, window, f32::sin_),
            Self::TwoHarmonics => periodic(rng, window, |x| {
                x.sin_() + 0.5 * (2.0 * x + TAU / 6.0).sin_()
            }),
            Self::Ar2 => {
                let (mut before, mut last) = (0.0, 0.0);
                let mut next = || {
                    let x = 1.6 * last - 0.81 * before + rng.gaussian();
                    (before, last) = (last, x);
                    x
                };
                (0..BURN_IN).for_each(|_| {
                    next();
                });
                window.fill_with(next);
            }
        }
    }
}

fn periodic(rng: &mut Rng, window: &mut [f32], shape: impl Fn(f32) -> f32) {
    let phase = TAU * rng.uniform();
    for (t, x) in window.iter_mut().enumerate() {
        *x = shape(TAU * t as f32 / PERIOD + phase) + NOISE * rng.gaussian();
    }
}

/// The sine of the core's maths, so that a simulated signal has the same bits everywhere.
trait Sine {
    fn sin_(self) -> f32;
}

impl Sine for f32 {
    fn sin_(self) -> f32 {
        ganlet::math::cos(self - TAU / 4.0)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sine => "sine, random phase",
            Self::Ar2 => "AR(2)",
            Self::TwoHarmonics => "two harmonics",
        })
    }
}
