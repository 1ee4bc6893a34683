//! The protocol of the audit: which windows of a labelled series are trained on, and which judged.

use ganlet::rng::Rng;
use ganlet::stream::{Standardiser, Welford, reservoir_place};
use ganlet::watch::Windows;

use crate::error::Failure;
use crate::manifest::Entry;
use crate::series::{Rows, Series};

/// Readings in a window.
pub(super) const WINDOW: usize = 32;
/// One window of readings.
pub(super) type Sample = [f32; WINDOW];

/// Readings from one training window to the next.
pub(super) const TRAIN_STRIDE: usize = 2;
/// The stream of random numbers that picks the windows to keep.
const KEEPING: u64 = 11;

/// One labelled series, standardised by its training part.
#[derive(Debug)]
pub(super) struct Labelled {
    /// Its name.
    pub(super) name: String,
    /// Windows of the training part, in order.
    pub(super) train: Vec<Sample>,
    /// All windows behind it, one for every reading.
    pub(super) test: Vec<Judged>,
    /// Those of either part that have no labelled reading, one for every reading.
    pub(super) normal: Vec<Judged>,
}

/// A window to be judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    /// The place of its first reading in the series.
    pub(super) start: usize,
    /// Its readings.
    pub(super) sample: Sample,
    /// Whether it is anomalous: at least 8 of its readings are labelled, or none; `None` between.
    pub(super) label: Option<bool>,
}

impl Labelled {
    /// Reads a series of the manifest.
    ///
    /// # Errors
    ///
    /// [`Failure::Input`] for a file that cannot be used.
    pub(super) fn read(entry: &Entry) -> Result<Self, Failure> {
        let series = Series::read(&entry.path, None, &Rows::default())?;
        let mut moments = Welford::new();
        let normal = series.values.iter().take(entry.train_n);
        normal.for_each(|&x| {
            moments.push(x);
        });
        let scale = Standardiser::fit(&moments)
            .map_err(|unfit| Failure::told(&unfit, entry.path.display()))?;
        let sample = |start: usize| -> Option<Sample> {
            let window = series.values.get(start..start + WINDOW)?;
            Some(scale.to_row(window.try_into().ok()?))
        };
        let starts = |from: usize, to: usize, stride: usize| {
            let segments = series.segments.iter();
            let cut = segments.map(move |s| (s.start.max(from), s.end.min(to)));
            cut.flat_map(move |(a, b)| (a..(b + 1).saturating_sub(WINDOW).max(a)).step_by(stride))
        };
        let judged = |start: usize, label: Option<bool>| {
            let sample = sample(start)?;
            Some(Judged {
                start,
                sample,
                label,
            })
        };
        let train = starts(0, entry.train_n, TRAIN_STRIDE).filter_map(sample);
        let before = starts(0, entry.train_n, 1).filter_map(|start| judged(start, Some(false)));
        let behind = starts(entry.train_n, series.values.len(), 1);
        let test: Vec<Judged> = match series.labels.as_deref() {
            Some(labels) => behind
                .filter_map(|start| judged(start, label(labels, start)))
                .collect(),
            None => Vec::new(),
        };
        let normal = test.iter().filter(|window| window.label == Some(false));
        Ok(Self {
            name: entry.name.clone(),
            train: train.collect(),
            normal: before.chain(normal.copied()).collect(),
            test,
        })
    }

    /// Whether both kinds of windows are there to be told apart.
    pub(super) fn has_both(&self) -> bool {
        let has = |kind| self.test.iter().any(|window| window.label == Some(kind));
        has(true) && has(false)
    }

    /// Every fourth window: what areas are computed from.
    pub(super) fn sparse(&self) -> impl Iterator<Item = &Judged> {
        spaced(&self.test, 4)
    }

    /// At most `capacity` training windows, as a device's memory would keep them.
    pub(super) fn kept(&self, capacity: usize, seed: u64) -> Kept {
        keep(&self.train, capacity, seed)
    }
}

/// Windows that begin at least so many readings after one another.
pub(super) fn spaced(windows: &[Judged], readings: usize) -> impl Iterator<Item = &Judged> + Clone {
    let mut last = None;
    windows.iter().filter(move |window| {
        let due = last.is_none_or(|last| window.start >= last + readings);
        if due {
            last = Some(window.start);
        }
        due
    })
}

/// At most `capacity` windows, as a device's memory would keep them.
pub(super) fn keep(windows: &[Sample], capacity: usize, seed: u64) -> Kept {
    let mut rng = Rng::new(seed, KEEPING);
    let mut kept = Kept::default();
    for (arrival, sample) in (0u32..).zip(windows) {
        let place = reservoir_place(arrival + 1, capacity as u32, u32::MAX, &mut rng);
        if let Some(place) = place {
            kept.put(place as usize, *sample, arrival);
        }
    }
    kept
}

fn label(labels: &[bool], start: usize) -> Option<bool> {
    let labels = labels.get(start..start + WINDOW)?;
    match labels.iter().filter(|label| **label).count() {
        0 => Some(false),
        marked if 4 * marked >= WINDOW => Some(true),
        _ => None,
    }
}

/// Windows that were kept, each with its arrival.
#[derive(Debug, Default, Clone)]
pub(super) struct Kept(Vec<(Sample, u32)>);

impl Kept {
    fn put(&mut self, place: usize, sample: Sample, arrival: u32) {
        match self.0.get_mut(place) {
            Some(held) => *held = (sample, arrival),
            None => self.0.push((sample, arrival)),
        }
    }

    /// The windows.
    pub(super) fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.0.iter().map(|(sample, _)| sample)
    }
}

impl FromIterator<Sample> for Kept {
    fn from_iter<I: IntoIterator<Item = Sample>>(samples: I) -> Self {
        Self(samples.into_iter().zip(0..).collect())
    }
}

impl Windows<Sample> for Kept {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn window(&self, place: usize) -> Option<Sample> {
        self.0.get(place).map(|(sample, _)| *sample)
    }
    fn arrival(&self, place: usize) -> f32 {
        self.0
            .get(place)
            .map_or(0.0, |(_, arrival)| *arrival as f32)
    }
}
