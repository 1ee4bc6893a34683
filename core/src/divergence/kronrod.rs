//! One interval by the Gauss-Kronrod pair (G7, K15).
//!
//! K15 adds eight nodes to the seven of Gauss's rule; it is exact up to degree 23, G7 up to 13, and
//! their difference tells, with a large margin, the error of K15 on a smooth function.

use core::cmp::Ordering;

/// One interval and what Gauss and Kronrod say of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) value: f64,
    pub(super) error: f64,
    /// Whether halving it would gain nothing: its error is rounding, or it is too narrow.
    pub(super) exhausted: bool,
}

impl Piece {
    pub(super) fn new(f: &impl Fn(f64) -> f64, low: f64, high: f64) -> Self {
        let (centre, half) = (0.5 * (low + high), 0.5 * (high - low));
        let middle = f(centre);
        let pairs = RULE.map(|(node, ..)| (f(centre - half * node), f(centre + half * node)));

        let (mut kronrod, mut gauss) = (MIDDLE.0 * middle, MIDDLE.1 * middle);
        let mut absolute = MIDDLE.0 * middle.abs();
        for ((left, right), (_, k, g)) in pairs.into_iter().zip(RULE) {
            kronrod += k * (left + right);
            gauss += g * (left + right);
            absolute += k * (left.abs() + right.abs());
        }
        let rounding = 50.0 * f64::EPSILON * absolute;
        let error = (kronrod - gauss).abs();
        Self {
            low,
            high,
            value: half * kronrod,
            error: half * error.max(rounding),
            exhausted: error <= rounding || centre <= low || centre >= high,
        }
    }
}

/// Pieces are ordered by their error, for the heap.
impl Ord for Piece {
    fn cmp(&self, other: &Self) -> Ordering {
        self.error.total_cmp(&other.error)
    }
}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Piece {}

/// The middle node's weights in K15 and in G7.
const MIDDLE: (f64, f64) = (0.209_482_141_084_727_82, 0.417_959_183_673_469_4);

/// The other nodes on (0, 1), each standing for ±node: node, weight in K15, weight in G7.
const RULE: [(f64, f64, f64); 7] = [
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224, 0.0),
    (
        0.949_107_912_342_758_5,
        0.063_092_092_629_978_56,
        0.129_484_966_168_869_7,
    ),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_17, 0.0),
    (
        0.741_531_185_599_394_3,
        0.140_653_259_715_525_92,
        0.279_705_391_489_276_64,
    ),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9, 0.0),
    (
        0.405_845_151_377_397_2,
        0.190_350_578_064_785_42,
        0.381_830_050_505_118_9,
    ),
    (0.207_784_955_007_898_48, 0.204_432_940_075_298_89, 0.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn power(x: f64, n: u32) -> f64 {
        (0..n).fold(1.0, |product, _| product * x)
    }

    #[test]
    fn the_pair_is_exact_for_the_degrees_it_should_be() {
        // K15 is exact up to degree 23, G7 up to 13: a mistyped digit would show.
        for degree in 0..=24u32 {
            let exact = if degree % 2 == 0 {
                2.0 / f64::from(degree + 1)
            } else {
                0.0
            };
            let piece = Piece::new(&|x| power(x, degree), -1.0, 1.0);
            let kronrod_is_exact = (piece.value - exact).abs() < 2e-16;
            assert_eq!(
                kronrod_is_exact,
                degree != 24,
                "degree {degree}: {}",
                piece.value
            );

            let gauss = RULE.iter().fold(0.0, |sum, (node, _, g)| {
                sum + g * (power(*node, degree) + power(-node, degree))
            }) + if degree == 0 { MIDDLE.1 } else { 0.0 };
            let gauss_is_exact = (gauss - exact).abs() < 4e-16;
            assert_eq!(
                gauss_is_exact,
                degree <= 13 || degree % 2 == 1,
                "degree {degree}: {gauss}"
            );
        }
    }
}
