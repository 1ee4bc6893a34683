//! Learning rate and penalty weight over the run.

use crate::math;

/// A factor on a base value, over the run from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Schedule {
    /// 1 throughout.
    Constant,
    /// 1 up to `from`, then linearly to 0 at `to`; both are fractions of the run.
    Linear {
        /// Where the decay begins.
        from: f32,
        /// Where it ends.
        to: f32,
    },
    /// (1 + cos π t) / 2.
    Cosine,
}

impl Schedule {
    /// The factor at `step` of `steps`; past the end it stays what it is there.
    pub fn factor(self, step: u32, steps: u32) -> f32 {
        let t = (step.min(steps) as f32) / (steps.max(1) as f32);
        match self {
            Self::Constant => 1.0,
            Self::Linear { from, .. } if t <= from => 1.0,
            Self::Linear { from, to } => ((to - t) / (to - from)).max(0.0),
            Self::Cosine => 0.5 * (1.0 + math::cos(core::f32::consts::PI * t)),
        }
    }
}

impl Schedule {
    /// Its kind and its two numbers, as a checkpoint holds them.
    pub(crate) fn numbers(self) -> (u32, f32, f32) {
        match self {
            Self::Constant => (0, 0.0, 0.0),
            Self::Linear { from, to } => (1, from, to),
            Self::Cosine => (2, 0.0, 0.0),
        }
    }

    /// The schedule that [`numbers`](Self::numbers) gives, if there is such a kind.
    pub(crate) fn from_numbers(kind: u32, from: f32, to: f32) -> Option<Self> {
        match kind {
            0 => Some(Self::Constant),
            1 => Some(Self::Linear { from, to }),
            2 => Some(Self::Cosine),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_start_at_one_and_end_at_nought() {
        for schedule in [Schedule::Linear { from: 0.5, to: 1.0 }, Schedule::Cosine] {
            assert_eq!(schedule.factor(0, 100), 1.0);
            assert!(schedule.factor(100, 100).abs() < 1e-6);
            assert!(schedule.factor(200, 100).abs() < 1e-6);
        }
        assert_eq!(Schedule::Linear { from: 0.5, to: 1.0 }.factor(75, 100), 0.5);
        assert_eq!(Schedule::Constant.factor(100, 100), 1.0);
        assert_eq!(Schedule::Constant.factor(0, 0), 1.0);
    }

    #[test]
    fn schedules_fall_as_their_formulas_do() {
        let linear = Schedule::Linear {
            from: 0.25,
            to: 0.75,
        };
        // Of 8 steps, 2 to 6 are the fall.
        let fall = [1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0, 0.0];
        for (step, wanted) in (0..).zip(fall) {
            assert_eq!(linear.factor(step, 8), wanted, "at {step} of 8");
        }
        // cos 60° = 1/2.
        assert!((Schedule::Cosine.factor(2, 6) - 0.75).abs() < 1e-6);
    }

    /// Numbers that are in checkpoints.
    #[test]
    fn a_schedule_is_its_numbers() {
        let linear = Schedule::Linear {
            from: 0.5,
            to: 0.75,
        };
        let known = [
            (Schedule::Constant, (0, 0.0, 0.0)),
            (linear, (1, 0.5, 0.75)),
            (Schedule::Cosine, (2, 0.0, 0.0)),
        ];
        for (schedule, numbers) in known {
            assert_eq!(schedule.numbers(), numbers);
            let (kind, from, to) = numbers;
            assert_eq!(Schedule::from_numbers(kind, from, to), Some(schedule));
        }
        assert_eq!(Schedule::from_numbers(3, 0.5, 0.75), None);
    }
}
