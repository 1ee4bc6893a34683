//! `metrics.csv`: the run over its steps, one row for each measured step.
//!
//! The columns, in this order, are [`COLUMNS`]; their meaning is that of the
//! fields of [`Metric`]. A cell is empty where a quantity was not measured at
//! that step; a quantity that diverged reads `NaN`, `inf` or `-inf`. The run of a
//! device has the further [`DEVICE_COLUMNS`] after them, the fields of
//! [`DeviceMetric`].

use std::io::{Read, Write};

use super::data::{DeviceMetric, Metric};

/// The header of `metrics.csv`, in the order of the fields of [`Metric`].
pub const COLUMNS: [&str; 10] = [
    "step",
    "d_loss",
    "g_loss",
    "value",
    "js_bound",
    "js_bound_se",
    "w1",
    "js",
    "d_gradient",
    "g_gradient",
];

/// The columns that follow [`COLUMNS`] in the file of a device's run.
pub const DEVICE_COLUMNS: [&str; 7] = [
    "penalty", "skipped", "seen", "rejected", "dropped", "cost_us", "stack",
];

/// Writes `metrics.csv` row by row, so that a long run can be followed.
#[derive(Debug)]
pub struct MetricsWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> MetricsWriter<W> {
    /// Starts the file with its header.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn new(to: W) -> csv::Result<Self> {
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(to);
        csv.write_record(COLUMNS)?;
        Ok(Self { csv })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, row: &Metric) -> csv::Result<()> {
        self.csv.serialize(row)
    }

    /// Hands every row so far to the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn flush(&mut self) -> csv::Result<()> {
        Ok(self.csv.flush()?)
    }
}

/// Writes the `metrics.csv` of a device row by row, as its log comes.
#[derive(Debug)]
pub struct DeviceWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> DeviceWriter<W> {
    /// Starts the file with its header.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn new(to: W) -> csv::Result<Self> {
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(to);
        csv.write_record(COLUMNS.iter().chain(&DEVICE_COLUMNS))?;
        Ok(Self { csv })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, metric: &Metric, device: &DeviceMetric) -> csv::Result<()> {
        self.csv.serialize((metric, device))
    }

    /// Hands every row so far to the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn flush(&mut self) -> csv::Result<()> {
        Ok(self.csv.flush()?)
    }
}

/// Writes a whole `metrics.csv`.
///
/// # Errors
/// When `to` cannot be written.
pub fn write<W: Write>(to: W, rows: &[Metric]) -> csv::Result<()> {
    let mut writer = MetricsWriter::new(to)?;
    for row in rows {
        writer.push(row)?;
    }
    writer.flush()
}

/// Reads a `metrics.csv` back.
///
/// # Errors
/// When `from` cannot be read or is not such a file.
pub fn read<R: Read>(from: R) -> csv::Result<Vec<Metric>> {
    csv::Reader::from_reader(from).deserialize().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: &[Metric]) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, rows).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_header_names_the_fields_in_their_order() {
        let mut by_serde = csv::Writer::from_writer(Vec::new());
        by_serde.serialize(Metric::default()).unwrap();
        let by_serde = String::from_utf8(by_serde.into_inner().unwrap()).unwrap();
        assert_eq!(by_serde.lines().next(), text(&[]).lines().next());
    }

    #[test]
    fn the_file_of_a_device_is_that_of_a_simulation_with_more_columns() {
        let device = DeviceMetric {
            seen: 3200,
            cost_us: Some(821.5),
            ..DeviceMetric::default()
        };
        let metric = Metric {
            step: 100,
            value: Some(-1.25),
            ..Metric::default()
        };
        let mut bytes = Vec::new();
        let mut writer = DeviceWriter::new(&mut bytes).unwrap();
        writer.push(&metric, &device).unwrap();
        writer.flush().unwrap();
        drop(writer);
        assert_eq!(read(bytes.as_slice()).unwrap(), [metric]);
        let mut rows = csv::Reader::from_reader(bytes.as_slice());
        let again: Vec<DeviceMetric> = rows.deserialize().map(Result::unwrap).collect();
        assert_eq!(again, [device]);
    }

    #[test]
    fn a_run_without_rows_is_a_header() {
        assert_eq!(text(&[]), COLUMNS.join(",") + "\n");
    }

    #[test]
    fn rows_read_back_with_their_gaps_and_accidents() {
        let rows = [
            Metric {
                step: 0,
                d_loss: Some(1.386_294_361_119_890_6),
                ..Metric::default()
            },
            Metric {
                step: u64::MAX,
                value: Some(f64::INFINITY),
                g_gradient: Some(1e-300),
                ..Metric::default()
            },
        ];
        assert_eq!(read(text(&rows).as_bytes()).unwrap(), rows);
        let diverged = [Metric {
            w1: Some(f64::NAN),
            ..Metric::default()
        }];
        let again = read(text(&diverged).as_bytes()).unwrap();
        assert!(again[0].w1.unwrap().is_nan());
    }
}
