//! The interrupt's side: when a reading is taken, and from where.

use core::cell::RefCell;

use critical_section::Mutex;
use ganlet_app::{Fault, Faulty, Mishap, Plausible, Sample, Sampler, Sensor, Tally};
use heapless::spsc::Producer;

use crate::{inlet, machine::Thermometer, orders::Orders};

/// What became of the readings.
pub(crate) static TALLY: Tally = Tally::new();

static SAMPLING: Mutex<RefCell<Option<Sampling>>> = Mutex::new(RefCell::new(None));

struct Sampling {
    sampler: Sampler<'static, Faulty<Source>>,
    kind: Kind,
    /// Whether the host has been asked for a temperature and has not answered yet.
    asked: bool,
}

/// Where a thermometer fails on purpose, what it says is held against what it can measure.
const OF_A_ROOM: Plausible = Plausible {
    low: -55.0,
    high: 125.0,
    stuck_after: 2,
};

/// Who gives the readings.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// The host, as text.
    Uart,
    /// The thermometer on the bus, which the host heats and cools.
    I2c,
}

enum Source {
    Uart,
    I2c(Thermometer),
}

impl Sensor for Source {
    fn read(&mut self) -> Result<f32, Fault> {
        match self {
            Self::Uart => inlet::take().ok_or(Fault::NoAnswer),
            Self::I2c(thermometer) => thermometer.read(),
        }
    }
}

/// Begins to take readings; without a thermometer they are the host's.
pub(crate) fn begin(
    thermometer: Option<Thermometer>,
    orders: &Orders,
    outbox: Producer<'static, Sample>,
) {
    let (source, kind) = match thermometer {
        Some(thermometer) => (Source::I2c(thermometer), Kind::I2c),
        None => (Source::Uart, Kind::Uart),
    };
    let (mishaps, limits): (&[_], _) = match orders.faults {
        0 => (&[], Plausible::ANY),
        _ => (&Mishap::OF_SENSORS, OF_A_ROOM),
    };
    let rate = orders.faults as f32 / 1000.0;
    let source = Faulty::new(source, mishaps.iter().copied(), rate, orders.seed);
    let sampling = Sampling {
        sampler: Sampler::new(source, limits, outbox, &TALLY),
        kind,
        asked: false,
    };
    critical_section::with(|cs| SAMPLING.borrow_ref_mut(cs).replace(sampling));
}

/// Takes a reading now, whether there is room for it or not: a sensor does not wait.
pub(crate) fn tick() {
    with(|it| {
        if it.kind == Kind::I2c || inlet::has_number() {
            it.sampler.sample();
        }
    });
}

/// Takes a reading as soon as there is room for it and the host has given the word.
pub(crate) fn lockstep() {
    with(|it| {
        if !it.sampler.has_room() {
            return;
        }
        match it.kind {
            Kind::Uart if inlet::has_number() => it.sampler.sample(),
            Kind::Uart => {}
            Kind::I2c if !it.asked => {
                inlet::ask();
                it.asked = true;
            }
            Kind::I2c => {
                if inlet::take().is_some() {
                    it.sampler.sample();
                    it.asked = false;
                }
            }
        }
    });
}

fn with(job: impl FnOnce(&mut Sampling)) {
    critical_section::with(|cs| {
        if let Some(sampling) = SAMPLING.borrow_ref_mut(cs).as_mut() {
            job(sampling);
        }
    });
}
