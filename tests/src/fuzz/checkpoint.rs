//! Checkpoints: any bytes, and what a forger makes of a good one.
//!
//! A forger knows the format and seals what he has written with the right checksum. Whatever he
//! wrote is refused, and the state stays as it was; or it is a state that goes on in bounded time
//! and survives its own checkpoint.

use ganlet::checkpoint::{self, HEADER_BYTES};
use ganlet::health::Best;
use ganlet::layer::Zero as _;
use ganlet::model::{Conv32, Model, Scalar, Window16, Window32};
use ganlet::params::ParamsExt;
use ganlet::rng::Rng;
use ganlet::session::Session;
use ganlet::stream::Replay;
use ganlet_app::{Course, Learner, Sample};

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

/// The most samples that a round of a restored learner may cost.
const WORK: u64 = 1 << 18;

type Small<M> = Learner<M, Replay<<M as Model>::Held, 4>>;

/// All that a device keeps.
struct Device<M: Model> {
    learner: Small<M>,
    best: Best<M>,
}

impl<M: Model> Device<M> {
    fn course(&mut self) -> Course<'_, M, Replay<M::Held, 4>> {
        Course {
            learner: &mut self.learner,
            best: Some(&mut self.best),
        }
    }
}

pub(super) fn attempt(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind % 5 {
        0 => {
            load::<Scalar>(bytes);
            load::<Window16>(bytes);
            load::<Window32>(bytes);
            load::<Conv32>(bytes);
        }
        1 => load::<Scalar>(&forged::<Scalar>(bytes)),
        2 => load::<Window16>(&forged::<Window16>(bytes)),
        3 => load::<Window32>(&forged::<Window32>(bytes)),
        _ => load::<Conv32>(&forged::<Conv32>(bytes)),
    }
}

/// A device that has learned a little.
fn device<M: Model>() -> Device<M> {
    let mut device = Small::<M>::new(Replay::uniform());
    let mut recipe = M::RECIPE;
    recipe.batch = 4;
    device.restart(recipe, 1);
    live(&mut device);
    device.scale().expect("a scale");
    while device.turn().is_none() {}
    device.fit();
    let mut best = Best::NONE;
    device.examine(Some(&mut best));
    Device {
        learner: device,
        best,
    }
}

/// Readings come in.
fn live<M: Model>(device: &mut Small<M>) {
    let mut rng = Rng::new(2, 0);
    for _ in 0..48 {
        let reading = 20.0 + 0.5 * rng.gaussian();
        if let Some(window) = device.take(Sample::Reading(reading)) {
            device.judge(&window);
            device.keep(window);
        }
    }
}

fn saved<M: Model>(device: &mut Device<M>) -> Option<Vec<u8>> {
    let mut bytes = vec![0; checkpoint::bytes::<Small<M>>()];
    let length = checkpoint::save(Session::<M>::NAME, &device.course(), &mut bytes)
        .ok()?
        .len();
    bytes.truncate(length);
    Some(bytes)
}

/// A good checkpoint with some of its words replaced, six bytes for each: place and number.
fn forged<M: Model>(edits: &[u8]) -> Vec<u8> {
    let mut bytes = saved(&mut device::<M>()).expect("a good device");
    let end = bytes.len() - 4;
    for &[low, high, ref number @ ..] in edits.as_chunks::<6>().0 {
        let place = usize::from(u16::from_le_bytes([low, high]));
        let at = HEADER_BYTES + place % (end - HEADER_BYTES - 3);
        bytes[at..at + 4].copy_from_slice(number);
    }
    let seal = CRC.checksum(&bytes[..end]).to_le_bytes();
    bytes[end..].copy_from_slice(&seal);
    bytes
}

fn load<M: Model>(bytes: &[u8]) {
    let mut state = device::<M>();
    let before = saved(&mut state);
    if let Err(error) = checkpoint::load(Session::<M>::NAME, &mut state.course(), bytes) {
        super::is_one_line(&error.to_string());
        let after = saved(&mut state).unwrap_or_default();
        same(&before.unwrap_or_default(), &after); // refused, so not changed
        return;
    }
    // What was taken in, perhaps with a count cut to what is possible, stays as it is.
    let taken = saved(&mut state).expect("what was loaded can be saved");
    let mut again = device::<M>();
    let outcome = checkpoint::load(Session::<M>::NAME, &mut again.course(), &taken);
    assert!(outcome.is_ok(), "its own bytes are refused: {outcome:?}");
    same(&taken, &saved(&mut again).unwrap_or_default());

    let Device {
        learner: mut state,
        mut best,
    } = state;
    let recipe = &mut state.session.recipe;
    let steps = u64::from(recipe.discriminator_steps) + 1;
    let work = steps.saturating_mul(recipe.batch as u64);
    assert!(work <= WORK, "a round of {work} samples");
    recipe.batch = recipe.batch.min(4);

    live(&mut state);
    for _ in 0..steps {
        state.turn();
    }
    state.examine(Some(&mut best));
    state.fit();
    state.judge(&M::Sample::ZERO);
    let gan = &state.session.trainer.gan;
    assert!(
        gan.generator.all_finite() && gan.discriminator.all_finite(),
        "training makes numbers that are not finite"
    );
}

fn same(a: &[u8], b: &[u8]) {
    let other = a.iter().zip(b).position(|(a, b)| a != b);
    assert_eq!(other, None, "other bytes");
    assert_eq!(a.len(), b.len());
}
