//! The most stack that a firmware can take, by its machine code: nothing is run.
//!
//! A function takes what its instructions take off the stack pointer. A branch leads to the function
//! that it goes to, a call by a register to any whose address the program holds. The bound is the
//! dearest chain of calls from the reset, and on top of it every interrupt's dearest, with the
//! registers that the processor saves.
//!
//! It holds as long as no function is active twice: of functions that can reach each other each
//! counts once. What a panic or a hard fault takes to tell of itself is not in it, as the run is over
//! then.

mod calls;
mod thumb;

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use anyhow::{Context, Result};
use petgraph::{algo::tarjan_scc, graph::DiGraph};

use self::calls::Calls;
use crate::elf::Elf;

/// The vector of the reset; those of interrupts that do not end the run lie behind the hard fault's.
const RESET: usize = 1;
const HARD_FAULT: usize = 3;

/// What the processor puts on the stack for an interrupt, and up to a word to align it.
const SAVED: u64 = 4 * 8 + 4;
/// The same where there are floating-point registers.
const SAVED_WITH_FLOATS: u64 = 4 * 26 + 4;

/// Where a panic begins to tell of itself.
const PANICS: [&str; 2] = ["core::panicking::", "rust_begin_unwind"];

/// Every chain that a program can be in, the dearest of each beginning: that of the reset, and those
/// of the interrupts that may come on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deepest {
    /// Function by function what it takes, with the names of all that count together.
    pub(crate) chains: Vec<Vec<(u64, String)>>,
}

impl Deepest {
    /// Reads it out of a firmware.
    ///
    /// # Errors
    /// If the program takes stack in a way that its code does not show.
    pub(crate) fn of(elf: &Elf<'_>) -> Result<Self> {
        let names: BTreeMap<_, _> = elf.functions().into_iter().collect();
        let calls = Calls::read(elf, &names)?;
        let is_over = |name: &str| PANICS.iter().any(|it| name.contains(it));
        let over = names.iter().filter(|(_, name)| is_over(name));
        let groups = Groups::of(&calls, &over.map(|it| *it.0).collect());
        let told = |group: &Group| {
            let names: Vec<_> = group.functions.iter().map(|it| &*names[it]).collect();
            (group.frame, names.join(", "))
        };
        let chain = |start: &u32| Some(groups.chain(*start)?.map(told).collect::<Vec<_>>());
        let vectors = elf.vectors()?;
        let reset = vectors.get(RESET).and_then(chain);
        let interrupts: BTreeSet<_> = vectors.iter().skip(HARD_FAULT + 1).collect();
        let saved = match elf.has_float_registers() {
            true => SAVED_WITH_FLOATS,
            false => SAVED,
        };
        let mut chains = vec![reset.context("the reset leads to no function")?];
        chains.extend(interrupts.into_iter().filter_map(chain).map(|mut chain| {
            chain.insert(0, (saved, "registers that the processor saves".to_owned()));
            chain
        }));
        Ok(Self { chains })
    }

    /// The bound: all chains at once, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.chains.iter().flatten().map(|it| it.0).sum()
    }
}

/// Functions that can reach each other; most are alone.
struct Group {
    functions: Vec<u32>,
    /// What they take together.
    frame: u64,
    /// What they take with the dearest that they lead to.
    depth: u64,
    /// The place of that.
    next: Option<usize>,
}

/// All groups, each behind those that it leads to.
struct Groups(Vec<Group>);

impl Groups {
    /// Groups all functions but those that end the run.
    fn of(calls: &Calls, over: &BTreeSet<u32>) -> Self {
        let mut graph = DiGraph::new();
        let counted = calls.functions.iter().filter(|it| !over.contains(it.0));
        let nodes: BTreeMap<_, _> = counted
            .clone()
            .map(|(address, function)| (*address, graph.add_node((*address, function.frame))))
            .collect();
        for (address, function) in counted {
            let any = function.calls_any.then_some(&calls.held);
            let called = function.calls.iter().chain(any.into_iter().flatten());
            for target in called.filter_map(|it| nodes.get(it)) {
                graph.update_edge(nodes[address], *target, ());
            }
        }
        let (mut groups, mut places) = (Vec::<Group>::new(), BTreeMap::new());
        // In this order, whatever a group leads to comes before it.
        for members in tarjan_scc(&graph) {
            let beyond = members.iter().flat_map(|it| graph.neighbors(*it));
            let beyond = beyond.filter_map(|it| places.get(&it).copied());
            let next = beyond.max_by_key(|it: &usize| groups[*it].depth);
            let frame = members.iter().map(|it| graph[*it].1).sum();
            places.extend(members.iter().map(|it| (*it, groups.len())));
            groups.push(Group {
                functions: members.iter().map(|it| graph[*it].0).collect(),
                frame,
                depth: frame + next.map_or(0, |it| groups[it].depth),
                next,
            });
        }
        Self(groups)
    }

    /// The dearest chain from a function on.
    fn chain(&self, start: u32) -> Option<impl Iterator<Item = &Group>> {
        let first = self.0.iter().find(|it| it.functions.contains(&start))?;
        Some(iter::successors(Some(first), |it| Some(&self.0[it.next?])))
    }
}

#[cfg(test)]
mod tests {
    use super::{calls::Function, *};

    /// Each function by its frame, what it calls, and whether it calls what a register holds.
    fn calls(functions: &[(u32, u64, &[u32], bool)], held: &[u32]) -> Calls {
        let function = |&(address, frame, calls, calls_any): &(u32, u64, &[u32], bool)| {
            let calls = calls.iter().copied().collect();
            let function = Function {
                frame,
                calls,
                calls_any,
            };
            (address, function)
        };
        Calls {
            functions: functions.iter().map(function).collect(),
            held: held.iter().copied().collect(),
        }
    }

    fn depth(calls: &Calls, start: u32, over: &[u32]) -> u64 {
        let groups = Groups::of(calls, &over.iter().copied().collect());
        let chain = groups.chain(start).unwrap();
        let (depth, frames) = chain.fold((0, 0), |(depth, frames), it| {
            (it.depth.max(depth), frames + it.frame)
        });
        assert_eq!(depth, frames);
        depth
    }

    #[test]
    fn the_dearest_chain_counts() {
        let calls = calls(
            &[
                (1, 8, &[2, 3], false),
                (2, 100, &[], false),
                (3, 16, &[4], false),
                (4, 90, &[], false),
            ],
            &[],
        );
        assert_eq!(depth(&calls, 1, &[]), 8 + 16 + 90);
        assert_eq!(depth(&calls, 1, &[4]), 8 + 100);
    }

    #[test]
    fn what_a_register_may_hold_is_called() {
        let functions: [(u32, u64, &[u32], bool); 3] =
            [(1, 8, &[], true), (2, 100, &[], false), (3, 16, &[], false)];
        assert_eq!(depth(&calls(&functions, &[3]), 1, &[]), 8 + 16);
    }

    #[test]
    fn functions_in_a_circle_count_once_each() {
        let calls = calls(
            &[
                (1, 1, &[2], false),
                (2, 10, &[3], false),
                (3, 100, &[2, 4], false),
                (4, 1000, &[], false),
            ],
            &[],
        );
        assert_eq!(depth(&calls, 1, &[]), 1111);
        assert_eq!(depth(&calls, 3, &[]), 1110);
    }
}
