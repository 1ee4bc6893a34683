//! What went wrong in a run and was seen to, for people and for machines.

use std::fmt;

use ganlet::health::Treated;
use serde::Serialize;

/// Something that went wrong in a run.
#[derive(Debug, Clone, Serialize)]
pub struct Treatment {
    /// Generator steps taken since the start of the run.
    pub step: u32,
    /// What was wrong.
    pub illness: String,
    /// What was done about it.
    pub cure: String,
}

impl From<&Treated> for Treatment {
    fn from(treated: &Treated) -> Self {
        Self {
            step: treated.step,
            illness: treated.illness.to_string(),
            cure: treated.cure.to_string(),
        }
    }
}

impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {}; {}", self.step, self.illness, self.cure)
    }
}
