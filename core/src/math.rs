//! The one door to transcendental functions.
//!
//! Everything that trains, scores or generates calls these, and nothing else: one back end gives
//! one set of bits on x86-64 and on every Cortex-M. [`libm`] is the default; the `micromath`
//! feature takes exp, tanh and cos from there, trading accuracy (about 1e-3) for size and cycles. [`reference`](mod@reference) holds the
//! `f64` functions of quadrature and reports, always from `libm`.

#[cfg(not(any(feature = "micromath", target_arch = "arm")))]
mod lanes;
#[cfg(any(feature = "micromath", target_arch = "arm"))]
use backend as lanes;

#[cfg(feature = "micromath")]
mod backend {
    use micromath::F32Ext;

    pub(crate) fn exp(x: f32) -> f32 {
        F32Ext::exp(x)
    }
    // micromath's logarithm is off by several per cent, too much for the tails of a Gaussian.
    pub(crate) fn ln(x: f32) -> f32 {
        libm::logf(x)
    }
    pub(crate) fn tanh(x: f32) -> f32 {
        // micromath has no tanh: 1 - 2 / (e^2x + 1), which saturates to ±1 at both ends.
        1.0 - 2.0 / (F32Ext::exp(2.0 * x.clamp(-9.0, 9.0)) + 1.0)
    }
    pub(crate) fn cos(x: f32) -> f32 {
        F32Ext::cos(x)
    }
}

#[cfg(not(feature = "micromath"))]
mod backend {
    pub(crate) fn exp(x: f32) -> f32 {
        libm::expf(x)
    }
    pub(crate) fn ln(x: f32) -> f32 {
        libm::logf(x)
    }
    pub(crate) fn tanh(x: f32) -> f32 {
        libm::tanhf(x)
    }
    pub(crate) fn cos(x: f32) -> f32 {
        libm::cosf(x)
    }
}

/// The name of the active back end, as telemetry and reports state it.
pub const BACKEND: &str = if cfg!(feature = "micromath") {
    "micromath"
} else {
    "libm"
};

/// e^x.
#[inline]
pub fn exp(x: f32) -> f32 {
    backend::exp(x)
}

/// Natural logarithm; `x` must be positive.
#[inline]
pub fn ln(x: f32) -> f32 {
    backend::ln(x)
}

/// Square root, exact to the last bit with either back end; `x` must not be negative.
#[inline]
pub fn sqrt(x: f32) -> f32 {
    ganlet_hardware_sqrt::sqrt(x)
}

/// The square root of each.
#[inline]
pub fn sqrt_each<const N: usize>(mut x: [f32; N]) -> [f32; N] {
    let (fours, rest) = x.as_chunks_mut::<4>();
    for four in fours {
        *four = ganlet_hardware_sqrt::sqrt_each(*four);
    }
    rest.iter_mut().for_each(|x| *x = sqrt(*x));
    x
}

/// Hyperbolic tangent.
#[inline]
pub fn tanh(x: f32) -> f32 {
    backend::tanh(x)
}

/// Cosine of `x` in radians.
#[inline]
pub fn cos(x: f32) -> f32 {
    backend::cos(x)
}

/// Logistic function σ(x) = 1 / (1 + e^-x), the probability of a logit, without overflow.
#[inline]
pub fn sigmoid(x: f32) -> f32 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let e = exp(x);
        e / (1.0 + e)
    }
}

/// s(x) = ln(1 + e^x), without overflow.
#[inline]
pub fn softplus(x: f32) -> f32 {
    softplus_and_slope(x).0
}

/// s(x) = max(x, 0) + ln(1 + e^-|x|) and its slope, the very number of [`sigmoid`], from one
/// exponential.
#[cfg_attr(target_arch = "arm", inline(never))] // once: its logarithm is large
#[cfg_attr(not(target_arch = "arm"), inline)]
pub fn softplus_and_slope(x: f32) -> (f32, f32) {
    let e = lanes::exp(-x.abs());
    let positive = if x > 0.0 { x } else { 0.0 };
    let slope = if x >= 0.0 { 1.0 } else { e } / (1.0 + e);
    (positive + lanes::ln(1.0 + e), slope)
}

/// Whether several numbers at once take less time than one after the other.
pub(crate) const VECTORS: bool = cfg!(not(any(feature = "micromath", target_arch = "arm")));

/// Values and slopes of [`softplus_and_slope`], as a loop that a vector unit can follow.
#[inline(never)] // in its callers' loops it would not be one over vectors
#[cfg_attr(
    not(any(target_arch = "arm", debug_assertions)),
    multiversion::multiversion(targets("x86_64+avx512f", "x86_64+avx+avx2"))
)]
pub(crate) fn softplus_and_slope_of_each<const N: usize, const K: usize>(
    x: &[[f32; N]; K],
) -> [[[f32; N]; K]; 2] {
    let [mut values, mut slopes] = [[[0.0; N]; K]; 2];
    let places = values
        .as_flattened_mut()
        .iter_mut()
        .zip(slopes.as_flattened_mut());
    for (&x, (value, slope)) in x.as_flattened().iter().zip(places) {
        (*value, *slope) = softplus_and_slope(x);
    }
    [values, slopes]
}

/// `f64` functions for quadrature, closed forms and reports; never for training.
pub mod reference {
    /// e^x.
    pub fn exp(x: f64) -> f64 {
        libm::exp(x)
    }
    /// Natural logarithm.
    pub fn ln(x: f64) -> f64 {
        libm::log(x)
    }
    /// Square root.
    pub fn sqrt(x: f64) -> f64 {
        libm::sqrt(x)
    }
    /// Error function.
    pub fn erf(x: f64) -> f64 {
        libm::erf(x)
    }
    /// Complementary error function.
    pub fn erfc(x: f64) -> f64 {
        libm::erfc(x)
    }
    /// ln(1 + x), exact also for small `x`.
    pub fn ln_1p(x: f64) -> f64 {
        libm::log1p(x)
    }
    /// e^x - 1, exact also for small `x`.
    pub fn exp_m1(x: f64) -> f64 {
        libm::expm1(x)
    }
    /// Logistic function σ(x) = 1 / (1 + e^-x), without overflow.
    pub fn sigmoid(x: f64) -> f64 {
        let e = exp(-x.abs());
        let tail = e / (1.0 + e);
        if x < 0.0 { tail } else { 1.0 - tail }
    }
    /// s(x) = ln(1 + e^x), without overflow: max(x, 0) + ln(1 + e^-|x|).
    pub fn softplus(x: f64) -> f64 {
        x.max(0.0) + ln_1p(exp(-x.abs()))
    }
}
