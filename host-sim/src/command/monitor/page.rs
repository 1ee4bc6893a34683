//! What the files of a monitored run are made from.

use ganlet::record::Record;

use super::log::Log;
use crate::report::data::{Device, DeviceMetric, Metric, Told};

/// Everything that the report shows.
pub(super) fn device(log: &Log) -> Device {
    Device {
        source: "a device’s log".to_owned(),
        records: log.records,
        restarts: log.restarts,
        broken: log.broken,
        skipped: log.skipped,
        metrics: log.history.records().map(metric).collect(),
        device: log.history.records().map(device_metric).collect(),
        events: log
            .events()
            .iter()
            .map(|(name, told)| Told {
                name: name.clone(),
                count: told.count,
                last: told.last.clone(),
            })
            .collect(),
        crash: log.crash.as_ref().map(|crash| crash.text.clone()),
        quoted: log.quotes.lines(),
    }
}

/// The columns that a simulation has too; what only it can measure stays empty.
pub(super) fn metric(record: &Record) -> Metric {
    Metric {
        step: record.step.into(),
        d_loss: finite(record.discriminator_loss),
        g_loss: finite(record.generator_loss),
        value: finite(record.value),
        js_bound: finite(record.js_bound),
        js_bound_se: finite(record.js_bound_error),
        w1: None,
        js: None,
        d_gradient: finite(record.discriminator_gradient),
        g_gradient: finite(record.generator_gradient),
    }
}

/// The columns that follow them.
pub(super) fn device_metric(record: &Record) -> DeviceMetric {
    DeviceMetric {
        penalty: finite(record.penalty),
        skipped: record.skipped,
        seen: record.seen,
        rejected: record.rejected,
        dropped: record.dropped,
        cost_us: finite(record.cost_us),
        stack: (record.stack > 0).then_some(record.stack),
    }
}

fn finite(real: f32) -> Option<f64> {
    real.is_finite().then_some(real.into())
}
