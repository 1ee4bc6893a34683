//! What a Thumb instruction does to the stack pointer, and where it leads.
//!
//! Encodings after the Armv7-M Architecture Reference Manual, chapter A7.

/// What of an instruction matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Neither a frame nor a call depends on it.
    None,
    /// Takes so many bytes of stack.
    Takes(u32),
    /// Takes as much as a register says; with `true` the register holds it negated.
    TakesRegister(u8, bool),
    /// Sets the stack pointer from a register.
    Sets(u8),
    /// Puts an address below the frame pointer into a register.
    BelowFrame(u8),
    /// Puts the word at an address into a register.
    Loads(u8, u32),
    /// Puts a number into the lower half of a register, and clears the upper.
    Low(u8, u16),
    /// Puts a number into its upper half.
    High(u8, u16),
    /// Branches or calls to an address.
    Branches(u32),
    /// Branches or calls to wherever a register says.
    Jumps,
}

/// The stack pointer, by its number.
const SP: u16 = 13;

/// Whether an instruction that begins with this halfword has a second one.
pub(super) fn is_wide(low: u16) -> bool {
    low >> 11 >= 0b11101
}

/// What the instruction at `address` does.
pub(super) fn effect(address: u32, low: u16, high: u16) -> Effect {
    match is_wide(low) {
        true => wide(address, low, high),
        false => narrow(address, low),
    }
}

/// What the linker fills gaps with, which looks like a branch.
const FILLING: u16 = 0xd4d4;

fn narrow(address: u32, it: u16) -> Effect {
    let register = (it >> 3 & 0xf) as u8;
    match it {
        FILLING => Effect::None,
        _ if it & 0xfe00 == 0xb400 => Effect::Takes(4 * (it & 0x1ff).count_ones()), // PUSH
        _ if it & 0xff80 == 0xb080 => Effect::Takes(4 * u32::from(it & 0x7f)),      // SUB SP, #
        _ if it & 0xff87 == 0x4485 => Effect::TakesRegister(register, true),        // ADD SP, R
        _ if it & 0xff87 == 0x4685 => Effect::Sets(register),                       // MOV SP, R
        _ if it & 0xfe38 == 0x1e38 => Effect::BelowFrame((it & 7) as u8),           // SUBS R, R7, #
        _ if it & 0xf800 == 0x4800 => {
            let base = (address + 4) & !3;
            Effect::Loads((it >> 8 & 7) as u8, base + 4 * u32::from(it & 0xff)) // LDR R, =
        }
        _ if it & 0xff07 == 0x4700 && register != 14 => Effect::Jumps, // BX, BLX
        _ if it & 0xf800 == 0xe000 => branch(address, sign(u32::from(it & 0x7ff), 11)), // B
        _ if it & 0xf000 == 0xd000 && it & 0x0e00 != 0x0e00 => {
            branch(address, sign(u32::from(it & 0xff), 8)) // B by condition
        }
        _ => Effect::None,
    }
}

fn wide(address: u32, low: u16, high: u16) -> Effect {
    let (destination, immediate) = (high >> 8 & 0xf, immediate(low, high));
    let register = destination as u8;
    let (in_place, half) = (destination == SP, immediate as u16 | (low & 0xf) << 12);
    match low {
        0xe92d => Effect::Takes(4 * high.count_ones()), // PUSH
        0xf84d if high & 0x0f00 == 0x0d00 => Effect::Takes(u32::from(high & 0xff)), // STR R, [SP, #-]!
        0xe96d => Effect::Takes(4 * u32::from(high & 0xff)), // STRD R, R, [SP, #-]!
        0xebad if in_place => Effect::TakesRegister((high & 0xf) as u8, false), // SUB SP, R
        _ if low & 0xffbf == 0xed2d => Effect::Takes(4 * u32::from(high & 0xff)), // VPUSH
        _ if low & 0xfbff == 0xf1ad && in_place => Effect::Takes(expanded(immediate)), // SUB SP, #
        _ if low & 0xfbff == 0xf2ad && in_place => Effect::Takes(immediate), // SUBW SP, #
        _ if low & 0xfbff == 0xf1a7 => Effect::BelowFrame(register), // SUB R, R7, #
        _ if low & 0xfbf0 == 0xf240 && high & 0x8000 == 0 => Effect::Low(register, half), // MOVW
        _ if low & 0xfbf0 == 0xf2c0 && high & 0x8000 == 0 => Effect::High(register, half), // MOVT
        0xf8df if high >> 12 == 15 => Effect::Jumps,         // LDR PC, [PC, #]
        _ if low & 0xf800 == 0xf000 && high & 0x8000 != 0 => far(address, low, high),
        _ => Effect::None,
    }
}

/// BL, B and B by condition, with offsets of 25 and 21 bits.
fn far(address: u32, low: u16, high: u16) -> Effect {
    let (s, j1, j2) = (low >> 10 & 1, high >> 13 & 1, high >> 11 & 1);
    let tail = u32::from(high & 0x7ff);
    if high & 0x1000 != 0 {
        let (i1, i2) = (1 ^ j1 ^ s, 1 ^ j2 ^ s);
        let top = u32::from(s << 2 | i1 << 1 | i2);
        let offset = top << 21 | u32::from(low & 0x3ff) << 11 | tail;
        return branch(address, sign(offset, 24));
    }
    if high & 0x4000 != 0 || low >> 7 & 7 == 7 {
        return Effect::None; // no branch: MSR, MRS, DSB and the like
    }
    let top = u32::from(s << 2 | j2 << 1 | j1);
    let offset = top << 17 | u32::from(low & 0x3f) << 11 | tail;
    branch(address, sign(offset, 20))
}

/// A branch by `offset` halfwords.
fn branch(address: u32, offset: i32) -> Effect {
    Effect::Branches((address + 4).wrapping_add_signed(2 * offset))
}

/// The number that the lowest `bits` bits are in two's complement.
fn sign(value: u32, bits: u32) -> i32 {
    (value << (32 - bits)) as i32 >> (32 - bits)
}

/// The 12 bits i:imm3:imm8.
fn immediate(low: u16, high: u16) -> u32 {
    u32::from(low >> 10 & 1) << 11 | u32::from(high >> 12 & 7) << 8 | u32::from(high & 0xff)
}

/// ThumbExpandImm, A5.3.2.
fn expanded(immediate: u32) -> u32 {
    let byte = immediate & 0xff;
    match immediate >> 8 {
        0 => byte,
        1 => byte * 0x0001_0001,
        2 => byte * 0x0100_0100,
        3 => byte * 0x0101_0101,
        _ => (0x80 | byte & 0x7f).rotate_right(immediate >> 7),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodings as an assembler gives them, at address 0x100.
    #[test]
    fn effects_are_those_of_the_manual() {
        let wanted = [
            (0xb5f0, 0, Effect::Takes(20)),                    // push {r4-r7, lr}
            (0xe92d, 0x4ff0, Effect::Takes(36)),               // push.w {r4-r11, lr}
            (0xed2d, 0x8b0e, Effect::Takes(56)),               // vpush {d8-d14}
            (0xb082, 0, Effect::Takes(8)),                     // sub sp, #8
            (0xf5ad, 0x5d80, Effect::Takes(4096)),             // sub.w sp, sp, #4096
            (0xf6ad, 0x7d04, Effect::Takes(3844)),             // subw sp, sp, #3844
            (0xf84d, 0xbd04, Effect::Takes(4)),                // str r11, [sp, #-4]!
            (0xe96d, 0x0102, Effect::Takes(8)),                // strd r0, r1, [sp, #-8]!
            (0xebad, 0x0d04, Effect::TakesRegister(4, false)), // sub.w sp, sp, r4
            (0x44a5, 0, Effect::TakesRegister(4, true)),       // add sp, r4
            (0x46a5, 0, Effect::Sets(4)),                      // mov sp, r4
            (0x4c02, 0, Effect::Loads(4, 0x10c)),              // ldr r4, [pc, #8]
            (0xf241, 0x2434, Effect::Low(4, 0x1234)),          // movw r4, #0x1234
            (0xf2c2, 0x0400, Effect::High(4, 0x2000)),         // movt r4, #0x2000
            (0xf000, 0xf802, Effect::Branches(0x108)),         // bl
            (0xf7ff, 0xfffe, Effect::Branches(0x100)),         // bl, back
            (0xf000, 0xb802, Effect::Branches(0x108)),         // b.w
            (0xf000, 0x8002, Effect::Branches(0x108)),         // beq.w
            (0xe002, 0, Effect::Branches(0x108)),              // b
            (0xd1fe, 0, Effect::Branches(0x100)),              // bne, back
            (0x47a0, 0, Effect::Jumps),                        // blx r4
            (0x4720, 0, Effect::Jumps),                        // bx r4
            (0xf8df, 0xf004, Effect::Jumps),                   // ldr.w pc, [pc, #4]
            (0x4770, 0, Effect::None),                         // bx lr
            (0xb002, 0, Effect::None),                         // add sp, #8
            (0xbdf0, 0, Effect::None),                         // pop {r4-r7, pc}
            (0xf3bf, 0x8f4f, Effect::None),                    // dsb
            (0xf3ef, 0x8010, Effect::None),                    // mrs r0, primask
            (0xd4d4, 0, Effect::None),                         // the linker's filling
            (0xde00, 0, Effect::None),                         // udf
            (0xdfab, 0, Effect::None),                         // svc
            (0x1ffe, 0, Effect::BelowFrame(6)),                // subs r6, r7, #7
            (0xf1a7, 0x0420, Effect::BelowFrame(4)),           // sub.w r4, r7, #32
        ];
        for (low, high, effect) in wanted {
            assert_eq!(
                super::effect(0x100, low, high),
                effect,
                "{low:04x} {high:04x}"
            );
        }
    }
}
