//! A small state of every kind there is, and everything that can happen to its bytes.

use core::num::NonZeroU32;
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::chain;
use crate::gan::Gan;
use crate::layer::{Dense, LeakyRelu};
use crate::optimizer::{Adam, Momentum, Optimizer, Sgd};
use crate::params::{Params, ParamsExt};
use crate::rng::Rng;
use crate::stream::{Replay, Standardiser, Welford, Windower};

const MODEL: Name = Name::new("test-model").unwrap();

type Generator = chain![Dense<2, 2, LeakyRelu>, Dense<2, 1>];
type Critic = Dense<1, 1>;

#[derive(Clone, Debug)]
struct State {
    gan: Gan<Generator, Critic, Adam>,
    average: Generator,
    rng: Rng,
    statistics: Welford,
    standardiser: Standardiser,
    windower: Windower<3>,
    replay: Replay<[f32; 2], 3>,
    running: bool,
    step: u32,
    uptime: u64,
    losses: [f32; 2],
}

impl Persist for State {
    const BYTES: usize = Gan::<Generator, Critic, Adam>::BYTES
        + Generator::BYTES
        + Rng::BYTES
        + Welford::BYTES
        + Standardiser::BYTES
        + Windower::<3>::BYTES
        + Replay::<[f32; 2], 3>::BYTES
        + bool::BYTES
        + u32::BYTES
        + u64::BYTES
        + <[f32; 2]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.gan.save(out);
        self.average.save(out);
        self.rng.save(out);
        self.statistics.save(out);
        self.standardiser.save(out);
        self.windower.save(out);
        self.replay.save(out);
        self.running.save(out);
        self.step.save(out);
        self.uptime.save(out);
        self.losses.save(out);
    }

    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.gan.load(from)?;
        self.average.load(from)?;
        self.rng.load(from)?;
        self.statistics.load(from)?;
        self.standardiser.load(from)?;
        self.windower.load(from)?;
        self.replay.load(from)?;
        self.running.load(from)?;
        self.step.load(from)?;
        self.uptime.load(from)?;
        self.losses.load(from)
    }
}

impl State {
    const BYTES_SAVED: usize = bytes::<Self>();

    /// Before anything has happened.
    fn new() -> Self {
        Self {
            gan: Gan::new(Generator::ZERO, Critic::ZERO),
            average: Generator::ZERO,
            rng: Rng::new(0, 0),
            statistics: Welford::new(),
            standardiser: Standardiser::IDENTITY,
            windower: Windower::new(NonZeroU32::MIN),
            replay: Replay::uniform(),
            running: false,
            step: 0,
            uptime: 0,
            losses: [0.0; 2],
        }
    }

    /// After a life of some steps, different for each seed.
    fn lived(seed: u64) -> Self {
        let adam = Adam {
            beta1: 0.5,
            beta2: 0.99,
            epsilon: 1e-8,
        };
        let mut state = Self {
            rng: Rng::new(seed, 0),
            running: seed.is_multiple_of(2),
            step: seed as u32 + 7,
            uptime: u64::MAX - seed,
            ..Self::new()
        };
        let rng = &mut state.rng;
        for _ in 0..5 {
            let (mut generator, mut critic) = (Generator::ZERO, Critic::ZERO);
            scatter(&mut generator, rng);
            scatter(&mut critic, rng);
            let gan = &mut state.gan;
            adam.update(
                &mut gan.generator_state,
                0.1,
                &mut gan.generator,
                &generator,
            );
            adam.update(
                &mut gan.discriminator_state,
                0.1,
                &mut gan.discriminator,
                &critic,
            );
            state.average.average_towards(&gan.generator, 0.5);
            let x = 20.0 + rng.gaussian();
            assert!(state.statistics.push(x));
            state.windower.push(x);
            let pair = [x, rng.gaussian()];
            assert!(state.replay.push(pair, rng));
            state.losses = pair;
        }
        state.standardiser = Standardiser::fit(&state.statistics).unwrap();
        state
    }

    fn saved(&self) -> [u8; Self::BYTES_SAVED] {
        let mut out = [0xAA; Self::BYTES_SAVED];
        assert_eq!(
            save(MODEL, self, &mut out).unwrap().len(),
            Self::BYTES_SAVED
        );
        out
    }

    /// Loading fails, and changes nothing.
    fn refuses(&mut self, checkpoint: &[u8]) -> Error {
        let before = self.saved();
        let error = load(MODEL, self, checkpoint).expect_err("a bad checkpoint was loaded");
        assert_eq!(
            self.saved(),
            before,
            "{error}: and yet something was loaded"
        );
        error
    }
}

fn scatter<P: Params>(tree: &mut P, rng: &mut Rng) {
    for i in 0..P::LEAVES {
        tree.leaf_mut(i)
            .iter_mut()
            .for_each(|x| *x = rng.gaussian());
    }
}

/// A checkpoint with other bytes from `at` in its payload on, and a checksum that matches them.
fn forge(checkpoint: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut forged = checkpoint[..checkpoint.len() - CRC_BYTES].to_vec();
    forged[HEADER_BYTES + at..][..bytes.len()].copy_from_slice(bytes);
    forged.extend(CRC32.checksum(&forged).to_le_bytes());
    forged
}

#[test]
fn a_checkpoint_brings_back_every_bit() {
    let lived = State::lived(1);
    let mut state = State::lived(2);
    load(MODEL, &mut state, &lived.saved()).unwrap();
    assert_eq!(state.saved(), lived.saved());
    assert_eq!(state.gan.generator, lived.gan.generator);
    assert_eq!(state.replay.samples(), lived.replay.samples());
    assert_eq!(state.statistics, lived.statistics);
    assert_eq!((state.step, state.uptime), (lived.step, lived.uptime));
    assert_eq!((state.running, state.rng), (lived.running, lived.rng));
}

#[test]
fn a_fresh_state_can_be_saved_and_loaded() {
    let mut state = State::lived(3);
    load(MODEL, &mut state, &State::new().saved()).unwrap();
    assert_eq!(state.saved(), State::new().saved());
    assert!(state.replay.is_empty());
}

#[test]
fn going_on_from_a_checkpoint_is_going_on() {
    let live = |state: &mut State| -> Vec<String> {
        let step = |_| {
            let x = state.rng.gaussian();
            state.statistics.push(x);
            let window = state.windower.push(x);
            state.replay.push([x; 2], &mut state.rng);
            let drawn = state.replay.draw(&mut state.rng);
            std::format!("{window:?} {drawn:?} {:?}", state.statistics)
        };
        (0..40).map(step).collect()
    };
    let mut first = State::lived(4);
    for _ in 0..7 {
        let mut second = State::lived(5);
        load(MODEL, &mut second, &first.saved()).unwrap();
        assert_eq!(live(&mut first), live(&mut second));
        first.windower.push(1.0);
    }
}

/// The layout of version 1, byte by byte: old checkpoints must stay readable.
#[test]
fn the_layout_is_the_documented_one() {
    let mut out = [0; bytes::<[u32; 2]>()];
    let mut expected = b"ganlet\r\n\x01\0\0\0test-model\0\0\0\0\0\0".to_vec();
    let description = b"[\x01\x02\0\0\0u\0u\0";
    expected.extend(CRC32.checksum(description).to_le_bytes());
    expected.extend(b"\x08\0\0\0\x04\x03\x02\x01\xff\0\0\0");
    expected.extend(CRC32.checksum(&expected).to_le_bytes());
    let block = save(MODEL, &[0x0102_0304u32, 0xff], &mut out).unwrap();
    assert_eq!(block, expected);

    let mut signature = CRC32.digest();
    signature.update(b"f\x02\x02\0\0\0\x03\0\0\0f\x01\x03\0\0\0");
    let mut out = [0; bytes::<Dense<2, 3>>()];
    let block = save(MODEL, &Dense::<2, 3>::ZERO, &mut out).unwrap();
    assert_eq!(peek(block).unwrap().shape, signature.finalize());
}

#[test]
fn every_single_changed_byte_is_detected() {
    let checkpoint = State::lived(1).saved();
    let mut state = State::lived(2);
    for at in 0..checkpoint.len() {
        // All other values of the byte: the eight single-bit flips are among them.
        for change in 1..=u8::MAX {
            let mut changed = checkpoint;
            changed[at] ^= change;
            assert!(peek(&changed).is_err(), "byte {at}, bits {change:08b}");
            assert!(load(MODEL, &mut state, &changed).is_err());
        }
    }
    assert_eq!(state.saved(), State::lived(2).saved());
}

#[test]
fn every_truncation_is_detected() {
    let checkpoint = State::lived(1).saved();
    let mut state = State::lived(2);
    for length in 0..checkpoint.len() {
        let truncated = &checkpoint[..length];
        let error = state.refuses(truncated);
        assert_eq!(peek(truncated), Err(error));
        match length {
            0..8 => assert_eq!(error, Error::NotACheckpoint),
            _ => assert!(matches!(error, Error::Truncated { given, .. } if given == length)),
        }
    }
}

#[test]
fn appended_bytes_are_detected() {
    let checkpoint = State::lived(1).saved();
    let mut state = State::lived(2);
    for filler in [0x00, 0xFF, b'\n'] {
        for extra in 1..=70 {
            let mut longer = checkpoint.to_vec();
            longer.resize(checkpoint.len() + extra, filler);
            let error = state.refuses(&longer);
            assert!(matches!(error, Error::Overlong { .. }), "{error}");
        }
    }
    let twice = [checkpoint, checkpoint].concat();
    assert!(matches!(state.refuses(&twice), Error::Overlong { .. }));
}

#[test]
fn foreign_files_are_told_apart() {
    let mut state = State::lived(2);
    let foreign: [&[u8]; 7] = [
        b"",
        b"t,value\n0,1.5\n1,1.6\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"ganlet\n\x01\0\0\0",
        b"ganlet",
        &[0; 4096],
        &[0xFF; 4096],
    ];
    for file in foreign {
        assert_eq!(state.refuses(file), Error::NotACheckpoint);
    }
}

#[test]
fn other_versions_are_named() {
    let checkpoint = State::lived(1).saved();
    let mut state = State::lived(2);
    for version in [0, 2, 77, u32::MAX] {
        let mut other = checkpoint;
        other[8..12].copy_from_slice(&version.to_le_bytes());
        let error = state.refuses(&other);
        assert_eq!(error, Error::OtherVersion { found: version });
        assert!(error.to_string().contains(&version.to_string()));
    }
}

#[test]
fn a_length_beyond_all_memory_is_only_a_truncation() {
    let mut huge = State::lived(1).saved();
    huge[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = State::lived(2).refuses(&huge);
    assert_eq!(
        error,
        Error::Truncated {
            needed: u64::from(u32::MAX) + 40,
            given: huge.len()
        }
    );
}

#[test]
fn another_model_is_named() {
    let other = Name::new("window32").unwrap();
    let mut out = [0; State::BYTES_SAVED];
    let checkpoint = save(other, &State::lived(1), &mut out).unwrap();
    let error = State::lived(2).refuses(checkpoint);
    assert_eq!(
        error,
        Error::OtherModel {
            found: other,
            wanted: MODEL
        }
    );
    assert!(error.to_string().contains("`window32`, not `test-model`"));
    assert_eq!(peek(checkpoint).unwrap().model, other);
}

/// Whether a checkpoint of `a` is refused for its shape by `b`, and the other way round.
fn differ<A: Persist, B: Persist>(mut a: A, mut b: B) {
    let (mut from_a, mut from_b) = (std::vec![0; bytes::<A>()], std::vec![0; bytes::<B>()]);
    save(MODEL, &a, &mut from_a).unwrap();
    save(MODEL, &b, &mut from_b).unwrap();
    let shapes = (peek(&from_a).unwrap().shape, peek(&from_b).unwrap().shape);
    let (found, wanted) = shapes;
    let error = load(MODEL, &mut b, &from_a);
    assert_eq!(error, Err(Error::OtherShape { found, wanted }));
    let (wanted, found) = shapes;
    let error = load(MODEL, &mut a, &from_b);
    assert_eq!(error, Err(Error::OtherShape { found, wanted }));
}

#[test]
fn another_shape_is_refused_also_where_it_takes_as_many_bytes() {
    differ(Dense::<2, 4>::ZERO, Dense::<5, 2>::ZERO);
    differ(Dense::<2, 4>::ZERO, Dense::<3, 3>::ZERO);
    differ(Dense::<2, 4>::ZERO, [0.0; 12]);
    differ([0.0f32; 2], 0u64);
    differ([0u32; 2], 0u64);
    differ([[0.0f32; 2]; 3], [[0.0f32; 3]; 2]);
    differ(1.0f32, 1u32);
    differ(0u32, [0u32; 1]);
    differ(0u32, 0u64);
    differ(
        Replay::<[f32; 2], 6>::uniform(),
        Replay::<[f32; 3], 4>::uniform(),
    );
    differ(State::new(), Generator::ZERO);
    let sgd = Gan::<Critic, Critic, Sgd>::new(Critic::ZERO, Critic::ZERO);
    let momentum = Gan::<Critic, Critic, Momentum>::new(Critic::ZERO, Critic::ZERO);
    differ(sgd, momentum);
}

/// A checksum is no proof against a faulty writer: values are judged as well.
#[test]
fn values_that_cannot_be_are_refused_though_the_checksum_matches() {
    let checkpoint = State::lived(1).saved();
    let mut state = State::lived(2);
    let gan = Gan::<Generator, Critic, Adam>::BYTES;
    let rng = gan + Generator::BYTES;
    let statistics = rng + Rng::BYTES;
    let standardiser = statistics + Welford::BYTES;
    let windower = standardiser + Standardiser::BYTES;
    let running = windower + Windower::<3>::BYTES + Replay::<[f32; 2], 3>::BYTES;

    for at in (0..rng).step_by(4) {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = state.refuses(&forge(&checkpoint, at, &bad.to_le_bytes()));
            let what = "a number that is not finite";
            assert_eq!(error, Error::Invalid { what, at: at + 4 });
        }
    }
    let minus = (-1f32).to_le_bytes();
    let forgeries: [(usize, &[u8], &str); 10] = [
        (rng, &[0; 16], "a random state of zeros"),
        (statistics + 16, &minus, "statistics of no readings"),
        (statistics + 24, &[0; 4], "statistics of no readings"),
        (
            statistics + 28,
            &1e9f32.to_le_bytes(),
            "statistics of no readings",
        ),
        (standardiser + 4, &[0; 4], "a standard deviation of 0"),
        (standardiser + 4, &minus, "a standard deviation of 0"),
        (
            windower + 12,
            &[3, 0, 0, 0],
            "a place outside of the window",
        ),
        (windower + 16, &[0; 4], "a place outside of the window"),
        (running, &[2], "a truth value"),
        (running, &[0xFF], "a truth value"),
    ];
    for (at, bytes, expected) in forgeries {
        let error = state.refuses(&forge(&checkpoint, at, bytes));
        let Error::Invalid { what, .. } = error else {
            panic!("{error} instead of: {expected}");
        };
        assert!(what.starts_with(expected), "{what} instead of: {expected}");
    }
}

#[test]
fn a_state_that_could_not_be_loaded_is_not_saved() {
    let mut state = State::lived(1);
    state.losses[1] = f32::NAN;
    let mut out = [0x55; State::BYTES_SAVED];
    let at = State::BYTES - 4;
    assert_eq!(save(MODEL, &state, &mut out), Err(Error::NotFinite { at }));
    assert_eq!(out, [0x55; State::BYTES_SAVED]);
}

#[test]
fn a_buffer_must_be_large_enough_and_may_be_larger() {
    let state = State::lived(1);
    let (needed, given) = (State::BYTES_SAVED, State::BYTES_SAVED - 1);
    let mut out = [0x55; State::BYTES_SAVED + 9];
    let error = save(MODEL, &state, &mut out[..given]);
    assert_eq!(error, Err(Error::NoRoom { needed, given }));
    assert_eq!(out, [0x55; State::BYTES_SAVED + 9]);
    assert_eq!(save(MODEL, &state, &mut out), Ok(&state.saved()[..]));
    assert_eq!(out[needed..], [0x55; 9]);
}

/// An implementation that forgets some of its bytes.
struct Miscounting<const DECLARED: usize>;

impl<const DECLARED: usize> Persist for Miscounting<DECLARED> {
    const BYTES: usize = DECLARED;

    fn save(&self, out: &mut Writer<'_>) {
        1u32.save(out);
    }
    fn load(&mut self, _: &mut Reader<'_>) -> Result<(), Invalid> {
        Ok(())
    }
}

#[test]
fn an_implementation_that_miscounts_is_found_out() {
    fn declared<const DECLARED: usize>(actual: usize) {
        let mut out = [0; 64];
        let error = Err(Error::Miscounted {
            declared: DECLARED,
            actual,
        });
        let mut state = Miscounting::<DECLARED>;
        if DECLARED == 4 {
            let checkpoint = save(MODEL, &state, &mut out).unwrap();
            assert_eq!(load(MODEL, &mut state, checkpoint), error);
        } else {
            assert_eq!(
                save(MODEL, &state, &mut out).map(<[u8]>::len),
                error.map(|()| 0)
            );
        }
    }
    declared::<3>(4);
    declared::<5>(4);
    declared::<4>(0);
}

#[test]
fn names_are_short_and_printable() {
    for good in ["a", "scalar", "window32", "0123456789abcdef", "~!"] {
        assert_eq!(Name::new(good).unwrap().as_str(), good);
        assert_eq!(Name::new(good).unwrap().to_string(), good);
    }
    for bad in [
        "",
        "0123456789abcdefg",
        "a b",
        "a\0",
        "é",
        "\x1b[31m",
        "tab\t",
    ] {
        assert_eq!(Name::new(bad), None, "{bad:?}");
    }
}

/// A name that is none cannot reach a terminal, not even with a matching checksum.
#[test]
fn a_name_that_is_none_is_damage() {
    let checkpoint = State::lived(1).saved();
    let mut state = State::lived(2);
    for name in [
        *b"\x1b[31m\0\0\0\0\0\0\0\0\0\0\0",
        [0; 16],
        *b"a\0b\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        let mut forged = checkpoint;
        forged[12..28].copy_from_slice(&name);
        let forged = forge(&forged, 0, &[]);
        assert_eq!(state.refuses(&forged), Error::Damaged);
    }
}

#[test]
fn a_header_tells_the_length_before_the_rest_is_there() {
    let checkpoint = State::lived(1).saved();
    let header = Header::read(&checkpoint[..HEADER_BYTES]).unwrap();
    assert_eq!(header.total(), checkpoint.len() as u64);
    assert_eq!(Ok(header), peek(&checkpoint));
    assert_eq!(header.payload as usize, State::BYTES);
}

#[test]
fn every_error_is_one_line() {
    let (found, wanted) = (MODEL, Name::new("scalar").unwrap());
    let errors = [
        Error::NotACheckpoint,
        Error::OtherVersion { found: 2 },
        Error::Truncated {
            needed: 40,
            given: 3,
        },
        Error::Overlong {
            needed: 40,
            given: 99,
        },
        Error::Damaged,
        Error::OtherModel { found, wanted },
        Error::OtherShape {
            found: 1,
            wanted: 2,
        },
        Error::Invalid {
            what: "a number that is not finite",
            at: 8,
        },
        Error::NotFinite { at: 8 },
        Error::NoRoom {
            needed: 40,
            given: 3,
        },
        Error::Miscounted {
            declared: 4,
            actual: 8,
        },
    ];
    for error in errors {
        let line = error.to_string();
        assert_eq!(line.lines().count(), 1);
        assert!(!line.contains("  ") && line.contains([':', ';']), "{line}");
    }
}

/// Finite floats of every size and sign, the subnormal ones and both zeros among them.
fn finite() -> impl Strategy<Value = f32> {
    use prop::num::f32::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let special = [
        -0.0,
        f32::MIN,
        f32::MAX,
        f32::MIN_POSITIVE,
        f32::from_bits(1),
    ];
    prop_oneof![
        4 => NORMAL | SUBNORMAL | ZERO | POSITIVE | NEGATIVE,
        1 => prop::sample::select(special.to_vec()),
    ]
}

proptest! {
    #[test]
    fn finite_numbers_come_back_bit_for_bit(numbers in prop::array::uniform9(finite())) {
        let mut net = Generator::ZERO;
        let mut source = numbers.iter();
        for i in 0..Generator::LEAVES {
            for (place, x) in net.leaf_mut(i).iter_mut().zip(&mut source) {
                *place = *x;
            }
        }
        let mut out = [0; bytes::<Generator>()];
        let checkpoint = save(MODEL, &net, &mut out).unwrap();
        let mut back = Generator::ZERO;
        load(MODEL, &mut back, checkpoint).unwrap();
        let bits = |net: &Generator| net.values().map(f32::to_bits).collect::<Vec<_>>();
        prop_assert_eq!(bits(&back), bits(&net));
        prop_assert_eq!(bits(&back), numbers.map(f32::to_bits));
    }

    #[test]
    fn every_life_comes_back(seed in any::<u64>(), other in any::<u64>()) {
        let (lived, mut state) = (State::lived(seed >> 1), State::lived(other >> 1));
        load(MODEL, &mut state, &lived.saved()).unwrap();
        prop_assert_eq!(state.saved(), lived.saved());
    }

    #[test]
    fn no_bytes_panic_or_load_by_halves(
        payload in prop::collection::vec(any::<u8>(), State::BYTES),
        noise in prop::collection::vec(any::<u8>(), 0..500),
    ) {
        let mut state = State::lived(1);
        state.refuses(&noise);
        // A payload of noise behind an honest header and under an honest checksum.
        let forged = forge(&state.saved(), 0, &payload);
        if load(MODEL, &mut state, &forged).is_err() {
            prop_assert_eq!(state.saved(), State::lived(1).saved());
        }
    }

    #[test]
    fn statistics_of_any_bytes_stay_usable(payload in prop::array::uniform32(any::<u8>())) {
        // Whatever is let in must behave: no NaN comes out of what a checkpoint brought.
        let mut out = [0; bytes::<Welford>()];
        save(MODEL, &Welford::new(), &mut out).unwrap();
        let mut statistics = Welford::new();
        if load(MODEL, &mut statistics, &forge(&out, 4, &payload)).is_ok() {
            prop_assert!(!statistics.sd().is_nan() && !statistics.mean().is_nan());
        }
    }
}
