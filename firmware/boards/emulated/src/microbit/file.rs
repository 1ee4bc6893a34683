//! A memory that outlasts a run: a file of the host's, by semihosting.

use embedded_storage::{ReadStorage, Storage};
use semihosting::{
    fs,
    io::{Error, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
};

/// The file, or none, which has no room.
pub(crate) struct File {
    file: Option<fs::File>,
    bytes: u32,
}

impl File {
    /// The file of so many bytes that the host has put where the emulator runs; none for 0.
    pub(crate) fn open(bytes: u32) -> Self {
        let open = || {
            fs::File::options()
                .read(true)
                .write(true)
                .open(c"store.bin")
        };
        let file = (bytes > 0).then(|| open().expect("the host keeps a file"));
        Self { file, bytes }
    }

    fn at(&mut self, at: u32) -> Result<&mut fs::File, Error> {
        let file = self.file.as_mut().ok_or(ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(at.into()))?;
        Ok(file)
    }
}

impl ReadStorage for File {
    type Error = Error;

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), Error> {
        self.at(at)?.read_exact(into)
    }

    fn capacity(&self) -> usize {
        self.bytes as usize
    }
}

impl Storage for File {
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Error> {
        self.at(at)?.write_all(bytes)
    }
}
