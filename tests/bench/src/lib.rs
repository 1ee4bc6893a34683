//! What every contender of the benchmark does: it reads a workload, says where it lands after 200
//! steps, then runs as many steps as each line of its input asks for, and answers with the seconds of
//! CPU time that they took.

use std::{
    env, fs,
    io::{self, BufRead as _, Write as _},
    process,
};

use ganlet_workload::Landing;
use rustix::time::{ClockId, clock_gettime};

/// A program that runs a workload.
pub trait Contender {
    /// Where it is after the first 200 steps.
    fn landing(&mut self) -> Landing;
    /// Takes so many steps.
    fn run(&mut self, steps: usize);
}

/// The workload that the command line names: `FOLDER w1` or `FOLDER w2`.
pub fn named() -> (String, Vec<f32>) {
    let words: Vec<String> = env::args().skip(1).collect();
    let [folder, name] = words.as_slice() else {
        eprintln!("error: give the folder of the workloads, and w1 or w2");
        process::exit(2)
    };
    let path = format!("{folder}/{name}.bin");
    let bytes = fs::read(&path).unwrap_or_else(|error| {
        eprintln!("error: {path}: {error}");
        process::exit(2)
    });
    let (words, []) = bytes.as_chunks::<4>() else {
        eprintln!("error: {path}: not a whole number of f32");
        process::exit(2)
    };
    let numbers = words.iter().copied().map(f32::from_le_bytes).collect();
    (name.clone(), numbers)
}

/// Speaks for a contender until the input ends.
pub fn serve(mut contender: impl Contender) {
    let Landing {
        discriminator_loss,
        generator_loss,
        absolute_sum,
    } = contender.landing();
    println!("{discriminator_loss} {generator_loss} {absolute_sum}");
    respond(|steps| contender.run(steps));
}

/// For each line of the input runs as many steps, and answers with the seconds that they took.
pub fn respond(mut run: impl FnMut(usize)) {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(steps) = line.trim().parse() else {
            eprintln!("error: {line}: not a number of steps");
            process::exit(2)
        };
        let start = cpu_seconds();
        run(steps);
        println!("{}", cpu_seconds() - start);
        io::stdout().flush().expect("somebody listens");
    }
}

/// Seconds of CPU time that this process has taken.
fn cpu_seconds() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}
