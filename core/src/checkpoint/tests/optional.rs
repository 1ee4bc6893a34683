//! A network that may be absent, in a checkpoint or in the state to be loaded.

use super::*;

/// A network, and what comes after it.
#[derive(Clone, Debug, PartialEq)]
struct Shelf {
    network: Option<Critic>,
    /// Whether the checkpoint that was loaded had one.
    told: bool,
    end: u32,
}

impl Persist for Shelf {
    const BYTES: usize = 1 + Critic::BYTES + u32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        out.optional(self.network.as_ref());
        self.end.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let told = from.optional(self.network.as_mut())?;
        from.set(&mut self.told, told);
        self.end.load(from)
    }
}

fn shelf(network: Option<Critic>, end: u32) -> Shelf {
    Shelf {
        network,
        told: false,
        end,
    }
}

fn saved(shelf: &Shelf) -> Vec<u8> {
    let mut out = [0; bytes::<Shelf>()];
    save(MODEL, shelf, &mut out).unwrap().to_vec()
}

#[test]
fn a_network_comes_back_where_there_is_one_and_a_place_for_it() {
    let shape = CRC32.checksum(b"?\0f\x02\x01\0\0\0\x01\0\0\0f\x01\x01\0\0\0u\0");
    let (old, new) = (Critic::new([[7.0]], [8.0]), Critic::new([[0.5]], [-1.0]));
    for (there, place) in [(true, true), (true, false), (false, true), (false, false)] {
        let checkpoint = saved(&shelf(there.then_some(new), 3));
        assert_eq!(peek(&checkpoint).unwrap().shape, shape);
        let mut state = shelf(place.then_some(old), 9);
        load(MODEL, &mut state, &checkpoint).unwrap();
        let kept = if there { new } else { old };
        assert_eq!(state.network, place.then_some(kept));
        assert_eq!((state.told, state.end), (there, 3));
    }
    let payload =
        |checkpoint: &[u8]| checkpoint[HEADER_BYTES..checkpoint.len() - CRC_BYTES].to_vec();
    assert_eq!(payload(&saved(&shelf(None, 3))), b"\0\x03\0\0\0");
    let whole = b"\x01\0\0\0\x3f\0\0\x80\xbf\x03\0\0\0";
    assert_eq!(payload(&saved(&shelf(Some(new), 3))), whole);
}

#[test]
fn a_network_that_cannot_be_is_refused_with_a_place_for_it_and_without() {
    let new = Critic::new([[0.5]], [-1.0]);
    let checkpoint = saved(&shelf(Some(new), 3));
    for place in [Some(Critic::ZERO), None] {
        for (at, byte, what, judged) in [
            (0, &[2][..], "a truth value that is neither 0 nor 1", 1),
            (5, &f32::NAN.to_le_bytes(), "a number that is not finite", 9),
        ] {
            let mut state = shelf(place, 9);
            let forged = forge(&checkpoint, at, byte);
            let error = load(MODEL, &mut state, &forged);
            assert_eq!(error, Err(Error::Invalid { what, at: judged }));
            assert_eq!(state, shelf(place, 9));
        }
    }
}
