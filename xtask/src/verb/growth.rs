//! `cargo xtask growth`: how the cost of a step grows with the width of the networks, the batch, and the
//! window: time on this host, exact instructions, modelled cycles and memory on a Cortex-M4F.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use ganlet_workload::growth::{BATCHES, Size, WIDTHS, WINDOWS};

use super::cost::MODELLED;
use crate::{
    machine::{Log, MACHINES},
    process,
    training::{self, Training},
};

/// What may be said to `cargo xtask growth`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Draw the picture to this file
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

/// What grows, with the sizes that it takes.
struct Axis {
    name: &'static str,
    sizes: &'static [usize],
    size: fn(usize) -> Size,
    colour: &'static str,
}

const AXES: [Axis; 3] = [
    Axis {
        name: "width",
        sizes: &WIDTHS,
        size: |width| Size {
            width,
            ..Size::MIDDLE
        },
        colour: "#2a78b8",
    },
    Axis {
        name: "batch",
        sizes: &BATCHES,
        size: |batch| Size {
            batch,
            ..Size::MIDDLE
        },
        colour: "#d9822b",
    },
    Axis {
        name: "window",
        sizes: &WINDOWS,
        size: |window| Size {
            window,
            ..Size::MIDDLE
        },
        colour: "#3d9a50",
    },
];

/// One size, with what it costs.
struct Point {
    axis: &'static Axis,
    grown: usize,
    multiply_adds: f64,
    /// A step on this host.
    nanoseconds: f64,
    target: Training,
}

/// Times, counts, prints.
pub(crate) fn run(args: &Args) -> Result<()> {
    let times = times(&host()?)?;
    let machine = MACHINES
        .iter()
        .find(|it| it.core == MODELLED && it.log == Log::Semihosting)
        .context("no machine has the core whose cycles are modelled")?;
    let mut points = Vec::new();
    for axis in &AXES {
        for &grown in axis.sizes {
            let size = (axis.size)(grown);
            let name = format!("{}/{grown}", axis.name);
            let nanoseconds = times.get(&name).copied();
            points.push(Point {
                axis,
                grown,
                multiply_adds: size.multiply_adds() as f64,
                nanoseconds: nanoseconds.with_context(|| format!("{name} was not timed"))?,
                target: training::count_grown(size, machine).context(name)?,
            });
        }
    }
    print!("{}", table(&points));
    if let Some(file) = &args.picture {
        fs::write(file, picture(&points))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// What the micro-benchmark of that name prints, a line for each size.
fn host() -> Result<String> {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(process::workspace().join("tests/bench"))
        .args(["bench", "--features", "dispatch", "--bench", "growth", "--"])
        .args(["--output-format", "bencher"])
        .args(["--warm-up-time", "0.5", "--measurement-time", "2"])
        .env_remove("RUSTFLAGS");
    eprintln!("$ {}", process::shown(&cargo));
    let output = cargo
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    ensure!(output.status.success(), "the benchmark has failed");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Nanoseconds by name, of lines like `test width/8 ... bench:   4,123 ns/iter (+/- 12)`.
fn times(text: &str) -> Result<BTreeMap<String, f64>> {
    let parsed = |line: &str| {
        let (name, rest) = line.strip_prefix("test ")?.split_once(" ... bench:")?;
        let number = rest.split_once(" ns/iter")?.0.trim().replace(',', "");
        Some((name.trim().to_owned(), number.parse().ok()?))
    };
    let times: BTreeMap<String, f64> = text.lines().filter_map(parsed).collect();
    ensure!(!times.is_empty(), "the benchmark has told no times: {text}");
    Ok(times)
}

fn table(points: &[Point]) -> String {
    let mut text = format!(
        "{:<12} {:>13} {:>11} {:>9} {:>13} {:>9} {:>11} {:>8} {:>8}\n",
        "a step",
        "multiply-adds",
        "host, us",
        "ps/MAC",
        "instructions",
        "per MAC",
        "cycles/MAC",
        "static",
        "stack"
    );
    for it in points {
        let cost = it.target.cost;
        _ = writeln!(
            text,
            "{:<12} {:>13.0} {:>11.2} {:>9.0} {:>13.0} {:>9.2} {:>11.2} {:>8} {:>8}",
            format!("{} {}", it.axis.name, it.grown),
            it.multiply_adds,
            it.nanoseconds / 1e3,
            1e3 * it.nanoseconds / it.multiply_adds,
            cost.instructions,
            cost.instructions / it.multiply_adds,
            cost.cycles / it.multiply_adds,
            it.target.ram,
            it.target.stack,
        );
    }
    text + "width and batch on windows of 16, batch and window with a width of 32, else batches of 16; \
            cycles are modelled\n"
}

/// Cost over multiply-adds, both logarithmic, on the host and on the target; a grey line is in
/// proportion.
fn picture(points: &[Point]) -> String {
    const PANEL: f64 = 380.0;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {} {PANEL}' font-family='sans-serif' font-size='13'>\n\
         <rect width='100%' height='100%' fill='white'/>\n",
        2.0 * PANEL
    );
    type Cost = fn(&Point) -> f64;
    let panels: [(&str, Cost); 2] = [
        ("nanoseconds a step, this host", |it| it.nanoseconds),
        ("modelled cycles a step, Cortex-M4F", |it| {
            it.target.cost.cycles
        }),
    ];
    for (i, (title, cost)) in panels.into_iter().enumerate() {
        let left = PANEL * i as f64;
        panel(&mut svg, left, PANEL, title, points, cost);
    }
    svg + "</svg>\n"
}

fn panel(
    svg: &mut String,
    left: f64,
    side: f64,
    title: &str,
    points: &[Point],
    cost: fn(&Point) -> f64,
) {
    let span = |of: &dyn Fn(&Point) -> f64| {
        let logs = points.iter().map(|it| of(it).log10());
        let (low, high) = logs.fold((f64::MAX, f64::MIN), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        (low.floor(), high.ceil())
    };
    let (xs, ys) = (span(&|it: &Point| it.multiply_adds), span(&cost));
    let (from, to) = (left + 52.0, left + side - 14.0);
    let (bottom, top) = (side - 44.0, 52.0);
    let x = |v: f64| from + (to - from) * (v.log10() - xs.0) / (xs.1 - xs.0);
    let y = |v: f64| bottom + (top - bottom) * (v.log10() - ys.0) / (ys.1 - ys.0);
    _ = writeln!(
        svg,
        "<text x='{from:.0}' y='20' font-weight='bold'>{title}</text>\n\
         <text x='{:.0}' y='{:.0}' text-anchor='middle'>multiply-adds a step</text>",
        (from + to) / 2.0,
        side - 8.0
    );
    for (i, axis) in AXES.iter().enumerate() {
        let at = from + 90.0 * i as f64;
        _ = writeln!(
            svg,
            "<circle cx='{:.1}' cy='36' r='4' fill='{}'/><text x='{:.1}' y='40'>{}</text>",
            at + 4.0,
            axis.colour,
            at + 12.0,
            axis.name
        );
    }
    for tick in xs.0 as i32..=xs.1 as i32 {
        let at = x(10f64.powi(tick));
        _ = writeln!(
            svg,
            "<path d='M{at:.1} {top}V{bottom}' stroke='#e4e6e8'/>\
             <text x='{at:.1}' y='{:.0}' text-anchor='middle' font-size='11'>1e{tick}</text>",
            bottom + 15.0
        );
    }
    for tick in ys.0 as i32..=ys.1 as i32 {
        let at = y(10f64.powi(tick));
        _ = writeln!(
            svg,
            "<path d='M{from:.1} {at:.1}H{to:.1}' stroke='#e4e6e8'/>\
             <text x='{:.1}' y='{:.1}' text-anchor='end' font-size='11'>1e{tick}</text>",
            from - 5.0,
            at + 4.0
        );
    }
    if let Some(middle) = points
        .iter()
        .find(|it| (it.axis.size)(it.grown) == Size::MIDDLE)
    {
        // The line through it, as far as it lies within both spans.
        let each = (cost(middle) / middle.multiply_adds).log10();
        let ends = [xs.0.max(ys.0 - each), xs.1.min(ys.1 - each)].map(|log| 10f64.powf(log));
        let [[x1, y1], [x2, y2]] = ends.map(|it| [x(it), y(it * 10f64.powf(each))]);
        _ = writeln!(
            svg,
            "<path d='M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}' stroke='#9aa0a6' stroke-dasharray='5 4'/>"
        );
    }
    for it in points {
        _ = writeln!(
            svg,
            "<circle cx='{:.1}' cy='{:.1}' r='4' fill='{}'/>",
            x(it.multiply_adds),
            y(cost(it)),
            it.axis.colour
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_names() {
        let told = "junk\ntest width/8 ... bench:       4,123 ns/iter (+/- 12)\n\
                    test batch/128 ... bench:     91 ns/iter (+/- 1)\n";
        let times = times(told).unwrap();
        assert_eq!(times["width/8"], 4123.0);
        assert_eq!(times["batch/128"], 91.0);
        assert!(super::times("nothing").is_err());
    }

    #[test]
    fn every_axis_goes_through_the_middle() {
        for axis in &AXES {
            let through = axis.sizes.iter().map(|&it| (axis.size)(it));
            assert_eq!(through.filter(|it| *it == Size::MIDDLE).count(), 1);
        }
    }
}
