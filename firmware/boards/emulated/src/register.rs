//! One register of a peripheral.

/// A 32-bit register, by its address.
#[derive(Clone, Copy)]
pub(crate) struct Register(usize);

impl Register {
    /// The register at `address`.
    ///
    /// # Safety
    /// A peripheral of this machine has a 32-bit register there, and reading or writing it changes
    /// nothing in memory.
    pub(crate) const unsafe fn at(address: usize) -> Self {
        Self(address)
    }

    pub(crate) fn read(self) -> u32 {
        // SAFETY: `at` promises a register.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    pub(crate) fn write(self, value: u32) {
        // SAFETY: `at` promises a register whose writes touch no memory.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }
}
