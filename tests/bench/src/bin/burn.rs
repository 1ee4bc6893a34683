//! burn on the reference workloads: its backend `flex`, its automatic differentiation, its Adam.

use burn::{
    optim::{Adam, AdamConfig, AdamState, Optimizer as _},
    tensor::{Device, Tensor, TensorData, activation::leaky_relu},
};
use std::process;

use ganlet_bench::{Contender, named, serve};
use ganlet_workload::{ADAM, BATCH, BATCHES, Landing, RATE};

fn main() {
    let (name, numbers) = named();
    let (k, width, n) = match name.as_str() {
        "w1" => (4, 16, 1),
        "w2" => (8, 32, 32),
        _ => process::exit(2),
    };
    serve(Burn::new(&numbers, k, width, n));
}

struct Burn {
    generator: Vec<Dense>,
    discriminator: Vec<Dense>,
    adam: Adam,
    pools: [Vec<Tensor<2>>; 3],
    step: usize,
}

/// A layer: its weights `[in, out]` and its biases.
#[derive(Clone)]
struct Dense {
    weights: Parameter<2>,
    biases: Parameter<1>,
}

/// A tensor that learns, with its moments. It is outside of automatic differentiation between updates.
#[derive(Clone)]
struct Parameter<const D: usize> {
    value: Tensor<D>,
    state: Option<AdamState<D>>,
}

/// A layer's weights and biases as a forward pass sees them.
type Seen = (Tensor<2>, Tensor<1>);

impl Burn {
    fn new(numbers: &[f32], k: usize, width: usize, n: usize) -> Self {
        let mut rest = numbers;
        let adam = AdamConfig::new()
            .with_beta_1(ADAM.beta1)
            .with_beta_2(ADAM.beta2)
            .with_epsilon(ADAM.epsilon);
        Self {
            generator: net(&mut rest, &[k, width, width, n]),
            discriminator: net(&mut rest, &[n, width, width, 1]),
            adam: adam.build(),
            pools: [n, k, k].map(|width| pool(&mut rest, width)),
            step: 0,
        }
    }

    fn step(&mut self) -> (Tensor<1>, Tensor<1>) {
        let batch = self.step % BATCHES;
        let [real, for_d, for_g] = self.pools.each_ref().map(|pool| pool[batch].clone());
        self.step += 1;

        let generated = forward(&frozen(&self.generator), for_d);
        let learning = learning(&self.discriminator);
        let x = Tensor::cat(vec![real, generated], 0);
        let logits = forward(&learning, x);
        let on_real = logits.clone().narrow(0, 0, BATCH);
        let on_generated = logits.narrow(0, BATCH, BATCH);
        let d_loss = softplus(-on_real) + softplus(on_generated);
        update(&mut self.discriminator, &self.adam, &learning, &d_loss);

        let learning = self::learning(&self.generator);
        let generated = forward(&learning, for_g);
        let logits = forward(&frozen(&self.discriminator), generated);
        let g_loss = softplus(-logits);
        update(&mut self.generator, &self.adam, &learning, &g_loss);
        (d_loss, g_loss)
    }
}

impl Contender for Burn {
    fn landing(&mut self) -> Landing {
        let start = (self.generator.clone(), self.discriminator.clone());
        let mut losses = None;
        for _ in 0..200 {
            losses = Some(self.step());
        }
        let (d, g) = losses.expect("two hundred steps");
        let landing = Landing {
            discriminator_loss: d.into_scalar(),
            generator_loss: g.into_scalar(),
            absolute_sum: absolute_sum(&self.generator) + absolute_sum(&self.discriminator),
        };
        (self.generator, self.discriminator) = start;
        self.step = 0;
        landing
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
        }
    }
}

impl<const D: usize> Parameter<D> {
    fn new(numbers: &[f32], shape: [usize; D]) -> Self {
        Self {
            value: tensor(numbers, shape),
            state: None,
        }
    }

    fn absolute_sum(&self) -> f64 {
        let numbers: Vec<f32> = self
            .value
            .to_data()
            .try_to_vec()
            .expect("numbers of 32 bits");
        numbers.iter().map(|p| f64::from(p.abs())).sum()
    }

    fn update(&mut self, adam: &Adam, gradient: Option<Tensor<D>>) {
        let gradient = gradient.expect("every parameter has a gradient");
        let state = self.state.take();
        let value = self.value.clone();
        (self.value, self.state) = adam.step(f64::from(RATE), value, gradient, state);
    }
}

fn learning(net: &[Dense]) -> Vec<Seen> {
    let leaves = |layer: &Dense| {
        let weights = layer.weights.value.clone().autodiff().require_grad();
        let biases = layer.biases.value.clone().autodiff().require_grad();
        (weights, biases)
    };
    net.iter().map(leaves).collect()
}

fn frozen(net: &[Dense]) -> Vec<Seen> {
    net.iter()
        .map(|layer| (layer.weights.value.clone(), layer.biases.value.clone()))
        .collect()
}

fn forward(net: &[Seen], mut x: Tensor<2>) -> Tensor<2> {
    for (i, (weights, biases)) in net.iter().enumerate() {
        x = x.matmul(weights.clone()) + biases.clone().unsqueeze();
        if i + 1 < net.len() {
            x = leaky_relu(x, 0.2);
        }
    }
    x
}

/// The mean of ln(1 + e^x).
fn softplus(x: Tensor<2>) -> Tensor<1> {
    x.exp().log1p().mean()
}

fn update(net: &mut [Dense], adam: &Adam, learning: &[Seen], loss: &Tensor<1>) {
    let mut gradients = loss.backward();
    for (layer, (weights, biases)) in net.iter_mut().zip(learning) {
        layer
            .weights
            .update(adam, weights.grad_remove(&mut gradients));
        layer
            .biases
            .update(adam, biases.grad_remove(&mut gradients));
    }
}

/// The first `count` numbers, which are taken off.
fn take<'a>(rest: &mut &'a [f32], count: usize) -> &'a [f32] {
    let (own, others) = rest.split_at(count);
    *rest = others;
    own
}

fn net(rest: &mut &[f32], widths: &[usize]) -> Vec<Dense> {
    let layer = |pair: &[usize]| Dense {
        weights: Parameter::new(take(rest, pair[0] * pair[1]), [pair[0], pair[1]]),
        biases: Parameter::new(take(rest, pair[1]), [pair[1]]),
    };
    widths.windows(2).map(layer).collect()
}

fn pool(rest: &mut &[f32], width: usize) -> Vec<Tensor<2>> {
    let batches = take(rest, BATCHES * BATCH * width).chunks(BATCH * width);
    batches.map(|batch| tensor(batch, [BATCH, width])).collect()
}

fn absolute_sum(net: &[Dense]) -> f64 {
    let sums = net
        .iter()
        .map(|layer| layer.weights.absolute_sum() + layer.biases.absolute_sum());
    sums.sum()
}

fn tensor<const D: usize>(numbers: &[f32], shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), &Device::flex())
}
