//! A network's pass over a block of samples.

use crate::layer::{Layer, Trace, Zero};

/// A forward pass with its memory, for `B` samples.
#[cfg_attr(not(target_arch = "arm"), repr(align(64)))]
pub(super) struct Pass<L: Layer, const B: usize> {
    pub(super) tape: L::Tape<B>,
    pub(super) y: [L::Out; B],
}

impl<L: Layer, const B: usize> Pass<L, B> {
    /// Without what alignment adds on a host.
    pub(super) const BYTES: usize = size_of::<L::Tape<B>>() + size_of::<[L::Out; B]>();

    pub(super) const ZERO: Self = Self {
        tape: L::Tape::<B>::ZERO,
        y: [L::Out::ZERO; B],
    };

    /// In place: a pass that is handed over is on the stack twice.
    pub(super) fn run(&mut self, net: &L, x: &[L::In; B]) {
        net.forward(x, &mut self.tape, &mut self.y);
    }

    pub(super) fn trace<'a>(&'a self, x: &'a [L::In; B]) -> Trace<'a, L, B> {
        Trace {
            x,
            tape: &self.tape,
            y: &self.y,
        }
    }
}

/// Runs a network forward on one block, keeping nothing.
pub fn infer<L: Layer, const B: usize>(net: &L, x: &[L::In; B]) -> [L::Out; B] {
    let mut y = [L::Out::ZERO; B];
    infer_into(net, x, &mut y);
    y
}

#[inline(never)] // its activations leave the stack before those of a training pass come
pub(super) fn infer_into<L: Layer, const B: usize>(net: &L, x: &[L::In; B], y: &mut [L::Out; B]) {
    let mut tape = L::Tape::<B>::ZERO;
    net.forward(x, &mut tape, y);
}
