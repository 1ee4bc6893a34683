//! A generative adversarial network that trains on the microcontroller.
//!
//! `no_std`, no heap, no `unsafe`, gradients written by hand, every size known at compile time. The
//! same code gives the same bits on a workstation and on every Cortex-M.
//!
//! ```
//! use ganlet::model::{Model, Scalar};
//! use ganlet::session::Session;
//! use ganlet::stream::Standardiser;
//!
//! // A sensor at 20 °C ± 0.5 °C, learned in a few hundred rounds.
//! let scale = Standardiser::new(20.0, 0.5)?;
//! let mut session = Session::<Scalar>::new(Scalar::RECIPE, scale, 1);
//! for _ in 0..300 {
//!     session.round(|rng| [20.0 + 0.5 * rng.gaussian()]);
//! }
//! let readings = session.generate::<4>(&mut ganlet::rng::Rng::new(7, 0));
//! assert!(readings.iter().all(|[celsius]| (10.0..30.0).contains(celsius)));
//! # Ok::<(), ganlet::stream::Unfit>(())
//! ```
//!
//! # Where to begin
//!
//! | to | see |
//! |---|---|
//! | train a model that is there | [`session`], [`model`], [`recipe`] |
//! | stack layers of one's own | [`layer`], [`chain!`] |
//! | take single steps of the game | [`gan`], [`loss`], [`penalty`], [`optimizer`] |
//! | feed it from a sensor | [`stream`] |
//! | save it and go on | [`checkpoint`] |
//! | find the axes of what it sees | [`linear`] |
//! | measure what it learned | [`quality`], [`divergence`], [`likelihood`], [`record`] |
//!
//! # The rule for generics
//!
//! Shapes are types, values are values. A width, a window or a batch of rows that fixes memory is a
//! const generic; a rate, a loss or a number of steps is a field of [`recipe::Recipe`]. Composition
//! is a tuple, and a gradient is a value of the network's own type.
//!
//! # What it does not do
//!
//! No dynamic shapes, no automatic differentiation, no tensors on the heap, no other dimension than
//! one, and no networks beyond some ten thousand parameters: at that size a device is the wrong place.
//!
//! # Features
//!
//! `libm` (default) and `micromath` are the two back ends of [`math`]; `defmt` derives
//! `defmt::Format` for settings, errors and [`record::Record`]. `dispatch`, for hosts, has kernels for
//! AVX2 and AVX-512 in release builds, chosen at run time: the same bits, in half the time.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, all(feature = "dispatch", not(target_arch = "arm"))))]
extern crate std;

pub mod checkpoint;
pub mod divergence;
pub mod gan;
pub mod health;
pub mod latent;
pub mod layer;
pub mod likelihood;
pub mod linear;
pub mod loss;
pub mod math;
pub mod model;
pub mod optimizer;
pub mod params;
pub mod penalty;
pub mod quality;
pub mod recipe;
pub mod record;
pub mod rng;
pub mod session;
pub mod stream;
pub mod trainer;
pub mod watch;
