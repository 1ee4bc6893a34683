//! What goes in comes out, in the documented layout.

use std::string::String;

use super::*;

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
    assert_eq!(state.level, lived.level);
}

#[test]
fn a_fresh_state_can_be_saved_and_loaded() {
    let mut state = State::lived(3);
    let fresh = State::new().saved_anyway();
    assert_eq!(fresh.len(), State::BYTES_SAVED - 3 * <[f32; 2]>::BYTES);
    load(MODEL, &mut state, &fresh).unwrap();
    assert_eq!(state.saved_anyway(), fresh);
    assert!(state.replay.is_empty());
}

/// A buffer that takes all.
struct Heap(Vec<u8>);

impl Sink for Heap {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }
}

#[test]
fn pieces_of_any_size_make_the_checkpoint_that_is_written_in_one_go() {
    let state = State::lived(6);
    for size in 1..=State::BYTES_SAVED {
        let (mut saving, mut out) = (Saving::begin(MODEL, &state).unwrap(), Heap(Vec::new()));
        while !saving.is_done() {
            saving.put(&state, size, &mut out).unwrap();
            assert_eq!(out.0.len(), saving.written());
        }
        assert_eq!(out.0, state.saved(), "in pieces of {size}");
    }
    let mut out = Heap(Vec::new());
    save_to(MODEL, &state, &mut out).unwrap();
    assert_eq!(out.0, state.saved());
}

#[test]
fn only_what_is_still_to_be_written_must_be_finite() {
    let mut state = State::lived(6);
    let (mut saving, mut out) = (Saving::begin(MODEL, &state).unwrap(), Heap(Vec::new()));
    let written = HEADER_BYTES + Gan::<Generator, Critic, Adam>::BYTES;
    saving.put(&state, written, &mut out).unwrap();
    state.gan.centre = f32::NAN;
    saving.put(&state, 1, &mut out).unwrap();
    state.losses[1] = f32::NAN;
    let rest = saving.total();
    let at = State::BYTES - 4;
    let error = saving.put(&state, rest, &mut out);
    assert_eq!(error, Err(Error::NotFinite { at }));
}

#[test]
fn what_is_written_may_change_and_a_change_of_length_is_found_out() {
    let mut state = State::lived(6);
    let before = state.saved();
    let (mut saving, mut out) = (Saving::begin(MODEL, &state).unwrap(), Heap(Vec::new()));
    let written = HEADER_BYTES + Gan::<Generator, Critic, Adam>::BYTES;
    saving.put(&state, written, &mut out).unwrap();
    state.gan = Gan::new(Generator::ZERO, Critic::ZERO);
    saving.put(&state, 1, &mut out).unwrap();
    let rest = saving.total();
    saving.put(&state, rest, &mut out).unwrap();
    assert_eq!(out.0, before);

    let mut saving = Saving::begin(MODEL, &state).unwrap();
    state.replay = Replay::uniform();
    let error = saving.put(&state, 1, &mut Heap(Vec::new()));
    assert!(matches!(error, Err(Error::Miscounted { .. })), "{error:?}");
}

/// A state that had a field less in version 2.
#[derive(Debug, PartialEq)]
struct Grown {
    old: u32,
    new: [f32; 2],
}

impl Persist for Grown {
    const BYTES: usize = u32::BYTES + <[f32; 2]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        if out.has(3) {
            self.new.save(out);
        }
        self.old.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        if from.has(3) {
            self.new.load(from)?;
        }
        self.old.load(from)
    }
}

#[test]
fn an_older_checkpoint_is_read_as_it_was_written() {
    let (new, other) = ([1.5, 2.5], [0.5; 2]);
    let saved = Grown { old: 7, new };
    let mut out = Heap(Vec::new());
    let mut saving = Saving::begin_as(2, MODEL, &saved).unwrap();
    saving.put(&saved, 100, &mut out).unwrap();
    let header = peek(&out.0).unwrap();
    assert_eq!((header.version, header.payload), (2, 4));

    let mut state = Grown { old: 1, new: other };
    load(MODEL, &mut state, &out.0).unwrap();
    assert_eq!(state, Grown { old: 7, new: other });
    // A version is no licence: the shape is that of the version.
    let mut current = [0; bytes::<Grown>()];
    save(MODEL, &saved, &mut current).unwrap();
    load(MODEL, &mut state, &current).unwrap();
    assert_eq!(state, saved);
    current[8] = 2;
    let forged = forge(&current, 0, &[]);
    let error = load(MODEL, &mut state, &forged);
    assert!(matches!(error, Err(Error::OtherShape { .. })), "{error:?}");
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

/// The layout of version 8, byte by byte: old checkpoints must stay readable.
#[test]
fn the_layout_is_the_documented_one() {
    let mut out = [0; bytes::<[u32; 2]>()];
    let mut expected = b"ganlet\r\n\x08\0\0\0test-model\0\0\0\0\0\0".to_vec();
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

#[test]
fn a_header_tells_the_length_before_the_rest_is_there() {
    let checkpoint = State::lived(1).saved();
    let header = Header::read(&checkpoint[..HEADER_BYTES]).unwrap();
    assert_eq!(header.total(), checkpoint.len() as u64);
    assert_eq!(Ok(header), peek(&checkpoint));
    assert_eq!(header.payload as usize, State::BYTES);
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
}
