//! A delay by counting the processor's cycles: for a few microseconds, in an interrupt.

use embedded_hal::delay::DelayNs;

/// Knows how fast the processor runs.
#[derive(Clone, Copy)]
pub struct Spin {
    megahertz: u32,
}

impl Spin {
    /// On a processor of `hertz`.
    pub const fn new(hertz: u32) -> Self {
        Self {
            megahertz: hertz / 1_000_000,
        }
    }
}

impl DelayNs for Spin {
    fn delay_ns(&mut self, ns: u32) {
        cortex_m::asm::delay(ns.div_ceil(1000) * self.megahertz);
    }
}
