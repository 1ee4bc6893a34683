//! `cargo xtask bench`: the reference workloads by ganlet and by its peers in one run, taking turns on
//! one thread: medians of CPU time, ratios, the fraction of the core's peak. Nobody is timed who does
//! not land on the check values.

use std::{fmt::Write as _, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};
use ganlet_workload::{W1, W2, Workload};

use crate::{contender::Contender, firmware, process, usage_error};

/// What may be said to `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder of w1.bin and w2.bin
    #[arg(long, value_name = "DIR", default_value = "../shared/bench")]
    workloads: PathBuf,
    /// A Python that has JAX, PyTorch or both
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
    /// Leave out the peers in Rust, which take minutes to build
    #[arg(long)]
    quick: bool,
    /// Turns that each of them has
    #[arg(long, value_name = "N", default_value_t = 11)]
    turns: usize,
    /// Draw the picture to this file
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

/// How a program of `tests/bench` is built.
pub(crate) struct Way {
    /// As the table has it.
    pub(crate) name: &'static str,
    /// Flags of rustc.
    pub(crate) flags: &'static str,
    /// Whether kernels are chosen at run time.
    pub(crate) dispatch: bool,
}

/// Those of the README: as `ganlet` itself is built, with kernels chosen at run time; as a crate that depends
/// on the core builds it, for any machine; the same by a flag for any machine with AVX2.
const WAYS: [Way; 3] = [
    Way {
        name: "dispatch",
        flags: "",
        dispatch: true,
    },
    Way {
        name: "x86-64-v3",
        flags: "-Ctarget-cpu=x86-64-v3",
        dispatch: false,
    },
    Way {
        name: "no dispatch",
        flags: "",
        dispatch: false,
    },
];

/// For no machine but this one: what peers are built for.
const NATIVE: Way = Way {
    name: "native",
    flags: "-Ctarget-cpu=native",
    dispatch: false,
};

/// A workload by its name, its multiply-adds in a step, and where it lands after 200 steps.
struct Work {
    name: &'static str,
    multiply_adds: u64,
    landing: ganlet_workload::Landing,
}

const WORKS: [Work; 2] = [
    Work {
        name: W1::NAME,
        multiply_adds: W1::MULTIPLY_ADDS,
        landing: W1::LANDING,
    },
    Work {
        name: W2::NAME,
        multiply_adds: W2::MULTIPLY_ADDS,
        landing: W2::LANDING,
    },
];

/// The peers in Rust, a program and a feature of `tests/bench` each, and their versions.
pub(crate) const PEERS: [(&str, &str); 3] =
    [("burn", "0.22"), ("candle", "0.11"), ("dfdx", "0.13")];

/// The peers in Python: a name, a module, a script of `tests/bench`.
const PYTHONS: [(&str, &str, &str); 2] = [
    ("JAX", "jax", "jax_flat.py"),
    ("PyTorch", "torch", "torch_compiled.py"),
];

/// Somebody who can be timed.
struct Entrant {
    name: String,
    command: Vec<PathBuf>,
    /// Multiply-adds a second, at most, of instructions such as its own.
    peak: f64,
}

/// Builds, times, prints.
pub(crate) fn run(args: &Args) -> Result<()> {
    let folder = process::workspace().join(&args.workloads);
    let folder = fs::canonicalize(&folder).map_err(|error| {
        let folder = folder.display();
        usage_error(format!(
            "{folder}: {error}: give the folder of w1.bin and w2.bin by --workloads"
        ))
    })?;
    let ways = ways()?;
    let others = others(args)?;
    pin()?;
    let mut entrants = Vec::new();
    for (way, ours, peak) in ways {
        let peak = peak_of(peak)?;
        println!(
            "peak of the core, {}: {:.1} G multiply-adds a second",
            way.name,
            peak / 1e9
        );
        entrants.push(Entrant {
            name: format!("ganlet, {}", way.name),
            command: vec![ours],
            peak,
        });
    }
    let peak = entrants.iter().map(|it| it.peak).fold(0.0, f64::max);
    entrants.extend(others.into_iter().map(|(name, command)| Entrant {
        name,
        command,
        peak,
    }));

    let mut results = Vec::new();
    for work in WORKS {
        results.push(timed(&work, &entrants, &folder, args.turns)?);
    }
    print!("\n{}", table(&entrants, &results));
    if let Some(file) = &args.picture {
        let picture = picture(&entrants, &results);
        fs::write(file, picture).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// Keeps everybody who is started from here on to one core. A program that has one thread for its work
/// may have others that wait for it, at the cost of CPU time: JAX takes half as much again on two cores.
#[cfg(target_os = "linux")]
fn pin() -> Result<()> {
    let all = rustix::thread::sched_getaffinity(None)?;
    let core = (0..rustix::thread::CpuSet::MAX_CPU).find(|&core| all.is_set(core));
    let mut one = rustix::thread::CpuSet::new();
    one.set(core.context("there is no core to run on")?);
    rustix::thread::sched_setaffinity(None, &one).context("cannot keep to one core")
}

#[cfg(not(target_os = "linux"))]
fn pin() -> Result<()> {
    println!(
        "on this system programs are not kept to one core: peers that have several threads look slower"
    );
    Ok(())
}

/// How ganlet can be built for this machine; each way with its program, and with that of its peak.
fn ways() -> Result<Vec<(&'static Way, PathBuf, PathBuf)>> {
    WAYS.iter()
        .filter(|way| way.flags.is_empty() || has_avx2())
        .map(|way| {
            let ours = firmware::build_bench("ours", way)?;
            Ok((way, ours, firmware::build_bench("peak", way)?))
        })
        .collect()
}

/// Multiply-adds a second that a program of a peak comes to.
fn peak_of(program: PathBuf) -> Result<f64> {
    const STEPS: usize = 2_000;
    let mut peak = Contender::start(&[program], None)?;
    let turns = (0..5).map(|_| peak.seconds(STEPS));
    let seconds = median(&mut turns.collect::<Result<Vec<_>>>()?);
    Ok(STEPS as f64 * 1e6 / seconds)
}

/// Everybody else who is there: a name and a command.
fn others(args: &Args) -> Result<Vec<(String, Vec<PathBuf>)>> {
    let mut others = Vec::new();
    for (name, module, script) in PYTHONS {
        let asked = Command::new(&args.python)
            .args([
                "-c",
                &format!("import {module}; print({module}.__version__)"),
            ])
            .output();
        let Some(answer) = asked.ok().filter(|answer| answer.status.success()) else {
            println!(
                "{} has no {name}, which is left out: pip install {module}, or name another by --python",
                args.python.display()
            );
            continue;
        };
        let version = String::from_utf8_lossy(&answer.stdout);
        let version = version.trim().split('+').next().unwrap_or_default(); // not how it was built
        let command = vec![args.python.clone(), bench().join(script)];
        others.push((format!("{name} {version}"), command));
    }
    if args.quick {
        println!("the peers in Rust are left out, as --quick asks");
    } else {
        for (name, version) in PEERS {
            let path = firmware::build_bench(name, &NATIVE)?;
            others.push((format!("{name} {version}"), vec![path]));
        }
    }
    Ok(others)
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}

fn bench() -> PathBuf {
    process::workspace().join("tests/bench")
}

/// Steps a second of each, by CPU time, all taking turns.
fn timed(
    work: &Work,
    entrants: &[Entrant],
    folder: &std::path::Path,
    turns: usize,
) -> Result<Vec<f64>> {
    /// Steps that everybody takes at least in a turn: what JAX compiles to one scan.
    const CHUNK: usize = 1_000;
    /// CPU time that a turn takes at least.
    const TURN: f64 = 0.2;
    let mut playing = Vec::new();
    for entrant in entrants {
        let mut contender = Contender::start(&entrant.command, Some((folder, work.name)))
            .with_context(|| entrant.name.clone())?;
        contender
            .lands(&work.landing)
            .with_context(|| entrant.name.clone())?;
        let first = contender.seconds(CHUNK)?;
        let chunks = (TURN / first).clamp(1.0, 1_000.0) as usize;
        playing.push((contender, chunks * CHUNK, Vec::new()));
    }
    for turn in 0..turns {
        eprintln!("{} turn {} of {turns}", work.name, turn + 1);
        for (contender, steps, speeds) in &mut playing {
            speeds.push(*steps as f64 / contender.seconds(*steps)?);
        }
    }
    Ok(playing
        .iter_mut()
        .map(|(_, _, speeds)| median(speeds))
        .collect())
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A line for each of them: steps a second, the ratio to JAX, the share of the peak, of ganlet's that of its
/// build.
fn table(entrants: &[Entrant], results: &[Vec<f64>]) -> String {
    let jax = entrants.iter().position(|it| it.name.starts_with("JAX"));
    let mut text = format!("{:<24}", "steps a second");
    for work in &WORKS {
        _ = write!(text, "{:>10} {:>8} {:>8}", work.name, "of JAX", "of peak");
    }
    text += "\n";
    for (i, entrant) in entrants.iter().enumerate() {
        _ = write!(text, "{:<24}", entrant.name);
        for (work, speeds) in WORKS.iter().zip(results) {
            let ratio = jax.map_or("-".to_owned(), |jax| {
                format!("{:.2} x", speeds[i] / speeds[jax])
            });
            let share = 100.0 * speeds[i] * work.multiply_adds as f64 / entrant.peak;
            _ = write!(text, "{:>10.0} {ratio:>8} {share:>6.1} %", speeds[i]);
        }
        text += "\n";
    }
    text
}

/// Bars, one panel for each workload.
fn picture(entrants: &[Entrant], results: &[Vec<f64>]) -> String {
    const ROW: usize = 26;
    const LEFT: usize = 190;
    const WIDTH: usize = 720;
    let panel = 40 + ROW * entrants.len();
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {}' font-family='sans-serif' font-size='13'>\n\
         <rect width='100%' height='100%' fill='white'/>\n",
        panel * WORKS.len()
    );
    for (p, (work, speeds)) in WORKS.iter().zip(results).enumerate() {
        let top = p * panel;
        let most = speeds.iter().copied().fold(0.0, f64::max);
        _ = writeln!(
            svg,
            "<text x='8' y='{}' font-weight='bold'>{}, training steps a second of CPU time</text>",
            top + 20,
            work.name.to_uppercase()
        );
        for (i, (entrant, speed)) in entrants.iter().zip(speeds).enumerate() {
            let y = top + 30 + ROW * i;
            let length = (WIDTH - LEFT - 90) as f64 * speed / most;
            let colour = if entrant.name.starts_with("ganlet") {
                "#2a78b8"
            } else {
                "#b0b4b8"
            };
            _ = writeln!(
                svg,
                "<text x='{}' y='{}' text-anchor='end'>{}</text>\
                 <rect x='{LEFT}' y='{y}' width='{length:.1}' height='18' fill='{colour}'/>\
                 <text x='{:.1}' y='{}'>{speed:.0}</text>",
                LEFT - 8,
                y + 14,
                entrant.name,
                LEFT as f64 + length + 6.0,
                y + 14
            );
        }
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_jax_and_shares_to_the_peak() {
        let entrants = ["ganlet", "JAX 0"].map(|name| Entrant {
            name: name.to_owned(),
            command: Vec::new(),
            peak: 56_832_000.0,
        });
        let text = table(&entrants, &[vec![300.0, 100.0], vec![50.0, 100.0]]);
        assert!(text.contains("3.00 x   30.0 %"), "{text}");
        assert!(text.contains("0.50 x"), "{text}");
        let svg = picture(&entrants, &[vec![300.0, 100.0], vec![50.0, 100.0]]);
        assert_eq!(svg.matches("<rect").count(), 5);
    }
}
