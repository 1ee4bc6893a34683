//! Numbers in ascending order, without a heap.

use crate::layer::Row;

/// What numbers come to in ascending order.
#[inline(never)] // they leave the stack
pub(super) fn sorted<Numbers: Row, T>(
    count: usize,
    number: impl Fn(usize) -> f32,
    of: impl Fn(&[f32]) -> T,
) -> T {
    let mut numbers = Numbers::ZERO;
    let numbers = numbers.flat_mut().get_mut(..count).unwrap_or_default();
    for (place, x) in numbers.iter_mut().enumerate() {
        *x = number(place);
    }
    ascend(numbers);
    of(numbers)
}

/// Sorts by insertion: a few hundred numbers, and the sort of `core` may panic.
pub(super) fn ascend(numbers: &mut [f32]) {
    for end in 1..numbers.len() {
        for at in (1..=end).rev() {
            let Some([a, b]) = numbers.get_mut(at - 1..=at) else {
                return;
            };
            if *a <= *b {
                break;
            }
            core::mem::swap(a, b);
        }
    }
}
