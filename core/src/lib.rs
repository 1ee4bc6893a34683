//! A generative adversarial network that trains on the microcontroller.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod divergence;
pub mod likelihood;
pub mod checkpoint;
pub mod math;
pub mod rng;
pub mod stream;
pub mod gan;
pub mod layer;
pub mod loss;
pub mod optimizer;
pub mod params;
pub mod penalty;
pub mod latent;
pub mod model;
pub mod recipe;
pub mod trainer;
pub mod record;
pub mod session;
