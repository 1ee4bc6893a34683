//! The square root of an `f32`, by the instruction that a machine has for it.
//!
//! IEEE 754 defines the root to the last bit, so that every way to it gives the same number: the
//! instruction of a workstation, that of a Cortex-M with a floating-point unit (14 cycles), and
//! [`libm`] in software (some 60 instructions). `core` does not offer the instruction on a stable
//! compiler; this crate is apart from all others because asking for it by hand is `unsafe`.

#![no_std]

#[cfg(not(target_os = "none"))]
extern crate std;

/// √x. NaN for a negative `x`; √−0 is −0.
#[inline]
pub fn sqrt(x: f32) -> f32 {
    root(x)
}

/// √x of each of four: where an FPU is told by hand, one call in place of a detour by the other registers
/// for each root.
#[inline]
pub fn sqrt_each(x: [f32; 4]) -> [f32; 4] {
    roots(x)
}

#[cfg(not(target_os = "none"))]
#[inline]
fn root(x: f32) -> f32 {
    x.sqrt() // which a compiler vectorises
}

#[cfg(all(target_os = "none", target_arch = "arm", target_abi = "eabihf"))]
#[inline]
fn root(x: f32) -> f32 {
    let bits: u32;
    // SAFETY: every target with this ABI has single-precision VFP instructions. The three use no
    // memory and no stack, and change nothing but the two registers named.
    unsafe {
        core::arch::asm!(
            "vmov s0, {x}",
            "vsqrt.f32 s0, s0",
            "vmov {x}, s0",
            x = inout(reg) x.to_bits() => bits,
            out("s0") _,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    f32::from_bits(bits)
}

#[cfg(all(target_os = "none", target_arch = "arm", target_abi = "eabihf"))]
#[inline]
fn roots(x: [f32; 4]) -> [f32; 4] {
    /// Which the ABI hands over in s0 to s3, there and back.
    #[repr(C)]
    struct Four([f32; 4]);

    // SAFETY: as above; what is in s0 to s3 comes back in s0 to s3, and nothing else is touched.
    #[unsafe(naked)]
    extern "C" fn four(x: Four) -> Four {
        core::arch::naked_asm!(
            ".fpu fpv4-sp-d16",
            "vsqrt.f32 s0, s0",
            "vsqrt.f32 s1, s1",
            "vsqrt.f32 s2, s2",
            "vsqrt.f32 s3, s3",
            "bx lr",
        )
    }
    four(Four(x)).0
}

#[cfg(not(all(target_os = "none", target_arch = "arm", target_abi = "eabihf")))]
#[inline]
fn roots(x: [f32; 4]) -> [f32; 4] {
    x.map(root)
}

#[cfg(all(
    target_os = "none",
    not(all(target_arch = "arm", target_abi = "eabihf"))
))]
#[inline]
fn root(x: f32) -> f32 {
    libm::sqrtf(x)
}

#[cfg(test)]
mod tests {
    use super::sqrt;

    #[test]
    fn it_has_the_bits_of_libm() {
        let special = [
            0.0,
            -0.0,
            f32::MIN_POSITIVE,
            f32::from_bits(1),
            1.0,
            f32::MAX,
        ];
        // A prime stride through all exponents.
        let spread = (0..f32::INFINITY.to_bits())
            .step_by(2_003)
            .map(f32::from_bits);
        for x in special.into_iter().chain(spread).chain([f32::INFINITY]) {
            let (ours, theirs) = (sqrt(x), libm::sqrtf(x));
            assert_eq!(ours.to_bits(), theirs.to_bits(), "the root of {x:e}");
        }
        assert!(sqrt(-1.0).is_nan() && sqrt(f32::NAN).is_nan());
    }
}
