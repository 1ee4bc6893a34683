//! The host's end.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::vec;
use std::vec::Vec;

use crate::{CRC, DONE, HEAD, READ, WRITE};

/// Answers out of `memory`, a file for one, until the line is cut; by what.
pub fn serve(mut line: impl Read + Write, mut memory: impl Read + Write + Seek) -> io::Error {
    loop {
        if let Err(cut) = answer_once(&mut line, &mut memory) {
            return cut;
        }
    }
}

fn answer_once(
    line: &mut (impl Read + Write),
    memory: &mut (impl Read + Write + Seek),
) -> io::Result<()> {
    let question = Question::hear(line)?;
    match question.answer(memory) {
        Some(answer) => line.write_all(&answer),
        None => Ok(()),
    }
}

/// What the board has said.
pub(crate) struct Question {
    /// All of it, but for its check.
    said: Vec<u8>,
    check: u16,
}

impl Question {
    /// Passes over what begins no question.
    pub(crate) fn hear(line: &mut impl Read) -> io::Result<Self> {
        let mut said = vec![0; HEAD];
        while ![READ, WRITE].contains(&said[0]) {
            line.read_exact(&mut said[..1])?;
        }
        line.read_exact(&mut said[1..])?;
        if said[0] == WRITE {
            said.resize(HEAD + usize::from(said[5]), 0);
            line.read_exact(&mut said[HEAD..])?;
        }
        let mut check = [0; 2];
        line.read_exact(&mut check)?;
        let check = u16::from_le_bytes(check);
        Ok(Self { said, check })
    }

    /// The answer, unless the question is damaged or asks for what there is not.
    pub(crate) fn answer(&self, memory: &mut (impl Read + Write + Seek)) -> Option<Vec<u8>> {
        let mut check = CRC.digest();
        check.update(&self.said);
        if check.clone().finalize() != self.check {
            return None;
        }
        let (head, bytes) = self.said.split_at(HEAD);
        let at = u32::from_le_bytes(head[1..5].try_into().ok()?);
        memory.seek(SeekFrom::Start(at.into())).ok()?;
        let mut answer = match head[0] {
            WRITE => memory.write_all(bytes).map(|()| vec![DONE]).ok()?,
            _ => {
                let mut bytes = vec![0; head[5].into()];
                memory.read_exact(&mut bytes).ok()?;
                bytes
            }
        };
        check.update(&answer);
        answer.extend(check.finalize().to_le_bytes());
        Some(answer)
    }
}
