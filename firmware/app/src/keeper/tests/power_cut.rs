//! Power cuts after every single byte.

use std::println;

use super::*;

/// Saves checkpoint after checkpoint on a medium, each of them once for every byte at which it can be
/// cut off; counts the cuts. After each the last checkpoint is there or the new one, and saving goes
/// on.
fn cut_everywhere<M: Medium>(medium: M, saves: u32) -> u64 {
    assert!(save(&medium, 1).is_some() && save(&medium, 2).is_some());
    let mut cuts = 0;
    for n in 3..3 + saves {
        let whole = medium.copy();
        whole.cut_after(u64::MAX);
        assert!(save(&whole, n).is_some());
        let bytes = whole.power_up();
        for cut in 0..bytes {
            let medium = medium.copy();
            medium.cut_after(cut);
            assert!(save(&medium, n).is_none(), "cut after {cut} of {bytes}");
            medium.power_up();
            let state = found(&medium);
            let sound = state == Ok(Small::new(n - 1)) || state == Ok(Small::new(n));
            assert!(sound, "cut after {cut} of {bytes} in save {n}: {state:?}");
            assert!(save(&medium, 1000).is_some(), "after a cut at {cut}");
            assert_eq!(found(&medium), Ok(Small::new(1000)));
        }
        cuts += bytes;
        assert!(save(&medium, n).is_some());
    }
    cuts
}

#[test]
fn a_cut_after_any_byte_of_an_eeprom_leaves_the_old_checkpoint_or_the_new_one() {
    let cuts = cut_everywhere(Ram::new(), 2);
    println!("power cuts, EEPROM: {cuts} points, every byte of 2 saves");
    assert!(cuts > 2 * 844);
}

#[test]
fn a_cut_after_any_byte_of_a_flash_leaves_the_old_checkpoint_or_the_new_one() {
    let cuts = cut_everywhere(Nor::new(), 4);
    println!("power cuts, NOR flash: {cuts} points, every byte written or erased in 4 saves");
    assert!(cuts > 4 * 844);
}

/// A device whose power never lasts: no number of cuts in a row loses what was whole.
fn flicker<M: Medium>(medium: M, cuts: u32) {
    let mut rng = ganlet::rng::Rng::new(7, 0);
    assert!(save(&medium, 1).is_some());
    let (mut held, mut saved) = (1, 0);
    for n in 2..2 + cuts {
        medium.cut_after(u64::from(rng.below(4000)));
        saved += u32::from(save(&medium, n).is_some());
        medium.power_up();
        // Boots may be cut short, too: a flash goes on with what it was about to mend.
        for _ in 0..rng.below(3) {
            medium.cut_after(u64::from(rng.below(700)));
            let _ = found(&medium);
            medium.power_up();
        }
        let state = found(&medium);
        match [held, n].into_iter().find(|n| state == Ok(Small::new(*n))) {
            Some(n) => held = n,
            None => panic!("neither {held} nor {n}: {state:?}"),
        }
    }
    assert!(
        (cuts / 10..cuts).contains(&saved),
        "{saved} of {cuts} saved"
    );
}

#[test]
fn cuts_in_a_row_lose_nothing() {
    flicker(Ram::new(), 2000);
    flicker(Nor::new(), 2000);
}
