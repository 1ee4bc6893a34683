//! A memory on a bus that outlasts the device.

use std::cell::RefCell;
use std::rc::Rc;

use embedded_storage::{ReadStorage, Storage};

/// One memory, however often it is cloned.
#[derive(Clone)]
pub(crate) struct Ram(Rc<RefCell<Vec<u8>>>);

impl Ram {
    /// Two checkpoints of the scalar model fit.
    pub(crate) fn new() -> Self {
        Self(Rc::new(RefCell::new(vec![0xff; 64 * 1024])))
    }
}

impl ReadStorage for Ram {
    type Error = ();

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), ()> {
        let bytes = self.0.borrow();
        let from = bytes.get(at as usize..).and_then(|it| it.get(..into.len()));
        into.copy_from_slice(from.ok_or(())?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.borrow().len()
    }
}

impl Storage for Ram {
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), ()> {
        let mut held = self.0.borrow_mut();
        let to = held
            .get_mut(at as usize..)
            .and_then(|it| it.get_mut(..bytes.len()));
        to.ok_or(())?.copy_from_slice(bytes);
        Ok(())
    }
}
