//! dfdx on the reference workloads: shapes known at compile time, its automatic differentiation on a tape,
//! its Adam. A frozen network has gradients too, which nobody takes: there is no way to say so.

use std::process;

use dfdx::nn::modules::Linear;
use dfdx::{optim::Adam, prelude::*};
use ganlet_bench::{Contender, named, serve};
use ganlet_workload::{ADAM, BATCH, BATCHES, Landing, RATE};

type Layer<const I: usize, const O: usize> = Linear<I, O, f32, Cpu>;
type Slope = LeakyReLU<f32>;
type Net<const I: usize, const W: usize, const O: usize> =
    (Layer<I, W>, Slope, Layer<W, W>, Slope, Layer<W, O>);
type Rows<const N: usize, T = NoneTape> = Tensor<(usize, Const<N>), f32, Cpu, T>;
type Loss<T = NoneTape> = Tensor<Rank0, f32, Cpu, T>;

fn main() {
    let (name, numbers) = named();
    match name.as_str() {
        "w1" => serve(Dfdx::<4, 16, 1>::new(&numbers)),
        "w2" => serve(Dfdx::<8, 32, 32>::new(&numbers)),
        _ => process::exit(2),
    }
}

/// A network with its optimizer, and the memory of its gradients.
struct Player<const I: usize, const W: usize, const O: usize> {
    net: Net<I, W, O>,
    optimizer: Adam<Net<I, W, O>, f32, Cpu>,
    gradients: Gradients<f32, Cpu>,
}

struct Dfdx<const K: usize, const W: usize, const N: usize> {
    generator: Player<K, W, N>,
    discriminator: Player<N, W, 1>,
    start: (Net<K, W, N>, Net<N, W, 1>),
    real: Vec<Rows<N>>,
    for_d: Vec<Rows<K>>,
    for_g: Vec<Rows<K>>,
    step: usize,
}

impl<const K: usize, const W: usize, const N: usize> Dfdx<K, W, N> {
    fn new(numbers: &[f32]) -> Self {
        let device = Cpu::default();
        let mut rest = numbers;
        let start = (net(&device, &mut rest), net(&device, &mut rest));
        Self {
            generator: Player::new(start.0.clone()),
            discriminator: Player::new(start.1.clone()),
            start,
            real: pool(&device, &mut rest),
            for_d: pool(&device, &mut rest),
            for_g: pool(&device, &mut rest),
            step: 0,
        }
    }

    fn step(&mut self) -> (Loss, Loss) {
        let turn = self.step % BATCHES;
        self.step += 1;

        let generated = self.generator.net.forward(self.for_d[turn].clone());
        let seen = (self.real[turn].clone(), generated).concat_along(Axis::<0>);
        let gradients = self.discriminator.gradients();
        let logits = self.discriminator.net.forward(seen.traced(gradients));
        // −1 for what is real: softplus(±logit), whose means are summed.
        let sign = |i| if i < BATCH { -1.0 } else { 1.0 };
        let signs: Vec<f32> = (0..2 * BATCH).map(sign).collect();
        let signs = Cpu::default().tensor_from_vec(signs, (2 * BATCH, Const::<1>));
        let d_loss = softplus(logits * signs) * 2.0;
        let told = d_loss.retaped();
        self.discriminator.update(d_loss);

        let gradients = self.generator.gradients();
        let latents = self.for_g[turn].clone().traced(gradients);
        let logits = self
            .discriminator
            .net
            .forward(self.generator.net.forward(latents));
        let g_loss = softplus(-logits);
        let also_told = g_loss.retaped();
        self.generator.update(g_loss);
        (told, also_told)
    }
}

impl<const K: usize, const W: usize, const N: usize> Contender for Dfdx<K, W, N> {
    fn landing(&mut self) -> Landing {
        let mut losses = None;
        for _ in 0..200 {
            losses = Some(self.step());
        }
        let (d, g) = losses.expect("two hundred steps");
        let landing = Landing {
            discriminator_loss: d.array(),
            generator_loss: g.array(),
            absolute_sum: absolute_sum(&self.generator.net) + absolute_sum(&self.discriminator.net),
        };
        self.generator = Player::new(self.start.0.clone());
        self.discriminator = Player::new(self.start.1.clone());
        self.step = 0;
        landing
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
        }
    }
}

impl<const I: usize, const W: usize, const O: usize> Player<I, W, O> {
    fn new(net: Net<I, W, O>) -> Self {
        let settings = AdamConfig {
            lr: f64::from(RATE),
            betas: [ADAM.beta1.into(), ADAM.beta2.into()],
            eps: ADAM.epsilon.into(),
            weight_decay: None,
        };
        Self {
            optimizer: Adam::new(&net, settings),
            gradients: net.alloc_grads(),
            net,
        }
    }

    /// The memory of the gradients, to be lent to a tape.
    fn gradients(&mut self) -> Gradients<f32, Cpu> {
        std::mem::replace(&mut self.gradients, Gradients::leaky())
    }

    fn update(&mut self, loss: Loss<OwnedTape<f32, Cpu>>) {
        self.gradients = loss.backward();
        self.optimizer
            .update(&mut self.net, &self.gradients)
            .expect("every parameter has a gradient");
        self.net.zero_grads(&mut self.gradients);
    }
}

/// The mean of ln(1 + e^x).
fn softplus<T: Tape<f32, Cpu>>(x: Rows<1, T>) -> Loss<T> {
    (x.exp() + 1.0).ln().mean()
}

fn net<const I: usize, const W: usize, const O: usize>(
    device: &Cpu,
    rest: &mut &[f32],
) -> Net<I, W, O> {
    let slope = LeakyReLU(0.2);
    (
        layer(device, rest),
        slope,
        layer(device, rest),
        slope,
        layer(device, rest),
    )
}

/// Weights are `[in, out]` in the file, and `[out, in]` here.
fn layer<const I: usize, const O: usize>(device: &Cpu, rest: &mut &[f32]) -> Layer<I, O> {
    let (weights, others) = rest.split_at(I * O);
    let (biases, others) = others.split_at(O);
    *rest = others;
    let weight: Tensor<Rank2<I, O>, f32, Cpu> = device.tensor(weights.to_vec());
    Linear {
        weight: weight.permute(),
        bias: device.tensor(biases.to_vec()),
    }
}

fn pool<const N: usize>(device: &Cpu, rest: &mut &[f32]) -> Vec<Rows<N>> {
    let (own, others) = rest.split_at(BATCHES * BATCH * N);
    *rest = others;
    own.chunks(BATCH * N)
        .map(|batch| device.tensor_from_vec(batch.to_vec(), (BATCH, Const::<N>)))
        .collect()
}

fn absolute_sum<const I: usize, const W: usize, const O: usize>(net: &Net<I, W, O>) -> f64 {
    let sum = |numbers: Vec<f32>| numbers.iter().map(|p| f64::from(p.abs())).sum::<f64>();
    sum(net.0.weight.as_vec())
        + sum(net.0.bias.as_vec())
        + sum(net.2.weight.as_vec())
        + sum(net.2.bias.as_vec())
        + sum(net.4.weight.as_vec())
        + sum(net.4.bias.as_vec())
}
