//! A device's log: defmt frames in, lines of text out.

use std::{fmt, io::Read, str::FromStr};

use anyhow::{Context, Result};
use defmt_decoder::{DecodeError, Frame, Table};

/// One message of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// `info`, `warn`, …; empty for a line without a level.
    pub(crate) level: &'static str,
    /// What it says.
    pub(crate) text: String,
}

impl Message {
    fn of(frame: &Frame<'_>) -> Self {
        Self {
            level: frame.level().map_or("", |level| level.as_str()),
            text: frame.display_message().to_string(),
        }
    }
}

impl Message {
    /// The number in the field `name: …` of a record, if it has one.
    pub(crate) fn field<T: FromStr>(&self, name: &str) -> Option<T> {
        let fields = self.text.strip_prefix("Record { ")?;
        let value = fields.split(", ").find_map(|field| {
            let (key, value) = field.split_once(": ")?;
            (key == name).then_some(value)
        })?;
        value.trim_end_matches([' ', '}']).parse().ok()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, text } = self;
        match *level {
            "" => write!(f, "{text}"),
            level => write!(f, "[{:5}] {text}", level.to_uppercase()),
        }
    }
}

/// The format strings of one ELF.
pub(crate) struct Decoder {
    table: Table,
}

impl Decoder {
    /// Reads them.
    ///
    /// # Errors
    /// If the ELF has none, or those of another version of defmt.
    pub(crate) fn of(elf: &[u8]) -> Result<Self> {
        let table = Table::parse(elf)?.context("the ELF holds no defmt format strings")?;
        Ok(Self { table })
    }

    /// Decodes until `frames` ends, and hands on every message as soon as it is complete.
    ///
    /// # Errors
    /// If `frames` cannot be read, if a frame cannot be decoded, or if `each` fails.
    pub(crate) fn decode(
        &self,
        mut frames: impl Read,
        mut each: impl FnMut(&Message) -> Result<()>,
    ) -> Result<()> {
        let mut decoder = self.table.new_stream_decoder();
        let mut bytes = [0; 4096];
        loop {
            let read = frames.read(&mut bytes).context("cannot read the log")?;
            if read == 0 {
                return Ok(());
            }
            decoder.received(&bytes[..read]);
            loop {
                match decoder.decode() {
                    Ok(frame) => each(&Message::of(&frame))?,
                    Err(DecodeError::UnexpectedEof) => break,
                    Err(error @ DecodeError::Malformed) => {
                        return Err(error).context("a frame of the log is damaged");
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_its_numbers() {
        let text = "Record { step: 8, cost_us: 1024.5, stack: 4096 }".to_owned();
        let message = Message {
            level: "INFO",
            text,
        };
        assert_eq!(message.field("cost_us"), Some(1024.5));
        assert_eq!(message.field("stack"), Some(4096));
        assert_eq!(message.field::<u64>("us"), None);
    }
}
