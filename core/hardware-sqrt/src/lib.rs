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
