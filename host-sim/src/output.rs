//! The folder of results: known to be writable before the long work, all files whole or absent, and
//! of one run, whatever ends the program and when.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Failure;

/// A folder that takes the files of one run.
///
/// [`open`](Self::open) fails early, [`stage`](Self::stage) writes each file under a temporary name
/// beside its place, and [`commit`](Self::commit) renames them all. Dropped without `commit`, it
/// leaves the disk as it was: the files of an earlier run untouched, and no new folder.
///
/// Files of two runs never lie side by side. The first file of `names` counts most (a checkpoint):
/// it takes the place of the old one in one step, once the other old files are gone, and before
/// the other new ones are there.
#[derive(Debug)]
pub struct OutDir {
    path: PathBuf,
    /// The files that a run may write, the one that counts most first.
    names: Vec<String>,
    /// Folders that did not exist before, deepest first.
    made: Vec<PathBuf>,
    staged: Vec<(NamedTempFile, PathBuf)>,
}

impl OutDir {
    /// Creates `path` where it is missing, and makes sure that the files `names` can be written.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] when the folder cannot be created or written, or one of the names is
    /// taken by a folder.
    pub fn open(path: &Path, names: &[&str]) -> Result<Self, Failure> {
        let made = path
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        let dir = Self {
            path: path.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            made,
            staged: Vec::new(),
        };
        fs::create_dir_all(path).map_err(|error| refused(path, &error))?;
        temporary(path).map_err(|error| refused(path, &error))?;
        match names.iter().find(|name| path.join(name).is_dir()) {
            Some(name) => Err(Failure::input(
                "a folder is in the way of a result",
                path.join(name).display(),
                "remove it or choose another --out",
            )),
            None => Ok(dir),
        }
    }

    /// The folder, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file `name`, which appears with [`commit`](Self::commit).
    ///
    /// # Errors
    ///
    /// [`Failure::Job`] when `write` or the disk fails.
    pub fn stage(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let target = self.path.join(name);
        let file = whole_file(&self.path, write).map_err(|error| unwritten(&target, &error))?;
        self.staged.push((file, target));
        Ok(())
    }

    /// Writes the file that counts most, at once. The run has one from now on, and the others of an
    /// earlier run are gone.
    ///
    /// # Errors
    ///
    /// [`Failure::Job`] when `write` or the disk fails; the old file is there then.
    pub fn replace(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let Some((first, others)) = self.names.split_first() else {
            return Ok(());
        };
        let target = self.path.join(first);
        let replaced = || {
            let file = whole_file(&self.path, write)?;
            for name in others {
                removed(&self.path.join(name))?;
            }
            file.persist(&target).map_err(|error| error.error)?;
            sync(&self.path)
        };
        replaced().map_err(|error| unwritten(&target, &error))?;
        self.made.clear();
        Ok(())
    }

    /// Gives every staged file its name and returns their paths, in order.
    ///
    /// # Errors
    ///
    /// [`Failure::Job`] when a rename fails; each file is then either the old or the new one, whole.
    pub fn commit(mut self) -> Result<Vec<PathBuf>, Failure> {
        let first = self.names.first().map(|name| self.path.join(name));
        for name in self.names.iter().skip(1) {
            let path = self.path.join(name);
            removed(&path).map_err(|error| unwritten(&path, &error))?;
        }
        let written = self.staged.iter().map(|(_, path)| path.clone()).collect();
        let mut staged: Vec<_> = self.staged.drain(..).collect();
        staged.sort_by_key(|(_, path)| Some(path) != first.as_ref());
        for (file, target) in staged {
            file.persist(&target)
                .map_err(|error| unwritten(&target, &error.error))?;
        }
        sync(&self.path).map_err(|error| unwritten(&self.path, &error))?;
        self.made.clear();
        Ok(written)
    }
}

impl Drop for OutDir {
    fn drop(&mut self) {
        self.staged.clear();
        for folder in &self.made {
            // Refused where somebody else put a file meanwhile, as it should be.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn whole_file(
    folder: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let file = temporary(folder)?;
    let mut buffered = BufWriter::new(file.as_file());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    Ok(file)
}

/// Takes a file away, if there is one.
fn removed(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the names in a folder outlast a power cut, where a folder can be opened for it.
fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// A file beside its final place, with the permissions that an ordinary new file would have.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ganlet-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    Failure::input(
        format!("cannot write to the output folder: {error}"),
        path.display(),
        "choose a writable folder with --out",
    )
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::job(
        format!("cannot write a result: {error}"),
        path.display(),
        "make room or choose another --out",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(path: &Path) -> usize {
        fs::read_dir(path).unwrap().count()
    }

    #[test]
    fn committed_files_are_there_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b");
        let mut out = OutDir::open(&path, &["x.csv"]).unwrap();
        out.stage("x.csv", |w| w.write_all(b"1\n")).unwrap();
        assert!(!path.join("x.csv").exists());
        assert_eq!(out.commit().unwrap(), [path.join("x.csv")]);
        assert_eq!(fs::read(path.join("x.csv")).unwrap(), b"1\n");
        assert_eq!(entries(&path), 1);
    }

    #[test]
    fn an_abandoned_run_leaves_no_trace() {
        let root = tempfile::tempdir().unwrap();
        let mut out = OutDir::open(&root.path().join("a/b"), &[]).unwrap();
        out.stage("x.csv", |w| w.write_all(b"1\n")).unwrap();
        drop(out);
        assert_eq!(entries(root.path()), 0);
    }

    #[test]
    fn files_of_an_earlier_run_go_with_the_first_of_a_new_one() {
        let root = tempfile::tempdir().unwrap();
        for name in ["first", "second", "third", "other"] {
            fs::write(root.path().join(name), "old").unwrap();
        }
        let names = ["first", "second", "third"];
        let mut out = OutDir::open(root.path(), &names).unwrap();
        out.replace(|w| w.write_all(b"half")).unwrap();
        assert_eq!(fs::read(root.path().join("first")).unwrap(), b"half");
        assert_eq!(entries(root.path()), 2, "and the one that is not ours");
        out.stage("second", |w| w.write_all(b"new")).unwrap();
        out.stage("first", |w| w.write_all(b"whole")).unwrap();
        out.commit().unwrap();
        assert_eq!(fs::read(root.path().join("first")).unwrap(), b"whole");
        assert_eq!(fs::read(root.path().join("second")).unwrap(), b"new");
        assert_eq!(entries(root.path()), 3);
    }

    #[test]
    fn a_failed_write_keeps_the_earlier_result() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("x.csv"), "old").unwrap();
        let mut out = OutDir::open(root.path(), &["x.csv"]).unwrap();
        let failure = out.stage("x.csv", |w| {
            w.write_all(b"half")?;
            Err(io::Error::other("no space"))
        });
        assert!(matches!(failure, Err(Failure::Job(_))));
        drop(out);
        assert_eq!(fs::read(root.path().join("x.csv")).unwrap(), b"old");
        assert_eq!(entries(root.path()), 1);
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_wrong_input_and_survives() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "mine").unwrap();
        for path in [file.clone(), file.join("below")] {
            assert!(matches!(OutDir::open(&path, &[]), Err(Failure::Input(_))));
        }
        assert_eq!(fs::read(&file).unwrap(), b"mine");
    }

    #[test]
    fn a_folder_in_the_place_of_a_result_is_found_before_the_work() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("x.csv")).unwrap();
        let opened = OutDir::open(root.path(), &["x.csv"]);
        assert!(matches!(opened, Err(Failure::Input(_))));
    }

    #[cfg(unix)]
    #[test]
    fn results_have_the_permissions_of_ordinary_files() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("ordinary"), "").unwrap();
        let mut out = OutDir::open(root.path(), &[]).unwrap();
        out.stage("x.csv", |_| Ok(())).unwrap();
        out.commit().unwrap();
        let mode = |name| {
            let meta = fs::metadata(root.path().join(name)).unwrap();
            meta.permissions().mode()
        };
        assert_eq!(mode("x.csv"), mode("ordinary"));
    }
}
