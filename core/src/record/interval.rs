//! From rounds to a record.

use super::Record;
use crate::divergence::bound::BoundEstimate;
use crate::trainer::Round;

/// Collects rounds until the interval is over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interval {
    rounds: u32,
    skipped: u32,
    discriminator_loss: f32,
    generator_loss: f32,
    penalty: f32,
    discriminator_gradient: f32,
    generator_gradient: f32,
    bound: BoundEstimate,
}

impl Interval {
    /// Adds a round. Steps that were skipped are counted, and their numbers left out.
    pub fn push(&mut self, round: &Round) {
        let (d, g) = (&round.discriminator, &round.generator);
        if d.step.skipped || g.skipped {
            self.skipped += u32::from(d.step.skipped) + u32::from(g.skipped);
            return;
        }
        self.rounds += 1;
        self.discriminator_loss += d.step.loss;
        self.generator_loss += g.loss;
        self.penalty += d.step.penalty;
        self.discriminator_gradient += d.step.gradient_norm;
        self.generator_gradient += g.gradient_norm;
        self.bound.push_value(d.value);
    }

    /// The record of the interval that ends at `step`, without vitals, and a fresh start. `None` where no round has
    /// given numbers.
    pub fn finish(&mut self, step: u32) -> Option<Record> {
        let done = core::mem::take(self);
        if done.rounds == 0 {
            self.skipped = done.skipped;
            return None;
        }
        let mean = |sum: f32| sum / done.rounds as f32;
        let (value, js_bound, js_bound_error) = match done.bound.bound() {
            Some(bound) => (bound.value, bound.js, bound.js_error),
            None => (f32::NAN, f32::NAN, f32::NAN),
        };
        Some(Record {
            step,
            discriminator_loss: mean(done.discriminator_loss),
            generator_loss: mean(done.generator_loss),
            penalty: mean(done.penalty),
            value,
            js_bound,
            js_bound_error,
            discriminator_gradient: mean(done.discriminator_gradient),
            generator_gradient: mean(done.generator_gradient),
            skipped: done.skipped,
            ..Record::default()
        })
    }
}
