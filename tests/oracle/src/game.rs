//! What the two players minimise, written from the table of losses.

use ganlet::loss::Loss;

use crate::difference;
use crate::dual::{self, Dual};
use crate::network::{Leaves, Network};
use crate::number::{Number, dot, mean};

/// One batch of the game: networks, samples, and what is played for.
#[derive(Clone, Debug)]
pub struct Game {
    /// From a latent to a sample.
    pub generator: Network,
    /// From a sample to a logit.
    pub discriminator: Network,
    /// Which pair of losses.
    pub loss: Loss,
    /// γ of the penalty on real samples.
    pub r1: f64,
    /// γ of the penalty on generated samples.
    pub r2: f64,
    /// Real samples.
    pub real: Vec<Vec<f64>>,
    /// As many latents.
    pub latent: Vec<Vec<f64>>,
}

/// The discriminator's loss of logits a of real and b of generated samples.
pub fn discriminator_loss(loss: Loss, a: &[f64], b: &[f64]) -> f64 {
    let pairs = a.iter().zip(b);
    let (a, b) = (a.iter().copied(), b.iter().copied());
    match loss {
        Loss::Minimax | Loss::NonSaturating => {
            mean(a.map(|a| (-a).softplus())) + mean(b.map(|b| b.softplus()))
        }
        Loss::LeastSquares => {
            mean(a.map(|a| (a - 1.0).powi(2) / 2.0)) + mean(b.map(|b| b.powi(2) / 2.0))
        }
        Loss::Hinge => {
            mean(a.map(|a| (1.0 - a).positive_part())) + mean(b.map(|b| (1.0 + b).positive_part()))
        }
        Loss::Wasserstein => mean(b) - mean(a),
        Loss::Relativistic => mean(pairs.map(|(a, b)| (-(a - b)).softplus())),
    }
}

/// The generator's loss of the same logits.
pub fn generator_loss(loss: Loss, a: &[f64], b: &[f64]) -> f64 {
    let pairs = a.iter().zip(b);
    let b = b.iter().copied();
    match loss {
        Loss::Minimax => -mean(b.map(|b| b.softplus())),
        Loss::NonSaturating => mean(b.map(|b| (-b).softplus())),
        Loss::LeastSquares => mean(b.map(|b| (b - 1.0).powi(2) / 2.0)),
        Loss::Hinge | Loss::Wasserstein => -mean(b),
        Loss::Relativistic => mean(pairs.map(|(a, b)| (-(b - a)).softplus())),
    }
}

/// |∇ₓD(x)|², exactly: each partial derivative by a dual number.
pub fn square_slope<T: Number>(net: &Network, leaves: &[Vec<T>], x: &[T]) -> T {
    let constant = |&value: &T| Dual {
        value,
        tangent: T::from(0.0),
    };
    let held: Vec<Vec<Dual<T>>> = leaves
        .iter()
        .map(|leaf| leaf.iter().map(constant).collect())
        .collect();
    let slope = dual::gradient(x, |x| net.output(&held, x)[0]);
    dot(&slope, &slope)
}

impl Game {
    /// G(latent).
    pub fn generated(&self, generator: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let sample = |z: &Vec<f64>| self.generator.output(generator, z);
        self.latent.iter().map(sample).collect()
    }

    /// D of each sample.
    pub fn logits(&self, discriminator: &[Vec<f64>], samples: &[Vec<f64>]) -> Vec<f64> {
        let logit = |x: &Vec<f64>| self.discriminator.output(discriminator, x)[0];
        samples.iter().map(logit).collect()
    }

    /// (r1/2) mean |∇D(real)|² + (r2/2) mean |∇D(generated)|².
    pub fn penalty(&self, discriminator: &[Vec<f64>], generated: &[Vec<f64>]) -> f64 {
        let square = |x: &Vec<f64>| square_slope(&self.discriminator, discriminator, x);
        let half_mean = |gamma: f64, samples: &[Vec<f64>]| match gamma {
            0.0 => 0.0,
            gamma => gamma / 2.0 * mean(samples.iter().map(square)),
        };
        half_mean(self.r1, &self.real) + half_mean(self.r2, generated)
    }

    /// The discriminator's loss, without penalties.
    pub fn discriminator_loss(&self, discriminator: &[Vec<f64>], generated: &[Vec<f64>]) -> f64 {
        let a = self.logits(discriminator, &self.real);
        let b = self.logits(discriminator, generated);
        discriminator_loss(self.loss, &a, &b)
    }

    /// The generator's loss.
    pub fn generator_loss(&self, generator: &[Vec<f64>], discriminator: &[Vec<f64>]) -> f64 {
        let a = self.logits(discriminator, &self.real);
        let b = self.logits(discriminator, &self.generated(generator));
        generator_loss(self.loss, &a, &b)
    }

    /// Gradient of the discriminator's loss with its penalties.
    pub fn discriminator_gradient(
        &self,
        discriminator: &[Vec<f64>],
        generated: &[Vec<f64>],
    ) -> Leaves<f64> {
        difference::gradient(discriminator, |discriminator| {
            self.discriminator_loss(discriminator, generated)
                + self.penalty(discriminator, generated)
        })
    }

    /// Gradient of the generator's loss.
    pub fn generator_gradient(
        &self,
        generator: &[Vec<f64>],
        discriminator: &[Vec<f64>],
    ) -> Leaves<f64> {
        difference::gradient(generator, |generator| {
            self.generator_loss(generator, discriminator)
        })
    }

    /// The smallest distance of any branch taken in this batch from its kink.
    pub fn closest_kink(&self, generator: &[Vec<f64>], discriminator: &[Vec<f64>]) -> f64 {
        let generated = self.generated(generator);
        let (a, b) = (
            self.logits(discriminator, &self.real),
            self.logits(discriminator, &generated),
        );
        let in_generator = self
            .latent
            .iter()
            .map(|z| self.generator.closest_kink(generator, z));
        let judged = self.real.iter().chain(&generated);
        let in_discriminator = judged.map(|x| self.discriminator.closest_kink(discriminator, x));
        let hinge = a.iter().map(|a| 1.0 - a).chain(b.iter().map(|b| 1.0 + b));
        let in_loss = hinge.filter(|_| self.loss == Loss::Hinge).map(f64::abs);
        in_generator
            .chain(in_discriminator)
            .chain(in_loss)
            .fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Layer};

    #[test]
    fn losses_at_zero_are_those_of_the_table() {
        let ln2 = std::f64::consts::LN_2;
        let expected = [
            (2.0 * ln2, -ln2),
            (2.0 * ln2, ln2),
            (0.5, 0.5),
            (2.0, 0.0),
            (0.0, 0.0),
            (ln2, ln2),
        ];
        for (loss, (discriminator, generator)) in Loss::ALL.into_iter().zip(expected) {
            let zeros = [0.0; 3];
            assert!((discriminator_loss(loss, &zeros, &zeros) - discriminator).abs() < 1e-15);
            assert!((generator_loss(loss, &zeros, &zeros) - generator).abs() < 1e-15);
        }
    }

    /// Two ways to the gradient of a penalty: differences of it, and duals of duals.
    #[test]
    fn nested_duals_and_differences_agree_on_the_penalty() {
        let dense = |outputs, activation| Layer::Dense {
            outputs,
            activation,
        };
        let net = Network(vec![
            dense(2, Activation::Silu),
            dense(1, Activation::Linear),
        ]);
        let leaves = [
            vec![0.3, -0.8, 1.1, 0.4],
            vec![0.2, -0.1],
            vec![0.9, -0.7],
            vec![0.5],
        ];
        let x = [0.6, -1.2];
        let by_difference = difference::gradient(&leaves, |leaves| square_slope(&net, leaves, &x));
        let by_duals = dual::gradient(&leaves.concat(), |flat| {
            let mut flat = flat.iter().copied();
            let shaped = leaves
                .each_ref()
                .map(|leaf| flat.by_ref().take(leaf.len()).collect());
            square_slope(&net, &shaped, &x.map(Dual::from))
        });
        for (difference, dual) in by_difference.concat().into_iter().zip(by_duals) {
            assert!((difference - dual).abs() < 1e-9, "{difference} {dual}");
        }
    }
}
