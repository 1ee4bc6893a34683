//! Sound bytes that do not belong, and states that must not be saved.

use super::*;

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
    let from_a = save(MODEL, &a, &mut from_a).unwrap();
    let from_b = save(MODEL, &b, &mut from_b).unwrap();
    let shapes = (peek(from_a).unwrap().shape, peek(from_b).unwrap().shape);
    let (found, wanted) = shapes;
    let error = load(MODEL, &mut b, from_a);
    assert_eq!(error, Err(Error::OtherShape { found, wanted }));
    let (wanted, found) = shapes;
    let error = load(MODEL, &mut a, from_b);
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
    differ(1u8, true);
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
    let held = windower + Windower::<[f32; 3]>::BYTES + u32::BYTES;
    let running = windower + Windower::<[f32; 3]>::BYTES + Replay::<[f32; 2], 3>::BYTES;

    for at in (0..rng).step_by(4) {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = state.refuses(&forge(&checkpoint, at, &bad.to_le_bytes()));
            let what = "a number that is not finite";
            assert_eq!(error, Error::Invalid { what, at: at + 4 });
        }
    }
    let minus = (-1f32).to_le_bytes();
    let forgeries: [(usize, &[u8], &str); 12] = [
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
        (held, &[4], "more samples than the memory"),
        (held, &[0xFF; 4], "more samples than the memory"),
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
fn moments_that_cannot_be_are_refused() {
    use crate::optimizer::{AdamState, RmsPropState};
    use crate::params::Params as _;

    refuses_moments::<RmsPropState<Generator>>(&[(0, -0.5), (0, 1.5), (4, -1.0)]);
    let (first, second) = (4 * Generator::LEN, 8 * Generator::LEN);
    let last = second - 4;
    refuses_moments::<AdamState<Generator>>(&[
        (first, -1.0),
        (last, -1.0),
        (second, 1.5),
        (second + 4, -1.5),
    ]);
}

fn refuses_moments<S: Persist + crate::optimizer::OptimizerState>(forgeries: &[(usize, f32)]) {
    let mut state = S::START;
    let mut out = [0; 16 * 1024];
    let out = save(MODEL, &state, &mut out).unwrap();
    for &(at, bad) in forgeries {
        let error = load(MODEL, &mut state, &forge(out, at, &bad.to_le_bytes()));
        let what = "a number beyond its limits";
        assert_eq!(error, Err(Error::Invalid { what, at: at + 4 }));
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
    let mut out = [0; 64];
    let too_few = save(MODEL, &Miscounting::<3>, &mut out).unwrap_err();
    let miscounted = |declared, actual| Error::Miscounted { declared, actual };
    assert_eq!(too_few, miscounted(3, 4));
    // Four bytes are written, and none read.
    for checkpoint in [
        save(MODEL, &Miscounting::<4>, &mut [0; 64]).map(<[u8]>::to_vec),
        save(MODEL, &Miscounting::<5>, &mut [0; 64]).map(<[u8]>::to_vec),
    ] {
        let error = load(MODEL, &mut Miscounting::<5>, &checkpoint.unwrap());
        assert_eq!(error, Err(miscounted(4, 0)));
    }
}

#[test]
fn a_memory_takes_no_more_samples_than_it_has_room_for() {
    let (mut large, mut rng) = (Replay::<[f32; 2], 5>::uniform(), Rng::new(1, 0));
    (0..4).for_each(|i| assert!(large.push([i as f32; 2], &mut rng)));
    let mut out = [0; bytes::<Replay<[f32; 2], 5>>()];
    let checkpoint = save(MODEL, &large, &mut out).unwrap();
    let mut small = Replay::<[f32; 2], 3>::uniform();
    let what = "more samples than the memory has room for";
    let error = load(MODEL, &mut small, checkpoint);
    assert_eq!(error, Err(Error::Invalid { what, at: 8 }));
    assert!(small.is_empty());
    // The other way round there is room to spare.
    let mut larger = Replay::<[f32; 2], 9>::uniform();
    load(MODEL, &mut larger, checkpoint).unwrap();
    assert_eq!(larger.samples(), large.samples());
    for _ in 0..200 {
        assert!(larger.push([9.0; 2], &mut rng));
    }
    assert_eq!(larger.len(), 9);
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

proptest! {
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
