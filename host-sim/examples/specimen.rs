//! Every page of the report, drawn from invented data: to look at them, in both
//! colour schemes and at any width, while changing how they are made.
//!
//! `cargo run -p ganlet-sim --example specimen -- DIR`

use std::f64::consts::{LN_2, TAU};
use std::path::Path;

use ganlet_sim::report::data::{
    Branch, Curve, Device, DeviceMetric, Discriminator, Facts, Latent, Metric, Number, Plane,
    Samples, Scores, Sweep, SweepRow, Theory, Training, Windows,
};
use ganlet_sim::report::{device, score, sweep, theory, training};

fn main() -> std::io::Result<()> {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "out".into());
    let dir = Path::new(&dir);
    std::fs::create_dir_all(dir)?;
    for (name, page) in [
        ("scalar.html", training::page(&scalar())),
        ("window.html", training::page(&window())),
        ("empty.html", training::page(&Training::default())),
        ("device.html", device::page(&board())),
        ("theory.html", theory::page(&two_normals())),
        ("sweep.html", sweep::page("scalars, 6 seeds", &[targets()])),
        ("score.html", score::page(&bearing())),
    ] {
        std::fs::write(dir.join(name), page)?;
        println!("{}", dir.join(name).display());
    }
    Ok(())
}

/// Uniform numbers of SplitMix64, normal ones by Box and Muller.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / 2f64.powi(53)
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (TAU * self.uniform()).cos()
    }

    /// Two modes of this spread at 20 and 23, the second with this share.
    fn two_modes(&mut self, share: f64, spread: f64) -> f64 {
        let mode = if self.uniform() < share { 23.0 } else { 20.0 };
        mode + spread * self.normal()
    }
}

fn normal(x: f64, mean: f64, sd: f64) -> f64 {
    (-0.5 * ((x - mean) / sd).powi(2)).exp() / (sd * TAU.sqrt())
}

fn scalar() -> Training {
    let mut noise = Noise(1);
    let p = |x| 0.6 * normal(x, 20.0, 0.4) + 0.4 * normal(x, 23.0, 0.4);
    let q = |x| 0.63 * normal(x, 20.02, 0.43) + 0.37 * normal(x, 22.95, 0.45);
    let best = move |x: f64| p(x) / (p(x) + q(x));
    Training {
        facts: facts("mixture:0.6:20:0.4,0.4:23:0.4", "scalar", "°C"),
        metrics: history(&mut noise),
        samples: Samples {
            data: (0..20_000).map(|_| noise.two_modes(0.4, 0.4)).collect(),
            generated: (0..20_000).map(|_| noise.two_modes(0.37, 0.44)).collect(),
            density: Some(Curve::sampled(17.0, 26.0, 600, p)),
        },
        discriminator: Some(Discriminator {
            trained: Curve::sampled(17.0, 26.0, 400, |x| {
                best(x) + 0.02 * (2.0 * x).sin() * (-(x - 21.0).powi(2) / 8.0).exp()
            }),
            optimal: Some(Curve::sampled(17.0, 26.0, 400, best)),
        }),
        latent: Some(Latent::Branches((0..8).map(branch).collect())),
        windows: None,
    }
}

fn board() -> Device {
    let mut noise = Noise(4);
    let metrics = history(&mut noise);
    let vitals = |row: &Metric| DeviceMetric {
        seen: 4 * row.step as u32,
        dropped: row.step as u32 / 15_000,
        cost_us: Some(5400.0 + 60.0 * noise.normal()),
        stack: Some(10_436),
        ..DeviceMetric::default()
    };
    Device {
        source: "a device’s log".into(),
        records: metrics.len() as u64,
        device: metrics.iter().map(vitals).collect(),
        metrics,
        ..Device::default()
    }
}

fn facts(source: &str, model: &str, unit: &str) -> Facts {
    Facts {
        source: source.into(),
        unit: Some(unit.into()),
        model: model.into(),
        loss: "relativistic".into(),
        seed: 1,
        steps: 20_000,
        samples: 100_000,
        rejected: 12,
        faults: None,
        parameters: 722,
        fingerprint: "8c1f03ae".into(),
        seconds: Some(11.3),
        w1: Some(0.0213),
        w1_floor: Some(0.0031),
        w1_gaussian: Some(0.194),
        js: Some(0.00412),
        js_floor: Some(0.000_08),
        value: Some(-1.3812),
        js_bound: Some(0.00255),
        js_bound_se: Some(0.000_71),
        treated: Vec::new(),
    }
}

fn history(noise: &mut Noise) -> Vec<Metric> {
    (0..=200)
        .map(|row| {
            let decay = (-f64::from(row) / 25.0).exp();
            let js = 0.003 + 0.25 * decay;
            let bound = js * 0.9 + 0.004 * noise.normal() * (0.3 + decay);
            Metric {
                step: row as u64 * 100,
                d_loss: Some(LN_2 - 0.4 * decay + 0.03 * noise.normal()),
                g_loss: Some(LN_2 + 0.9 * decay + 0.03 * noise.normal()),
                value: Some(2.0 * bound - 2.0 * LN_2),
                js_bound: Some(bound),
                js_bound_se: Some(0.004 + 0.004 * decay),
                w1: (row % 5 == 0).then_some(0.021 + 0.9 * decay),
                js: (row % 5 == 0).then_some(js + 0.002),
                d_gradient: Some(0.05 + 0.5 * noise.uniform()),
                g_gradient: Some(0.02 + decay * noise.uniform()),
            }
        })
        .collect()
}

fn branch(pattern: u32) -> Branch {
    let sign = |bit: u32| if pattern >> bit & 1 == 0 { '+' } else { '−' };
    let mode = if pattern.is_multiple_of(3) {
        23.0
    } else {
        20.0
    };
    let slope = 0.25 + 0.05 * f64::from(pattern);
    Branch {
        signs: format!("{} {} {}", sign(2), sign(1), sign(0)),
        output: Curve::sampled(-3.0, 3.0, 121, |z| {
            mode + slope * z + 0.4 * (z - 1.0 + 0.3 * f64::from(pattern)).tanh()
        }),
    }
}

fn window() -> Training {
    let mut noise = Noise(7);
    let mut wave = |jitter: f64| -> Vec<f64> {
        let phase = noise.uniform();
        (0..32)
            .map(|t| {
                let angle = TAU * (f64::from(t) / 8.0 + phase);
                angle.sin() + 0.4 * (2.0 * angle).sin() + jitter * noise.normal()
            })
            .collect()
    };
    let real: Vec<_> = (0..600).map(|_| wave(0.1)).collect();
    let generated: Vec<_> = (0..600).map(|_| wave(0.25)).collect();
    let gaussian: Vec<_> = (0..600).map(|_| wave(0.35)).collect();
    let place = |count: u32, lo: f64, hi: f64| Curve::sampled(lo, hi, count as usize, |x| x).x;
    let plane = Plane {
        x_label: "place in the window".into(),
        y_label: "z₁".into(),
        x: place(32, 0.0, 31.0),
        y: place(25, -3.0, 3.0),
        value: (0..25)
            .map(|row| {
                let phase = f64::from(row) / 25.0;
                (0..32)
                    .map(|t| (TAU * (f64::from(t) / 8.0 + phase)).sin())
                    .collect()
            })
            .collect(),
    };
    Training {
        facts: facts("bearing.csv, column a_z", "window32", "g"),
        metrics: history(&mut Noise(3)),
        samples: Samples {
            data: real.concat(),
            generated: generated.concat(),
            density: None,
        },
        discriminator: None,
        latent: Some(Latent::Plane(plane)),
        windows: Some(Windows {
            real,
            generated,
            gaussian,
            rate: Some(1000.0),
        }),
    }
}

fn two_normals() -> Theory {
    let (p, q) = (|x| normal(x, 0.0, 1.0), |x| normal(x, 1.0, 1.0));
    let best = move |x: f64| p(x) / (p(x) + q(x));
    let over = |f: &dyn Fn(f64) -> f64| Curve::sampled(-4.5, 5.5, 400, f);
    let number = |name: &str, value: f64, meaning: &str| Number {
        name: name.into(),
        value,
        meaning: meaning.into(),
    };
    Theory {
        p_name: "normal:0:1".into(),
        q_name: "normal:1:1".into(),
        p: over(&p),
        q: over(&q),
        optimal: over(&best),
        trained: Some(over(&|x| best(x) + 0.012 * (3.0 * x).sin())),
        numbers: vec![
            number("KL(P, Q)", 0.5, "E_p log p/q, nats"),
            number("JS(P, Q)", 0.055_714_2, "½ KL(P, M) + ½ KL(Q, M), nats"),
            number("V(G, D*)", -1.274_866, "−2 ln 2 + 2 JS, nats"),
        ],
    }
}

fn targets() -> Sweep {
    let mut noise = Noise(5);
    let mut row = |name: &str, median: f64, floor: f64, baseline: f64| SweepRow {
        name: name.into(),
        seeds: (0..6)
            .map(|_| median * (0.25 * noise.normal()).exp())
            .collect(),
        floor: Some(floor),
        baseline: Some(baseline),
    };
    Sweep {
        title: "Wasserstein-1".into(),
        measure: "W1, standard deviations of the data".into(),
        rows: vec![
            row("normal 3, 0.5", 0.017, 0.0025, 0.0031),
            row("uniform", 0.024, 0.003, 0.07),
            row("exponential", 0.026, 0.004, 0.23),
            row("two modes, sd 0.2", 0.017, 0.005, 0.19),
            row("8 modes, sd 0.1", 0.039, 0.005, 0.11),
        ],
    }
}

fn bearing() -> Scores {
    let mut noise = Noise(9);
    let fault = |t: usize| (1800..2100).contains(&t) || (3300..3340).contains(&t);
    let time: Vec<usize> = (0..4000).collect();
    let series = time.iter().map(|&t| {
        let size = if fault(t) { 2.2 } else { 1.0 };
        size * (t as f64 / 9.0).sin() + 0.2 * noise.normal()
    });
    let series: Vec<f64> = series.collect();
    let score: Vec<f64> = series.iter().map(|x| x * x + 0.3).collect();
    Scores {
        source: "bearing.csv".into(),
        unit: Some("g".into()),
        time: time.iter().map(|&t| t as f64).collect(),
        alarm: score.iter().map(|&score| score > 3.2).collect(),
        label: time.iter().map(|&t| fault(t)).collect(),
        series,
        score,
        threshold: Some(3.2),
        parts: Vec::new(),
        roc_auc: Some(0.934),
        average_precision: Some(0.71),
    }
}
