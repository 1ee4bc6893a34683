//! `cargo xtask count`: what a round of training costs on the emulated machines: instructions, those of
//! interrupts that fall into it included; and flash, RAM and stack.
//!
//! The emulator lets a fixed time pass for each instruction, so that the device's own telemetry, the
//! microseconds of a round, counts them. Instructions are no cycles: a core takes one to three for
//! each, or fourteen for a division.

use anyhow::{Context, Result};

use crate::{
    emulator::INSTRUCTION,
    log::Message,
    machine::{Log, MACHINES, Machine},
    orders::Model,
    run::Run,
    sizes::Size,
};

/// What may be said to `cargo xtask count`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The machines, by their names in QEMU [default: all but netduinoplus2, which is an an386 here]
    #[arg(value_name = "MACHINE", value_parser = Machine::named)]
    machines: Vec<&'static Machine>,
    /// The networks
    #[arg(long, value_enum, default_value_t = Model::Scalar)]
    model: Model,
}

/// The run: a multiple of four rounds between records, since penalties come every fourth step.
const RUN: &str = "count --steps 8 --report 4";

/// Counts, and prints a table.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut machines = args.machines.clone();
    if machines.is_empty() {
        machines.extend(MACHINES.iter().filter(|it| it.log == Log::Semihosting));
    }
    let mut table = format!(
        "{:<14} {:<11} {:>14} {:>10} {:>10} {:>8} {:>8} {:>8}\n",
        "machine", "core", "insn/round", "MAC/round", "insn/MAC", "flash", "RAM", "stack"
    );
    for machine in machines {
        eprintln!("=== {}", machine.name);
        table += &line(machine, args.model).with_context(|| machine.name.to_owned())?;
    }
    print!("{table}");
    Ok(())
}

/// A machine's line of the table.
fn line(machine: &'static Machine, model: Model) -> Result<String> {
    let mut run = Run::told(machine, RUN)?;
    run.orders.model = model;
    run.counted = true;
    run.check()?;
    let mut last = None;
    run.go(|message| last = Record::of(message).or(last.take()))?;
    let Record { micros, stack } = last.context("its log holds no record")?;
    let instructions = micros / INSTRUCTION;
    let products = products(model);
    let elf = run.image.elf(machine)?;
    let size = Size::of(&elf)?;
    Ok(format!(
        "{:<14} {:<11} {:>14.0} {:>10} {:>10.2} {:>8} {:>8} {:>8}\n",
        machine.name,
        machine.core,
        instructions,
        products,
        instructions / products as f64,
        size.flash,
        size.ram,
        stack
    ))
}

/// What counts in a record of the log.
struct Record {
    micros: f64,
    stack: u32,
}

impl Record {
    fn of(message: &Message) -> Option<Self> {
        let fields = message.text.strip_prefix("Record { ")?;
        let field = |name: &str| {
            let (_, rest) = fields.split_once(name)?;
            rest.trim_start_matches(": ").split([',', ' ']).next()
        };
        Some(Self {
            micros: field("cost_us")?.parse().ok()?,
            stack: field("stack")?.parse().ok()?,
        })
    }
}

/// Multiply-adds of dense layers in a round of the default recipe, on average over four rounds.
pub(crate) fn products(model: Model) -> u64 {
    const BATCH: u64 = 32;
    const DISCRIMINATOR_STEPS: u64 = 3;
    const PENALTY_EVERY: u64 = 4;
    let (generator, discriminator): (&[u64], &[u64]) = match model {
        Model::Scalar => (&[6, 16, 16, 1], &[1, 16, 16, 1]),
        Model::Window32 => (&[8, 32, 32, 32], &[32, 32, 32, 1]),
    };
    let all = |widths: &[u64]| widths.windows(2).map(|pair| pair[0] * pair[1]).sum::<u64>();
    let first = |widths: &[u64]| widths[0] * widths[1];
    let (g, d) = (all(generator), all(discriminator));
    // Forward, gradient of the weights, adjoint of all inputs but the data.
    let learn = |widths| 3 * all(widths) - first(widths);
    // Forward, slope, tangent; then two gradients and two adjoints.
    let penalty = 5 * d + 2 * (d - first(discriminator));
    let of_discriminator = g + 2 * learn(discriminator) + 2 * penalty / PENALTY_EVERY;
    let of_generator = learn(generator) + d + 2 * d;
    BATCH * (DISCRIMINATOR_STEPS * of_discriminator + of_generator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_its_cost_and_its_stack() {
        let message = Message {
            level: "info",
            text: "Record { step: 8, cost_us: 1024.5, stack: 4096 }".to_owned(),
        };
        let record = Record::of(&message).unwrap();
        assert_eq!((record.micros, record.stack), (1024.5, 4096));
    }

    #[test]
    fn products_are_those_of_the_layers() {
        // By hand: G 368, D 288, D learns 848, a penalty 1984, G learns 1008.
        let by_hand = 32 * (3 * (368 + 2 * 848 + 992) + 1008 + 288 + 576);
        assert_eq!(products(Model::Scalar), by_hand);
    }
}
