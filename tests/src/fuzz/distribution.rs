//! A distribution, as `--target` names it.

use ganlet::divergence::Target;
use ganlet::rng::Rng;

pub(super) fn attempt(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match text.parse::<Target>() {
        Err(error) => super::is_one_line(&error.to_string()),
        Ok(target) => {
            let named = target.to_string();
            let again: Target = named.parse().expect("its own name");
            assert_eq!(again, target, "{named}");
            let mut rng = Rng::new(1, 0);
            let finite = (0..16).all(|_| !target.draw(&mut rng).is_nan());
            assert!(finite, "{named} draws what is no number");
        }
    }
}
