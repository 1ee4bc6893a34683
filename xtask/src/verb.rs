//! The verbs, one file each.

pub(crate) mod bench;
pub(crate) mod ci;
pub(crate) mod cost;
pub(crate) mod count;
pub(crate) mod flash;
pub(crate) mod flash_check;
pub(crate) mod fuzz;
pub(crate) mod golden;
pub(crate) mod growth;
pub(crate) mod miri;
pub(crate) mod mutants;
pub(crate) mod panic_free;
pub(crate) mod power_cut;
pub(crate) mod qemu;
pub(crate) mod setup;
pub(crate) mod soak;
pub(crate) mod stack;
pub(crate) mod test;
pub(crate) mod twin;
