//! How a run ends: by its own will, by a panic, by a fault. The log says where, the emulator's exit
//! code says how.

use core::{
    panic::PanicInfo,
    sync::atomic::{AtomicBool, Ordering},
};

use cortex_m_rt::{ExceptionFrame, exception};
use semihosting::process;

/// Ends the emulator with this exit code.
pub(crate) fn end(code: i32) -> ! {
    process::exit(code)
}

/// Set by the first crash: a crash while another is being told of ends the run at once.
static CRASHED: AtomicBool = AtomicBool::new(false);

/// Tells of a crash and ends the run.
fn crash(tell: impl FnOnce()) -> ! {
    cortex_m::interrupt::disable();
    if !CRASHED.load(Ordering::Relaxed) {
        CRASHED.store(true, Ordering::Relaxed);
        tell();
    }
    end(1)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    crash(|| {
        let (file, line) = info
            .location()
            .map_or(("?", 0), |at| (at.file(), at.line()));
        let message = defmt::Display2Format(&info.message());
        defmt::error!("panicked at {=str}:{=u32}: {}", file, line, message);
    })
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    crash(|| {
        let (pc, lr) = (frame.pc(), frame.lr());
        defmt::error!(
            "hard fault: pc {=u32:#010x}, lr {=u32:#010x}, cfsr {=u32:#010x}",
            pc,
            lr,
            fault_status()
        );
    })
}

/// The register that tells the kind of fault, which a Cortex-M0 lacks.
#[cfg(not(machine = "microbit"))]
fn fault_status() -> u32 {
    // SAFETY: reading it has no effect.
    unsafe { (*cortex_m::peripheral::SCB::PTR).cfsr.read() }
}

#[cfg(machine = "microbit")]
fn fault_status() -> u32 {
    0
}
