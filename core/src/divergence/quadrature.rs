//! Adaptive quadrature without a heap.
//!
//! The pieces between breakpoints are integrated by the Gauss-Kronrod pair (G7, K15); then the piece
//! of the largest error is halved, again and again, until the sum of the errors is small enough: the
//! globally adaptive scheme of QUADPACK (Piessens, de Doncker-Kapenga, Überhuber and Kahaner, 1983).

use heapless::BinaryHeap;
use heapless::binary_heap::Max;

use super::density::Density;
use super::kronrod::Piece;

/// The most pieces that are kept open at a time; it bounds the work (30 evaluations for each) and
/// the stack (40 bytes for each).
pub const MAX_PIECES: usize = 1024;

/// Wanted of every integral: an error of 1e-12, absolute or relative, whichever is larger.
pub const TOLERANCE: f64 = 1e-12;

/// The value of an integral.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Integral {
    /// The integral, the pieces summed in the order of the heap that held them (the same for the
    /// same integrand).
    pub value: f64,
    /// An estimate of its absolute error, usually far too large. It stays above [`TOLERANCE`]
    /// where the integrand is too rough, such as one computed in `f32`.
    pub error: f64,
}

/// ∫ f(x) dx from `low` to `high`, cut at the breakpoints between: `next_breakpoint(x)` is the
/// smallest one above x.
///
/// `f` is evaluated inside the pieces only, never at a breakpoint. Jumps, kinks and integrable
/// singularities at breakpoints cost nothing or little; elsewhere they cost bisections. A kink that
/// nobody announced can hide between the end of a piece of length h and its outermost node: such a
/// one goes unnoticed once in a hundred times, and costs up to 1e-5 h² times its jump in slope.
pub fn integrate(
    f: impl Fn(f64) -> f64,
    (low, high): (f64, f64),
    next_breakpoint: impl Fn(f64) -> Option<f64>,
) -> Integral {
    let mut pieces = Pieces::default();
    let mut from = low;
    while from < high {
        let next = next_breakpoint(from).filter(|&x| from < x && x < high);
        let to = next.unwrap_or(high);
        pieces.add(Piece::new(&f, from, to));
        from = to;
    }
    while let Some([left, right]) = pieces.split_worst() {
        pieces.add(Piece::new(&f, left.0, left.1));
        pieces.add(Piece::new(&f, right.0, right.1));
    }
    pieces.total()
}

/// ∫ f(x) dx over the range of `p` with its breakpoints.
pub fn over(p: &(impl Density + ?Sized), f: impl Fn(f64) -> f64) -> Integral {
    integrate(f, p.range(), |x| p.next_breakpoint(x))
}

/// ∫ |f(x)| dx like [`integrate`], cut also where f changes its sign: there |f| has a kink.
///
/// Sign changes are looked for on a grid of 32 steps between breakpoints.
pub fn integrate_absolute(
    f: impl Fn(f64) -> f64,
    (low, high): (f64, f64),
    next_breakpoint: impl Fn(f64) -> Option<f64>,
) -> Integral {
    let next_cut = |x: f64| {
        let to = next_breakpoint(x)
            .filter(|&b| x < b && b < high)
            .unwrap_or(high);
        Some(first_sign_change(&f, x, to).unwrap_or(to))
    };
    integrate(|x| f(x).abs(), (low, high), next_cut)
}

/// ∫ |f(x)| dx over the range of `p` with its breakpoints.
pub fn absolute_over(p: &(impl Density + ?Sized), f: impl Fn(f64) -> f64) -> Integral {
    integrate_absolute(f, p.range(), |x| p.next_breakpoint(x))
}

/// A point just past the first change of sign between `from` and `to`, as far as 32 steps show it.
fn first_sign_change(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> Option<f64> {
    const STEPS: u32 = 32;
    let at = |step: u32| from + (to - from) * (f64::from(step) / f64::from(STEPS));
    let mut before = f(from);
    for step in 0..STEPS {
        let after = f(at(step + 1));
        if before * after < 0.0 {
            return Some(bisect(f, at(step), before, at(step + 1)));
        }
        before = after;
    }
    None
}

/// The upper end of a bracket, halved until it is as narrow as numbers go, in which f leaves the
/// sign that it has at `low`.
fn bisect(f: &impl Fn(f64) -> f64, mut low: f64, at_low: f64, mut high: f64) -> f64 {
    for _ in 0..64 {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) * at_low > 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    high
}

/// The pieces that may still be halved, and the sum of those that may not.
#[derive(Default)]
struct Pieces {
    open: BinaryHeap<Piece, Max, MAX_PIECES>,
    value: f64,
    error: f64,
}

impl Pieces {
    fn add(&mut self, piece: Piece) {
        if piece.exhausted {
            self.settle(&piece);
        } else if let Err(piece) = self.open.push(piece) {
            self.settle(&piece);
        }
    }

    fn settle(&mut self, piece: &Piece) {
        self.value += piece.value;
        self.error += piece.error;
    }

    fn total(&self) -> Integral {
        let start = Integral {
            value: self.value,
            error: self.error,
        };
        self.open.iter().fold(start, |sum, piece| Integral {
            value: sum.value + piece.value,
            error: sum.error + piece.error,
        })
    }

    /// Takes out the piece of the largest error and gives back its halves; `None` once the whole
    /// is accurate enough, past mending (not finite), or there is no room for another piece.
    fn split_worst(&mut self) -> Option<[(f64, f64); 2]> {
        let total = self.total();
        let wanted = TOLERANCE * total.value.abs().max(1.0);
        if !total.value.is_finite() || total.error <= wanted || self.open.is_full() {
            return None;
        }
        let Piece { low, high, .. } = self.open.pop()?;
        let middle = low + 0.5 * (high - low);
        Some([(low, middle), (middle, high)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference as math;

    fn whole(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Integral {
        integrate(f, (low, high), |_| None)
    }

    #[track_caller]
    fn assert_integral(found: Integral, expected: f64) {
        let error = (found.value - expected).abs();
        assert!(
            error <= 1e-12 * expected.abs().max(1.0),
            "{found:?} against {expected}"
        );
        assert!(
            error <= found.error.max(1e-14),
            "{found:?} does not own up to {error}"
        );
    }

    #[test]
    fn smooth_integrals() {
        assert_integral(whole(math::exp, 0.0, 1.0), core::f64::consts::E - 1.0);
        assert_integral(
            whole(|x| 1.0 / (1.0 + x * x), -100.0, 100.0),
            3.121_593_320_216_462_5,
        );
        assert_integral(whole(|x| 1e9 * x, 0.0, 1.0), 5e8);
    }

    #[test]
    fn kinks_and_jumps_that_nobody_announced() {
        let lopsided = |x: f64| (x - 0.3).abs() + 3.0 * (x - 0.77).max(0.0);
        assert_integral(whole(lopsided, 0.0, 1.0), 0.29 + 1.5 * 0.23 * 0.23);
        assert_integral(
            whole(
                |x| {
                    if x < core::f64::consts::FRAC_1_PI {
                        1.0
                    } else {
                        0.0
                    }
                },
                0.0,
                1.0,
            ),
            core::f64::consts::FRAC_1_PI,
        );
    }

    #[test]
    fn absolute_values_are_cut_where_the_sign_changes() {
        let areas =
            |f: &dyn Fn(f64) -> f64, high: f64| integrate_absolute(f, (0.0, high), |_| None);
        assert_integral(
            areas(&libm::sin, 40.0),
            24.0 + 1.0 - libm::cos(40.0 - 12.0 * core::f64::consts::PI),
        );
        // A kink hidden from both rules near the end of the piece.
        assert_integral(areas(&|x| x - 1e-3, 1.0), 0.5 * (1e-6 + 0.999 * 0.999));
        assert_integral(areas(&|x| 0.999 - x, 1.0), 0.5 * (1e-6 + 0.999 * 0.999));
        // Where f is zero over a stretch, no sign changes.
        assert_integral(
            areas(&|x: f64| (x - 2.0).max(0.0) - (1.0 - x).max(0.0), 3.0),
            1.0,
        );
    }

    #[test]
    fn singularities_at_an_end() {
        assert_integral(whole(math::ln, 0.0, 1.0), -1.0);
        assert_integral(whole(|x| math::ln(x) * math::ln(x), 0.0, 1.0), 2.0);
        assert_integral(whole(|x| 1.0 / math::sqrt(x), 0.0, 1.0), 2.0);
    }

    #[test]
    fn breakpoints_find_what_is_too_narrow_to_be_seen() {
        let peak = |x: f64| math::exp(-0.5 * x * x * 1e12) * 1e6;
        let marks = |x: f64| [-1e-5, 0.0, 1e-5].into_iter().find(|&m| m > x);
        let found = integrate(peak, (-1e3, 2e3), marks);
        assert_integral(found, 2.506_628_274_631_000_7);
        assert_eq!(whole(peak, -1e3, 2e3).value, 0.0);
    }

    #[test]
    fn a_rough_integrand_ends_with_an_honest_error() {
        // An f32 logistic function: noise of 6e-8 relative at every point.
        let noisy = |x: f64| f64::from(crate::math::sigmoid(x as f32));
        let found = whole(noisy, -20.0, 20.0);
        assert!((found.value - 20.0).abs() < 1e-6, "{found:?}");
        assert!(found.error > TOLERANCE * 20.0 && found.error < 1e-4);
    }

    #[test]
    fn what_has_no_value_says_so_at_once() {
        assert_eq!(whole(|_| f64::INFINITY, 0.0, 1.0).value, f64::INFINITY);
        assert_eq!(
            whole(|x| if x > 0.7 { f64::INFINITY } else { x }, 0.0, 1.0).value,
            f64::INFINITY
        );
        assert!(whole(|_| f64::NAN, 0.0, 1.0).value.is_nan());
        assert_eq!(
            whole(|x| x, 1.0, 1.0),
            Integral {
                value: 0.0,
                error: 0.0
            }
        );
        assert_eq!(
            whole(|x| x, 0.0, f64::NAN),
            Integral {
                value: 0.0,
                error: 0.0
            }
        );
    }

    #[test]
    fn more_breakpoints_than_room_are_still_all_integrated() {
        let step = 1.0 / 5000.0;
        let next = |x: f64| Some((libm::floor(x / step + 1e-9) + 1.0) * step);
        let jagged = |x: f64| math::sqrt(x) + math::exp(x);
        let found = integrate(jagged, (0.0, 1.0), next);
        assert!((found.value - (2.0 / 3.0 + core::f64::consts::E - 1.0)).abs() < 1e-9);
    }
}
