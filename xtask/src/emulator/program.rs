//! Which QEMU runs the machines: the one on `PATH`, or one unpacked beside what is installed.
//!
//! A distribution's packages cannot always be installed: not without root, and not where they would
//! drive out newer ones (QEMU's own tools of another version, say). Unpacked in a folder of the
//! user's cache they disturb nothing.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process;

/// The emulator's name, as a program and as a package of Debian and Ubuntu.
pub(crate) const QEMU: &str = "qemu-system-arm";

/// The emulator, ready for its arguments; `None` where there is none.
pub(crate) fn command() -> Option<Command> {
    if process::on_path(QEMU) {
        return Some(Command::new(QEMU));
    }
    let folder = unpacked();
    let program = folder.join("usr/bin").join(QEMU);
    program.is_file().then(|| {
        let mut command = Command::new(program);
        command
            .env("LD_LIBRARY_PATH", libraries(&folder))
            .arg("-L")
            .arg(folder.join("usr/share/qemu"));
        command
    })
}

/// The line that unpacks it, for a POSIX shell: all of its packages that are not installed.
pub(crate) fn unpacking() -> String {
    let folder = unpacked();
    format!(
        "mkdir -p {folder} && cd {folder} && \
         apt-get download $(apt-get install -s --no-install-recommends {QEMU} \
         | sed -n 's/^Inst \\([^ ]*\\).*/\\1/p') && \
         for deb in *.deb; do dpkg -x $deb . || exit 1; done && rm -f -- *.deb",
        folder = process::quoted(folder.as_os_str())
    )
}

/// Where it is unpacked: a folder of the user's cache, so that every checkout has it.
fn unpacked() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = cache.or_else(home).unwrap_or_else(env::temp_dir);
    cache.join("ganlet/emulator")
}

/// The folders of the unpacked libraries, one for the machine's own architecture in each place.
fn libraries(folder: &Path) -> String {
    let places = ["usr/lib", "lib"].map(|place| folder.join(place));
    let found = places.iter().filter_map(|place| fs::read_dir(place).ok());
    let folders = found.flatten().flatten().map(|entry| entry.path());
    let architecture = |path: &PathBuf| path.to_string_lossy().contains("-linux-gnu");
    let folders: Vec<_> = folders
        .filter(architecture)
        .map(|path| path.display().to_string())
        .collect();
    folders.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_unpacked_where_it_is_looked_for() {
        assert!(unpacking().contains(&unpacked().display().to_string()));
        assert!(!unpacking().contains('\n'));
    }

    #[test]
    fn libraries_of_every_place_are_found() {
        let folder = env::temp_dir().join(format!("ganlet-libraries-{}", std::process::id()));
        for place in ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "lib/x"] {
            fs::create_dir_all(folder.join(place)).unwrap();
        }
        let found = libraries(&folder);
        fs::remove_dir_all(&folder).unwrap();
        let wanted = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];
        let wanted = wanted.map(|place| folder.join(place).display().to_string());
        assert_eq!(found, wanted.join(":"));
    }
}
