//! Some columns of some rows, turned in registers: a compiler moves their numbers one by one.
//!
//! Rows that lie four apart go side by side in a vector, so that no number has to leave its quarter.

/// By instructions that a processor may have or not.
#[cfg(all(target_arch = "x86_64", not(debug_assertions)))]
pub(super) mod wider;

/// What every processor has that this is built for: of `rows`, the columns from the given one on.
#[cfg(not(target_feature = "avx"))]
pub(super) use columns_of_4 as columns;
#[cfg(target_feature = "avx")]
pub(super) use columns_of_8 as columns;

/// In a function of several versions, what the processor of that version has.
macro_rules! columns_of_version {
    () => {
        #[cfg(all(
            target_arch = "x86_64",
            not(any(target_feature = "avx", debug_assertions))
        ))]
        #[multiversion::target::target_cfg(all(
            target_feature = "avx",
            not(target_feature = "avx512f")
        ))]
        use $crate::layer::product::turn::wider::columns_of_8 as columns;
        #[cfg(all(
            target_arch = "x86_64",
            not(any(target_feature = "avx512f", debug_assertions))
        ))]
        #[multiversion::target::target_cfg(target_feature = "avx512f")]
        use $crate::layer::product::turn::wider::columns_of_16 as columns;
    };
}
pub(super) use columns_of_version;

/// Four columns of four rows, on any processor.
#[inline(always)]
pub(super) fn columns_of_4<const M: usize>(rows: &[[f32; M]; 4], c: usize) -> [[f32; 4]; 4] {
    let rows = numbers::<4, M, 4>(rows, c);
    #[cfg(target_arch = "x86_64")]
    return wide::f32x4::transpose(rows.map(wide::f32x4::new)).map(wide::f32x4::to_array);
    #[cfg(not(target_arch = "x86_64"))]
    core::array::from_fn(|c| rows.map(|row| row[c]))
}

/// Eight columns of eight rows, where it is known beforehand that there is AVX.
#[cfg(target_feature = "avx")]
#[inline(always)]
pub(super) fn columns_of_8<const M: usize>(rows: &[[f32; M]; 8], c: usize) -> [[f32; 8]; 8] {
    let rows = numbers(rows, c).map(wide::f32x8::new);
    wide::f32x8::transpose(rows).map(wide::f32x8::to_array)
}

/// The numbers of each row from column `c` on; zeros past the last one.
#[inline(always)]
fn numbers<const W: usize, const M: usize, const T: usize>(
    rows: &[[f32; M]; T],
    c: usize,
) -> [[f32; W]; T] {
    rows.each_ref().map(|row| {
        let row = row.get(c..).and_then(<[f32]>::first_chunk);
        row.copied().unwrap_or([0.0; W])
    })
}
