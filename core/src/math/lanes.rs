//! e^x and ln x as libm has them, for the numbers that a softplus hands them, without a branch: a
//! loop over several numbers is then one over vectors, with the bits of libm.
//!
//! Both algorithms are those of FreeBSD's msun (`e_expf.c` and `e_logf.c`, Sun Microsystems 1993):
//! the argument is reduced by a multiple of ln 2, a rational approximation does the rest.

/// e^x for x ≤ 0.
#[inline]
pub(super) fn exp(x: f32) -> f32 {
    const INV_LN2: f32 = f32::from_bits(0x3fb8_aa3b);
    const LN2: [f32; 2] = [f32::from_bits(0x3f31_7200), f32::from_bits(0x35bf_be8e)];
    const P: [f32; 2] = [1.666_662_5e-1, -2.766_733_2e-3];
    const HALF_LN2: f32 = f32::from_bits(0x3eb1_7218);
    const THREE_HALVES_LN2: f32 = f32::from_bits(0x3f85_1592);
    const TINY: f32 = f32::from_bits(0x3900_0000);
    const UNDERFLOW: f32 = f32::from_bits(0xc2cf_f1b5);

    let size = -x;
    let reduced = if size > THREE_HALVES_LN2 {
        INV_LN2 * x - 0.5
    } else {
        -1.0
    };
    let (whole, k) = truncated(if size > HALF_LN2 { reduced } else { 0.0 });
    let low = whole * LN2[1];
    let high = x - whole * LN2[0];
    let x = high - low;
    let xx = x * x;
    let c = x - xx * (P[0] + xx * P[1]);
    let y = 1.0 + (x * c / (2.0 - c) - low + high);
    let y = if size > TINY { y } else { 1.0 - size };
    // Two factors, so that a result too small to be normal is rounded once.
    let y = y * power_of_two(k / 2) * power_of_two(k - k / 2);
    if -size <= UNDERFLOW { 0.0 } else { y }
}

/// The whole part of −2^22 < x ≤ 0 as either kind of number: by rounding, since a conversion that
/// saturates goes number by number. Beyond that range it is any number: [`exp`] underflows there.
#[inline]
fn truncated(x: f32) -> (f32, i32) {
    /// Where neighbours are a distance of 1 apart: 1.5 · 2^23.
    const COARSE: f32 = 12_582_912.0;

    let nearest = (x + COARSE) - COARSE;
    let whole = if nearest < x { nearest + 1.0 } else { nearest };
    let bits = (whole + COARSE).to_bits().cast_signed();
    (whole, bits.wrapping_sub(COARSE.to_bits().cast_signed()))
}

/// 2^k for −127 < k < 128.
#[inline]
fn power_of_two(k: i32) -> f32 {
    f32::from_bits(((k + 0x7f) << 23).cast_unsigned())
}

/// ln x for a positive normal x, infinity or NaN.
#[inline]
pub(super) fn ln(x: f32) -> f32 {
    const LN2: [f32; 2] = [f32::from_bits(0x3f31_7180), f32::from_bits(0x3717_f7d1)];
    const LG: [f32; 4] = [0.666_666_6, 0.400_009_72, 0.284_987_87, 0.242_790_79];
    const ROOT_HALF: u32 = 0x3f35_04f3;

    let bits = x.to_bits().wrapping_add(0x3f80_0000 - ROOT_HALF);
    let k = (bits >> 23).cast_signed() - 0x7f;
    let f = f32::from_bits((bits & 0x007f_ffff) + ROOT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w * (LG[1] + w * LG[3]);
    let even = z * (LG[0] + w * LG[2]);
    let r = even + odd;
    let half = 0.5 * f * f;
    let y = s * (half + r) + k as f32 * LN2[1] - half + f + k as f32 * LN2[0];
    if x < f32::INFINITY { y } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some of all numbers, evenly; with a stride of one all are equal, too.
    fn numbers(from: f32, to: f32) -> impl Iterator<Item = f32> {
        let stride = if cfg!(debug_assertions) { 9_973 } else { 61 };
        (from.to_bits()..=to.to_bits())
            .step_by(stride)
            .map(f32::from_bits)
    }

    #[test]
    fn the_exponential_is_that_of_libm() {
        for size in numbers(0.0, 200.0).chain([f32::INFINITY]) {
            let (ours, theirs) = (exp(-size), libm::expf(-size));
            assert_eq!(ours.to_bits(), theirs.to_bits(), "{size}");
        }
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn the_logarithm_is_that_of_libm() {
        for x in numbers(f32::MIN_POSITIVE, f32::MAX) {
            assert_eq!(ln(x).to_bits(), libm::logf(x).to_bits(), "{x}");
        }
        assert_eq!(ln(f32::INFINITY), f32::INFINITY);
        assert!(ln(f32::NAN).is_nan());
    }
}
