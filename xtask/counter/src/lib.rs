//! A plugin of QEMU (API version 1) that counts what a measured function executes, address by
//! address: how often, how often of these inside an inner function, how often a branch was taken.
//!
//! Arguments: `measured=ADDRESS`, `inner=ADDRESS` (both may be 0), `out=FILE`. The file gets a line for
//! each address that was executed: address, executions outside of the inner function, inside of it,
//! branches taken outside, inside.

mod qemu;
mod tally;

use std::{
    ffi::{CStr, c_char, c_int, c_uint, c_void},
    fs,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tally::{Instruction, Tally};

/// The version of the API that this plugin speaks.
// SAFETY: no other symbol of the library has this name.
#[unsafe(no_mangle)]
pub static qemu_plugin_version: c_int = 1;

/// What has been counted, and where it goes.
static COUNTED: Mutex<Option<(Tally, String)>> = Mutex::new(None);

fn counted() -> MutexGuard<'static, Option<(Tally, String)>> {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// QEMU calls it when the plugin is loaded.
///
/// # Safety
/// As QEMU's API has it: `argv` holds `argc` C strings.
// SAFETY: no other symbol of the library has this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qemu_plugin_install(
    id: u64,
    _: *const c_void,
    argc: c_int,
    argv: *const *const c_char,
) -> c_int {
    let (mut measured, mut inner, mut out) = (0, 0, None);
    for i in 0..usize::try_from(argc).unwrap_or(0) {
        // SAFETY: `i` is below `argc`, and each pointer leads to a C string.
        let argument = unsafe { CStr::from_ptr(*argv.add(i)) }.to_string_lossy();
        match argument.split_once('=') {
            Some(("measured", address)) => measured = address.parse().unwrap_or(0),
            Some(("inner", address)) => inner = address.parse().unwrap_or(0),
            Some(("out", file)) => out = Some(file.to_owned()),
            _ => return -1,
        }
    }
    let Some(out) = out else { return -1 };
    *counted() = Some((Tally::new(measured, inner), out));
    // SAFETY: both functions have the types that QEMU calls them by, and live as long as the plugin.
    unsafe {
        qemu::qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
        qemu::qemu_plugin_register_atexit_cb(id, ended, std::ptr::null_mut());
    }
    0
}

/// A block of instructions is translated: each is to call back when it is executed.
extern "C" fn translated(_: u64, block: *mut qemu::Block) {
    // SAFETY: `block` is QEMU's, valid during this call, and so is each instruction of it.
    unsafe {
        for i in 0..qemu::qemu_plugin_tb_n_insns(block) {
            let it = qemu::qemu_plugin_tb_get_insn(block, i);
            let halfwords = qemu::qemu_plugin_insn_data(it).cast::<[u8; 2]>();
            let [low, high] = [0, 1].map(|i| {
                let wide = i == 0 || qemu::qemu_plugin_insn_size(it) > 2;
                if wide {
                    u16::from_le_bytes(halfwords.add(i).read_unaligned())
                } else {
                    0
                }
            });
            let address = qemu::qemu_plugin_insn_vaddr(it) as u32;
            let userdata = Instruction::new(address, low, high).pack();
            let userdata = std::ptr::without_provenance_mut(userdata);
            qemu::qemu_plugin_register_vcpu_insn_exec_cb(it, executed, 0, userdata);
        }
    }
}

extern "C" fn executed(_: c_uint, userdata: *mut c_void) {
    if let Some((tally, _)) = &mut *counted() {
        tally.execute(Instruction::unpack(userdata.addr()));
    }
}

extern "C" fn ended(_: u64, _: *mut c_void) {
    if let Some((tally, out)) = counted().take()
        && let Err(error) = fs::write(&out, tally.table())
    {
        eprintln!("error: {out}: {error}");
    }
}
