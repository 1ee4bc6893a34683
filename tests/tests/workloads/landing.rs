//! The reference workloads, which many programs have run from the same weights and batches.

use std::fs;
use std::path::Path;

use ganlet::chain;
use ganlet::gan::{Gan, Objective};
use ganlet::layer::{Dense, Layer, LeakyRelu};
use ganlet::loss::Loss;
use ganlet::optimizer::Adam;
use ganlet::params::{Params, ParamsExt};
use ganlet_tests::shared::shared;

/// Consecutive little-endian `f32` of a file.
struct Numbers(std::vec::IntoIter<f32>);

impl Numbers {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let (words, []) = bytes.as_chunks::<4>() else {
            panic!("{}: not a whole number of f32", path.display());
        };
        let numbers: Vec<f32> = words.iter().copied().map(f32::from_le_bytes).collect();
        Self(numbers.into_iter())
    }

    fn next(&mut self) -> f32 {
        self.0.next().expect("more numbers in the file")
    }

    fn params<P: Params>(&mut self) -> P {
        let mut params = P::ZERO;
        for i in 0..P::LEAVES {
            params.leaf_mut(i).fill_with(|| self.next());
        }
        params
    }

    /// 64 batches of 16 rows.
    fn pool<const N: usize>(&mut self) -> Vec<[f32; N]> {
        (0..64 * 16)
            .map(|_| [(); N].map(|()| self.next()))
            .collect()
    }
}

/// Where a workload is after 200 steps.
struct Landing {
    discriminator_loss: f32,
    generator_loss: f32,
    absolute_sum: f64,
}

/// Trains a reference workload for 200 steps on its own weights and batches.
fn land<G, D, const K: usize, const N: usize>(path: &Path) -> Landing
where
    G: Layer<In = [f32; K], Out = [f32; N]>,
    D: Layer<In = [f32; N], Out = [f32; 1]>,
{
    let mut file = Numbers::read(path);
    let mut gan = Gan::<G, D, Adam>::new(file.params(), file.params());
    let (real, for_d, for_g) = (file.pool::<N>(), file.pool::<K>(), file.pool::<K>());
    assert_eq!(file.0.len(), 0, "numbers left over");
    let (mut real, mut for_d, mut for_g) = (
        real.iter().cycle().copied(),
        for_d.iter().cycle().copied(),
        for_g.iter().cycle().copied(),
    );

    let adam = Adam {
        beta1: 0.5,
        beta2: 0.9,
        epsilon: 1e-8,
    };
    let objective = Objective {
        loss: Loss::NonSaturating,
        r1: 0.0,
        r2: 0.0,
    };
    let mut losses = (0.0, 0.0);
    for _ in 0..200 {
        let d = gan.train_discriminator_on_real_and_generated(
            &objective,
            &adam,
            1e-3,
            16,
            || real.next().expect("endless"),
            || for_d.next().expect("endless"),
        );
        let g = gan.train_generator_through_discriminator(
            &objective,
            &adam,
            1e-3,
            16,
            || unreachable!("compares no pairs"),
            || for_g.next().expect("endless"),
        );
        losses = (d.step.loss, g.loss);
    }
    let parameters = gan.generator.values().chain(gan.discriminator.values());
    Landing {
        discriminator_loss: losses.0,
        generator_loss: losses.1,
        absolute_sum: parameters.map(|p| f64::from(p.abs())).sum(),
    }
}

fn assert_lands(landing: &Landing, discriminator_loss: f32, generator_loss: f32, sum: f64) {
    let d = landing.discriminator_loss;
    assert!((d - discriminator_loss).abs() < 2e-6, "D loss {d}");
    let g = landing.generator_loss;
    assert!((g - generator_loss).abs() < 2e-6, "G loss {g}");
    let s = landing.absolute_sum;
    assert!((s - sum).abs() < 1e-4, "sum of absolute parameters {s}");
}

/// G 4-16-16-1, D 1-16-16-1: seven other programs land there.
#[test]
fn w1_lands_where_others_do() {
    type G = chain![Dense<4, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    type D = chain![Dense<1, 16, LeakyRelu>, Dense<16, 16, LeakyRelu>, Dense<16, 1>];
    if let Some(folder) = shared("bench") {
        let landing = land::<G, D, 4, 1>(&folder.join("w1.bin"));
        assert_lands(&landing, 1.382_511, 0.676_249, 159.247_99);
    }
}

/// G 8-32-32-32, D 32-32-32-1.
#[test]
fn w2_lands_where_others_do() {
    type G = chain![Dense<8, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 32>];
    type D = chain![Dense<32, 32, LeakyRelu>, Dense<32, 32, LeakyRelu>, Dense<32, 1>];
    if let Some(folder) = shared("bench") {
        let landing = land::<G, D, 8, 32>(&folder.join("w2.bin"));
        assert_lands(&landing, 1.195_777, 0.824_389, 727.853_44);
    }
}
