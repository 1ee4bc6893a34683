//! Reference material that lies beside the repository and is not copied into it.

use std::path::{Path, PathBuf};

/// The folder `name` of the shared material: in `$GANLET_SHARED`, else in `../shared` beside the
/// repository.
///
/// Where the default place does not exist, says so and returns `None`: a clone has its own, smaller
/// cases. A place that was named must exist.
pub fn shared(name: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("GANLET_SHARED") {
        let folder = PathBuf::from(named).join(name);
        assert!(folder.is_dir(), "GANLET_SHARED: {folder:?} is no folder");
        return Some(folder);
    }
    let folder = repository().join("../shared").join(name);
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("a folder above").to_path_buf()
}
