//! What a learner is at beside its networks: one thing after the other, in one place.

use ganlet::checkpoint::{Invalid, Persist as _, Reader, Writer};
use ganlet::model::Model;
use ganlet::stream::{Axes, Moments as _};
use ganlet::watch::Fit;

/// Until there is a scale the moments of windows, which fix their axes; from then on the fit of a
/// detector, which has to wait for the scale.
///
/// A checkpoint holds the fit alone: once there is a scale the moments have served, and before that
/// there is nothing to keep.
#[derive(Clone, Debug)]
#[repr(u8)] // the tag lies in front: the first one's value is noughts, as a static's contents should be
pub(super) enum Work<M: Model> {
    Gathering(<M::Axes as Axes>::Moments),
    Fitting(Fit<M::Panel>),
}

impl<M: Model> Work<M> {
    /// Before the first window.
    pub(super) const START: Self = Self::Gathering(<M::Axes as Axes>::Moments::NONE);

    pub(super) fn is_scaled(&self) -> bool {
        matches!(self, Self::Fitting(_))
    }

    /// Takes in a window, if it counts.
    pub(super) fn push(&mut self, window: &M::Sample) {
        if let Self::Gathering(moments) = self {
            moments.push(window);
        }
    }

    /// From now on there is a scale, or there is none.
    #[inline(never)] // what is made here leaves the stack
    pub(super) fn set_scaled(&mut self, scaled: bool) {
        // Not constants: noughts are made here, a constant of them and a tag would take flash.
        if scaled {
            *self = Self::Fitting(Fit::IDLE);
        } else {
            *self = Self::Gathering(<M::Axes as Axes>::Moments::NONE);
        }
    }

    /// Gives up a fit that is under way.
    pub(super) fn stop(&mut self, seed: u64) {
        if let Self::Fitting(fit) = self {
            fit.stop(seed);
        }
    }

    pub(super) fn save(&self, seed: u64, out: &mut Writer<'_>) {
        match self {
            Self::Fitting(fit) => fit.save(out),
            Self::Gathering(_) => {
                let mut none = Fit::<M::Panel>::IDLE;
                none.stop(seed);
                none.save(out);
            }
        }
    }

    /// Reads a fit, for which there is no place before there is a scale.
    pub(super) fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        match self {
            Self::Fitting(fit) => fit.load(from),
            Self::Gathering(_) => from.read(Fit::IDLE).map(|_: Fit<M::Panel>| ()),
        }
    }
}
