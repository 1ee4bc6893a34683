//! A device's life but for its peripherals: readings that are drawn, a store that forgets, nobody who
//! is told.

use ganlet::{model::Model, recipe::Recipe, rng::Rng};
use ganlet_app::{
    Activity, Event, Inbox, Learner, Memory, Pace, Place, Sample, Settings, Store, Tally,
};
use ganlet_workload::{LIFE, digest};

/// A device.
pub type Device<M, Mem> = ganlet_app::Device<'static, M, Mem, (), Nowhere, fn(&Event)>;

static TALLY: Tally = Tally::new();

/// Lives for [`LIFE`] rounds, at a pace at which the memory is full and the fit of a detector under way
/// from the third on; exams and checkpoints come meanwhile. Ends when there is a detector.
pub fn live<M: Model, Mem: Memory<M::Sample>>(
    learner: &'static mut Learner<M, Mem>,
    measured: fn(&mut Device<M, Mem>, &mut Readings) -> Activity,
) -> ! {
    let mut device = begin(learner);
    let mut readings = Readings::new();
    while measured(&mut device, &mut readings) != Activity::Watching
        || !device.learner().detector.is_fitted()
    {}
    let learner = device.learner();
    let trainer = &learner.session.trainer;
    let networks = digest(&trainer.average, &trainer.gan.discriminator);
    crate::end_with(networks ^ learner.watch.digest())
}

#[inline(never)] // drawing the networks takes stack that learning needs afterwards
fn begin<M: Model, Mem: Memory<M::Sample>>(
    learner: &'static mut Learner<M, Mem>,
) -> Device<M, Mem> {
    let recipe = Recipe {
        steps: LIFE,
        ..M::RECIPE
    };
    let settings = Settings {
        pace: Pace::Lockstep { readings: 64 },
        examine_every: LIFE / 4,
        save_every: LIFE / 2,
        settled_by: 1024,
        ..Settings::new(recipe, 1)
    };
    Device::start(learner, None, settings, &TALLY, (), Nowhere, |_| {})
}

/// A wave and noise, a reading each time that it is asked a second time.
pub struct Readings {
    rng: Rng,
    at: u32,
}

impl Readings {
    fn new() -> Self {
        Self {
            rng: Rng::new(1, 0),
            at: 0,
        }
    }
}

impl Inbox for Readings {
    fn next(&mut self) -> Option<Sample> {
        self.at = self.at.wrapping_add(1);
        if self.at.is_multiple_of(2) {
            return None;
        }
        // Two parabolas, in the place of a sine.
        let phase = (self.at % 64) as f32 / 32.0 - 1.0;
        let wave = 4.0 * phase * (1.0 - phase.abs());
        Some(Sample::Reading(wave + 0.1 * self.rng.gaussian()))
    }
}

/// A store that takes a checkpoint and has none.
pub struct Nowhere;

impl Store for Nowhere {
    const PIECE: usize = 4096;

    fn room(&self) -> usize {
        1 << 20
    }
    fn generation(&mut self, _: Place) -> Option<u32> {
        None
    }
    fn read(&mut self, _: Place, _: usize, _: &mut [u8]) -> Option<()> {
        None
    }
    fn clear(&mut self, _: Place) -> Option<()> {
        Some(())
    }
    fn write(&mut self, _: Place, _: usize, _: &[u8]) -> Option<()> {
        Some(())
    }
    fn seal(&mut self, _: Place, _: u32) -> Option<()> {
        Some(())
    }
}
