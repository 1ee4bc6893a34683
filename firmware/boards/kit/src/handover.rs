//! From the main program, where things are made, to the interrupt that owns them from then on.

use core::cell::RefCell;

use critical_section::Mutex;

/// Holds a thing until its interrupt fetches it.
pub struct Handover<T>(Mutex<RefCell<Option<T>>>);

impl<T: Send> Handover<T> {
    /// Nothing to fetch yet.
    pub const fn new() -> Self {
        Self(Mutex::new(RefCell::new(None)))
    }

    /// Puts `thing` there for the interrupt.
    pub fn give(&self, thing: T) {
        critical_section::with(|cs| self.0.borrow_ref_mut(cs).replace(thing));
    }

    /// The interrupt's own place, filled with what was given as soon as it is there.
    pub fn fetch<'a>(&self, place: &'a mut Option<T>) -> Option<&'a mut T> {
        if place.is_none() {
            *place = critical_section::with(|cs| self.0.borrow_ref_mut(cs).take());
        }
        place.as_mut()
    }
}

impl<T: Send> Default for Handover<T> {
    fn default() -> Self {
        Self::new()
    }
}
