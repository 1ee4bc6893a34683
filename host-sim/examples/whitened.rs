//! Why the networks do not see whitened windows: trained for longer, they come nearer to what they see, and
//! farther from the signal.
//!
//! `cargo run --release -p ganlet-sim --example whitened -- [SEEDS]`
//!
//! A model of one's own is a type with a few constants; this one sees every principal axis at the
//! spread 1. Two harmonics fill 4 of 32 axes, the others hold noise a sixtieth as large.

use ganlet::layer::Init;
use ganlet::model::{Model, Window32, WindowDiscriminator, WindowGenerator};
use ganlet::recipe::Recipe;
use ganlet::rng::Rng;
use ganlet::session::Session;
use ganlet::stream::{Axes as _, Coded, Moments as _, PrincipalAxes, Standardiser, Welford};
use ganlet::watch::WindowPanel;
use ganlet_sim::signal::Signal;
use ganlet_sim::sliced::Slices;
use ganlet_sim::source::Source;
use rayon::prelude::*;

/// Windows along their principal axes, each scaled to the spread 1.
#[derive(Clone, Copy, Debug)]
struct Whitened;

impl Model for Whitened {
    const NAME: &'static str = "whitened";
    type Sample = [f32; 32];
    type Generator = WindowGenerator<32>;
    type Discriminator = WindowDiscriminator<32>;
    type Axes = PrincipalAxes<32, 528>;
    type Held = Coded<32>;
    type Panel = WindowPanel<32, 12, 13, 91>;

    /// The plainest: 16 samples a step, a short average, rates that stay for half of the run.
    const RECIPE: Recipe = Recipe {
        r1: 0.5,
        r2: 0.5,
        batch: 16,
        average: 0.999,
        ..Recipe::WINDOW
    };
    const INIT: (Init, Init) = (
        Init {
            output_scale: 0.6,
            noise: 1.0,
            ..Init::PLAIN
        },
        Window32::INIT.1,
    );
}

/// Windows that scale and axes are learned from, and that are compared.
const WINDOWS: usize = 20_000;

/// A learner of one seed, and what it has learned so far.
struct Run {
    source: Source,
    session: Session<Whitened>,
    gains: [f32; 32],
    /// Real windows as they are, and as the networks see them.
    real: (Slices, Slices),
}

impl Run {
    fn new(steps: u32, seed: u64) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let source = Source::Signal(Signal::TwoHarmonics);
        let windows = source.windows::<[f32; 32]>(WINDOWS, 1);
        let (mut readings, mut moments) = (Welford::new(), ganlet::linear::Covariance::NONE);
        for window in &windows {
            window.iter().for_each(|&x| _ = readings.push(x));
            moments.push(window);
        }
        let recipe = Recipe {
            steps,
            ..Whitened::RECIPE
        };
        let scale = Standardiser::fit(&readings)?;
        let mut session = Session::<Whitened>::new(recipe, scale, seed);
        session.turn_to_axes(&moments);
        let gains = session.axes.gains();
        let seen: Vec<Vec<f64>> = windows
            .iter()
            .map(|window| row(&whitened(&session.axes, &scale, &gains, window)))
            .collect();
        let windows: Vec<Vec<f64>> = windows.iter().map(row).collect();
        let real = (
            Slices::new(&windows, scale.sd().into()),
            Slices::new(&seen, 1.0),
        );
        Ok(Self {
            source,
            session,
            gains,
            real,
        })
    }

    fn train(&mut self) {
        let Self {
            source,
            session,
            gains,
            ..
        } = self;
        let (scale, axes) = (session.standardiser, session.axes.clone());
        while !session.done() {
            session.trainer.round(&session.recipe, |rng| {
                whitened(&axes, &scale, gains, &source.draw(rng))
            });
        }
    }

    /// The sliced Wasserstein distance of generated windows from real ones, and of what the networks see
    /// of either.
    fn distances(&self) -> [f64; 2] {
        let mut rng = Rng::new(2, 0);
        let (mut windows, mut seen) = (Vec::new(), Vec::new());
        for _ in 0..WINDOWS / 4 {
            let few: [[f32; 32]; 4] = self
                .session
                .trainer
                .generate(&self.session.recipe, &mut rng);
            for mut y in few {
                seen.push(row(&y));
                y.iter_mut()
                    .zip(&self.gains)
                    .for_each(|(y, gain)| *y *= gain);
                windows.push(row(&self.session.back(&y)));
            }
        }
        [
            self.real.0.wasserstein(&windows),
            self.real.1.wasserstein(&seen),
        ]
    }
}

/// A window as the networks of [`Whitened`] see it.
fn whitened(
    axes: &PrincipalAxes<32, 528>,
    scale: &Standardiser,
    gains: &[f32; 32],
    window: &[f32; 32],
) -> [f32; 32] {
    let mut y = axes.to(&scale.to_row(*window));
    y.iter_mut().zip(gains).for_each(|(y, gain)| *y /= gain);
    y
}

fn row(window: &[f32; 32]) -> Vec<f64> {
    window.iter().copied().map(f64::from).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let seeds: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 4,
    };
    println!("two harmonics, sliced W1 from the signal, and from what the networks see");
    println!("rounds     seed  signal    seen");
    for steps in [10_000, 30_000] {
        let all: Vec<[f64; 2]> = (1..=seeds)
            .into_par_iter()
            .map(|seed| {
                let mut run = Run::new(steps, seed)?;
                run.train();
                Ok(run.distances())
            })
            .collect::<Result<_, Box<dyn std::error::Error + Send + Sync>>>()?;
        for (seed, [signal, seen]) in (1..).zip(&all) {
            println!("{steps:6}  {seed:7}  {signal:.4}  {seen:.4}");
        }
        let mean = |i: usize| all.iter().map(|it: &[f64; 2]| it[i]).sum::<f64>() / all.len() as f64;
        println!("{steps:6}     mean  {:.4}  {:.4}", mean(0), mean(1));
    }
    Ok(())
}
