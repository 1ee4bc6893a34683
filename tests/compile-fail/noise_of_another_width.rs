//! Noise on five outputs of a network that has four.

use ganlet::layer::{Dense, NoiseSkip, is_layer};

type Net = NoiseSkip<Dense<2, 4>, 5>;

const _: () = is_layer::<Net>();

fn main() {}
