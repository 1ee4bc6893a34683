//! Vectors of eight and sixteen numbers, for the versions of kernels that a processor is asked about.

use core::arch::x86_64 as arch;

use bytemuck::cast;

use super::numbers;

/// Four columns of eight rows, by AVX.
#[cfg(not(target_feature = "avx"))]
#[inline]
#[target_feature(enable = "avx")]
pub(in super::super) fn columns_of_8<const M: usize>(
    rows: &[[f32; M]; 8],
    c: usize,
) -> [[f32; 8]; 4] {
    let [a, b, c, d, e, f, g, h] = numbers::<4, M, 8>(rows, c);
    let side_by_side = |low, high| {
        arch::_mm256_insertf128_ps::<1>(arch::_mm256_castps128_ps256(cast(low)), cast(high))
    };
    let (a, b) = (side_by_side(a, e), side_by_side(b, f));
    let (c, d) = (side_by_side(c, g), side_by_side(d, h));
    let low = [
        arch::_mm256_unpacklo_ps(a, b),
        arch::_mm256_unpacklo_ps(c, d),
    ];
    let high = [
        arch::_mm256_unpackhi_ps(a, b),
        arch::_mm256_unpackhi_ps(c, d),
    ];
    [
        cast(arch::_mm256_shuffle_ps::<FIRST>(low[0], low[1])),
        cast(arch::_mm256_shuffle_ps::<LAST>(low[0], low[1])),
        cast(arch::_mm256_shuffle_ps::<FIRST>(high[0], high[1])),
        cast(arch::_mm256_shuffle_ps::<LAST>(high[0], high[1])),
    ]
}

/// Four columns of sixteen rows, by AVX-512.
#[cfg_attr(
    target_feature = "avx512f",
    expect(dead_code, reason = "see `columns_of_version`")
)]
#[inline]
#[target_feature(enable = "avx512f")]
pub(in super::super) fn columns_of_16<const M: usize>(
    rows: &[[f32; M]; 16],
    c: usize,
) -> [[f32; 16]; 4] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = numbers::<4, M, 16>(rows, c);
    let side_by_side = |first, second, third, fourth| {
        let first = arch::_mm512_castps128_ps512(cast(first));
        let two = arch::_mm512_insertf32x4::<1>(first, cast(second));
        let three = arch::_mm512_insertf32x4::<2>(two, cast(third));
        arch::_mm512_insertf32x4::<3>(three, cast(fourth))
    };
    let (a, b) = (side_by_side(a, e, i, m), side_by_side(b, f, j, n));
    let (c, d) = (side_by_side(c, g, k, o), side_by_side(d, h, l, p));
    let low = [
        arch::_mm512_unpacklo_ps(a, b),
        arch::_mm512_unpacklo_ps(c, d),
    ];
    let high = [
        arch::_mm512_unpackhi_ps(a, b),
        arch::_mm512_unpackhi_ps(c, d),
    ];
    [
        cast(arch::_mm512_shuffle_ps::<FIRST>(low[0], low[1])),
        cast(arch::_mm512_shuffle_ps::<LAST>(low[0], low[1])),
        cast(arch::_mm512_shuffle_ps::<FIRST>(high[0], high[1])),
        cast(arch::_mm512_shuffle_ps::<LAST>(high[0], high[1])),
    ]
}

/// Of each quarter of two vectors, the first two numbers of either, and the last two.
const FIRST: i32 = 0b01_00_01_00;
const LAST: i32 = 0b11_10_11_10;
