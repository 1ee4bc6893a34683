//! Sixteen outputs do not fit twelve inputs.

use ganlet::chain;
use ganlet::layer::{Dense, LeakyRelu, is_layer};

type Net = chain![Dense<6, 16, LeakyRelu>, Dense<12, 1>];

const _: () = is_layer::<Net>();

fn main() {}
