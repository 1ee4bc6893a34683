//! How a run ends: a fault says where, over defmt.
//!
//! `probe-rs run` halts a chip at its hard fault and ends with exit code 1. An emulator has
//! breakpoints at [`failed`] and [`the_end`].

use cortex_m_rt::{ExceptionFrame, exception};

/// The instruction by which a panic ends, once it has told its message.
const PANIC: u16 = 0xde00;

unsafe extern "C" {
    // The first byte of the program, and the first after it.
    static __stext: u8;
    static __etext: u8;
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    if !is_panic(frame.pc()) {
        let (pc, lr) = (frame.pc(), frame.lr());
        // SAFETY: reading the status has no effect.
        let status = unsafe { (*cortex_m::peripheral::SCB::PTR).cfsr.read() };
        defmt::error!(
            "hard fault: pc {=u32:#010x}, lr {=u32:#010x}, cfsr {=u32:#010x}",
            pc,
            lr,
            status
        );
    }
    failed()
}

/// Whether the instruction at `pc` is the one by which a panic ends.
fn is_panic(pc: u32) -> bool {
    let program = (&raw const __stext as u32)..(&raw const __etext as u32);
    // SAFETY: it lies in the program.
    program.contains(&pc) && unsafe { (pc as *const u16).read_volatile() } == PANIC
}

/// Makes a hard fault, to see how it is told of: a look to where no memory is.
pub fn fault() -> ! {
    // SAFETY: nothing comes after the fault.
    unsafe { (0xdead_0000 as *const u32).read_volatile() };
    unreachable!("there is memory at 0xdead0000");
}

/// Where a run stops that has failed.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn failed() -> ! {
    loop {
        cortex_m::asm::nop();
    }
}

/// Where a run stops that is over.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn the_end() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}
