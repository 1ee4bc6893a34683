//! What has been executed where, told apart by a stack of calls.

use std::{collections::BTreeMap, fmt::Write as _};

/// An instruction as far as the tally looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    address: u32,
    /// In bytes.
    size: u32,
    /// Whether it notes where to come back to: BL, BLX.
    calls: bool,
}

impl Instruction {
    /// From its halfwords. QEMU 7.2 gives some sizes wrong: Thumb tells its own by the first.
    pub(crate) fn new(address: u32, low: u16, high: u16) -> Self {
        let wide = low >> 11 >= 0b11101;
        let bl = low >> 11 == 0b11110 && high & 0xd000 == 0xd000;
        let blx = low & 0xff87 == 0x4780;
        Self {
            address,
            size: if wide { 4 } else { 2 },
            calls: if wide { bl } else { blx },
        }
    }

    pub(crate) fn pack(self) -> usize {
        let calls = usize::from(self.calls) << 40;
        self.address as usize | (self.size as usize) << 32 | calls
    }

    pub(crate) fn unpack(packed: usize) -> Self {
        Self {
            address: packed as u32,
            size: (packed >> 32) as u32 & 0xff,
            calls: packed >> 40 != 0,
        }
    }
}

/// Executions and branches taken at an address, outside and inside of the inner function.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    executed: [u64; 2],
    taken: [u64; 2],
}

/// A call that has not returned.
struct Call {
    target: u32,
    back: u32,
}

/// Everything that is counted.
pub(crate) struct Tally {
    measured: u32,
    inner: u32,
    calls: Vec<Call>,
    last: Option<Instruction>,
    counts: BTreeMap<u32, Counts>,
    /// How many calls of the measured and of the inner function have not returned.
    within: [u32; 2],
}

impl Tally {
    /// Counts within the function at `measured`, and apart within that at `inner`.
    pub(crate) fn new(measured: u32, inner: u32) -> Self {
        Self {
            measured,
            inner,
            calls: Vec::new(),
            last: None,
            counts: BTreeMap::new(),
            within: [0; 2],
        }
    }

    /// An instruction is executed.
    pub(crate) fn execute(&mut self, it: Instruction) {
        if let Some(last) = self.last {
            let next = last.address + last.size;
            if it.address != next {
                self.count(last.address, |counts| &mut counts.taken);
                if last.calls {
                    self.enter(it.address, next);
                } else {
                    self.leave(it.address);
                }
            }
        }
        self.count(it.address, |counts| &mut counts.executed);
        self.last = Some(it);
    }

    fn count(&mut self, address: u32, which: impl Fn(&mut Counts) -> &mut [u64; 2]) {
        if self.within[0] > 0 {
            let [outside, inside] = which(self.counts.entry(address).or_default());
            *if self.within[1] > 0 { inside } else { outside } += 1;
        }
    }

    fn enter(&mut self, target: u32, back: u32) {
        self.calls.push(Call { target, back });
        self.within[0] += u32::from(target == self.measured);
        self.within[1] += u32::from(target == self.inner);
    }

    fn leave(&mut self, address: u32) {
        while self.calls.last().is_some_and(|call| call.back == address) {
            let target = self.calls.pop().map_or(0, |call| call.target);
            self.within[0] -= u32::from(target == self.measured);
            self.within[1] -= u32::from(target == self.inner);
        }
    }

    /// A line for each address.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        for (address, Counts { executed, taken }) in &self.counts {
            let ([a, b], [c, d]) = (executed, taken);
            _ = writeln!(text, "{address} {a} {b} {c} {d}"); // a String has room
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_survives_its_packing() {
        let bl = Instruction::new(0x0800_0100, 0xf000, 0xf801);
        assert_eq!((bl.size, bl.calls), (4, true));
        let blx = Instruction::new(0x100, 0x4798, 0);
        assert_eq!((blx.size, blx.calls), (2, true));
        let vldr = Instruction::new(2, 0xed90, 0x0a00);
        assert_eq!((vldr.size, vldr.calls), (4, false));
        for it in [bl, blx, vldr] {
            assert_eq!(Instruction::unpack(it.pack()), it);
        }
    }

    /// A measured function at 100 that calls an inner one at 200, which branches back once.
    #[test]
    fn only_what_is_measured_counts() {
        let (nop, bl, bx) = ([0xbf00, 0], [0xf000, 0xf801], [0x4770, 0]);
        let program = [
            (0, nop),
            (2, bl),
            (100, nop),
            (102, bl),
            (200, nop),
            (200, nop),
            (202, bx),
            (106, bx),
            (6, nop),
        ];
        let mut tally = Tally::new(100, 200);
        for (address, [low, high]) in program {
            tally.execute(Instruction::new(address, low, high));
        }
        let wanted = "100 1 0 0 0\n102 1 0 1 0\n106 1 0 1 0\n200 0 2 0 1\n202 0 1 0 1\n";
        assert_eq!(tally.table(), wanted);
    }
}
