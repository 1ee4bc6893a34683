//! The command line, its words separated by line feeds.

use clap::Parser as _;
use ganlet_sim::cli::Cli;

pub(super) fn attempt(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let words = ["ganlet"].into_iter().chain(text.split('\n'));
    if let Err(error) = Cli::try_parse_from(words) {
        assert!(matches!(error.exit_code(), 0 | 2), "{error}");
    }
}
