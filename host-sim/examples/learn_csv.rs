//! Learn a CSV file of readings and print synthetic ones, with the library alone.
//!
//! `cargo run --release -p ganlet-sim --example learn_csv -- FILE.csv`

use std::path::Path;

use ganlet::model::{Model, Scalar};
use ganlet::rng::Rng;
use ganlet_sim::measure::{self, Reference};
use ganlet_sim::series::{Rows, Series};
use ganlet_sim::source::Source;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let made = std::env::temp_dir().join("ganlet-example.csv");
    let path = match std::env::args().nth(1) {
        Some(path) => path.into(),
        None => {
            // No file given: a day of a room that is heated from time to time.
            let mut rng = Rng::new(1, 0);
            let mut rows = String::from("t,value\n");
            for minute in 0..1440 {
                let heated = minute / 180 % 2 == 1;
                let celsius = if heated { 23.0 } else { 20.5 } + 0.3 * rng.gaussian();
                rows += &format!("{},{celsius:.2}\n", 60 * minute);
            }
            std::fs::write(&made, rows)?;
            made
        }
    };

    let series = Series::read(Path::new(&path), None, &Rows::default())?;
    println!(
        "{} readings, {} rejected",
        series.values.len(),
        series.rejected.total()
    );
    let source = Source::recorded(series, 1)?;

    let mut recipe = Scalar::RECIPE;
    recipe.steps = 4000;
    let mut learner = source.learner::<Scalar>(recipe, 1)?;
    while !learner.session.done() {
        learner.turn();
    }
    let session = learner.session;

    let mut rng = Rng::new(2, 0);
    let reference = Reference::new(source.reference(0, 1));
    let distance = reference.distance(measure::readings(&session, 10_000, &mut rng));
    println!(
        "W1 {:.3} standard deviations, JS {:.4} nats",
        distance.w1, distance.js
    );
    println!(
        "Gaussian fit: W1 {:.3}",
        reference.gaussian_w1().unwrap_or(f64::NAN)
    );
    for [reading] in session.generate::<5>(&mut rng) {
        println!("{reading:.2}");
    }
    Ok(())
}
