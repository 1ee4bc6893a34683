//! The six adversarial losses, each a pair of functions of logits, with their derivatives.
//!
//! With a = D(real) and b = D(G(latent)) as logits, and s(x) = ln(1 + e^x), so that
//! ln D = −s(−logit) and ln(1 − D) = −s(logit):
//!
//! | loss | discriminator minimises | generator minimises | source |
//! |---|---|---|---|
//! | minimax | s(−a) + s(b) = −V | −s(b) | Goodfellow et al. 2014, eq. 1 |
//! | non-saturating | s(−a) + s(b) = −V | s(−b) | the same, section 3 |
//! | least squares | (a−1)²/2 + b²/2 | (b−1)²/2 | Mao et al. 2017 |
//! | hinge | max(0, 1−a) + max(0, 1+b) | −b | Lim and Ye 2017 |
//! | Wasserstein | b − a | −b | Arjovsky et al. 2017 |
//! | relativistic | s(−(a−b)) | s(−(b−a)) | Jolicoeur-Martineau 2018; Huang et al. 2024 |
//!
//! A batch loss is the mean over pairs (aᵢ, bᵢ): the integrals of V are replaced by batch means.

use core::array;
use core::fmt;
use core::str::FromStr;

use crate::math::{VECTORS, softplus, softplus_and_slope, softplus_and_slope_of_each};

/// Which pair of losses the two players minimise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Loss {
    /// The game of the theory: max_D V, min_G V.
    Minimax,
    /// The same discriminator; a generator that maximises ln D(G(z)).
    NonSaturating,
    /// Squares of logits against the labels 1 and 0.
    LeastSquares,
    /// A margin of one.
    Hinge,
    /// The critic's difference (without a Lipschitz constraint: add R1).
    Wasserstein,
    /// Real and generated samples compared in pairs.
    Relativistic,
}

/// A loss of one pair of logits and its derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The loss.
    pub value: f32,
    /// Derivative by a, the logit of the real sample.
    pub da: f32,
    /// Derivative by b, the logit of the generated sample.
    pub db: f32,
}

/// Several of them, side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pairs<const N: usize> {
    /// The losses.
    pub(crate) value: [f32; N],
    /// Their derivatives by a.
    pub(crate) da: [f32; N],
    /// Their derivatives by b.
    pub(crate) db: [f32; N],
}

/// Pairs from softplus and its slope.
impl Pair {
    /// s(−a) + s(b).
    #[inline]
    fn of_both((on_real, da): (f32, f32), (on_generated, db): (f32, f32)) -> Self {
        Self {
            value: on_real + on_generated,
            da: -da,
            db,
        }
    }

    /// s(−b).
    #[inline]
    fn of_generated((value, slope): (f32, f32)) -> Self {
        Self {
            value,
            da: 0.0,
            db: -slope,
        }
    }

    /// s(b − a).
    #[inline]
    fn of_difference((value, slope): (f32, f32)) -> Self {
        Self {
            value,
            da: -slope,
            db: slope,
        }
    }

    /// s(a − b) from s(b − a) of the same number.
    #[inline]
    fn turned(self) -> Self {
        Self {
            da: self.db,
            db: self.da,
            ..self
        }
    }
}

impl Loss {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] = [
        Self::Minimax,
        Self::NonSaturating,
        Self::LeastSquares,
        Self::Hinge,
        Self::Wasserstein,
        Self::Relativistic,
    ];

    /// What the discriminator minimises, for one pair.
    #[inline]
    pub fn discriminator(self, a: f32, b: f32) -> Pair {
        match self {
            Self::Minimax | Self::NonSaturating => {
                Pair::of_both(softplus_and_slope(-a), softplus_and_slope(b))
            }
            Self::LeastSquares => Pair {
                value: 0.5 * (a - 1.0) * (a - 1.0) + 0.5 * b * b,
                da: a - 1.0,
                db: b,
            },
            Self::Hinge => Pair {
                value: (1.0 - a).max(0.0) + (1.0 + b).max(0.0),
                da: if a < 1.0 { -1.0 } else { 0.0 },
                db: if b > -1.0 { 1.0 } else { 0.0 },
            },
            Self::Wasserstein => Pair {
                value: b - a,
                da: -1.0,
                db: 1.0,
            },
            Self::Relativistic => Pair::of_difference(softplus_and_slope(b - a)),
        }
    }

    /// The same, and [`value_term`] of the logits with `centre` taken off.
    #[inline]
    pub fn discriminator_and_value(self, a: f32, b: f32, centre: f32) -> (Pair, f32) {
        let pair = self.discriminator(a, b);
        let value = match self {
            Self::Minimax | Self::NonSaturating if centre == 0.0 => -pair.value, // the very number
            _ => value_term(a - centre, b - centre),
        };
        (pair, value)
    }

    /// What the generator minimises, for one pair. The discriminator is frozen, so only the
    /// derivative by b is of use; a is read by the relativistic loss alone.
    #[inline]
    pub fn generator(self, a: f32, b: f32) -> Pair {
        let (value, db) = match self {
            Self::Minimax => {
                let (value, slope) = softplus_and_slope(b);
                (-value, -slope)
            }
            Self::NonSaturating => return Pair::of_generated(softplus_and_slope(-b)),
            Self::LeastSquares => (0.5 * (b - 1.0) * (b - 1.0), b - 1.0),
            Self::Hinge | Self::Wasserstein => (-b, -1.0),
            Self::Relativistic => return Pair::of_difference(softplus_and_slope(a - b)).turned(),
        };
        Pair { value, da: 0.0, db }
    }

    /// [`discriminator_and_value`](Self::discriminator_and_value) of some pairs at once, with the same
    /// bits: where there are vectors, and the loss is one of softplus.
    #[inline(always)] // so that nothing is left of it where there are no vectors
    pub(crate) fn discriminators_and_values<const N: usize>(
        self,
        a: &[f32; N],
        b: &[f32; N],
        centre: f32,
    ) -> Option<(Pairs<N>, [f32; N])> {
        match self {
            Self::Minimax | Self::NonSaturating if VECTORS && centre == 0.0 => {
                let [[on_real, on_generated], [da, db]] =
                    softplus_and_slope_of_each(&[a.map(|a| -a), *b]);
                let value = array::from_fn(|i| on_real[i] + on_generated[i]);
                let da = da.map(|da| -da);
                Some((Pairs { value, da, db }, value.map(|value| -value)))
            }
            Self::Relativistic if VECTORS => {
                let differences = array::from_fn(|i| b[i] - a[i]);
                let (a, b) = (a.map(|a| -(a - centre)), b.map(|b| b - centre));
                let [[value, a, b], [db, ..]] = softplus_and_slope_of_each(&[differences, a, b]);
                let da = db.map(|db| -db);
                let values = array::from_fn(|i| -(a[i] + b[i]));
                Some((Pairs { value, da, db }, values))
            }
            _ => None,
        }
    }

    /// [`generator`](Self::generator) of some pairs at once, likewise.
    #[inline(always)] // so that nothing is left of it where there are no vectors
    pub(crate) fn generators<const N: usize>(self, a: &[f32; N], b: &[f32; N]) -> Option<Pairs<N>> {
        let (x, paired) = match self {
            Self::NonSaturating if VECTORS => (b.map(|b| -b), false),
            Self::Relativistic if VECTORS => (array::from_fn(|i| a[i] - b[i]), true),
            _ => return None,
        };
        let [[value], [da]] = softplus_and_slope_of_each(&[x]);
        let db = da.map(|da| -da);
        let da = if paired { da } else { [0.0; N] };
        Some(Pairs { value, da, db })
    }

    /// Whether the generator's loss looks at real samples, too.
    pub const fn pairs_generator_with_real(self) -> bool {
        matches!(self, Self::Relativistic)
    }

    /// Whether it sees differences of logits only, so that D is open up to an additive constant.
    pub const fn leaves_a_constant(self) -> bool {
        matches!(self, Self::Relativistic | Self::Wasserstein)
    }

    /// The name used on the command line and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minimax => "minimax",
            Self::NonSaturating => "non-saturating",
            Self::LeastSquares => "least-squares",
            Self::Hinge => "hinge",
            Self::Wasserstein => "wasserstein",
            Self::Relativistic => "relativistic",
        }
    }
}

/// ln D(a) + ln(1 − D(b)), the term of V(G, D) that one pair of logits contributes.
#[inline]
pub fn value_term(a: f32, b: f32) -> f32 {
    -(softplus(-a) + softplus(b))
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is none of [`Loss::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLoss;

impl fmt::Display for UnknownLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown loss; use one of")?;
        for (i, loss) in Loss::ALL.iter().enumerate() {
            write!(f, "{} {loss}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownLoss {}

impl FromStr for Loss {
    type Err = UnknownLoss;

    fn from_str(name: &str) -> Result<Self, UnknownLoss> {
        Self::ALL
            .into_iter()
            .find(|loss| loss.name() == name)
            .ok_or(UnknownLoss)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::string::ToString as _;

    use super::*;

    /// ln(1 + e^x).
    fn s(x: f64) -> f64 {
        x.max(0.0) + x.abs().exp().recip().ln_1p()
    }

    /// The table: what the discriminator and what the generator minimises.
    pub(crate) fn table(loss: Loss, a: f64, b: f64) -> [f64; 2] {
        match loss {
            Loss::Minimax => [s(-a) + s(b), -s(b)],
            Loss::NonSaturating => [s(-a) + s(b), s(-b)],
            Loss::LeastSquares => [
                ((a - 1.0).powi(2) + b.powi(2)) / 2.0,
                (b - 1.0).powi(2) / 2.0,
            ],
            Loss::Hinge => [(1.0 - a).max(0.0) + (1.0 + b).max(0.0), -b],
            Loss::Wasserstein => [b - a, -b],
            Loss::Relativistic => [s(-(a - b)), s(-(b - a))],
        }
    }

    /// Logits on both sides of 0 and of the hinge's kinks.
    fn logits() -> impl Iterator<Item = (f32, f32)> {
        let each = [-30.0, -2.25, -0.75, 0.125, 0.5, 1.75, 30.0];
        each.into_iter().flat_map(move |a| each.map(|b| (a, b)))
    }

    fn assert_close(ours: f32, wanted: f64, what: &str) {
        let error = (f64::from(ours) - wanted).abs();
        assert!(
            error <= 2e-6 * wanted.abs().max(1.0),
            "{what}: {ours}, not {wanted}"
        );
    }

    #[test]
    fn values_and_slopes_are_those_of_the_table() {
        for (loss, (a, b)) in Loss::ALL
            .into_iter()
            .flat_map(|loss| logits().map(move |at| (loss, at)))
        {
            let ours = [loss.discriminator(a, b), loss.generator(a, b)];
            for (player, ours) in ours.into_iter().enumerate() {
                let formula = |a, b| table(loss, a, b)[player];
                let (a, b, h) = (f64::from(a), f64::from(b), 1e-5);
                let by_a = (formula(a + h, b) - formula(a - h, b)) / (2.0 * h);
                let by_b = (formula(a, b + h) - formula(a, b - h)) / (2.0 * h);
                let what = std::format!("{loss}, player {player}, at ({a}, {b})");
                assert_close(ours.value, formula(a, b), &what);
                assert_close(ours.da, by_a, &what);
                assert_close(ours.db, by_b, &what);
            }
        }
    }

    #[test]
    fn pairs_taken_together_are_those_taken_alone() {
        let bits = |pair: Pair| [pair.value, pair.da, pair.db].map(f32::to_bits);
        let sizes = [0.0, 1e-5, 0.3, 0.4, 1.1, 40.0, 95.0, 110.0];
        let more = sizes.map(|size| (size, -0.7 * size));
        let all: std::vec::Vec<_> = logits().chain(more).collect();
        for four in all.as_chunks::<4>().0 {
            let (a, b) = (four.map(|(a, _)| a), four.map(|(_, b)| b));
            for (loss, centre) in Loss::ALL.into_iter().flat_map(|it| [(it, 0.0), (it, 1.5)]) {
                let of =
                    |all: &Pairs<4>, i: usize| [all.value, all.da, all.db].map(|x| x[i].to_bits());
                if let Some((pairs, values)) = loss.discriminators_and_values(&a, &b, centre) {
                    for (i, &(a, b)) in four.iter().enumerate() {
                        let (pair, value) = loss.discriminator_and_value(a, b, centre);
                        assert_eq!(of(&pairs, i), bits(pair), "{loss} at ({a}, {b})");
                        assert_eq!(values[i].to_bits(), value.to_bits(), "{loss} at ({a}, {b})");
                    }
                }
                if let Some(pairs) = loss.generators(&a, &b) {
                    for (i, &(a, b)) in four.iter().enumerate() {
                        let pair = loss.generator(a, b);
                        assert_eq!(of(&pairs, i), bits(pair), "{loss} at ({a}, {b})");
                    }
                }
            }
        }
    }

    #[test]
    fn on_its_margin_the_hinge_pulls_no_more() {
        let Pair { value, da, db } = Loss::Hinge.discriminator(1.0, -1.0);
        assert_eq!([value, da, db], [0.0; 3]);
    }

    #[test]
    fn the_value_of_the_game_is_that_of_centred_logits() {
        for (a, b) in logits() {
            for (loss, centre) in Loss::ALL
                .into_iter()
                .flat_map(|loss| [(loss, 0.0), (loss, 1.5)])
            {
                let (pair, value) = loss.discriminator_and_value(a, b, centre);
                assert_eq!(pair, loss.discriminator(a, b));
                let (a, b) = (f64::from(a - centre), f64::from(b - centre));
                assert_close(value, -s(-a) - s(b), loss.name());
                assert_eq!(value, value_term(a as f32, b as f32), "{loss}");
            }
        }
    }

    /// What a trainer asks a loss before it draws samples and shifts logits.
    #[test]
    fn a_loss_knows_what_it_looks_at() {
        let (a, b, shift) = (0.5, -0.25, 2.0);
        for loss in Loss::ALL {
            let looks_at_real = loss.generator(a, b).da != 0.0;
            assert_eq!(loss.pairs_generator_with_real(), looks_at_real, "{loss}");
            let shifted = loss.discriminator(a + shift, b + shift);
            let open = shifted == loss.discriminator(a, b);
            assert_eq!(loss.leaves_a_constant(), open, "{loss}");
        }
    }

    #[test]
    fn a_loss_goes_by_its_name_and_an_unknown_one_is_told_all() {
        for loss in Loss::ALL {
            assert_eq!(loss.to_string().parse(), Ok(loss));
        }
        assert_eq!(std::format!("{:>7}", Loss::Hinge), "  hinge");
        assert_eq!(
            "vanilla".parse::<Loss>().unwrap_err().to_string(),
            "unknown loss; use one of minimax, non-saturating, least-squares, hinge, wasserstein, \
             relativistic"
        );
    }
}
