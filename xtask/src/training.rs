//! What training costs on a machine, counted: a program that only trains runs under the plugin that
//! counts, and what it has executed is joined with its ELF.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, ensure};
use ganlet_workload::growth::Size;
use ganlet_workload::{BATCH, LIFE, Players, ROUNDS, Seeded, W1, W2, Workload, digest, step};

use crate::{
    cortex_m4, elf::Elf, emulator, firmware, machine::Machine, orders::Model, scratch::Scratch,
};

/// A program of `firmware/boards/measured`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Program {
    /// The reference workload W1, a step
    W1,
    /// The reference workload W2, a step
    W2,
    /// A round of the model of readings by its recipe
    Scalar,
    /// A round of the model of windows by its recipe
    Window32,
    /// A window scored by the detector of the model of windows
    Watch32,
    /// A round in the life of a device with the model of windows: what it does beside learning, too
    Life32,
}

impl Program {
    pub(crate) const ALL: [Self; 6] = [
        Self::W1,
        Self::W2,
        Self::Scalar,
        Self::Window32,
        Self::Watch32,
        Self::Life32,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::W1 => "w1",
            Self::W2 => "w2",
            Self::Scalar => "scalar",
            Self::Window32 => "window32",
            Self::Watch32 => "watch32",
            Self::Life32 => "life32",
        }
    }

    /// Whether a machine has the memory for it, and gets through it in a minute or two.
    pub(crate) fn fits(self, machine: &Machine) -> bool {
        match self {
            Self::W1 | Self::Scalar => true,
            Self::W2 | Self::Window32 | Self::Watch32 => machine.name != "microbit",
            Self::Life32 => machine.core == crate::verb::cost::MODELLED,
        }
    }

    /// Multiply-adds of a step or round, of dense layers alone; of a window, those of its projections on
    /// 12 axes for either mixture, and of 6 and 4 triangles.
    pub(crate) fn multiply_adds(self) -> u64 {
        match self {
            Self::W1 => W1::MULTIPLY_ADDS,
            Self::W2 => W2::MULTIPLY_ADDS,
            Self::Scalar => crate::verb::count::products(Model::Scalar),
            Self::Window32 | Self::Life32 => crate::verb::count::products(Model::Window32),
            Self::Watch32 => 2 * 12 * (32 + 32) + 6 * 91 + 4 * 120,
        }
    }

    /// The memory that it must fit, in bytes.
    fn budget(self) -> u64 {
        match self {
            Self::Life32 => 96 * 1024,
            _ => u64::MAX,
        }
    }

    /// How many of these it takes.
    fn rounds(self) -> u32 {
        match self {
            Self::Life32 => LIFE,
            _ => ROUNDS,
        }
    }

    /// Bytes of flash that hold the batch of a reference workload, in the place of a sensor.
    fn batch_bytes(self) -> u64 {
        let numbers = match self {
            Self::W1 => BATCH * (1 + 4 + 4),
            Self::W2 => BATCH * (32 + 8 + 8),
            Self::Scalar | Self::Window32 | Self::Watch32 | Self::Life32 => 0,
        };
        (numbers * size_of::<f32>()) as u64
    }

    /// What the host comes to in as many steps, where it can be asked here.
    fn twin(self) -> Option<u32> {
        match self {
            Self::W1 => Some(twin::<W1, 4, 1>()),
            Self::W2 => Some(twin::<W2, 8, 32>()),
            // `cargo xtask twin` compares these.
            Self::Scalar | Self::Window32 | Self::Watch32 | Self::Life32 => None,
        }
    }
}

fn twin<W: Workload<K, N>, const K: usize, const N: usize>() -> u32 {
    let mut players = Players::<W, K, N>::BLANK;
    Seeded::start::<W, K, N>(&mut players);
    for _ in 0..ROUNDS {
        step::<W, K, N>(&mut players, Seeded::batch());
    }
    digest(&players.generator, &players.discriminator)
}

/// What a part of a program costs in a step or round.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) instructions: f64,
    /// Of a Cortex-M4, modelled.
    pub(crate) cycles: f64,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.instructions += other.instructions;
        self.cycles += other.cycles;
    }
}

/// Everything that is known of a program on a machine.
#[derive(Clone, Debug)]
pub(crate) struct Training {
    pub(crate) cost: Cost,
    /// By phase, in the order of a step.
    pub(crate) phases: Vec<(&'static str, Cost)>,
    /// By function, the dearest first.
    pub(crate) functions: Vec<(String, Cost)>,
    /// Bytes of flash, those of start-up, of the line at the end and of the batch taken off.
    pub(crate) flash: u64,
    /// Bytes of memory before the first call.
    pub(crate) ram: u64,
    /// Bytes of stack at its deepest.
    pub(crate) stack: u64,
}

/// Builds, runs and counts a program.
pub(crate) fn count(program: Program, machine: &Machine, profile: &str) -> Result<Training> {
    let blank = firmware::build_program("blank", machine.target, profile)?;
    let elf = firmware::build_program(program.name(), machine.target, profile)?;
    let (mut training, digest) = counted(machine, &blank, &elf, program.rounds())?;
    let twin = program.twin().map(u64::from);
    ensure!(
        twin.is_none_or(|twin| twin == digest),
        "its bits are not the host's"
    );
    let (memory, budget) = (training.ram + training.stack, program.budget());
    ensure!(
        memory <= budget,
        "it takes {memory} bytes of memory, and has {budget}"
    );
    training.flash -= program.batch_bytes();
    Ok(training)
}

/// Builds, runs and counts the program of a game of this size.
pub(crate) fn count_grown(size: Size, machine: &Machine) -> Result<Training> {
    let blank = firmware::build_program("blank", machine.target, "release")?;
    let elf = firmware::build_grown(size, machine.target)?;
    Ok(counted(machine, &blank, &elf, ROUNDS)?.0)
}

/// Runs and counts a program, and gives the digest of what it has trained.
fn counted(machine: &Machine, blank: &Path, elf: &Path, rounds: u32) -> Result<(Training, u64)> {
    let counter = firmware::build_counter()?;
    let (blank, bytes) = (fs::read(blank)?, fs::read(elf)?);
    let (blank, parsed) = (Elf::parse(&blank)?, Elf::parse(&bytes)?);
    let functions = parsed.functions();

    let scratch = Scratch::folder("count")?;
    let counts = scratch.path().join("counts.txt");
    let [digest, stack] = run(machine, elf, &counter, &counts, &functions)?;

    let text = fs::read_to_string(&counts).context("the plugin has left no counts")?;
    let (mut by_function, mut by_phase) = (BTreeMap::new(), BTreeMap::new());
    let mut all = Cost::default();
    for line in text.lines() {
        let line = Line::parse(line).context("the plugin's counts are no numbers")?;
        let name = name_of(&functions, line.address);
        let [low, high] = parsed
            .halfwords(line.address)
            .context("an instruction is not in the ELF")?;
        for (i, within_penalty) in [false, true].into_iter().enumerate() {
            let (executed, taken) = (line.executed[i], line.taken[i]);
            let cycles = executed * cortex_m4::cycles(low, high) + taken * cortex_m4::TAKEN;
            let cost = Cost {
                instructions: executed as f64 / f64::from(rounds),
                cycles: cycles as f64 / f64::from(rounds),
            };
            all.add(cost);
            by_function.entry(name).or_insert(Cost::default()).add(cost);
            let phase = phase(name, within_penalty);
            by_phase.entry(phase).or_insert(Cost::default()).add(cost);
        }
    }
    let mut functions: Vec<_> = by_function
        .into_iter()
        .map(|(name, cost)| (short(name), cost))
        .collect();
    functions.sort_by(|a, b| b.1.cycles.total_cmp(&a.1.cycles));
    let phases = PHASES
        .iter()
        .filter_map(|&it| Some((it, *by_phase.get(it)?)));
    let training = Training {
        cost: all,
        phases: phases.collect(),
        functions,
        flash: parsed.flash() - blank.flash(),
        ram: parsed.memory(),
        stack,
    };
    Ok((training, digest))
}

/// Runs it; gives the two numbers that it prints.
fn run(
    machine: &Machine,
    elf: &Path,
    counter: &Path,
    counts: &Path,
    functions: &[(u32, String)],
) -> Result<[u64; 2]> {
    let address = |wanted: &str| functions.iter().find(|(_, name)| name.starts_with(wanted));
    let measured = address("measured")
        .context("the program has no function `measured`")?
        .0;
    let inner = address("ganlet::gan::penalise").map_or(0, |it| it.0);
    let plugin = format!(
        "{},measured={measured},inner={inner},out={}",
        counter.display(),
        counts.display()
    );
    let output = emulator::command(machine, elf)?
        .args(["-plugin", &plugin])
        .args(["-semihosting-config", "enable=on,target=native"])
        .output()
        .context("cannot start the emulator")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "it ends with {}: {text}",
        output.status
    );
    let mut numbers = text.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(digest)), Some(Ok(stack))) => Ok([digest, stack]),
        _ => anyhow::bail!("it prints no two numbers: {text}"),
    }
}

/// What the plugin tells of an address.
struct Line {
    address: u32,
    executed: [u64; 2],
    taken: [u64; 2],
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let mut numbers = line.split(' ').map(|it| it.parse::<u64>().ok());
        let mut next = || numbers.next().flatten();
        Some(Self {
            address: u32::try_from(next()?).ok()?,
            executed: [next()?, next()?],
            taken: [next()?, next()?],
        })
    }
}

/// The function that an address lies in.
fn name_of(functions: &[(u32, String)], address: u32) -> &str {
    let after = functions.partition_point(|(start, _)| *start <= address);
    let function = after.checked_sub(1).and_then(|i| functions.get(i));
    function.map_or("?", |(_, name)| name)
}

/// The phases of a step, in its order.
const PHASES: [&str; 7] = [
    "forward",
    "backward",
    "penalty",
    "optimizer",
    "rng",
    "soft float",
    "the rest",
];

/// The phase that a function belongs to. Compilers merge small functions into their callers: what is
/// left of these is the rest: losses, the adjoints of activations, copies.
fn phase(name: &str, within_penalty: bool) -> &'static str {
    let any = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    match () {
        () if any(&[
            "__aeabi_f",
            "__addsf",
            "__mulsf",
            "__divsf",
            "__subsf",
            "compiler_builtins::float",
            "__aeabi_i2f",
            "__aeabi_ui2f",
            "__aeabi_cf",
        ]) =>
        {
            "soft float"
        }
        () if within_penalty => "penalty",
        () if any(&["optimizer", "params::squares", "average_towards"]) => "optimizer",
        () if any(&["rng::", "latent", "quantile"]) => "rng",
        () if any(&[
            "product::add_outer",
            "product::map_back",
            "::backward",
            "multiply",
        ]) =>
        {
            "backward"
        }
        () if any(&["product::map", "::forward", "infer"]) => "forward",
        () => "the rest",
    }
}

/// A function's name without the paths in front of its parts.
fn short(name: &str) -> String {
    let (mut text, name) = (String::new(), name.replace("::<", "<"));
    for part in name.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
        text += part
            .strip_prefix("ganlet::")
            .map_or(part, |it| it.rsplit_once("::").map_or(it, |(_, last)| last));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lies_in_the_function_before_it() {
        let functions = [(16, "a".to_owned()), (32, "b".to_owned())];
        assert_eq!(name_of(&functions, 16), "a");
        assert_eq!(name_of(&functions, 30), "a");
        assert_eq!(name_of(&functions, 40), "b");
        assert_eq!(name_of(&functions, 8), "?");
    }

    #[test]
    fn a_function_has_a_phase() {
        assert_eq!(
            phase("ganlet::layer::product::map_back_in_place::<16, 16>", false),
            "backward"
        );
        assert_eq!(
            phase("ganlet::layer::product::map::<16, 16>", false),
            "forward"
        );
        assert_eq!(
            phase("ganlet::layer::product::map::<16, 16>", true),
            "penalty"
        );
        assert_eq!(phase("__aeabi_fmul", true), "soft float");
        assert_eq!(phase("memcpy", false), "the rest");
    }
}
