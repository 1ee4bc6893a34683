//! What a device's sensor reads: a column of a CSV file, or a room that is made up.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::usage_error;

/// Readings of the room.
const SIMULATED: usize = 20_000;

/// Where readings come from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Source {
    /// Readings from a CSV file [default: 20,000 of a simulated room]
    #[arg(long, value_name = "CSV")]
    data: Option<PathBuf>,
    /// Column of the readings [default: `value`, else the only one of numbers]
    #[arg(long, requires = "data")]
    column: Option<String>,
    /// The first readings only
    #[arg(long, value_name = "N")]
    rows: Option<usize>,
    /// Warm the readings FROM to TO by so much, e.g. `1000..1040:8`, to see an alarm
    #[arg(long, value_name = "FROM..TO:BY", value_parser = Heat::parse)]
    heat: Option<Heat>,
}

/// Something that happens to the sensor.
#[derive(Clone, Debug, PartialEq)]
struct Heat {
    during: Range<usize>,
    by: f32,
}

impl Heat {
    fn parse(text: &str) -> Result<Self, String> {
        let parts = || {
            let (range, by) = text.split_once(':')?;
            let (from, to) = range.split_once("..")?;
            let during = from.parse().ok()?..to.parse().ok()?;
            Some(Self {
                during,
                by: by.parse().ok()?,
            })
        };
        parts().ok_or_else(|| "give it as FROM..TO:BY, such as 1000..1040:8".to_owned())
    }

    fn apply(&self, readings: &mut [String]) {
        let (from, count) = (self.during.start, self.during.len());
        for reading in readings.iter_mut().skip(from).take(count) {
            if let Ok(number) = reading.parse::<f32>() {
                *reading = (number + self.by).to_string();
            }
        }
    }
}

impl Source {
    /// The readings as text, as they are in the file: what is no number is for the device to reject.
    ///
    /// # Errors
    /// A usage error for a file that cannot be read, or has no such column.
    pub(crate) fn read(&self) -> Result<Vec<String>> {
        let mut readings = match &self.data {
            Some(file) => recorded(file, self.column.as_deref())?,
            None => room(SIMULATED),
        };
        readings.truncate(self.rows.unwrap_or(usize::MAX));
        if let Some(heat) = &self.heat {
            heat.apply(&mut readings);
        }
        Ok(readings)
    }
}

fn recorded(file: &Path, column: Option<&str>) -> Result<Vec<String>> {
    let wrong = |what: String| usage_error(format!("{}: {what}", file.display()));
    let mut table = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|error| wrong(error.to_string()))?;
    let header = table.headers().map_err(|error| wrong(error.to_string()))?;
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let rows: Vec<_> = table
        .records()
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(error.to_string()))?;
    let cell = |row: &csv::StringRecord, at| row.get(at).unwrap_or_default().to_owned();
    let numeric = |at: &usize| rows.iter().any(|row| cell(row, *at).parse::<f32>().is_ok());
    let at = choose(&header, column, numeric).map_err(wrong)?;
    let readings: Vec<_> = rows.iter().map(|row| cell(row, at)).collect();
    match numeric(&at) {
        true => Ok(readings),
        false => Err(wrong(format!("no reading in column `{}`", header[at]))),
    }
}

/// The place of the column: the named one, else `value`, else the only numeric one.
fn choose(
    header: &[String],
    column: Option<&str>,
    numeric: impl Fn(&usize) -> bool,
) -> Result<usize, String> {
    let place = |name: &str| header.iter().position(|it| it == name);
    let columns = || {
        format!(
            "its columns are {}; name one by --column",
            header.join(", ")
        )
    };
    if let Some(name) = column {
        return place(name).ok_or_else(|| format!("no column `{name}`; {}", columns()));
    }
    let other = |at: &usize| !["t", "label"].contains(&header[*at].as_str()) && numeric(at);
    let mut others = (0..header.len()).filter(other);
    match (place("value"), others.next(), others.next()) {
        (Some(at), ..) | (None, Some(at), None) => Ok(at),
        _ => Err(format!("which column? {}", columns())),
    }
}

/// What comes after so many readings, of those that are numbers.
pub(crate) fn after(taken: usize, readings: &[String]) -> &[String] {
    let is_number = |reading: &String| reading.parse().is_ok_and(f32::is_finite);
    let numbers = (1..)
        .zip(readings)
        .filter(|(_, reading)| is_number(reading));
    let last = numbers.take(taken).last();
    let passed = last.map_or(0, |(passed, _)| passed);
    &readings[passed..]
}

/// A room whose thermostat switches between 20.5 °C and 23 °C, the same on every run and machine.
fn room(count: usize) -> Vec<String> {
    let mut state = 0_u64;
    let mut uniform = move || {
        // SplitMix64, of which 24 bits make a number in [0, 1).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 40) as f64 / f64::from(1 << 24)
    };
    let mut reading = || {
        let (mean, sd) = if uniform() < 0.65 {
            (20.5, 0.3)
        } else {
            (23.0, 0.4)
        };
        // Twelve uniform numbers add up to a variance of 1.
        let noise: f64 = (0..12).map(|_| uniform() - 0.5).sum();
        format!("{:.3}", mean + sd * noise)
    };
    (0..count).map(|_| reading()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(header: &str, column: Option<&str>) -> Result<usize, String> {
        let header: Vec<_> = header.split(',').map(str::to_owned).collect();
        choose(&header, column, |at| header[*at] != "note")
    }

    #[test]
    fn the_column_is_found_by_the_rule() {
        assert_eq!(chosen("t,value,label", None), Ok(1));
        assert_eq!(chosen("t,celsius,note", None), Ok(1));
        assert_eq!(chosen("a,b", Some("b")), Ok(1));
        assert!(chosen("a,b", None).unwrap_err().contains("a, b"));
        assert!(chosen("a,b", Some("c")).unwrap_err().contains("`c`"));
        assert!(chosen("t,label", None).is_err());
    }

    #[test]
    fn heat_changes_numbers_only_and_only_where_it_is() {
        let heat = Heat::parse("1..3:8").unwrap();
        let mut readings = ["20.5", "20.5", "?", "20.5"].map(str::to_owned);
        heat.apply(&mut readings);
        assert_eq!(readings, ["20.5", "28.5", "?", "20.5"]);
        assert!(Heat::parse("1-3:8").is_err());
    }

    #[test]
    fn the_room_has_two_temperatures() {
        let readings: Vec<f64> = room(4000).iter().map(|it| it.parse().unwrap()).collect();
        let warm = readings.iter().filter(|it| **it > 21.75).count();
        assert!((1300..1500).contains(&warm), "{warm} of 4000 are warm");
        assert!(readings.iter().all(|it| (18.0..26.0).contains(it)));
        assert_eq!(room(10), room(4000)[..10]);
    }
}
