//! Says when a window is not normal, without labels, from windows that are.
//!
//! ```text
//!           ┌ mixture on the window ─┐ each −log₁₀ p
//!  window → ┼ mixture on features ───┼──→ the largest → −log₁₀ p → threshold → alarm
//!           ├ distance ──────────────┤
//!           └ run of equal readings ─┘
//! ```
//!
//! A [`Fit`] takes a [`Panel`] of statistics from a few hundred remembered windows, in slices that
//! fit between two readings, and calibrates it on windows that each part was not fitted to; the
//! [`Detector`] that comes of it scores.
//!
//! The discriminator of a GAN is no part of it: it learns to tell data from the generator, not from
//! what has never been seen, and added nothing to the panel on recorded series.

mod alarm;
mod axes;
mod calibrate;
mod detector;
mod drift;
mod features;
mod fit;
mod flatline;
mod lasting;
mod mixture;
mod panel;
mod places;
mod threshold;
mod triangle;
mod watching;

pub use alarm::{Alarm, Change};
pub use detector::{Detector, MOST_PARTS, Score};
pub use drift::Drift;
pub use features::Features;
pub use fit::{Fit, Scores, Windows};
pub use flatline::{Flat, Flatline};
pub use mixture::Mixture;
pub use panel::{Panel, ReadingPanel, WindowPanel};
pub use places::Places;
pub use threshold::Threshold;
pub use triangle::packed;
pub use watching::{Kind, Verdict, Watch};
