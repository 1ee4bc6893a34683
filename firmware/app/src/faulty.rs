//! A sensor or a store that fails as it is told to: for tests, for simulations, for a soak.
//!
//! A fault is a wrapper, so that a mix of faults is wrappers around wrappers, and what is tested is
//! the same code that runs on a board.

use core::fmt;
use core::str::FromStr;

use embedded_storage::{ReadStorage, Storage};
use ganlet::rng::Rng;

use crate::fault::Fault;
use crate::sensor::Sensor;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Mishap {
    /// The sensor does not acknowledge.
    Silence,
    /// The bus loses arbitration.
    Glitch,
    /// The reading is NaN.
    NotANumber,
    /// The reading is beyond what any sensor measures.
    Overrange,
    /// The reading is the one before.
    Freeze,
    /// The reading is false and looks true: [`Faulty::LIE`] beside the right one, either way.
    Lie,
    /// The store cannot be read.
    Unreadable,
    /// The store refuses to write.
    Unwritable,
    /// A bit flips on its way into the store, and nobody is told.
    BitFlip,
    /// Only the first half of what is to be written arrives, and nobody is told.
    TornWrite,
}

impl Mishap {
    /// Those of a sensor.
    pub const OF_SENSORS: [Self; 6] = [
        Self::Silence,
        Self::Glitch,
        Self::NotANumber,
        Self::Overrange,
        Self::Freeze,
        Self::Lie,
    ];
    /// Those of a store.
    pub const OF_STORES: [Self; 4] = [
        Self::Unreadable,
        Self::Unwritable,
        Self::BitFlip,
        Self::TornWrite,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The name on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Glitch => "glitch",
            Self::NotANumber => "not-a-number",
            Self::Overrange => "overrange",
            Self::Freeze => "freeze",
            Self::Lie => "lie",
            Self::Unreadable => "unreadable",
            Self::Unwritable => "unwritable",
            Self::BitFlip => "bit-flip",
            Self::TornWrite => "torn-write",
        }
    }
}

impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No mishap has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownMishap;

impl fmt::Display for UnknownMishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such fault; the faults are ")?;
        let all = Mishap::OF_SENSORS.iter().chain(&Mishap::OF_STORES);
        all.enumerate().try_for_each(|(i, mishap)| {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{mishap}")
        })
    }
}

impl core::error::Error for UnknownMishap {}

impl FromStr for Mishap {
    type Err = UnknownMishap;

    fn from_str(name: &str) -> Result<Self, UnknownMishap> {
        let mut all = Self::OF_SENSORS.into_iter().chain(Self::OF_STORES);
        all.find(|it| it.name() == name).ok_or(UnknownMishap)
    }
}

/// A sensor or a store to which mishaps happen at random.
#[derive(Clone, Debug)]
pub struct Faulty<T> {
    inner: T,
    /// A bit for each that can happen.
    mishaps: u16,
    rate: f32,
    rng: Rng,
    /// The last true reading, if there has been one.
    last: Option<f32>,
    happened: u32,
}

/// The stream of random numbers that decides when.
const MISHAPS: u64 = 5;

impl<T> Faulty<T> {
    /// How far a [`Lie`](Mishap::Lie) lies from the reading, in the sensor's unit.
    pub const LIE: f32 = 2.0;

    /// `inner`, to which one of `mishaps` happens in a share `rate` of all calls.
    pub fn new(inner: T, mishaps: impl IntoIterator<Item = Mishap>, rate: f32, seed: u64) -> Self {
        let bits = mishaps.into_iter().map(Mishap::bit);
        Self {
            inner,
            mishaps: bits.fold(0, |all, bit| all | bit),
            rate,
            rng: Rng::new(seed, MISHAPS),
            last: None,
            happened: 0,
        }
    }

    /// How often it has happened.
    pub fn happened(&self) -> u32 {
        self.happened
    }

    /// What it happens to.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// What happens now, of these.
    fn strikes(&mut self, these: &[Mishap]) -> Option<Mishap> {
        let able = these.iter().filter(|it| self.mishaps & it.bit() != 0);
        let choices = able.clone().count();
        if choices == 0 || self.rng.uniform() >= self.rate {
            return None;
        }
        self.happened = self.happened.wrapping_add(1);
        able.copied().nth(self.rng.below(choices as u32) as usize)
    }
}

impl<S: Sensor> Sensor for Faulty<S> {
    fn read(&mut self) -> Result<f32, Fault> {
        let reading = self.inner.read();
        let Some(mishap) = self.strikes(&Mishap::OF_SENSORS) else {
            self.last = reading.ok().or(self.last);
            return reading;
        };
        match mishap {
            Mishap::Silence => Err(Fault::NoAnswer),
            Mishap::Glitch => Err(Fault::Bus),
            Mishap::NotANumber => Ok(f32::NAN),
            Mishap::Overrange => Ok(1e30 * self.rng.rademacher()),
            Mishap::Freeze => self.last.map_or(reading, Ok),
            _ => reading.map(|x| x + Self::LIE * self.rng.rademacher()),
        }
    }
}

/// A store that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault<E> {
    /// By a mishap.
    Struck,
    /// By itself.
    Store(E),
}

impl<St: ReadStorage> ReadStorage for Faulty<St> {
    type Error = StoreFault<St::Error>;

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), Self::Error> {
        if self.strikes(&[Mishap::Unreadable]).is_some() {
            return Err(StoreFault::Struck);
        }
        self.inner.read(at, into).map_err(StoreFault::Store)
    }

    fn capacity(&self) -> usize {
        self.inner.capacity()
    }
}

impl<St: Storage> Storage for Faulty<St> {
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        let strikes = self.strikes(&[Mishap::Unwritable, Mishap::BitFlip, Mishap::TornWrite]);
        match strikes {
            Some(Mishap::Unwritable) => return Err(StoreFault::Struck),
            Some(Mishap::BitFlip) => {
                self.inner.write(at, bytes).map_err(StoreFault::Store)?;
                if let Some((place, &byte)) = (at..).zip(bytes).next() {
                    let flipped = [byte ^ 1 << self.rng.below(8)];
                    self.inner
                        .write(place, &flipped)
                        .map_err(StoreFault::Store)?;
                }
                return Ok(());
            }
            Some(_) => {
                let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
                return self.inner.write(at, half).map_err(StoreFault::Store);
            }
            None => {}
        }
        self.inner.write(at, bytes).map_err(StoreFault::Store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    struct Steady(f32);

    impl Sensor for Steady {
        fn read(&mut self) -> Result<f32, Fault> {
            self.0 += 1.0;
            Ok(self.0)
        }
    }

    fn said(mishap: Mishap, rate: f32) -> (Vec<Result<f32, Fault>>, u32) {
        let mut sensor = Faulty::new(Steady(0.0), [mishap], rate, 1);
        let said = (0..1000).map(|_| sensor.read()).collect();
        (said, sensor.happened())
    }

    #[test]
    fn every_mishap_of_a_sensor_happens_as_often_as_it_should_and_as_it_is_called() {
        for mishap in Mishap::OF_SENSORS {
            let (said, happened) = said(mishap, 0.25);
            assert!((200..300).contains(&happened), "{mishap}: {happened}");
            let right = |(i, reading): (usize, &Result<f32, Fault>)| *reading == Ok(i as f32 + 1.0);
            let wrong = said.iter().enumerate().filter(|it| !right(*it)).count();
            assert_eq!(wrong, happened as usize, "{mishap}");
            assert_eq!(mishap.to_string().parse(), Ok(mishap));
        }
        let (frozen, _) = said(Mishap::Freeze, 0.5);
        assert!(
            frozen
                .windows(3)
                .any(|row| row[0] == row[1] && row[1] == row[2])
        );
        let (none, happened) = said(Mishap::BitFlip, 1.0);
        assert!(happened == 0 && none.iter().all(Result::is_ok));
    }

    #[test]
    fn in_a_mix_each_has_its_share() {
        let mut sensor = Faulty::new(Steady(0.0), Mishap::OF_SENSORS, 0.6, 1);
        let said: Vec<_> = (0..6000).map(|_| sensor.read()).collect();
        assert!((3450..3750).contains(&sensor.happened()));
        for fault in [Fault::NoAnswer, Fault::Bus] {
            let count = said.iter().filter(|it| **it == Err(fault)).count();
            assert!((500..700).contains(&count), "{fault:?}: {count}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_answered_with_those_that_are() {
        let told = "drought".parse::<Mishap>().unwrap_err().to_string();
        assert!(
            told.contains("silence") && told.contains("torn-write"),
            "{told}"
        );
    }

    struct Ram([u8; 8]);

    impl ReadStorage for Ram {
        type Error = ();

        fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), ()> {
            let from = self.0.get(at as usize..).ok_or(())?;
            into.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            Ok(())
        }

        fn capacity(&self) -> usize {
            self.0.len()
        }
    }

    impl Storage for Ram {
        fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), ()> {
            let to = self.0.get_mut(at as usize..).ok_or(())?;
            to.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            Ok(())
        }
    }

    #[test]
    fn every_mishap_of_a_store_is_what_it_is_called() {
        let written = |mishap| {
            let mut store = Faulty::new(Ram([0; 8]), [mishap], 1.0, 1);
            let done = store.write(2, &[255; 4]).is_ok();
            let readable = store.read(0, &mut [0; 8]).is_ok();
            (done, readable, store.into_inner().0)
        };
        let whole = [0, 0, 255, 255, 255, 255, 0, 0];
        assert_eq!(written(Mishap::Unreadable), (true, false, whole));
        assert_eq!(written(Mishap::Unwritable), (false, true, [0; 8]));
        let torn = [0, 0, 255, 255, 0, 0, 0, 0];
        assert_eq!(written(Mishap::TornWrite), (true, true, torn));
        let (done, readable, bytes) = written(Mishap::BitFlip);
        let flipped: u32 = bytes
            .iter()
            .zip(whole)
            .map(|(a, b)| (a ^ b).count_ones())
            .sum();
        assert!(done && readable && flipped == 1);
    }
}
