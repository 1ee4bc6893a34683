//! The host's side of a store that a board asks for over a serial line of its own.
//!
//! The questions and answers are those of `serial_store` in `firmware/boards/kit`.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek as _, SeekFrom, Write},
    path::Path,
    thread,
};

use anyhow::{Context, Result};
use crc::{CRC_16_XMODEM, Crc};

static CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);

/// The answer to a question that asks for nothing.
const DONE: &[u8] = b"+";

/// Answers out of this file in a thread of its own, until the line is cut.
pub(crate) fn serve(line: impl Read + Write + Send + 'static, file: &Path) -> Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(file)
        .with_context(|| format!("cannot open {}", file.display()))?;
    thread::spawn(move || converse(line, &mut file));
    Ok(())
}

/// `None` once the line is cut.
fn converse(mut line: impl Read + Write, file: &mut File) -> Option<()> {
    loop {
        let question = Question::hear(&mut line)?;
        if let Some(answer) = question.answer(file) {
            line.write_all(&answer).ok()?;
        }
    }
}

/// What the board has said.
struct Question {
    /// All of it, but for its check.
    said: Vec<u8>,
    check: u16,
}

impl Question {
    const HEAD: usize = 6;

    /// Passes over what begins no question.
    fn hear(line: &mut impl Read) -> Option<Self> {
        let mut said = vec![0; Self::HEAD];
        loop {
            line.read_exact(&mut said[..1]).ok()?;
            if b"rw".contains(&said[0]) {
                break;
            }
        }
        line.read_exact(&mut said[1..]).ok()?;
        if said[0] == b'w' {
            said.resize(Self::HEAD + usize::from(said[5]), 0);
            line.read_exact(&mut said[Self::HEAD..]).ok()?;
        }
        let mut check = [0; 2];
        line.read_exact(&mut check).ok()?;
        let check = u16::from_le_bytes(check);
        Some(Self { said, check })
    }

    /// The answer, unless the question is damaged or asks for what there is not.
    fn answer(&self, file: &mut File) -> Option<Vec<u8>> {
        let mut check = CRC.digest();
        check.update(&self.said);
        if check.clone().finalize() != self.check {
            return None;
        }
        let (head, bytes) = self.said.split_at(Self::HEAD);
        let at = u32::from_le_bytes(head[1..5].try_into().ok()?);
        file.seek(SeekFrom::Start(at.into())).ok()?;
        let mut answer = match head[0] {
            b'w' => file.write_all(bytes).map(|()| DONE.to_vec()).ok()?,
            _ => {
                let mut bytes = vec![0; head[5].into()];
                file.read_exact(&mut bytes).ok()?;
                bytes
            }
        };
        check.update(&answer);
        answer.extend(check.finalize().to_le_bytes());
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn question(said: &[u8]) -> Vec<u8> {
        let check = CRC.checksum(said).to_le_bytes();
        [said, &check].concat()
    }

    /// What a file of these bytes answers, and what it holds afterwards.
    fn answer(name: &str, held: &[u8], question: &[u8]) -> (Option<Vec<u8>>, Vec<u8>) {
        let scratch = Scratch::folder(name).unwrap();
        let path = scratch.path().join("store.bin");
        std::fs::write(&path, held).unwrap();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        let question = Question::hear(&mut &*question).unwrap();
        (question.answer(&mut file), std::fs::read(&path).unwrap())
    }

    #[test]
    fn what_is_asked_for_is_answered_with_a_check_that_goes_on() {
        let asked = question(&[b'r', 2, 0, 0, 0, 3]);
        let (told, _) = answer("reads", b"abcdefg", &asked);
        let check = CRC.checksum(&[b'r', 2, 0, 0, 0, 3, b'c', b'd', b'e']);
        assert_eq!(told.unwrap(), [b"cde", &check.to_le_bytes()[..]].concat());
    }

    #[test]
    fn what_is_told_is_kept() {
        let asked = question(&[b'w', 1, 0, 0, 0, 2, b'x', b'y']);
        let (told, held) = answer("writes", b"abcd", &asked);
        assert_eq!(told.unwrap()[0], b'+');
        assert_eq!(held, b"axyd");
    }

    #[test]
    fn noise_is_passed_over_and_damage_is_not_answered() {
        let asked = question(&[b'r', 0, 0, 0, 0, 1]);
        let noisy = [&b"?\n"[..], &asked].concat();
        assert!(answer("noise", b"abcd", &noisy).0.is_some());
        let mut damaged = asked;
        damaged[1] = 1;
        assert!(answer("damage", b"abcd", &damaged).0.is_none());
        let beyond = question(&[b'r', 3, 0, 0, 0, 2]);
        assert!(answer("beyond", b"abcd", &beyond).0.is_none());
    }
}
