//! Whole runs: where they must land, and the bits that they must reproduce.

mod fingerprints;
mod landing;
