//! 168 MHz from the chip's own oscillator, so that no crystal of any board is asked for.

use stm32f4xx_hal::{
    pac::RCC,
    prelude::*,
    rcc::{Config, Rcc},
};

/// Looks at the PLL before it is given up; it locks within 0.3 ms, a tenth of this.
const LOOKS: u32 = 10_000;

/// Starts the clocks; without a PLL, as on an emulator, at the oscillator's own 16 MHz.
pub(crate) fn start(rcc: RCC) -> Rcc {
    let config = if pll_locks(&rcc) {
        Config::hsi().sysclk(168.MHz())
    } else {
        defmt::warn!("the PLL does not lock: 16 MHz instead of 168");
        Config::hsi()
    };
    rcc.freeze(config)
}

/// Tries the PLL as it is set after a reset, and leaves it off.
fn pll_locks(rcc: &RCC) -> bool {
    rcc.cr().modify(|_, w| w.pllon().set_bit());
    let locks = (0..LOOKS).any(|_| rcc.cr().read().pllrdy().bit_is_set());
    rcc.cr().modify(|_, w| w.pllon().clear_bit());
    locks
}
