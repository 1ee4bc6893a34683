//! What a fit is made from: windows, and the stretches of time that take turns in being left out.

use super::order::ascend;
use super::{Borders, FOLDS, STRETCHES, Windows};
use crate::layer::Row;
use crate::stream::Standardiser;

/// The windows, standardised, and their folds.
pub(super) struct Source<'a, W> {
    pub(super) memory: &'a W,
    pub(super) scale: &'a Standardiser,
    pub(super) borders: Borders,
    pub(super) count: usize,
}

impl<W> Source<'_, W> {
    pub(super) fn window<S>(&self, place: usize) -> Option<S>
    where
        S: Row,
        W: Windows<S>,
    {
        self.memory
            .window(place)
            .map(|window| self.scale.to_row(window))
    }

    /// Those outside a fold; all of them where there is no such fold.
    pub(super) fn all_but<S>(&self, fold: u32) -> impl Iterator<Item = S> + Clone
    where
        S: Row,
        W: Windows<S>,
    {
        (0..self.count)
            .filter(move |&place| fold == FOLDS || self.fold(place) != fold)
            .filter_map(|place| self.window(place))
    }

    pub(super) fn fold<S>(&self, place: usize) -> u32
    where
        W: Windows<S>,
    {
        let arrival = self.memory.arrival(place);
        let begun = self.borders.iter().filter(|&&border| arrival >= border);
        begun.count() as u32 % FOLDS
    }

    /// Arrivals that part the windows into stretches of one size.
    #[inline(never)] // they leave the stack
    pub(super) fn borders<S, Numbers: Row>(&self) -> Borders
    where
        W: Windows<S>,
    {
        let mut arrivals = Numbers::ZERO;
        let arrivals = arrivals
            .flat_mut()
            .get_mut(..self.count)
            .unwrap_or_default();
        for (place, arrival) in arrivals.iter_mut().enumerate() {
            *arrival = self.memory.arrival(place);
        }
        ascend(arrivals);
        core::array::from_fn(|i| {
            let place = (i + 1) * self.count / STRETCHES as usize;
            arrivals.get(place).copied().unwrap_or(f32::MAX)
        })
    }
}
