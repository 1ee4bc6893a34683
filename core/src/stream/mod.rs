//! What happens to readings before a network sees them, one reading at a time, without a heap.
//!
//! ```text
//!        ┌→ Welford ───────┐ mean, sd
//! sensor ┤                 ↓
//!        └→ Windower → Standardiser → PrincipalAxes → the networks
//!               └→ Covariance ─────────────↑ axes
//! ```
//!
//! What is remembered ([`Replay`]) is in the sensor's units.
//!
//! A reading that is NaN or infinite goes no further than the door: [`Welford`] refuses it,
//! [`Windower`] takes it for a gap, [`Replay`] refuses the sample that holds it; each counts or
//! says so. Nothing here panics.

mod axes;
mod held;
mod replay;
mod standardise;
mod twofold;
mod welford;
mod window;

pub use axes::{Axes, Moments, PrincipalAxes};
pub use held::{Coded, Held};
pub use replay::{Replay, reservoir_place};
pub use standardise::{Standardiser, Unfit};
pub(crate) use twofold::Twofold;
pub use welford::Welford;
pub(crate) use welford::power_of_two_below;
pub use window::Windower;
