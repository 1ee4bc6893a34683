//! The panel of windows.

use super::Panel;
use crate::checkpoint::{Invalid, Persist, Reader, Writer};
use crate::linear::Covariance;
use crate::math;
use crate::rng::Rng;
use crate::watch::axes::{Axes, Projection};
use crate::watch::features::Features;
use crate::watch::mixture::Mixture;

/// Components of the mixture on the window.
const COMPONENTS: usize = 6;
/// Numbers that the mixture on features sees: 8 coordinates, their rest, 6 features.
const NUMBERS: usize = 8 + 1 + Features::COUNT;
type OnFeatures = Mixture<4, NUMBERS, 120>;

/// Four parts for windows of `N` readings:
///
/// | part | what it sees | strange to it |
/// |---|---|---|
/// | `window` | the window along its first `P` principal axes, and the logarithm of what they leave over: a mixture of 6 Gaussians (`D` = P + 1, `T` = D (D + 1) / 2) | a shape that normal windows do not take |
/// | `features` | 8 coordinates, their rest, [6 features](Features): a mixture of 4 | a window that is too loud, too quiet, too smooth, too jerky |
/// | `distance` | the largest distance from the mean | a reading that is far from all |
/// | `run` | the most readings in a row that are [the same](Features::run) | a sensor that is stuck, cut off or silent for part of the window |
///
/// The first two see both sides: what is too quiet is as strange as what is too loud. But a density
/// is highest in the middle, and a window whose peaks are cut off lies nearer to it than most; that
/// is what the last part is for.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowPanel<const N: usize, const P: usize, const D: usize, const T: usize> {
    sight: Sight<N, P>,
    on_window: Mixture<COMPONENTS, D, T>,
    on_features: OnFeatures,
}

impl<const N: usize, const P: usize, const D: usize, const T: usize> WindowPanel<N, P, D, T> {
    /// Samples that the prior of a component counts as.
    const WINDOW_PRIOR: f32 = 2.0;
    const FEATURE_PRIOR: f32 = 0.3;
    const FITS: () = assert!(
        D == P + 1 && P >= 8 && N > P,
        "D is P + 1, P from 8 to N - 1"
    );
}

/// What the mixtures see of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sight<const N: usize, const P: usize> {
    axes: Axes<N, P>,
    /// Mean and 1 / standard deviation of what is no coordinate.
    scales: [[f32; 2]; OTHERS],
}

/// Numbers that are no coordinates: the rest behind all axes, the rest behind the first 8, the
/// features.
const OTHERS: usize = 2 + Features::COUNT;

impl<const N: usize, const P: usize> Sight<N, P> {
    const ZERO: Self = Self {
        axes: Axes::ZERO,
        scales: [[0.0; 2]; OTHERS],
    };
    /// The least standard deviation that a number is scaled by.
    const LEAST: f32 = 1e-3;

    fn fit(&mut self, windows: impl Iterator<Item = [f32; N]> + Clone) {
        self.axes.fit(windows.clone());
        let mut moments = Covariance::<OTHERS>::new();
        windows.for_each(|window| {
            moments.push(&raw(&window, &self.axes.project(&window)));
        });
        let each = self.scales.iter_mut().zip(moments.mean());
        for (i, (scale, mean)) in each.enumerate() {
            *scale = [mean, 1.0 / math::sqrt(moments.of(i, i)).max(Self::LEAST)];
        }
    }

    /// What is no coordinate, scaled.
    fn others(&self, window: &[f32; N], projection: &Projection<P>) -> [f32; OTHERS] {
        let mut others = raw(window, projection);
        for (x, [mean, inverse]) in others.iter_mut().zip(&self.scales) {
            *x = (*x - mean) * inverse;
        }
        others
    }

    /// Coordinates and their rest.
    fn window<const D: usize>(&self, window: &[f32; N]) -> [f32; D] {
        let projection = self.axes.project(window);
        let [rest, ..] = self.others(window, &projection);
        fill(projection.coordinates.iter().chain([&rest]))
    }

    /// Eight coordinates, their rest, the features.
    fn features(&self, window: &[f32; N]) -> [f32; NUMBERS] {
        let projection = self.axes.project(window);
        let [_, others @ ..] = self.others(window, &projection);
        fill(projection.coordinates.iter().take(8).chain(&others))
    }
}

/// Rest, inner rest, features.
fn raw<const N: usize, const P: usize>(
    window: &[f32; N],
    projection: &Projection<P>,
) -> [f32; OTHERS] {
    let features = Features::of(window).row();
    fill(
        [projection.rest, projection.inner_rest]
            .iter()
            .chain(&features),
    )
}

fn fill<'a, const M: usize>(numbers: impl Iterator<Item = &'a f32>) -> [f32; M] {
    let mut row = [0.0; M];
    row.iter_mut().zip(numbers).for_each(|(x, y)| *x = *y);
    row
}

impl<const N: usize, const P: usize, const D: usize, const T: usize> Panel
    for WindowPanel<N, P, D, T>
{
    type Sample = [f32; N];
    type Numbers = [f32; 384];
    type Scores = [[u16; 384]; 2];
    const PARTS: &'static [&'static str] = &["window", "features", "distance", "run"];
    const MIXTURES: usize = 2;
    const COUNTS: usize = 1;
    const PARAMETERS: usize = N
        + P * N
        + P
        + 2 * OTHERS
        + Mixture::<COMPONENTS, D, T>::PARAMETERS
        + OnFeatures::PARAMETERS;
    /// Chosen on eleven simulated signals, among 3, 4, 5, 6, 8 and 16.
    const SHAPE: f32 = 5.0;
    const STEPS: u32 = 1;
    const BLANK: Self = {
        let () = Self::FITS;
        Self {
            sight: Sight::ZERO,
            on_window: Mixture::BLANK,
            on_features: Mixture::BLANK,
        }
    };

    fn orient(&mut self, windows: impl Iterator<Item = [f32; N]> + Clone) {
        self.sight.fit(windows);
    }

    fn start(
        &mut self,
        part: usize,
        windows: impl Iterator<Item = [f32; N]> + Clone,
        rng: &mut Rng,
    ) {
        let sight = &self.sight;
        if part == 0 {
            let numbers = windows.map(|window| sight.window(&window));
            self.on_window.start(numbers, rng);
        } else {
            let numbers = windows.map(|window| sight.features(&window));
            self.on_features.start(numbers, rng);
        }
    }

    fn improve(&mut self, part: usize, windows: impl Iterator<Item = [f32; N]>) -> f32 {
        let sight = &self.sight;
        if part == 0 {
            let numbers = windows.map(|window| sight.window(&window));
            self.on_window.improve(numbers, Self::WINDOW_PRIOR)
        } else {
            let numbers = windows.map(|window| sight.features(&window));
            self.on_features.improve(numbers, Self::FEATURE_PRIOR)
        }
    }

    fn strangeness(&self, part: usize, window: &[f32; N]) -> f32 {
        match part {
            0 => self.on_window.strangeness(&self.sight.window(window)),
            1 => self.on_features.strangeness(&self.sight.features(window)),
            3 => Features::run(window) as f32,
            _ => window.iter().fold(0.0, |far, x| x.abs().max(far)),
        }
    }
}

impl<const N: usize, const P: usize, const D: usize, const T: usize> Persist
    for WindowPanel<N, P, D, T>
{
    const BYTES: usize = Axes::<N, P>::BYTES
        + <[[f32; 2]; OTHERS]>::BYTES
        + Mixture::<COMPONENTS, D, T>::BYTES
        + OnFeatures::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.sight.axes.save(out);
        self.sight.scales.save(out);
        self.on_window.save(out);
        self.on_features.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.sight.axes.load(from)?;
        self.sight.scales.load(from)?;
        self.on_window.load(from)?;
        self.on_features.load(from)
    }
}
