//! A learner's file.

use std::fs;
use std::path::Path;

use ganlet::checkpoint::{self, Sink};
use ganlet::health::Best;
use ganlet::session::Session;
use ganlet_app::Course;

use crate::error::Failure;
use crate::network::Network;
use crate::source::Pupil;
use crate::supply::Supply;

/// The bytes of a checkpoint file.
///
/// # Errors
///
/// [`Failure::Input`] when it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| {
        Failure::input(
            format!("cannot read the checkpoint: {error}"),
            path.display(),
            "give a file that ganlet train wrote",
        )
    })
}

/// Brings a learner, and the best generator of its run where there is one and room for it, back from
/// a checkpoint file, of the host or of a device.
///
/// # Errors
///
/// [`Failure::Input`] for a file that is no checkpoint of this model, or is damaged.
pub fn load<M: Network>(
    path: &Path,
    learner: &mut Pupil<'_, M>,
    best: Option<&mut Best<M>>,
) -> Result<(), Failure> {
    let mut course = Course { learner, best };
    checkpoint::load(Session::<M>::NAME, &mut course, &read(path)?)
        .map_err(|error| Failure::told(&error, path.display()))
}

/// The learner of a checkpoint file, without the samples that it remembers.
///
/// # Errors
///
/// As [`load`].
pub fn learner<M: Network>(path: &Path) -> Result<Pupil<'static, M>, Failure> {
    let mut learner = Pupil::<M>::new(Supply::Whole(Vec::new()));
    load(path, &mut learner, None)?;
    Ok(learner)
}

/// The session of a checkpoint file.
///
/// # Errors
///
/// As [`load`].
pub fn session<M: Network>(path: &Path) -> Result<Session<M>, Failure> {
    Ok(learner(path)?.session)
}

/// The checkpoint of a run.
///
/// # Errors
///
/// [`Failure::Job`] for a learner that is not finite.
pub fn bytes<M: Network>(course: &Course<'_, M, Supply<'_, M::Held>>) -> Result<Vec<u8>, Failure> {
    struct Heap(Vec<u8>);
    impl Sink for Heap {
        fn put(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }
    let mut heap = Heap(Vec::new());
    match checkpoint::save_to(Session::<M>::NAME, course, &mut heap) {
        Ok(()) => Ok(heap.0),
        Err(error) => Err(Failure::job(
            error,
            "the checkpoint",
            "train anew with smaller rates",
        )),
    }
}
