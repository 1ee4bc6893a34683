//! What the real boards have in common, and no chip knows of.
//!
//! - [`metronome`]: the processor's own timer, as a clock and as the beat that samples;
//! - [`either`]: the sensor that is attached, or else the chip's own;
//! - [`life`]: what is learned, and how it is lived;
//! - [`line`]: readings as lines of text, for a board that is fed by a host;
//! - [`own_flash`]: a life with checkpoints in the chip's own flash;
//! - [`handover`]: from the main program to an interrupt;
//! - [`spin`]: a delay of microseconds;
//! - [`last_words`]: what a hard fault leaves behind.
#![no_std]

#[path = "../../emulated/src/decimal.rs"]
mod decimal;
pub mod either;
pub mod handover;
pub mod last_words;
pub mod life;
pub mod line;
pub mod metronome;
pub mod own_flash;
pub mod spin;

use memclr as _;
