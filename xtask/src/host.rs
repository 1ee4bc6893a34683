//! What a host says to an emulated device over its serial line.
//!
//! First the [`Orders`], on one line. Then, by the kind of sensor:
//! - `uart`: the readings, a line each, and `end`. A byte is handed over when there is room for it.
//! - `i2c`: the device asks with `?`; the host sets the thermometer on the bus and answers `.`, or
//!   `end` when there are no more temperatures. At a fixed rate nobody asks.

use std::{
    io::{BufRead, BufReader, BufWriter, Write},
    net::TcpStream,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    emulator::Monitor,
    orders::{Orders, Sensor},
};

/// Talks to the device in a thread of its own until all is said or the device has gone.
pub(crate) fn talk(
    serial: TcpStream,
    monitor: Monitor,
    orders: Orders,
    readings: Vec<String>,
) -> JoinHandle<Result<()>> {
    thread::spawn(move || {
        let said = match (orders.sensor, orders.rate) {
            (Sensor::Uart, _) => stream(&serial, &orders, &readings),
            (Sensor::I2c, None) => answer(&serial, monitor, &orders, &readings),
            (Sensor::I2c, Some(rate)) => heat(&serial, monitor, &orders, rate, &readings),
        };
        said.or_else(|error| match error.downcast_ref::<std::io::Error>() {
            Some(_) => Ok(()), // the device has ended its run: it needs no more
            None => Err(error),
        })
    })
}

fn stream(serial: &TcpStream, orders: &Orders, readings: &[String]) -> Result<()> {
    let mut serial = BufWriter::new(serial);
    writeln!(serial, "{orders}")?;
    for reading in readings {
        writeln!(serial, "{reading}")?;
    }
    writeln!(serial, "end")?;
    Ok(serial.flush()?)
}

fn answer(
    mut serial: &TcpStream,
    mut monitor: Monitor,
    orders: &Orders,
    readings: &[String],
) -> Result<()> {
    serial.write_all(format!("{orders}\n").as_bytes())?;
    let mut left = temperatures(readings);
    for question in BufReader::new(serial).lines() {
        question?;
        match left.next() {
            Some(temperature) => {
                monitor.set_temperature(temperature)?;
                serial.write_all(b".\n")?;
            }
            None => return Ok(serial.write_all(b"end\n")?),
        }
    }
    Ok(())
}

/// Sets the temperatures at the device's own rate, whatever it makes of them.
fn heat(
    mut serial: &TcpStream,
    mut monitor: Monitor,
    orders: &Orders,
    rate: u32,
    readings: &[String],
) -> Result<()> {
    serial.write_all(format!("{orders}\n").as_bytes())?;
    let begun = Instant::now();
    for (nth, temperature) in (0..).zip(temperatures(readings)) {
        let due = Duration::from_secs(nth) / rate;
        thread::sleep(due.saturating_sub(begun.elapsed()));
        monitor.set_temperature(temperature)?;
    }
    Ok(serial.write_all(b"end\n")?)
}

fn temperatures(readings: &[String]) -> impl Iterator<Item = i32> {
    readings.iter().filter_map(|reading| millidegrees(reading))
}

/// The readings that a device takes when it is told these: on the bus, what the thermometer can show.
pub(crate) fn seen(sensor: Sensor, readings: &[String]) -> Vec<String> {
    match sensor {
        Sensor::Uart => readings.to_vec(),
        Sensor::I2c => temperatures(readings)
            .map(|millidegrees| shown(millidegrees).to_string())
            .collect(),
    }
}

/// What the thermometer measures, in 256ths of a degree, less the bits that its driver leaves out.
fn shown(millidegrees: i32) -> f32 {
    const LEFT_OUT: i32 = 0x1f;
    let register = millidegrees * 256 / 1000;
    (register & !LEFT_OUT) as f32 / 256.0
}

/// A temperature in thousandths of a degree; `None` for a text that is no temperature.
fn millidegrees(reading: &str) -> Option<i32> {
    let celsius: f64 = reading.parse().ok()?;
    (-128.0..128.0)
        .contains(&celsius)
        .then(|| (celsius * 1000.0).round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thermometer_shows_eighths_of_a_degree() {
        assert_eq!(shown(20_499), 20.375);
        assert_eq!(shown(20_500), 20.5);
        assert_eq!(shown(-100), -0.125);
    }

    #[test]
    fn temperatures_are_set_in_thousandths() {
        assert_eq!(millidegrees("20.5"), Some(20_500));
        assert_eq!(millidegrees("-0.0625"), Some(-63));
        assert_eq!(millidegrees("nan"), None);
        assert_eq!(millidegrees("1e9"), None);
    }
}
