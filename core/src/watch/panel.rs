//! The parts that look at a window, each in its own way.

mod reading;
mod window;

pub use reading::ReadingPanel;
pub use window::WindowPanel;

use crate::checkpoint::Persist;
use crate::layer::Row;
use crate::rng::Rng;
use crate::watch::fit::Scores;

/// Statistics of normal windows, several side by side: each gives a window a number that is higher
/// the stranger it is, in a unit of its own. [`Detector`](super::Detector) makes them comparable.
///
/// Windows are standardised. Mixtures are fitted by [`start`](Self::start) and then
/// [`improve`](Self::improve) until that is no longer worth it; the other parts need no fit.
pub trait Panel: Persist + Clone + PartialEq + core::fmt::Debug {
    /// What it looks at.
    type Sample: Row;
    /// A number for each window of a fit: its width fixes how many windows a fit is made from.
    type Numbers: Row;
    /// The same for each mixture, in 16 bits.
    type Scores: Scores;
    /// What the parts are called; mixtures come first, counts last.
    const PARTS: &'static [&'static str];
    /// How many of the parts are mixtures.
    const MIXTURES: usize;
    /// How many of the parts are counts, of something that normal windows have little of. What has
    /// been seen in normal windows is not strange to them, however rare; one more than that is.
    const COUNTS: usize;
    /// Numbers that are learned.
    const PARAMETERS: usize;
    /// How heavy the tail behind what has been seen is taken to be: of 1/16 of normal windows beyond
    /// the last quantile (1 + y / a)⁻ᵃ lie further than y times their mean excess, and this is a.
    const SHAPE: f32;
    /// Steps of a fit that take together about as long as a step of training.
    const STEPS: u32;
    /// Before a fit.
    const BLANK: Self;

    /// Takes what all parts share from the windows: principal axes, scales of features.
    fn orient(&mut self, windows: impl Iterator<Item = Self::Sample> + Clone);

    /// Begins the fit of a mixture.
    fn start(
        &mut self,
        part: usize,
        windows: impl Iterator<Item = Self::Sample> + Clone,
        rng: &mut Rng,
    );

    /// One iteration of expectation-maximisation; returns the average log-likelihood before it.
    fn improve(&mut self, part: usize, windows: impl Iterator<Item = Self::Sample>) -> f32;

    /// How strange a part finds a window.
    fn strangeness(&self, part: usize, window: &Self::Sample) -> f32;
}
