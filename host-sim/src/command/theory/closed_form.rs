//! Divergences that can be written down, to hold the quadrature against.

use ganlet::divergence::{Distribution, Normal, Target};

/// KL(p ‖ q) in nats where both are of one family with a formula: Gaussians, lognormals, which are
/// Gaussians of ln x, and exponentials.
pub(super) fn kl(p: &Target, q: &Target) -> Option<f64> {
    if let (Target::Exponential(p), Target::Exponential(q)) = (p, q) {
        let ratio = q.rate() / p.rate();
        return Some(ratio - 1.0 - ratio.ln());
    }
    let (p, q) = gaussians(p, q)?;
    let (shift, ratio) = ((p.mean() - q.mean()) / q.sd(), p.sd() / q.sd());
    Some(0.5 * (ratio * ratio + shift * shift - 1.0) - ratio.ln())
}

/// TV(p, q) of Gaussians and of lognormals: the densities cross at one point or two, and between
/// them the mass of the one exceeds that of the other.
pub(super) fn total_variation(p: &Target, q: &Target) -> Option<f64> {
    let (p, q) = gaussians(p, q)?;
    // ln q - ln p = a z² + b z + c in z = (x - mean of p) / sd of p.
    let (shift, sd) = ((q.mean() - p.mean()) / p.sd(), q.sd() / p.sd());
    let precision = 1.0 / (sd * sd);
    let a = 0.5 * (1.0 - precision);
    let b = shift * precision;
    let c = -0.5 * shift * shift * precision - sd.ln();
    let excess = |z: f64| Normal::STANDARD.cdf(z) - Normal::STANDARD.cdf((z - shift) / sd);
    if a == 0.0 {
        return Some(if b == 0.0 { 0.0 } else { excess(-c / b).abs() });
    }
    // The larger root first, so that no digits cancel; the product of the roots is c / a.
    let half = -0.5 * (b + b.signum() * (b * b - 4.0 * a * c).max(0.0).sqrt());
    let (first, second) = (excess(half / a), excess(c / half));
    Some(0.5 * (first.abs() + (second - first).abs() + second.abs()))
}

/// The Gaussians that both are, or that their logarithms are; neither divergence depends on the
/// unit of x.
fn gaussians(p: &Target, q: &Target) -> Option<(Normal, Normal)> {
    match (p, q) {
        (Target::Normal(p), Target::Normal(q)) => Some((*p, *q)),
        (Target::LogNormal(p), Target::LogNormal(q)) => {
            let gaussian = |(mu, sigma)| Normal::new(mu, sigma).ok();
            Some((gaussian(p.logarithm())?, gaussian(q.logarithm())?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ganlet::divergence;

    use super::*;

    #[test]
    fn formulas_and_quadrature_agree() {
        let pairs = [
            ("normal:0:1", "normal:1:1"),
            ("normal:0:1", "normal:0:1"),
            ("normal:0:1", "normal:0:3"),
            ("normal:0:1", "normal:3:0.5"),
            ("normal:20:0.1", "normal:21:4"),
            ("lognormal:0:1", "lognormal:0.3:0.5"),
        ];
        for (p, q) in pairs {
            let (p, q): (Target, Target) = (p.parse().unwrap(), q.parse().unwrap());
            for (p, q) in [(&p, &q), (&q, &p)] {
                let off = kl(p, q).unwrap() - divergence::kl(p, q);
                assert!(off.abs() < 1e-9, "KL({p} ‖ {q}) is {off} off");
                let off = total_variation(p, q).unwrap() - divergence::total_variation(p, q);
                assert!(off.abs() < 1e-9, "TV({p}, {q}) is {off} off");
            }
        }
        let (p, q): (Target, Target) = (
            "exponential:1".parse().unwrap(),
            "exponential:5".parse().unwrap(),
        );
        assert!((kl(&p, &q).unwrap() - divergence::kl(&p, &q)).abs() < 1e-9);
        assert_eq!(total_variation(&p, &q), None);
    }

    #[test]
    fn families_that_do_not_match_have_no_formula() {
        let (p, q): (Target, Target) = (
            "normal:1:1".parse().unwrap(),
            "lognormal:0:1".parse().unwrap(),
        );
        assert_eq!((kl(&p, &q), total_variation(&p, &q)), (None, None));
    }
}
