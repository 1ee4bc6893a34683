//! Bytes that something has happened to.

use super::*;

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
    for version in [0, 1, 77, u32::MAX] {
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
