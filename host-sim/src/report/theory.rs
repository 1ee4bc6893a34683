//! The page of `ganlet theory`: two known distributions and the judge between them.

use super::chart::{Chart, Role};
use super::data::{Curve, Theory};
use super::number::{short, significant};
use super::page::{Figure, Page, escape};

/// The theory page as one self-contained HTML document.
#[must_use]
pub fn page(theory: &Theory) -> String {
    let (p, q) = (escape(&theory.p_name), escape(&theory.q_name));
    let numbers = theory.numbers.iter().map(|number| {
        let value = significant(number.value, 7);
        (number.name.as_str(), value, number.meaning.as_str())
    });
    Page::new("theory", format!("{} and {}", theory.p_name, theory.q_name))
        .lead(format!(
            "The data’s distribution <i>P</i> is <b>{p}</b>, the generator’s <i>Q</i> is <b>{q}</b>. Both densities are \
             known, so every quantity of the game can be computed and compared with what training finds."
        ))
        .section(
            "Two densities, one judge",
            "The best discriminator follows from the densities alone.",
            [densities(theory), discriminators(theory)],
        )
        .table("In numbers", numbers)
        .render()
}

/// Both densities and their mean.
#[must_use]
pub fn densities(theory: &Theory) -> Figure {
    let mean = theory.p.points().filter_map(|(x, p)| {
        let q = theory.q.at(x)?;
        Some((x, 0.5 * (p + q)))
    });
    let chart = Chart::new(format!(
        "Densities of {} and {}",
        theory.p_name, theory.q_name
    ))
    .x("x")
    .y("density")
    .line(Role::Baseline.dashed(), "m = ½ (p + q)", mean)
    .line(Role::Data, "p", theory.p.points())
    .line(Role::Generated, "q", theory.q.points());
    let caption = "The densities <i>p</i> of the data and <i>q</i> of the generator. JS(<i>P</i>, <i>Q</i>) = \
        ½ KL(<i>P</i>, <i>M</i>) + ½ KL(<i>Q</i>, <i>M</i>) measures both against their mean.";
    Figure::new("The two densities", &chart, caption)
}

/// D* and, where there is one, a trained D.
#[must_use]
pub fn discriminators(theory: &Theory) -> Figure {
    let mut chart = Chart::new("Optimal and trained discriminator over x")
        .x("x")
        .y("D, probability of being real")
        .y_range(0.0, 1.0)
        .level(Role::Baseline.dashed(), "½: cannot tell", 0.5)
        .line(Role::Truth.thin(), "D*", theory.optimal.points());
    let mut caption = "<i>D</i>*(<i>x</i>) = <i>p</i>(<i>x</i>) / (<i>p</i>(<i>x</i>) + <i>q</i>(<i>x</i>)) makes \
        <i>V</i>(<i>G</i>, <i>D</i>) largest, and there <i>V</i> = −2 ln 2 + 2 JS(<i>P</i>, <i>Q</i>)."
        .to_owned();
    if let Some(trained) = &theory.trained {
        chart = chart.line(Role::Generated, "D, trained", trained.points());
        if let Some(error) = error(theory, trained) {
            caption += &format!(
                " The trained one is <b>{}</b> off on average, E<sub><i>m</i></sub> |<i>D</i> − <i>D</i>*|.",
                short(error)
            );
        }
    }
    Figure::new("The judge between them", &chart, caption)
}

/// E_m |D - D*| by the trapezoidal rule over the places where p is given.
fn error(theory: &Theory, trained: &Curve) -> Option<f64> {
    let weighted: Vec<(f64, f64, f64)> = theory
        .p
        .points()
        .filter_map(|(x, p)| {
            let mass = 0.5 * (p + theory.q.at(x)?);
            let off = (trained.at(x)? - theory.optimal.at(x)?).abs();
            Some((x, mass, mass * off))
        })
        .filter(|(x, mass, off)| (x + mass + off).is_finite())
        .collect();
    let (mut off, mut mass) = (0.0, 0.0);
    for pair in weighted.windows(2) {
        let width = pair[1].0 - pair[0].0;
        mass += 0.5 * width * (pair[0].1 + pair[1].1);
        off += 0.5 * width * (pair[0].2 + pair[1].2);
    }
    (mass > 0.0).then(|| off / mass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_offset_is_its_own_mean() {
        let flat = |y: f64| Curve::sampled(0.0, 1.0, 101, |_| y);
        let theory = Theory {
            p: flat(1.0),
            q: flat(1.0),
            optimal: flat(0.5),
            ..Theory::default()
        };
        let error = error(&theory, &flat(0.53)).unwrap();
        assert!((error - 0.03).abs() < 1e-12);
    }
}
