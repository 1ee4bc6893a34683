//! Running other programs.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// The folder of the workspace's `Cargo.toml`.
///
/// Asked of the running cargo, not of the compiler: a binary kept in a shared target directory may
/// have been built in another checkout.
pub(crate) fn workspace() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// `cargo` with the words of `line`, at the root of the workspace.
pub(crate) fn cargo(line: &str) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace()).args(line.split(' '));
    command
}

/// Runs `command`, its output shown as it comes; an exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => bail!("exit code {code}"),
        None => bail!("ended by a signal"),
    }
}

/// [`run`], with the command itself shown before its output.
pub(crate) fn announce_and_run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    run(command)
}

/// What `command` prints on its standard output, trimmed; `None` if it is not there or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Whether a program of this name is on `PATH`.
pub(crate) fn on_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// `command` as it would be typed in a POSIX shell at the root of the workspace.
pub(crate) fn shown(command: &Command) -> String {
    let removed = command
        .get_envs()
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| format!("-u {}", quoted(name)));
    let set = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={}", quoted(name), setting(name, value?))));
    let typed = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(quoted);

    let removed: Vec<_> = removed.collect();
    let env = (!removed.is_empty()).then(|| "env".to_owned());
    env.into_iter()
        .chain(removed)
        .chain(set)
        .chain(typed)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The value of an environment variable; a longer `PATH` is told by what was put in front of it.
fn setting(name: &OsStr, value: &OsStr) -> String {
    let own = env::var("PATH").unwrap_or_default();
    match value.to_str().and_then(|path| path.strip_suffix(&own)) {
        Some(front) if name == "PATH" => format!("{front}$PATH"),
        _ => quoted(value),
    }
}

/// One word of a shell line, in single quotes where a shell would otherwise split or expand it.
pub(crate) fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_=/.,:+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = Command::new("cargo");
        command.args(["doc", "--no-deps"]);
        assert_eq!(shown(&command), "cargo doc --no-deps");

        command.env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            shown(&command),
            "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps"
        );

        command.env_remove("CARGO");
        assert_eq!(
            shown(&command),
            "env -u CARGO RUSTDOCFLAGS='-D warnings' cargo doc --no-deps"
        );
    }

    #[test]
    fn a_longer_path_is_shown_by_its_front() {
        let path = format!("/opt/bin:{}", env::var("PATH").unwrap_or_default());
        let mut command = Command::new("ld");
        command.env("PATH", path);
        assert_eq!(shown(&command), "PATH=/opt/bin:$PATH ld");
    }

    #[test]
    fn words_a_shell_would_change_are_quoted() {
        assert_eq!(quoted("it's".as_ref()), r"'it'\''s'");
        assert_eq!(quoted("".as_ref()), "''");
    }

    #[test]
    fn the_workspace_is_where_its_manifest_is() {
        let manifest = std::fs::read_to_string(workspace().join("Cargo.toml"));
        assert!(manifest.is_ok_and(|text| text.contains("[workspace]")));
    }

    #[cfg(unix)]
    #[test]
    fn a_failed_command_is_an_error() {
        assert!(run(&mut Command::new("true")).is_ok());
        let failed = run(Command::new("sh").args(["-c", "exit 3"]));
        assert_eq!(failed.unwrap_err().to_string(), "exit code 3");
        let absent = run(&mut Command::new("no-such-program")).unwrap_err();
        assert_eq!(absent.to_string(), "cannot start no-such-program");
        assert_eq!(answer(&mut Command::new("false")), None);
        assert_eq!(
            answer(Command::new("echo").arg("yes")).as_deref(),
            Some("yes")
        );
    }
}
