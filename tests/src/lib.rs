//! Shared helpers of the cross-crate tests.

pub mod oracle;
pub mod program;
pub mod shared;
