//! A model of the cycles of a Cortex-M4.
//!
//! After the instruction timings of its Technical Reference Manual (r0p1, tables 3-1 and 7-1), zero
//! wait states: a load or a store of one register 2, of N registers 1 + N; a floating-point
//! addition, multiplication, comparison, move 1, a multiply-add 3, a division or a root 14; an integer
//! division 12, its longest; all else 1; a taken branch 2 more. Neither the pipelining of
//! neighbouring loads nor the wait of an addition for the product before it is modelled.

/// What a branch that is taken costs besides.
pub(crate) const TAKEN: u64 = 2;

/// Cycles of the instruction that begins with these halfwords.
pub(crate) fn cycles(low: u16, high: u16) -> u64 {
    match low >> 11 {
        0b11101..=0b11111 => wide(low, high),
        _ => narrow(low),
    }
}

fn narrow(it: u16) -> u64 {
    match it >> 12 {
        0x4 if it & 0x0800 != 0 => 2, // LDR from the literal pool
        0x5..=0x9 => 2,               // LDR, STR of any size
        0xb if it & 0x0600 == 0x0400 => 1 + ones(it & 0x01ff), // PUSH, POP
        0xc => 1 + ones(it & 0x00ff), // LDM, STM
        _ => 1,
    }
}

fn wide(low: u16, high: u16) -> u64 {
    match low >> 8 {
        0xe8 | 0xe9 if low & 0x0040 == 0 => 1 + ones(high), // LDM, STM
        0xe8 | 0xe9 => 3,                                   // LDRD, STRD and their like
        0xec | 0xed => vector_memory(low, high),
        0xee => vector(low, high),
        0xf8 | 0xf9 => 2,                     // LDR, STR of any size
        0xfb if low & 0x00d0 == 0x0090 => 12, // SDIV, UDIV
        _ => 1,
    }
}

/// VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP.
fn vector_memory(low: u16, high: u16) -> u64 {
    let single = low & 0x0120 == 0x0100;
    if single {
        2
    } else {
        1 + u64::from(high & 0xff)
    }
}

fn vector(low: u16, high: u16) -> u64 {
    if high & 0x10 != 0 {
        return 1; // a move between the register files
    }
    match (low >> 4) & 0xb {
        0x0 | 0x1 | 0x9 | 0xa => 3, // VMLA, VNMLA, VFMA, VFNMA and with minus
        0x8 => 14,                  // VDIV
        0xb if low & 0xf == 1 && high & 0xc0 == 0xc0 => 14, // VSQRT
        _ => 1,
    }
}

fn ones(bits: u16) -> u64 {
    bits.count_ones().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodings as an assembler gives them.
    #[test]
    fn instructions_cost_what_the_manual_says() {
        let wanted = [
            (0xed90, 0x0a00, 2),  // vldr s0, [r0]
            (0xed8d, 0x0a01, 2),  // vstr s0, [sp, #4]
            (0xecb0, 0x0a04, 5),  // vldmia r0!, {s0-s3}
            (0xed2d, 0x8b0e, 15), // vpush {d8-d14}
            (0xee20, 0x0a20, 1),  // vmul.f32 s0, s0, s1
            (0xee30, 0x0a20, 1),  // vadd.f32 s0, s0, s1
            (0xee00, 0x0a20, 3),  // vmla.f32 s0, s0, s1
            (0xeea0, 0x0a20, 3),  // vfma.f32 s0, s0, s1
            (0xee80, 0x0a20, 14), // vdiv.f32 s0, s0, s1
            (0xeeb1, 0x0ac0, 14), // vsqrt.f32 s0, s0
            (0xeeb5, 0x0a40, 1),  // vcmp.f32 s0, #0
            (0xee00, 0x0a10, 1),  // vmov s0, r0
            (0xeef1, 0xfa10, 1),  // vmrs APSR_nzcv, fpscr
            (0xb5f0, 0, 6),       // push {r4-r7, lr}
            (0xbdf0, 0, 6),       // pop {r4-r7, pc}
            (0xe92d, 0x0f00, 5),  // push.w {r8-r11}
            (0x6800, 0, 2),       // ldr r0, [r0]
            (0xf8d0, 0x0100, 2),  // ldr.w r0, [r0, #256]
            (0xe9d0, 0x0100, 3),  // ldrd r0, r1, [r0]
            (0x4348, 0, 1),       // muls r0, r1
            (0xfbb0, 0xf0f1, 12), // udiv r0, r0, r1
            (0xfb00, 0xf001, 1),  // mul r0, r0, r1
            (0x3001, 0, 1),       // adds r0, #1
        ];
        for (low, high, cost) in wanted {
            assert_eq!(cycles(low, high), cost, "{low:04x} {high:04x}");
        }
    }
}
