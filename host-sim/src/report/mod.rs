//! Pages about a run: pictures, numbers, and what both mean, in one file that
//! needs nothing else.
//!
//! [`data`] holds what a page is made from, free of training code, so that a
//! simulation and a device's decoded log fill the same report. [`training`],
//! [`device`], [`theory`], [`sweep`] and [`score`] each make one page of it; [`metrics`]
//! writes the run over its steps as CSV; [`chart`] and [`page`] are what further
//! pages are built from.

mod axis;
pub mod chart;
pub mod data;
pub mod device;
mod draw;
mod figure;
mod histogram;
#[cfg(test)]
mod hostile;
mod key;
mod mark;
pub mod metrics;
pub mod number;
mod outcomes;
pub mod page;
mod palette;
mod polyline;
pub(crate) mod quantile;
pub mod score;
mod signal;
pub mod sweep;
mod terminal;
pub mod theory;
mod ticks;
pub mod training;
