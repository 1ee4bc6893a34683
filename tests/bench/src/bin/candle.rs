//! candle on the reference workloads: its automatic differentiation, its AdamW without decay.

use std::process;

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer as _, ParamsAdamW, ops::leaky_relu};
use ganlet_bench::{Contender, named, serve};
use ganlet_workload::{ADAM, BATCH, BATCHES, Landing, RATE};

fn main() {
    let (name, numbers) = named();
    let (k, width, n) = match name.as_str() {
        "w1" => (4, 16, 1),
        "w2" => (8, 32, 32),
        _ => process::exit(2),
    };
    serve(Candle::new(&numbers, k, width, n).expect("tensors"));
}

struct Candle {
    generator: Net,
    discriminator: Net,
    start: (Net, Net),
    optimizers: (AdamW, AdamW),
    pool: [Vec<Tensor>; 3],
    step: usize,
}

/// Weights `[in, out]` and biases of each layer.
type Net = Vec<(Var, Var)>;

impl Candle {
    fn new(numbers: &[f32], k: usize, width: usize, n: usize) -> Result<Self> {
        let mut rest = numbers;
        let generator = net(&mut rest, &[k, width, width, n])?;
        let discriminator = net(&mut rest, &[n, width, width, 1])?;
        let pool = [
            pool(&mut rest, n)?,
            pool(&mut rest, k)?,
            pool(&mut rest, k)?,
        ];
        let start = (copy(&generator)?, copy(&discriminator)?);
        Ok(Self {
            optimizers: (adam(&generator)?, adam(&discriminator)?),
            generator,
            discriminator,
            start,
            pool,
            step: 0,
        })
    }

    fn step(&mut self) -> Result<(Tensor, Tensor)> {
        let [real, for_d, for_g] = self.pool.each_ref().map(|pool| &pool[self.step % BATCHES]);
        self.step += 1;

        let generated = forward(&self.generator, for_d, true)?;
        let x = Tensor::cat(&[real, &generated], 0)?;
        let logits = forward(&self.discriminator, &x, false)?;
        let (on_real, on_generated) =
            (logits.narrow(0, 0, BATCH)?, logits.narrow(0, BATCH, BATCH)?);
        let d_loss = (softplus(&on_real.neg()?)? + softplus(&on_generated)?)?;
        self.optimizers.1.step(&d_loss.backward()?)?;

        let generated = forward(&self.generator, for_g, false)?;
        let logits = forward(&self.discriminator, &generated, true)?;
        let g_loss = softplus(&logits.neg()?)?;
        self.optimizers.0.step(&g_loss.backward()?)?;
        Ok((d_loss, g_loss))
    }
}

impl Contender for Candle {
    fn landing(&mut self) -> Landing {
        let mut losses = None;
        for _ in 0..200 {
            losses = Some(self.step().expect("a step"));
        }
        let (d, g) = losses.expect("two hundred steps");
        let scalar = |x: Tensor| x.to_scalar::<f32>().expect("a loss");
        let landing = Landing {
            discriminator_loss: scalar(d),
            generator_loss: scalar(g),
            absolute_sum: absolute_sum(&self.generator) + absolute_sum(&self.discriminator),
        };
        self.restart().expect("tensors");
        landing
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step().expect("a step");
        }
    }
}

impl Candle {
    fn restart(&mut self) -> Result<()> {
        let (generator, discriminator) = (copy(&self.start.0)?, copy(&self.start.1)?);
        self.optimizers = (adam(&generator)?, adam(&discriminator)?);
        (self.generator, self.discriminator, self.step) = (generator, discriminator, 0);
        Ok(())
    }
}

/// x through a network; `frozen` leaves no trace for a gradient of its parameters.
fn forward(net: &Net, x: &Tensor, frozen: bool) -> Result<Tensor> {
    let mut x = x.clone();
    for (i, (w, b)) in net.iter().enumerate() {
        x = if frozen {
            let (w, b) = (w.as_detached_tensor(), b.as_detached_tensor());
            x.matmul(&w)?.broadcast_add(&b)?
        } else {
            x.matmul(w)?.broadcast_add(b)?
        };
        if i + 1 < net.len() {
            x = leaky_relu(&x, 0.2)?;
        }
    }
    Ok(x)
}

/// The mean of ln(1 + e^x).
fn softplus(x: &Tensor) -> Result<Tensor> {
    (x.exp()? + 1.0)?.log()?.mean_all()
}

fn net(rest: &mut &[f32], widths: &[usize]) -> Result<Net> {
    let mut take = |shape: &[usize]| {
        let (own, others) = rest.split_at(shape.iter().product());
        *rest = others;
        Var::from_slice(own, shape, &Device::Cpu)
    };
    widths
        .windows(2)
        .map(|pair| Ok((take(pair)?, take(&pair[1..])?)))
        .collect()
}

fn copy(net: &Net) -> Result<Net> {
    let copy = |var: &Var| Var::from_tensor(&var.as_tensor().copy()?);
    net.iter().map(|(w, b)| Ok((copy(w)?, copy(b)?))).collect()
}

fn pool(rest: &mut &[f32], width: usize) -> Result<Vec<Tensor>> {
    let (own, others) = rest.split_at(BATCHES * BATCH * width);
    *rest = others;
    own.chunks(BATCH * width)
        .map(|batch| Tensor::from_slice(batch, (BATCH, width), &Device::Cpu))
        .collect()
}

fn adam(net: &Net) -> Result<AdamW> {
    let vars = net.iter().flat_map(|(w, b)| [w.clone(), b.clone()]);
    let settings = ParamsAdamW {
        lr: f64::from(RATE),
        beta1: ADAM.beta1.into(),
        beta2: ADAM.beta2.into(),
        eps: ADAM.epsilon.into(),
        weight_decay: 0.0,
    };
    AdamW::new(vars.collect(), settings)
}

fn absolute_sum(net: &Net) -> f64 {
    let sum = |var: &Var| -> Result<f64> {
        let numbers = var.flatten_all()?.to_vec1::<f32>()?;
        Ok(numbers.iter().map(|p| f64::from(p.abs())).sum())
    };
    let sums = net.iter().flat_map(|(w, b)| [w, b]).map(sum);
    sums.sum::<Result<f64>>().expect("numbers")
}
