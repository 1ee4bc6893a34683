//! What mixtures make of windows, in 16 bits each.

use crate::checkpoint::Persist;

/// A number for each mixture and each window, to within 1/256 of it: the upper half of an `f32`.
///
/// What is calibrated by them lies some units above numbers of some tens.
pub trait Scores: Persist + Clone + core::fmt::Debug {
    /// Noughts.
    const NONE: Self;

    /// What a mixture makes of the window at a place; 0 where there is none.
    fn score(&self, mixture: usize, place: usize) -> f32;

    /// Sets it; nothing happens where there is no such place.
    fn set_score(&mut self, mixture: usize, place: usize, score: f32);
}

/// `N` windows and `M` mixtures.
impl<const N: usize, const M: usize> Scores for [[u16; N]; M] {
    const NONE: Self = [[0; N]; M];

    fn score(&self, mixture: usize, place: usize) -> f32 {
        let upper = self.get(mixture).and_then(|row| row.get(place));
        upper.map_or(0.0, |upper| f32::from_bits(u32::from(*upper) << 16))
    }

    fn set_score(&mut self, mixture: usize, place: usize, score: f32) {
        /// Half of what the lowest bit that is kept is worth.
        const HALF: u32 = 1 << 15;
        // Below infinity whichever way it is rounded; what is no number counts as nought.
        let score = if score.is_nan() {
            0.0
        } else {
            score.clamp(-1e38, 1e38)
        };
        if let Some(upper) = self.get_mut(mixture).and_then(|row| row.get_mut(place)) {
            *upper = (score.to_bits().wrapping_add(HALF) >> 16) as u16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_comes_back_to_a_256th_and_beside_no_other() {
        let mut scores: [[u16; 3]; 2] = Scores::NONE;
        for score in [0.0, 1.0, -1.0, 21.37, -3e-5, 1234.5, 1e30, -1e30] {
            Scores::set_score(&mut scores, 1, 2, score);
            let got = Scores::score(&scores, 1, 2);
            assert!((got - score).abs() <= score.abs() / 256.0, "{score} {got}");
            assert_eq!(Scores::score(&scores, 0, 2), 0.0);
            assert_eq!(Scores::score(&scores, 1, 1), 0.0);
        }
    }

    #[test]
    fn what_is_no_number_or_has_no_place_harms_nothing() {
        let mut scores: [[u16; 1]; 1] = Scores::NONE;
        for score in [
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::MAX,
            f32::MIN,
        ] {
            Scores::set_score(&mut scores, 0, 0, score);
            assert!(Scores::score(&scores, 0, 0).is_finite(), "{score}");
        }
        Scores::set_score(&mut scores, 1, 0, 1.0);
        Scores::set_score(&mut scores, 0, 1, 1.0);
        assert_eq!(
            Scores::score(&scores, 1, 0) + Scores::score(&scores, 0, 1),
            0.0
        );
    }
}
