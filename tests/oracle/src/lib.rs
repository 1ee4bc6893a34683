//! A second, independent implementation of everything that has a gradient.
//!
//! Forward only, in `f64`, with plain loops: what a derivative is, it leaves to central differences
//! ([`difference`]) and to forward-mode dual numbers ([`dual`]), so that no line of the core's
//! hand-written calculus is repeated here. [`layer_case`] and [`game_case`] hold the core against
//! it, and [`broken`] makes sure that they would notice.

pub mod adjoints;
pub mod agree;
pub mod broken;
pub mod convolution;
pub mod difference;
pub mod dual;
pub mod game;
pub mod game_case;
pub mod layer_case;
pub mod mirror;
pub mod network;
pub mod number;
pub mod update;
