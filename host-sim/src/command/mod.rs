//! The commands, one file each: its arguments and what it does with them.

pub mod audit;
pub mod generate;
pub mod monitor;
pub mod replay;
pub mod score;
pub mod sweep;
pub mod theory;
pub mod train;
