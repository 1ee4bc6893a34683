//! One layer at one point, held against the oracle: all four passes, every adjoint.

use ganlet::layer::{Activation, Dual, Input, Layer, Linear, Row, TangentTrace, Trace, Zero};
use ganlet::rng::Rng;

use crate::adjoints::Point;
use crate::agree::{Disagreement, agree};
use crate::mirror::{Mirror, draw_params, draw_sample, leaves, one_leaf, rows};
use crate::network::Leaves;

/// A block stays this far from the kinks of its rectifiers.
pub(super) const MARGIN: f64 = 2e-4;

/// A layer, a block of `B` inputs, and what its passes start from.
#[derive(Clone, Debug)]
pub struct LayerCase<L: Mirror, const B: usize> {
    /// The layer.
    pub layer: L,
    /// x.
    x: [L::In; B],
    /// A direction ẋ.
    along: [L::In; B],
    /// Adjoint of y.
    dy: [L::Out; B],
    /// Adjoint of ẏ.
    dyt: [L::Out; B],
}

/// A forward pass of the core, with its memory.
struct Pass<L: Layer, const B: usize> {
    tape: L::Tape<B>,
    y: [L::Out; B],
}

/// A tangent pass of the core, with its memory.
struct TangentPass<L: Layer, const B: usize> {
    tape: L::TangentTape<B>,
    y: [L::Out; B],
}

impl<L: Mirror, const B: usize> LayerCase<L, B> {
    /// A case away from kinks.
    pub fn draw(rng: &mut Rng) -> Self {
        loop {
            let case = Self {
                layer: draw_params(rng),
                x: [(); B].map(|()| draw_sample(rng)),
                along: [(); B].map(|()| draw_sample(rng)),
                dy: [(); B].map(|()| draw_sample(rng)),
                dyt: [(); B].map(|()| draw_sample(rng)),
            };
            if case.point().closest_kink() > MARGIN {
                return case;
            }
        }
    }

    /// The same, as the oracle sees it.
    fn point(&self) -> Point {
        Point {
            net: L::network(),
            theta: leaves(&self.layer),
            x: rows(&self.x),
            along: rows(&self.along),
            dy: rows(&self.dy),
            dyt: rows(&self.dyt),
        }
    }

    /// Everything the layer computes, against the oracle.
    pub fn check(&self) -> Result<(), Disagreement> {
        let (point, pass) = (self.point(), self.forward());
        let at = pass.trace(&self.x);
        agree("y", &one_leaf(&pass.y), &flat(&point.outputs()))?;
        self.check_backward(&point, &pass)?;

        let tangent = self.tangent(at);
        agree(
            "tangent: ẏ",
            &one_leaf(&tangent.y),
            &flat(&point.tangents()),
        )?;
        self.check_backward_tangent(&point, at, tangent.trace(&self.along))?;
        if L::CURVED {
            return Ok(());
        }
        self.check_backward_straight(point, at, &tangent.tape)
    }

    fn forward(&self) -> Pass<L, B> {
        let mut pass = Pass {
            tape: L::Tape::<B>::ZERO,
            y: [L::Out::ZERO; B],
        };
        self.layer.forward(&self.x, &mut pass.tape, &mut pass.y);
        pass
    }

    fn tangent(&self, at: Trace<'_, L, B>) -> TangentPass<L, B> {
        let mut pass = TangentPass {
            tape: L::TangentTape::<B>::ZERO,
            y: [L::Out::ZERO; B],
        };
        self.layer
            .tangent(at, &self.along, &mut pass.tape, &mut pass.y);
        pass
    }

    fn check_backward(&self, point: &Point, pass: &Pass<L, B>) -> Result<(), Disagreement> {
        let back = |x: Input<'_, [L::In; B]>, grad: Option<&mut L>| {
            let (mut tape, mut dz) = (pass.tape, pass.y);
            for (dz, dy) in dz.iter_mut().zip(&self.dy) {
                L::Through::reverse(dz.flat_mut(), dy.flat());
            }
            self.layer
                .backward::<Linear, B>(x, &mut tape, &mut dz, grad);
        };
        let (mut grad, mut dx) = (L::ZERO, self.x);
        back(Input::Spent(&mut dx), Some(&mut grad));
        let [by_theta, by_x] = point.adjoints();
        agree("backward: gradient", &leaves(&grad), &by_theta)?;
        agree("backward: dx", &one_leaf(&dx), &flat(&by_x))?;

        // A frozen layer gives the same dx; a first layer adds the same gradient, once more.
        let mut frozen_dx = self.x;
        back(Input::Spent(&mut frozen_dx), None);
        assert_eq!(one_leaf(&frozen_dx), one_leaf(&dx), "dx of a frozen layer");
        back(Input::Kept(&self.x), Some(&mut grad));
        agree("backward twice", &leaves(&grad), &doubled(by_theta))
    }

    fn check_backward_tangent(
        &self,
        point: &Point,
        at: Trace<'_, L, B>,
        along: TangentTrace<'_, L, B>,
    ) -> Result<(), Disagreement> {
        let adjoint = || Dual {
            value: self.dy,
            tangent: self.dyt,
        };
        let (mut grad, mut dx) = (L::ZERO, Dual::ZERO);
        self.layer
            .backward_tangent(at, along, &mut adjoint(), &mut grad, Some(&mut dx));
        let [by_theta, by_x, by_along] = point.double_adjoints();
        agree("double backprop: gradient", &leaves(&grad), &by_theta)?;
        agree("double backprop: dx", &one_leaf(&dx.value), &flat(&by_x))?;
        agree(
            "double backprop: dẋ",
            &one_leaf(&dx.tangent),
            &flat(&by_along),
        )?;

        self.layer
            .backward_tangent(at, along, &mut adjoint(), &mut grad, None);
        agree("double backprop twice", &leaves(&grad), &doubled(by_theta))
    }

    /// The same with no adjoint of y.
    fn check_backward_straight(
        &self,
        mut point: Point,
        at: Trace<'_, L, B>,
        tape: &L::TangentTape<B>,
    ) -> Result<(), Disagreement> {
        point.dy.iter_mut().flatten().for_each(|dy| *dy = 0.0);
        let [by_theta, _, by_along] = point.double_adjoints();
        let back = |xt: Input<'_, [L::In; B]>, grad: &mut L| {
            let (mut tape, mut dzt) = (*tape, *at.y);
            for (dz, dy) in dzt.iter_mut().zip(&self.dyt) {
                L::Through::reverse(dz.flat_mut(), dy.flat());
            }
            self.layer
                .backward_straight::<Linear, B>(at, xt, &mut tape, &mut dzt, grad);
        };
        let (mut grad, mut dxt) = (L::ZERO, self.along);
        back(Input::Spent(&mut dxt), &mut grad);
        agree("straight back: gradient", &leaves(&grad), &by_theta)?;
        agree("straight back: dẋ", &one_leaf(&dxt), &flat(&by_along))?;
        back(Input::Kept(&self.along), &mut grad);
        agree("straight back twice", &leaves(&grad), &doubled(by_theta))
    }
}

impl<L: Layer, const B: usize> Pass<L, B> {
    fn trace<'a>(&'a self, x: &'a [L::In; B]) -> Trace<'a, L, B> {
        Trace {
            x,
            tape: &self.tape,
            y: &self.y,
        }
    }
}

impl<L: Layer, const B: usize> TangentPass<L, B> {
    fn trace<'a>(&'a self, x: &'a [L::In; B]) -> TangentTrace<'a, L, B> {
        TangentTrace {
            x,
            tape: &self.tape,
            y: &self.y,
        }
    }
}

/// All rows of a block as one leaf.
fn flat(rows: &Leaves<f64>) -> Leaves<f64> {
    vec![rows.concat()]
}

fn doubled(leaves: Leaves<f64>) -> Leaves<f64> {
    let double = |leaf: Vec<f64>| leaf.into_iter().map(|x| 2.0 * x).collect();
    leaves.into_iter().map(double).collect()
}
