//! A detector's file, beside the checkpoint of the networks that were trained on the same readings.

use std::path::Path;

use ganlet::checkpoint::{self as format, Invalid, Name, Persist, Reader, Sink, Writer};
use ganlet::session::Session;
use ganlet::watch::{Detector, Fit, Watch};
use ganlet_app::Sample;

use crate::checkpoint;
use crate::error::Failure;
use crate::network::Network;
use crate::source::{Pupil, Source};

/// What a detector knows of the normal readings of a checkpoint.
#[derive(Debug, Clone)]
pub struct Sentinel<M: Network> {
    /// The networks that it stands beside.
    pub session: Session<M>,
    /// Tells whether windows are normal.
    pub detector: Detector<M::Panel>,
    /// What it has seen of the readings, and its alarm.
    pub watch: Watch,
    /// Seconds from one reading to the next; 0 where the file has told no time.
    pub interval: f32,
    /// The fingerprint of the networks.
    fingerprint: u32,
}

impl<M: Network> Sentinel<M> {
    fn blank(session: Session<M>) -> Self {
        Self {
            fingerprint: session.trainer.fingerprint(),
            session,
            detector: Detector::BLANK,
            watch: Watch::new(),
            interval: 0.0,
        }
    }

    /// Fits it to what a learner remembers. Too few windows give one that is not fitted.
    pub fn fit(source: &Source, learner: &Pupil<'_, M>) -> Self {
        let mut sentinel = Self::blank(learner.session.clone());
        for sample in source.readings(learner.session.seed) {
            match sample {
                Sample::Reading(x) => sentinel.watch.read(x, true),
                Sample::Gap => sentinel.watch.gap(),
            }
        }
        let step = source.series().and_then(|series| series.step);
        sentinel.interval = step.map_or(0.0, |step| step as f32);
        let mut fit = Box::new(Fit::IDLE);
        fit.begin(learner.session.seed);
        while fit.is_under_way() {
            let scale = learner.session.standardiser;
            fit.turn(&learner.memory, &scale, &mut sentinel.detector);
        }
        sentinel
    }

    /// The detector beside a checkpoint: the same name, with the ending `.detector`.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] where there is none, or one of other networks.
    pub fn beside(path: &Path, session: Session<M>) -> Result<Self, Failure> {
        let place = path.with_extension("detector");
        let remedy = "train anew: ganlet train writes both files, keep them together";
        if !place.is_file() {
            return Err(Failure::input(
                "no detector beside the checkpoint",
                place.display(),
                remedy,
            ));
        }
        let mut sentinel = Self::blank(session);
        let expected = sentinel.fingerprint;
        format::load(Self::name(), &mut sentinel, &checkpoint::read(&place)?)
            .map_err(|error| Failure::told(&error, place.display()))?;
        if sentinel.fingerprint != expected {
            return Err(Failure::input(
                "the detector was fitted beside other networks",
                place.display(),
                remedy,
            ));
        }
        if !sentinel.detector.is_fitted() {
            return Err(Failure::input(
                "a detector that has seen too few windows to be fitted",
                place.display(),
                format!("train on at least {} windows", Fit::<M::Panel>::FEWEST),
            ));
        }
        Ok(sentinel)
    }

    /// The bytes of its file.
    ///
    /// # Errors
    ///
    /// [`Failure::Job`] for one that is not finite.
    pub fn bytes(&self) -> Result<Vec<u8>, Failure> {
        struct Heap(Vec<u8>);
        impl Sink for Heap {
            fn put(&mut self, bytes: &[u8]) {
                self.0.extend_from_slice(bytes);
            }
        }
        let mut heap = Heap(Vec::new());
        let saved = format::save_to(Self::name(), self, &mut heap);
        saved
            .map_err(|error| Failure::job(error, "the detector", "train anew on other readings"))?;
        Ok(heap.0)
    }

    fn name() -> Name {
        Session::<M>::NAME
    }
}

/// All but the session, which has a file of its own.
impl<M: Network> Persist for Sentinel<M> {
    const BYTES: usize = Detector::<M::Panel>::BYTES + Watch::BYTES + f32::BYTES + u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.detector.save(out);
        self.watch.save(out);
        self.interval.save(out);
        self.fingerprint.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.detector.load(from)?;
        self.watch.load(from)?;
        self.interval.load(from)?;
        self.fingerprint.load(from)
    }
}
