//! The optimizers in `f64`, one number at a time.

/// p after plain gradient descent over a sequence of gradients.
pub fn sgd(p: f64, rate: f64, gradients: &[f64]) -> f64 {
    p - rate * gradients.iter().sum::<f64>()
}

/// p after gradient descent with momentum: the step of time t is Σ_{s ≤ t} μ^{t−s} g_s.
pub fn momentum(p: f64, rate: f64, mu: f64, gradients: &[f64]) -> f64 {
    let step = |t: usize| decayed_sum(mu, &gradients[..=t]);
    p - rate * (0..gradients.len()).map(step).sum::<f64>()
}

/// p after Adam, with the moments as the explicit weighted sums that the recursions stand for:
/// m_t = (1 − β₁) Σ β₁^{t−s} g_s, and the like for v_t.
pub fn adam(p: f64, rate: f64, beta: [f64; 2], epsilon: f64, gradients: &[f64]) -> f64 {
    let squares: Vec<f64> = gradients.iter().map(|g| g * g).collect();
    let step = |t: usize| {
        let corrected = |beta: f64, terms: &[f64]| {
            (1.0 - beta) * decayed_sum(beta, &terms[..=t]) / (1.0 - beta.powi(t as i32 + 1))
        };
        corrected(beta[0], gradients) / (corrected(beta[1], &squares).sqrt() + epsilon)
    };
    p - rate * (0..gradients.len()).map(step).sum::<f64>()
}

/// Σ_s decay^{t−s} terms_s, with t the last index.
fn decayed_sum(decay: f64, terms: &[f64]) -> f64 {
    let latest_first = terms.iter().rev().enumerate();
    latest_first
        .map(|(age, term)| decay.powi(age as i32) * term)
        .sum()
}
