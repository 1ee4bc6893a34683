//! Who is told.

use crate::event::Event;

/// Someone who is told what happens.
pub trait Reporter {
    /// Tells one event.
    fn report(&mut self, event: &Event);
}

/// Tells a closure.
impl<F: FnMut(&Event)> Reporter for F {
    fn report(&mut self, event: &Event) {
        self(event);
    }
}

/// Logs every event as one line of defmt: what wants attention as a warning, all else as
/// information.
#[cfg(feature = "defmt")]
#[derive(Clone, Copy, Debug, Default)]
pub struct DefmtReporter;

#[cfg(feature = "defmt")]
impl Reporter for DefmtReporter {
    fn report(&mut self, event: &Event) {
        use defmt::{info, warn};
        match *event {
            Event::Started {
                model,
                seed,
                parameters,
                ram,
            } => info!(
                "Started {{ model: {}, seed: {}, parameters: {}, ram: {} }}",
                model, seed, parameters, ram
            ),
            Event::Restored {
                step,
                fingerprint,
                readings,
                samples,
            } => info!(
                "Restored {{ step: {}, fingerprint: {}, readings: {}, samples: {} }}",
                step, fingerprint, readings, samples
            ),
            Event::NotRestored { error } => warn!("NotRestored {{ error: {} }}", error),
            Event::Scaled { mean, sd, readings } => info!(
                "Scaled {{ mean: {}, sd: {}, readings: {} }}",
                mean, sd, readings
            ),
            Event::Unscaled { reason } => warn!("Unscaled {{ reason: {} }}", reason),
            Event::Progress(record) => info!("{}", record),
            Event::Unwatched { samples, needed } => {
                info!("Unwatched {{ samples: {}, needed: {} }}", samples, needed)
            }
            Event::Fitted { samples, seen } => {
                info!("Fitted {{ samples: {}, seen: {} }}", samples, seen)
            }
            Event::Alarm { verdict, readings } => {
                warn!("Alarm {{ {}, readings: {} }}", verdict, readings)
            }
            Event::Calm(verdict) => info!("Calm {{ {} }}", verdict),
            Event::NewNormal(verdict) => warn!("NewNormal {{ {} }}", verdict),
            Event::Drifted(verdict) => warn!("Drifted {{ {} }}", verdict),
            Event::FaultSeen { fault, total } => {
                warn!("FaultSeen {{ fault: {}, total: {} }}", fault, total)
            }
            Event::RolledBack { step, total } => {
                warn!("RolledBack {{ step: {}, total: {} }}", step, total)
            }
            Event::Treated(treated) => warn!("{}", treated),
            Event::Dropped { total } => warn!("Dropped {{ total: {} }}", total),
            Event::Saved { step, fingerprint } => {
                info!("Saved {{ step: {}, fingerprint: {} }}", step, fingerprint)
            }
            Event::NotSaved { step } => warn!("NotSaved {{ step: {} }}", step),
            Event::Settled(settled) => info!("{}", settled),
            Event::Finished {
                step,
                fingerprint,
                verdicts,
            } => info!(
                "Finished {{ step: {}, fingerprint: {}, verdicts: {} }}",
                step, fingerprint, verdicts
            ),
        }
    }
}
