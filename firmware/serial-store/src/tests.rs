//! Both ends on a line that may be noisy.

use core::cell::Cell;
use core::convert::Infallible;
use std::collections::VecDeque;
use std::io::Cursor;
use std::vec;
use std::vec::Vec;

use embedded_hal_nb::nb;
use embedded_hal_nb::serial::{ErrorType, Read, Write};
use embedded_storage::{ReadStorage as _, Storage as _};
use ganlet_app::Clock;

use crate::host::Question;
use crate::{Error, SerialStore};

/// What becomes of a byte on its way.
type Noise = fn(&mut u32, u8) -> Option<u8>;

/// A line with a host at its other end.
struct Line {
    memory: Cursor<Vec<u8>>,
    said: Vec<u8>,
    answers: VecDeque<u8>,
    noise: Noise,
    seed: u32,
}

impl ErrorType for Line {
    type Error = Infallible;
}

impl Write<u8> for Line {
    fn write(&mut self, byte: u8) -> nb::Result<(), Infallible> {
        self.said.extend((self.noise)(&mut self.seed, byte));
        let mut rest = &self.said[..];
        if let Ok(question) = Question::hear(&mut rest) {
            let answer = question.answer(&mut self.memory).unwrap_or_default();
            let heard = answer.into_iter();
            self.answers
                .extend(heard.filter_map(|byte| (self.noise)(&mut self.seed, byte)));
            self.said = rest.to_vec();
        }
        Ok(())
    }

    fn flush(&mut self) -> nb::Result<(), Infallible> {
        Ok(())
    }
}

impl Read<u8> for Line {
    fn read(&mut self) -> nb::Result<u8, Infallible> {
        self.answers.pop_front().ok_or(nb::Error::WouldBlock)
    }
}

/// A tenth of a second goes by at each look.
#[derive(Default)]
struct Impatient(Cell<u64>);

impl Clock for Impatient {
    fn micros(&self) -> u64 {
        self.0.set(self.0.get() + 100_000);
        self.0.get()
    }
}

const BYTES: u32 = 1000;

fn store(noise: Noise) -> SerialStore<Line, Impatient> {
    let line = Line {
        memory: Cursor::new(vec![0xff; BYTES as usize]),
        said: Vec::new(),
        answers: VecDeque::new(),
        noise,
        seed: 1,
    };
    SerialStore::new(line, Impatient::default(), BYTES)
}

fn clear(_: &mut u32, byte: u8) -> Option<u8> {
    Some(byte)
}

fn random(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 16
}

/// One byte in so many is another.
fn flips<const IN: u32>(seed: &mut u32, byte: u8) -> Option<u8> {
    let hit = random(seed).is_multiple_of(IN);
    Some(if hit {
        byte ^ 1 << (random(seed) % 8)
    } else {
        byte
    })
}

/// One byte in a hundred is another, and one in a hundred is lost.
fn worse(seed: &mut u32, byte: u8) -> Option<u8> {
    let kept = !random(seed).is_multiple_of(100);
    flips::<100>(seed, byte).filter(|_| kept)
}

#[test]
fn what_is_written_is_read_whatever_the_pieces() {
    let mut store = store(clear);
    let bytes: Vec<u8> = (0..BYTES).map(|i| i as u8 ^ 0x5a).collect();
    store.write(0, &bytes[..333]).unwrap();
    store.write(333, &bytes[333..]).unwrap();
    for length in [1, 7, 64, 200] {
        for at in (0..BYTES - length).step_by(13) {
            let mut read = vec![0; length as usize];
            store.read(at, &mut read).unwrap();
            assert_eq!(read, bytes[at as usize..][..read.len()], "{length} at {at}");
        }
    }
    store.write(70, &[1, 2, 3]).unwrap();
    let mut read = [0; 5];
    store.read(69, &mut read).unwrap();
    assert_eq!(read, [bytes[69], 1, 2, 3, bytes[73]]);
}

#[test]
fn nothing_outside_of_the_memory_is_asked_for() {
    let mut store = store(clear);
    assert_eq!(store.capacity(), BYTES as usize);
    assert_eq!(store.read(BYTES - 1, &mut [0; 2]), Err(Error::OutOfBounds));
    assert_eq!(store.write(BYTES, &[0]), Err(Error::OutOfBounds));
    assert_eq!(store.write(u32::MAX, &[0; 2]), Err(Error::OutOfBounds));
    assert_eq!(store.read(BYTES - 1, &mut [0]), Ok(()));
}

/// What is read is what was written, or an error; how many of 500 pieces could be written and read.
fn told(noise: Noise) -> (u32, u32) {
    let mut store = store(noise);
    let (mut written, mut read) = (0, 0);
    for n in 0..500_u32 {
        let piece: [u8; 32] = core::array::from_fn(|i| (n as u8).wrapping_mul(31) ^ i as u8);
        let at = n * 37 % (BYTES - 32);
        if store.write(at, &piece).is_err() {
            continue; // written or not: nobody knows
        }
        written += 1;
        let mut back = [0; 32];
        if store.read(at, &mut back).is_ok() {
            read += 1;
            assert_eq!(back, piece, "piece {n}");
        }
    }
    (written, read)
}

#[test]
fn a_noisy_line_is_asked_again_and_never_believed() {
    assert_eq!(told(clear), (500, 500));
    let (written, read) = told(flips::<400>);
    assert!(
        written > 480 && read > 460,
        "{written} written, {read} read"
    );
    let (written, read) = told(worse);
    assert!(written > 50 && read > 10, "{written} written, {read} read");
}

#[test]
fn a_line_with_nobody_at_its_end_is_an_error_and_no_wait_without_end() {
    let mut store = store(|_, _| None);
    assert_eq!(store.read(0, &mut [0; 4]), Err(Error::NoAnswer));
    assert_eq!(store.write(0, &[1]), Err(Error::NoAnswer));
}
