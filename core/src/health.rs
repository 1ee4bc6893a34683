//! Networks that are sound, and the way back for those that are not.
//!
//! A step whose gradient is not finite is skipped, and moments that have seen finite gradients only are
//! finite. What is left are numbers that have grown beyond all use, and memory that lies: both are
//! seen by looking at every parameter, once a round, at a third of a percent of the round's cost.
//!
//! Networks that are sound can still learn badly. That is what an [`Exam`] is for, a [`Doctor`] who
//! tells an [`Illness`] by it, and a [`Best`] generator to begin again from.

mod best;
mod doctor;
mod exam;
mod illness;
#[cfg(test)]
mod provoked;

pub use best::Best;
pub use doctor::{Doctor, Treated};
pub use exam::Exam;
pub use illness::{Cure, Illness, LEAST_SPREAD};

use crate::layer::Layer as _;
use crate::model::Model;
use crate::optimizer::OptimizerState as _;
use crate::params::{Params, ParamsExt};
use crate::rng::Rng;
use crate::trainer::Trainer;

/// The largest parameter that is sound. Samples are standardised and steps are of one learning rate at
/// most, so that a whole run of any recipe that is shipped moves no parameter by a tenth of it.
pub const LARGEST: f32 = 1e3;

/// Both networks as they last were sound, and the best generator so far; without moments: half of a
/// trainer's RAM.
#[derive(Clone, Debug)]
pub struct Shadow<M: Model> {
    generator: M::Generator,
    discriminator: M::Discriminator,
    centre: f32,
    taken: bool,
    /// The generator that was best so far.
    pub best: Best<M>,
}

impl<M: Model> Shadow<M> {
    /// Before the first is taken: the contents of a static.
    pub const NONE: Self = Self {
        generator: M::Generator::ZERO,
        discriminator: M::Discriminator::ZERO,
        centre: 0.0,
        taken: false,
        best: Best::NONE,
    };

    /// Takes the networks as they are, if they are sound.
    pub fn take(&mut self, trainer: &Trainer<M>) {
        if trainer.is_sound() {
            self.generator.copy_from(&trainer.gan.generator);
            self.discriminator.copy_from(&trainer.gan.discriminator);
            self.centre = trainer.gan.centre;
            self.taken = true;
        }
    }
}

impl<M: Model> Trainer<M> {
    /// Whether every parameter is finite and no larger than [`LARGEST`].
    pub fn is_sound(&self) -> bool {
        self.gan.generator.is_within(LARGEST)
            && self.gan.discriminator.is_within(LARGEST)
            && self.average.is_within(LARGEST)
            && self.gan.centre.is_finite()
    }

    /// Goes back to networks that were sound, with fresh moments. Random streams, rounds and readings
    /// go on: what led astray is not repeated.
    ///
    /// Without a shadow there are still the average, which is a generator, and a fresh discriminator,
    /// which learns quickly; `rng` draws what must be drawn.
    pub fn go_back(&mut self, shadow: Option<&Shadow<M>>, rng: &mut Rng) {
        let gan = &mut self.gan;
        match shadow {
            Some(shadow) if shadow.taken => {
                gan.generator.copy_from(&shadow.generator);
                gan.discriminator.copy_from(&shadow.discriminator);
                gan.centre = shadow.centre;
            }
            _ => {
                match self.average.is_within(LARGEST) {
                    true => gan.generator.copy_from(&self.average),
                    false => gan.generator.init(&M::INIT.0, rng),
                }
                gan.discriminator.init(&M::INIT.1, rng);
                gan.centre = 0.0;
            }
        }
        gan.generator_state.restart();
        gan.discriminator_state.restart();
        if !self.average.is_within(LARGEST) {
            self.average.copy_from(&gan.generator);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scalar;
    use crate::recipe::Recipe;

    fn trained() -> Trainer<Scalar> {
        let (mut trainer, mut rng) = (Trainer::new(1), Rng::new(1, 9));
        let recipe = Recipe {
            batch: 4,
            ..Recipe::SCALAR
        };
        (0..5).for_each(|_| {
            trainer.round(&recipe, |_| [rng.gaussian()]);
        });
        trainer
    }

    const BAD: [f32; 4] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -2.0 * LARGEST];

    #[test]
    fn one_bad_number_anywhere_is_seen_and_the_way_back_leads_to_sound_networks() {
        let sound = trained();
        assert!(sound.is_sound());
        let mut shadow = Shadow::NONE;
        shadow.take(&sound);
        for bad in BAD {
            let spoilt = |spoil: &dyn Fn(&mut Trainer<Scalar>)| {
                let mut trainer = sound.clone();
                spoil(&mut trainer);
                assert!(!trainer.is_sound());
                let mut kept = shadow.clone();
                kept.take(&trainer);
                assert_eq!(
                    kept.generator, sound.gan.generator,
                    "no shadow of the unsound"
                );
                for shadow in [Some(&shadow), Some(&Shadow::NONE), None] {
                    let mut trainer = trainer.clone();
                    trainer.go_back(shadow, &mut Rng::new(3, 3));
                    assert!(trainer.is_sound());
                    if shadow.is_some_and(|shadow| shadow.taken) {
                        assert_eq!(trainer.gan.generator, sound.gan.generator);
                        assert_eq!(trainer.gan.discriminator, sound.gan.discriminator);
                    }
                    let recipe = Recipe {
                        batch: 4,
                        ..Recipe::SCALAR
                    };
                    for _ in 0..20 {
                        let round = trainer.round(&recipe, |rng| [rng.gaussian()]);
                        assert!(!round.generator.skipped && trainer.is_sound());
                    }
                }
            };
            spoilt(&|it| Params::leaf_mut(&mut it.gan.generator, 2)[3] = bad);
            spoilt(&|it| Params::leaf_mut(&mut it.gan.discriminator, 0)[0] = bad);
            spoilt(&|it| Params::leaf_mut(&mut it.average, 5)[0] = bad);
        }
    }

    /// A generator that has exploded does not reach the average.
    #[test]
    fn the_average_takes_in_no_number_that_is_not_sound() {
        let recipe = Recipe {
            batch: 4,
            ..Recipe::SCALAR
        };
        for bad in BAD {
            let mut trainer = trained();
            let before = trainer.average;
            Params::leaf_mut(&mut trainer.gan.generator, 2)[3] = bad;
            trainer.round(&recipe, |rng| [rng.gaussian()]);
            assert!(trainer.average.all_finite());
            assert_eq!(trainer.average, before);
        }
    }
}
