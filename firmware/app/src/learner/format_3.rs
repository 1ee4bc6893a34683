//! What format 3 of a checkpoint held of the watch, and format 4 no longer does.

use ganlet::checkpoint::{Invalid, Persist, Reader, Writer};

/// The limit of distance, windows in a row, whether there was an alarm, windows since it began. It is
/// passed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct OldWatch;

impl Persist for OldWatch {
    const BYTES: usize = f32::BYTES + 2 * u32::BYTES + bool::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        0.0f32.save(out);
        0u32.save(out);
        false.save(out);
        0u32.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        from.read(0.0f32)?;
        from.read(0u32)?;
        from.read(false)?;
        from.read(0u32)?;
        Ok(())
    }
}
