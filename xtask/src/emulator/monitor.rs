//! QEMU's own control (QMP): one JSON object a line, each way.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// A connection that may give commands.
#[derive(Debug)]
pub(crate) struct Monitor {
    stream: BufReader<TcpStream>,
}

impl Monitor {
    /// Greets.
    pub(crate) fn new(stream: TcpStream) -> Result<Self> {
        let stream = BufReader::new(stream);
        let mut monitor = Self { stream };
        monitor.line()?; // QEMU speaks first
        monitor.execute(&json!({ "execute": "qmp_capabilities" }))?;
        Ok(monitor)
    }

    /// Sets what the thermometer on the bus measures, in thousandths of a degree Celsius.
    pub(crate) fn set_temperature(&mut self, millidegrees: i32) -> Result<()> {
        self.execute(&json!({
            "execute": "qom-set",
            "arguments": {
                "path": "/machine/peripheral/thermometer",
                "property": "temperature",
                "value": millidegrees,
            }
        }))
    }

    /// Gives a command and waits until it is done; events that come between are passed over.
    fn execute(&mut self, command: &Value) -> Result<()> {
        self.stream
            .get_mut()
            .write_all(format!("{command}\n").as_bytes())?;
        loop {
            let answer = self.line()?;
            if let Some(error) = answer.get("error") {
                bail!("QEMU refuses {command}: {error}");
            }
            if answer.get("return").is_some() {
                return Ok(());
            }
        }
    }

    fn line(&mut self) -> Result<Value> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line)?;
        anyhow::ensure!(read > 0, "QEMU has hung up");
        serde_json::from_str(&line).context("QEMU does not speak JSON")
    }
}
