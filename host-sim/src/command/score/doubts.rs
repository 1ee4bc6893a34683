//! Whether a series is what the detector was fitted to at all: its unit, its rate, its gaps.

use ganlet::session::Session;
use ganlet::watch::Kind;

use crate::error::Failure;
use crate::network::Network;
use crate::series::Series;
use crate::source::Pupil;

/// Standard deviations that the median reading may be from the mean before it is doubted.
const FAR: f32 = 8.0;
/// The same before scores say nothing any more.
const ABSURD: f32 = 1000.0;
/// How much wider or narrower the readings may spread before their unit is doubted.
const SPREAD: f32 = 30.0;
/// How far the rate may be off.
const RATE: f64 = 1.1;

/// Warnings about a series that is scored by this learner.
///
/// # Errors
///
/// [`Failure::Input`] for readings of which none could be the sensor's.
pub(super) fn about<M: Network>(
    series: &Series,
    learner: &Pupil<'_, M>,
) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    let scale = learner.session.standardiser;
    let mut readings: Vec<f32> = series.values.iter().map(|&x| scale.to(x)).collect();
    readings.sort_by(f32::total_cmp);
    let quantile = |q: f32| readings[((readings.len() - 1) as f32 * q) as usize];
    let (middle, spread) = (quantile(0.5), quantile(0.9) - quantile(0.1));
    let place = series.path.display();
    let trained = format!("trained on {} ± {}", scale.mean(), scale.sd());
    if middle.abs() > ABSURD || spread > ABSURD * SPREAD {
        return Err(Failure::input(
            format!(
                "readings of another unit or sensor: half of them lie beyond {} ({trained})",
                scale.back(middle)
            ),
            place,
            "give readings in the unit that the checkpoint was trained on",
        ));
    }
    if middle.abs() > FAR {
        warnings.push(format!(
            "{place}: another unit or sensor? The median reading is {}, {trained}",
            scale.back(middle)
        ));
    } else if !(2.56 / SPREAD..=SPREAD * 2.56).contains(&spread) {
        warnings.push(format!(
            "{place}: another unit or sensor? Readings spread over {}, {trained}",
            spread * scale.sd()
        ));
    }
    if let (Some(step), true) = (series.step, learner.interval > 0.0) {
        let usual = f64::from(learner.interval);
        if step > RATE * usual || usual > RATE * step {
            warnings.push(format!(
                "{place}: a reading every {step} s, but the checkpoint was trained on one every \
                 {usual} s: windows do not look alike, resample the series"
            ));
        }
    }
    let short = series.segments.iter().map(std::ops::Range::len);
    let window = Session::<M>::WINDOW;
    let lost: usize = short.filter(|len| *len < window).sum();
    if lost > 0 {
        warnings.push(format!(
            "{place}: {lost} readings between gaps are in no window of {window} and have no score"
        ));
    }
    Ok(warnings)
}

/// What there is to say about windows that belong to rows of equal readings.
pub(super) fn about_flat_runs(kinds: impl Iterator<Item = Kind>) -> Option<String> {
    let flat = kinds.filter(|kind| matches!(kind, Kind::Stuck | Kind::Saturated));
    let count = flat.count();
    (count > 0).then(|| {
        format!("{count} windows end in a row of equal readings longer than any in training: stuck")
    })
}
