//! A layer with one wrong entry in one term of its calculus: what the checks must notice.

use ganlet::layer::{Activation, Dual, Init, Input, Layer, TangentTrace, Trace, Zero};
use ganlet::params::{Params, ParamsExt};
use ganlet::rng::Rng;

use crate::mirror::{Mirror, Sample};
use crate::network::Network;

/// How wrong: one per cent.
const FACTOR: f32 = 1.01;

/// A term of the calculus, wrong in its largest entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `backward`: this leaf of the gradient.
    Gradient(usize),
    /// `backward`: dx.
    Input,
    /// `tangent`: ẏ.
    Tangent,
    /// `backward_tangent`: the share of a leaf that comes from the adjoint of y.
    GradientByValue(usize),
    /// `backward_tangent`: the share of a leaf that comes from the adjoint of ẏ.
    GradientByTangent(usize),
    /// `backward_tangent`: the share of dx from the adjoint of y.
    InputByValue,
    /// `backward_tangent`: the share of dx from the adjoint of ẏ, which is the curvature's.
    InputByTangent,
    /// `backward_tangent`: dẋ.
    DirectionByTangent,
    /// `backward_straight`: this leaf of the gradient.
    GradientStraight(usize),
    /// `backward_straight`: dẋ.
    DirectionStraight,
}

/// The layer `L`, which may have a fault.
#[derive(Clone, Debug)]
pub struct Broken<L> {
    layer: L,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

impl<L: Params> Params for Broken<L> {
    const ZERO: Self = Self {
        layer: L::ZERO,
        fault: None,
    };
    const LEN: usize = L::LEN;
    const LEAVES: usize = L::LEAVES;

    fn leaf(&self, i: usize) -> &[f32] {
        self.layer.leaf(i)
    }
    fn leaf_mut(&mut self, i: usize) -> &mut [f32] {
        self.layer.leaf_mut(i)
    }
    fn shape(i: usize) -> &'static [usize] {
        L::shape(i)
    }
}

impl<L: Mirror> Mirror for Broken<L> {
    fn network() -> Network {
        L::network()
    }
}

impl<L: Mirror> Layer for Broken<L> {
    type In = L::In;
    type Out = L::Out;
    type Tape<const B: usize> = L::Tape<B>;
    type TangentTape<const B: usize> = L::TangentTape<B>;
    type Through = L::Through;
    const READS_AGAIN: bool = L::READS_AGAIN;
    const CURVED: bool = L::CURVED;

    fn forward<const B: usize>(&self, x: &[L::In; B], tape: &mut L::Tape<B>, y: &mut [L::Out; B]) {
        self.layer.forward(x, tape, y);
    }

    fn backward<P: Activation, const B: usize>(
        &self,
        mut x: Input<'_, [L::In; B]>,
        tape: &mut L::Tape<B>,
        dz: &mut [L::Out; B],
        grad: Option<&mut Self>,
    ) {
        let mut share = L::ZERO;
        let wanted = grad.is_some().then_some(&mut share);
        let input = match &mut x {
            Input::Kept(x) => Input::Kept(*x),
            Input::Spent(x) => Input::Spent(&mut **x),
        };
        self.layer.backward::<P, B>(input, tape, dz, wanted);
        if let Some(grad) = grad {
            self.spoil_leaf(Fault::Gradient, &mut share);
            add(&mut grad.layer, &share);
        }
        if let Input::Spent(dx) = x {
            self.spoil_rows(Fault::Input, dx);
        }
    }

    fn tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        x: &[L::In; B],
        tape: &mut L::TangentTape<B>,
        y: &mut [L::Out; B],
    ) {
        self.layer.tangent(inner(at), x, tape, y);
        self.spoil_rows(Fault::Tangent, y);
    }

    /// Linear in its two adjoints: each goes back alone, so that its terms can be told apart.
    fn backward_tangent<const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        along: TangentTrace<'_, Self, B>,
        dy: &mut Dual<[L::Out; B]>,
        grad: &mut Self,
        dx: Option<&mut Dual<[L::In; B]>>,
    ) {
        let along = TangentTrace {
            x: along.x,
            tape: along.tape,
            y: along.y,
        };
        let back = |value, tangent| {
            let (mut share, mut dx) = (L::ZERO, Dual::ZERO);
            let mut dy = Dual { value, tangent };
            self.layer
                .backward_tangent(inner(at), along, &mut dy, &mut share, Some(&mut dx));
            (share, dx)
        };
        let (mut by_value, mut dx_by_value) = back(dy.value, Zero::ZERO);
        let (mut by_tangent, mut dx_by_tangent) = back(Zero::ZERO, dy.tangent);

        self.spoil_leaf(Fault::GradientByValue, &mut by_value);
        self.spoil_leaf(Fault::GradientByTangent, &mut by_tangent);
        self.spoil_rows(Fault::InputByValue, &mut dx_by_value.value);
        self.spoil_rows(Fault::InputByTangent, &mut dx_by_tangent.value);
        self.spoil_rows(Fault::DirectionByTangent, &mut dx_by_tangent.tangent);
        add(&mut grad.layer, &by_value);
        add(&mut grad.layer, &by_tangent);
        if let Some(dx) = dx {
            add_rows(&mut dx_by_value.value, &mut dx_by_tangent.value);
            dx.value = dx_by_value.value;
            dx.tangent = dx_by_tangent.tangent;
        }
    }

    fn backward_straight<P: Activation, const B: usize>(
        &self,
        at: Trace<'_, Self, B>,
        mut xt: Input<'_, [L::In; B]>,
        tape: &mut L::TangentTape<B>,
        dzt: &mut [L::Out; B],
        grad: &mut Self,
    ) {
        let mut share = L::ZERO;
        let input = match &mut xt {
            Input::Kept(xt) => Input::Kept(*xt),
            Input::Spent(xt) => Input::Spent(&mut **xt),
        };
        self.layer
            .backward_straight::<P, B>(inner(at), input, tape, dzt, &mut share);
        self.spoil_leaf(Fault::GradientStraight, &mut share);
        add(&mut grad.layer, &share);
        if let Input::Spent(dxt) = xt {
            self.spoil_rows(Fault::DirectionStraight, dxt);
        }
    }

    fn init(&mut self, init: &Init, rng: &mut Rng) {
        self.layer.init(init, rng);
    }
}

impl<L: Params> Broken<L> {
    /// Spoils the leaf of `share` that a fault of this kind names.
    fn spoil_leaf(&self, kind: fn(usize) -> Fault, share: &mut L) {
        if let Some(i) = (0..L::LEAVES).find(|&i| self.fault == Some(kind(i))) {
            spoil(share.leaf_mut(i).iter_mut());
        }
    }

    /// Spoils a block of rows if that is the fault.
    fn spoil_rows<S: Sample>(&self, kind: Fault, rows: &mut [S]) {
        if self.fault == Some(kind) {
            spoil(rows.iter_mut().flat_map(S::entries));
        }
    }
}

/// Makes the largest entry wrong.
fn spoil<'a>(entries: impl Iterator<Item = &'a mut f32>) {
    let largest = entries.max_by(|x, y| x.abs().total_cmp(&y.abs()));
    *largest.expect("an entry to spoil") *= FACTOR;
}

/// The trace of the layer inside: the tapes are its own.
fn inner<'a, L: Mirror, const B: usize>(at: Trace<'a, Broken<L>, B>) -> Trace<'a, L, B> {
    Trace {
        x: at.x,
        tape: at.tape,
        y: at.y,
    }
}

fn add<P: Params>(sum: &mut P, term: &P) {
    for (i, leaf) in term.leaves().enumerate() {
        let entries = sum.leaf_mut(i).iter_mut().zip(leaf);
        entries.for_each(|(sum, term)| *sum += term);
    }
}

fn add_rows<S: Sample>(sum: &mut [S], term: &mut [S]) {
    for (sum, term) in sum.iter_mut().zip(term) {
        let entries = sum.entries().into_iter().zip(term.entries());
        entries.for_each(|(sum, term)| *sum += *term);
    }
}
