//! Shared helpers of the cross-crate tests.

#[path = "../../firmware/boards/emulated/src/decimal.rs"]
mod decimal; // where the boards' sources look for it
pub mod fuzz;
pub mod program;
pub mod shared;
