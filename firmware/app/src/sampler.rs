//! The interrupt's side: one reading per tick, into the queue.

use core::fmt;

use heapless::spsc::{Consumer, Producer};

use crate::fault::Fault;
use crate::plausible::{Past, Plausible};
use crate::sensor::Sensor;
use crate::tally::Tally;

/// What goes through the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Sample {
    /// A usable reading, in the sensor's unit.
    Reading(f32),
    /// Readings are missing here: no window may cross it.
    Gap,
}

/// Where the main loop takes its samples from.
pub trait Inbox {
    /// The next sample, if one has come.
    fn next(&mut self) -> Option<Sample>;
}

/// The queue that a [`Sampler`] fills.
impl Inbox for Consumer<'_, Sample> {
    fn next(&mut self) -> Option<Sample> {
        self.dequeue()
    }
}

/// Reads a sensor at the pace of its calls and queues what is usable.
///
/// - A reading that cannot be true ([`Plausible`]) is counted and left out.
/// - A sensor that does not answer is asked again after 1, 3, 7, … ticks, at most
///   [`LONGEST_WAIT`](Self::LONGEST_WAIT), so that a dead bus does not take the processor's time.
/// - Where readings are missing, a [`Sample::Gap`] goes before the next one.
pub struct Sampler<'a, S> {
    sensor: S,
    plausible: Plausible,
    past: Past,
    outbox: Producer<'a, Sample>,
    tally: &'a Tally,
    /// Ticks to let pass before the sensor is asked again.
    wait: u32,
    /// How many there were after the last fault.
    back_off: u32,
    gap: bool,
}

impl<S: fmt::Debug> fmt::Debug for Sampler<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sampler")
            .field("sensor", &self.sensor)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}

impl<'a, S: Sensor> Sampler<'a, S> {
    /// The most ticks between two attempts.
    pub const LONGEST_WAIT: u32 = 63;

    /// A sampler that fills the queue of `outbox` and counts in `tally`.
    pub fn new(
        sensor: S,
        plausible: Plausible,
        outbox: Producer<'a, Sample>,
        tally: &'a Tally,
    ) -> Self {
        Self {
            sensor,
            plausible,
            past: Past::default(),
            outbox,
            tally,
            wait: 0,
            back_off: 0,
            gap: false,
        }
    }

    /// Takes one reading: to be called by the timer interrupt, at the sample rate.
    pub fn sample(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            self.gap = true;
            return;
        }
        let reading = self.sensor.read();
        match reading.and_then(|x| self.past.judge(x, &self.plausible)) {
            Ok(x) => {
                self.back_off = 0;
                self.send(x);
            }
            Err(fault) => self.reject(fault),
        }
    }

    /// Counts readings as dropped that were due and could not be taken, with a gap in their place.
    pub fn miss(&mut self, readings: u32) {
        (0..readings).for_each(|_| self.tally.drop());
        self.gap |= readings > 0;
    }

    /// Whether the queue has room for a reading and a gap before it.
    pub fn has_room(&self) -> bool {
        self.outbox.len() + 2 <= self.outbox.capacity()
    }

    fn reject(&mut self, fault: Fault) {
        self.tally.reject(fault);
        self.gap = true;
        if fault.is_of_the_bus() {
            self.wait = self.back_off;
            self.back_off = (2 * self.back_off + 1).min(Self::LONGEST_WAIT);
        }
    }

    fn send(&mut self, x: f32) {
        if self.gap {
            self.gap = self.outbox.enqueue(Sample::Gap).is_err();
        }
        if !self.gap && self.outbox.enqueue(Sample::Reading(x)).is_ok() {
            self.tally.take();
        } else {
            self.gap = true;
            self.tally.drop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heapless::spsc::Queue;
    use std::collections::VecDeque;
    use std::vec::Vec;

    /// Says what it was told to.
    struct Script(VecDeque<Result<f32, Fault>>, u32);

    impl Script {
        fn new(said: impl IntoIterator<Item = Result<f32, Fault>>) -> Self {
            Self(said.into_iter().collect(), 0)
        }
    }

    impl Sensor for Script {
        fn read(&mut self) -> Result<f32, Fault> {
            self.1 += 1;
            self.0.pop_front().unwrap_or(Err(Fault::NoAnswer))
        }
    }

    /// What a script comes to after so many ticks, with all of the queue taken out at the end.
    fn run(script: &mut Script, limits: Plausible, ticks: u32) -> (Vec<Sample>, Tally) {
        let (tally, mut queue) = (Tally::new(), Queue::<Sample, 16>::new());
        let (outbox, mut inbox) = queue.split();
        let mut sampler = Sampler::new(script, limits, outbox, &tally);
        (0..ticks).for_each(|_| sampler.sample());
        let samples = core::iter::from_fn(|| inbox.dequeue()).collect();
        (samples, tally)
    }

    use Sample::{Gap, Reading};

    #[test]
    fn good_readings_pass_in_order() {
        let (samples, tally) = run(&mut Script::new([Ok(1.0), Ok(2.0)]), Plausible::ANY, 2);
        assert_eq!(samples, [Reading(1.0), Reading(2.0)]);
        assert_eq!((tally.taken(), tally.rejected_in_all()), (2, 0));
    }

    #[test]
    fn what_cannot_be_true_is_counted_by_kind_and_leaves_one_gap() {
        let said = [1.0, f32::NAN, f32::INFINITY, 300.0, -300.0, 2.0].map(Ok);
        let limits = Plausible {
            low: -55.0,
            high: 125.0,
            stuck_after: 0,
        };
        let (samples, tally) = run(&mut Script::new(said), limits, 6);
        assert_eq!(samples, [Reading(1.0), Gap, Reading(2.0)]);
        assert_eq!(tally.rejected(Fault::NotFinite), 2);
        assert_eq!(tally.rejected(Fault::OutOfRange), 2);
        assert_eq!(tally.rejected_in_all(), 4);
    }

    #[test]
    fn a_stuck_sensor_is_left_out_until_it_moves() {
        let said = [5.0, 5.0, 5.0, 5.0, 6.0].map(Ok);
        let limits = Plausible {
            stuck_after: 2,
            ..Plausible::ANY
        };
        let (samples, tally) = run(&mut Script::new(said), limits, 5);
        assert_eq!(samples, [Reading(5.0), Reading(5.0), Gap, Reading(6.0)]);
        assert_eq!(tally.rejected(Fault::Stuck), 2);
    }

    #[test]
    fn a_dead_bus_is_asked_less_and_less_often_and_comes_back() {
        let mut script = Script::new([]);
        let (samples, tally) = run(&mut script, Plausible::ANY, 1000);
        assert!(samples.is_empty());
        // After 1, 2, 3 + 1, … ticks at first, every 64th in the end.
        assert_eq!(script.1, tally.rejected(Fault::NoAnswer));
        assert!((18..=24).contains(&script.1), "asked {} times", script.1);

        let mut script = Script::new([Err(Fault::Bus), Err(Fault::Bus), Ok(7.0)]);
        let (samples, _) = run(&mut script, Plausible::ANY, 4);
        assert_eq!(samples, [Gap, Reading(7.0)]);
    }

    #[test]
    fn readings_that_could_not_be_taken_are_counted_and_leave_a_gap() {
        let (tally, mut queue) = (Tally::new(), Queue::<Sample, 4>::new());
        let (outbox, mut inbox) = queue.split();
        let script = Script::new([1.0, 2.0, 3.0].map(Ok));
        let mut sampler = Sampler::new(script, Plausible::ANY, outbox, &tally);
        for missed in [0, 5] {
            sampler.miss(missed);
            sampler.sample();
        }
        let taken: Vec<_> = core::iter::from_fn(|| inbox.dequeue()).collect();
        assert_eq!(taken, [Reading(1.0), Gap, Reading(2.0)]);
        assert_eq!((tally.dropped(), tally.seen()), (5, 7));
    }

    #[test]
    fn a_full_queue_loses_readings_by_count_and_with_a_gap() {
        let (tally, mut queue) = (Tally::new(), Queue::<Sample, 4>::new());
        let (outbox, mut inbox) = queue.split();
        let script = Script::new((0..10).map(|i| Ok(i as f32)));
        let mut sampler = Sampler::new(script, Plausible::ANY, outbox, &tally);
        (0..5).for_each(|_| sampler.sample());
        assert_eq!((tally.taken(), tally.dropped()), (3, 2));
        let taken: Vec<_> = core::iter::from_fn(|| inbox.dequeue()).collect();
        assert_eq!(taken, [Reading(0.0), Reading(1.0), Reading(2.0)]);
        sampler.sample();
        assert_eq!(inbox.dequeue(), Some(Gap));
        assert_eq!(inbox.dequeue(), Some(Reading(5.0)));
    }
}
