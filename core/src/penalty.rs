//! R1 and R2: penalties on the discriminator's slope, by exact double backprop.
//!
//! R = (γ/2) E |∇ₓD(x)|² over real (R1) or generated (R2) samples (Mescheder et al. 2018). Its
//! gradient with respect to the parameters θ needs second derivatives, but only along one
//! direction: with v = ∇ₓD(x) held fixed,
//!
//! > ∇_θ ½ |∇ₓD(x)|² = ∇_θ (v · ∇ₓD(x)),
//!
//! and v · ∇ₓD(x) is the directional derivative of D along v. So: one reverse pass gives v, one
//! forward pass of tangents gives v · ∇ₓD, and one reverse pass over both gives the gradient: over the
//! tangents alone, in their place, where all activations are rectifiers, whose slopes do not move with θ.

use crate::layer::{Activation, Dual, Input, Layer, Linear, Row, TangentTrace, Trace, Zero};

/// A discriminator: one logit per sample, of a sample that can be flattened.
pub trait Discriminator: Layer<In: Row, Out = [f32; 1]> {}
impl<D: Layer<In: Row, Out = [f32; 1]>> Discriminator for D {}

/// Adds the gradient of Σᵢ weightᵢ · ½ |∇ₓD(xᵢ)|² to `grad`, and returns the sum itself.
///
/// `at` is a forward pass over the block; `weight` is γ / batch for each sample that counts and
/// zero for a row of padding.
pub fn accumulate<D: Discriminator, const B: usize>(
    net: &D,
    at: Trace<'_, D, B>,
    weight: &[f32; B],
    grad: &mut D,
) -> f32 {
    let mut slope = *at.x;
    {
        // Leaves the stack before the tangents come.
        let mut spent = *at.tape;
        let mut dz = at.y.map(|[y]| [D::Through::adjoint(y, 1.0)]);
        net.backward::<Linear, B>(Input::Spent(&mut slope), &mut spent, &mut dz, None);
    }

    let mut tape = D::TangentTape::<B>::ZERO;
    let mut directional = [[0.0]; B];
    net.tangent(at, &slope, &mut tape, &mut directional);

    if D::CURVED {
        let along = TangentTrace {
            x: &slope,
            tape: &tape,
            y: &directional,
        };
        let mut adjoint = Dual {
            value: [[0.0]; B],
            tangent: weight.map(|w| [w]),
        };
        net.backward_tangent(at, along, &mut adjoint, grad, None);
    } else {
        let mut adjoint = weight.map(|w| [w]);
        for ([adjoint], [y]) in adjoint.iter_mut().zip(at.y) {
            *adjoint = D::Through::adjoint(*y, *adjoint);
        }
        let slope = Input::Kept(&slope);
        net.backward_straight::<Linear, B>(at, slope, &mut tape, &mut adjoint, grad);
    }

    let squares = slope
        .iter()
        .map(|row| row.flat().iter().fold(0.0, |sum, g| sum + g * g));
    squares
        .zip(weight)
        .fold(0.0, |sum, (square, w)| sum + 0.5 * w * square)
}
