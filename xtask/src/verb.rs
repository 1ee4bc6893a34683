//! The verbs, one file each.

pub(crate) mod ci;
pub(crate) mod setup;
pub(crate) mod test;
