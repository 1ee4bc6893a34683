//! A case of `ganlet replay`.

use std::path::Path;

use ganlet_sim::command::replay;

pub(super) fn attempt(bytes: &[u8]) {
    match replay::answer(Path::new("fuzz.json"), bytes) {
        Err(failure) => super::is_one_line(&failure.to_string()),
        Ok(answer) => {
            let text = serde_json::to_string(&answer).expect("an answer is JSON");
            assert!(
                !text.contains("null"),
                "a number that is not finite: {text}"
            );
        }
    }
}
