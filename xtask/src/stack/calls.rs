//! Who calls whom in a firmware, and what each function takes of the stack.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use anyhow::{Result, bail, ensure};

use super::thumb::{self, Effect};
use crate::elf::Elf;

/// A function, by what it takes and where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Function {
    /// Bytes that its own instructions take off the stack pointer.
    pub(super) frame: u64,
    /// The functions that its branches lead to, by their addresses.
    pub(super) calls: BTreeSet<u32>,
    /// Whether it also calls what a register points to.
    pub(super) calls_any: bool,
}

/// All functions by their addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    pub(super) functions: BTreeMap<u32, Function>,
    /// Those whose addresses the program holds outside of the vector table.
    pub(super) held: BTreeSet<u32>,
}

impl Calls {
    /// Reads them out of the machine code.
    ///
    /// # Errors
    /// If a function takes stack by a number that the code does not show.
    pub(super) fn read(elf: &Elf<'_>, names: &BTreeMap<u32, String>) -> Result<Self> {
        let mut calls = Self {
            functions: names.keys().map(|it| (*it, Function::default())).collect(),
            held: BTreeSet::new(),
        };
        let starts: HashSet<u32> = names.keys().copied().collect();
        let mut registers = Registers::default();
        let mut inside = None;
        for (address, [low, high]) in instructions(elf) {
            let Some((&start, _)) = names.range(..=address).next_back() else {
                continue;
            };
            if inside != Some(start) {
                (inside, registers) = (Some(start), Registers::default());
            }
            let Some(function) = calls.functions.get_mut(&start) else {
                continue;
            };
            let unknown = || format!("{} takes stack by an unknown number", names[&start]);
            match thumb::effect(address, low, high) {
                Effect::None => {}
                Effect::Takes(bytes) => function.frame += u64::from(bytes),
                Effect::TakesRegister(register, negated) => {
                    let Some(Value::Word(bytes)) = registers.get(register) else {
                        bail!("{}", unknown());
                    };
                    let bytes = bytes as i32;
                    let bytes = if negated { -bytes } else { bytes };
                    function.frame += u64::try_from(bytes).unwrap_or(0); // else it gives it back
                }
                Effect::Sets(register) => {
                    // As a function ends: it gives back what it has taken.
                    let gives_back = registers.get(register) == Some(Value::BelowFrame);
                    ensure!(gives_back, "{}", unknown());
                }
                Effect::BelowFrame(register) => registers.set(register, Some(Value::BelowFrame)),
                Effect::Loads(register, at) => {
                    registers.set(register, elf.word(at).map(Value::Word))
                }
                Effect::Low(register, half) => {
                    registers.set(register, Some(Value::Word(half.into())));
                }
                Effect::High(register, half) => {
                    if let Some(Value::Word(low)) = registers.get(register) {
                        let word = u32::from(half) << 16 | low & 0xffff;
                        registers.set(register, Some(Value::Word(word)));
                        calls.held.extend(pointed_to(word, &starts));
                    }
                }
                Effect::Branches(target) => {
                    let target = names.range(..=target).next_back();
                    function
                        .calls
                        .extend(target.map(|it| it.0).filter(|it| **it != start));
                }
                Effect::Jumps => function.calls_any = true,
            }
        }
        let words = elf.words();
        calls
            .held
            .extend(words.filter_map(|word| pointed_to(word, &starts)));
        Ok(calls)
    }
}

/// Every instruction by its address, with the halfword behind its first.
fn instructions(elf: &Elf<'_>) -> Vec<(u32, [u16; 2])> {
    let mut instructions = Vec::new();
    for (mut address, end) in elf.code() {
        while address < end
            && let Some([low, high]) = elf.halfwords(address)
        {
            instructions.push((address, [low, high]));
            address += if thumb::is_wide(low) { 4 } else { 2 };
        }
    }
    instructions
}

/// The function that a word points to.
fn pointed_to(word: u32, starts: &HashSet<u32>) -> Option<u32> {
    let address = word & !1;
    (word & 1 == 1 && starts.contains(&address)).then_some(address)
}

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Word(u32),
    /// An address in the frame, from where the function's registers were saved.
    BelowFrame,
}

/// What is known of the registers.
#[derive(Clone, Copy, Debug, Default)]
struct Registers([Option<Value>; 16]);

impl Registers {
    fn get(&self, register: u8) -> Option<Value> {
        self.0.get(usize::from(register)).copied().flatten()
    }

    fn set(&mut self, register: u8, value: Option<Value>) {
        if let Some(place) = self.0.get_mut(usize::from(register)) {
            *place = value;
        }
    }
}
