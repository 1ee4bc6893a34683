//! A memory of any number of values of some type.

use super::*;

/// At most three pairs, and what comes after them.
#[derive(Clone, Debug, PartialEq)]
struct Diary {
    pairs: Vec<[f32; 2]>,
    end: u32,
}

const ROOM: usize = 3;

impl Persist for Diary {
    const BYTES: usize = u32::BYTES + ROOM * <[f32; 2]>::BYTES + u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        out.items(&self.pairs);
        self.end.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let mut pairs = Vec::new();
        from.items(ROOM, &[0.0; 2], |pair| pairs.push(pair))?;
        from.set(&mut self.pairs, pairs);
        self.end.load(from)
    }
}

/// One with so many pairs.
fn diary(pairs: usize) -> Diary {
    Diary {
        pairs: (0..pairs).map(|i| [i as f32, -0.5]).collect(),
        end: 7,
    }
}

fn saved(diary: &Diary) -> Vec<u8> {
    let mut out = [0; bytes::<Diary>()];
    save(MODEL, diary, &mut out).unwrap().to_vec()
}

#[test]
fn any_number_of_items_comes_back_and_has_the_same_shape() {
    let shape = CRC32.checksum(b"+\x01\x08\0\0\0u\0");
    for pairs in 0..=ROOM {
        let checkpoint = saved(&diary(pairs));
        let header = peek(&checkpoint).unwrap();
        assert_eq!(
            (header.shape, header.payload),
            (shape, 8 + 8 * pairs as u32)
        );
        let mut state = diary(1);
        state.end = 1;
        load(MODEL, &mut state, &checkpoint).unwrap();
        assert_eq!(state, diary(pairs));
    }
    let expected = b"\x02\0\0\0\0\0\0\0\0\0\0\xbf\0\0\x80\x3f\0\0\0\xbf\x07\0\0\0";
    let checkpoint = saved(&diary(2));
    let payload = HEADER_BYTES..checkpoint.len() - CRC_BYTES;
    assert_eq!(checkpoint[payload], expected[..]);
}

#[test]
fn items_beyond_the_room_and_items_that_cannot_be_are_refused() {
    let checkpoint = saved(&diary(ROOM));
    let forgeries = [
        (0, 4u32, 4, "more samples than the memory has room for"),
        (0, u32::MAX, 4, "more samples than the memory has room for"),
        (24, f32::NAN.to_bits(), 28, "a number that is not finite"),
    ];
    for (at, bits, judged, what) in forgeries {
        let mut state = diary(1);
        let forged = forge(&checkpoint, at, &bits.to_le_bytes());
        let error = load(MODEL, &mut state, &forged);
        assert_eq!(error, Err(Error::Invalid { what, at: judged }));
        assert_eq!(state, diary(1));
    }
}
