//! A run with what was set aside on its way.

use ganlet::checkpoint::{Invalid, Persist, Reader, Writer};
use ganlet::health::Best;
use ganlet::model::Model;

use super::Learner;

/// A learner, and the best generator of its run where there is room for one: all of a run that must
/// outlast a power cut.
///
/// It has the checkpoint of its [`Learner`]. One that was written without the best is read with room
/// for it, and the other way round.
#[derive(Debug)]
pub struct Course<'a, M: Model, Mem> {
    /// The learner.
    pub learner: &'a mut Learner<M, Mem>,
    /// Room for the best generator so far.
    pub best: Option<&'a mut Best<M>>,
}

impl<M: Model, Mem: Persist> Persist for Course<'_, M, Mem> {
    const BYTES: usize = Learner::<M, Mem>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.learner.save_with(self.best.as_deref(), out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.learner.load_with(self.best.as_deref_mut(), from)
    }
}
