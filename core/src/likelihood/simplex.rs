//! Minimising a function of two variables without its derivatives.

/// A point and the function's value there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vertex {
    pub(super) at: [f64; 2],
    pub(super) value: f64,
}

/// What a search has found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Minimum {
    pub(super) at: [f64; 2],
    pub(super) value: f64,
    pub(super) evaluations: u32,
    /// Whether the simplex shrank to the wanted size, rather than the evaluations ran out.
    pub(super) converged: bool,
}

/// A simplex smaller than this in both variables has converged. The minimum of a smooth function
/// cannot be placed better than to the square root of its rounding.
const SIZE: f64 = 1e-8;
const MAX_EVALUATIONS: u32 = 1000;

/// The minimum of `f` near `start`, by the downhill simplex of Nelder and Mead (1965) with edges of
/// length `edge` to begin with; a second, smaller simplex around the first result guards against a
/// simplex that collapsed too early.
pub(super) fn minimise(f: impl Fn([f64; 2]) -> f64, start: [f64; 2], edge: f64) -> Minimum {
    let first = descend(&f, start, edge);
    let second = descend(&f, first.at, 0.01 * edge);
    Minimum {
        evaluations: first.evaluations + second.evaluations,
        converged: first.converged && second.converged,
        ..second
    }
}

fn descend(f: &impl Fn([f64; 2]) -> f64, start: [f64; 2], edge: f64) -> Minimum {
    let vertex = |at| Vertex { at, value: f(at) };
    let [x, y] = start;
    let mut simplex = [vertex(start), vertex([x + edge, y]), vertex([x, y + edge])];
    let mut evaluations = 3;
    loop {
        simplex.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
        let [best, middle, worst] = simplex;
        let converged = size(&simplex) <= SIZE;
        if converged || evaluations >= MAX_EVALUATIONS {
            return Minimum {
                at: best.at,
                value: best.value,
                evaluations,
                converged,
            };
        }
        // Points on the line from the worst vertex through the middle of the other two.
        let centre = between(best.at, middle.at, 0.5);
        let along = |t| vertex(between(worst.at, centre, t));
        let reflected = along(2.0);
        evaluations += 1;
        simplex = if reflected.value < best.value {
            let expanded = along(3.0);
            evaluations += 1;
            [best, middle, lower(expanded, reflected)]
        } else if reflected.value < middle.value {
            [best, middle, reflected]
        } else {
            let contracted = along(if reflected.value < worst.value {
                1.5
            } else {
                0.5
            });
            evaluations += 1;
            if contracted.value < worst.value.min(reflected.value) {
                [best, middle, contracted]
            } else {
                evaluations += 2;
                let towards_best = |v: Vertex| vertex(between(best.at, v.at, 0.5));
                [best, towards_best(middle), towards_best(worst)]
            }
        };
    }
}

/// a + t (b - a).
fn between(a: [f64; 2], b: [f64; 2], t: f64) -> [f64; 2] {
    let ([ax, ay], [bx, by]) = (a, b);
    [ax + t * (bx - ax), ay + t * (by - ay)]
}

fn lower(a: Vertex, b: Vertex) -> Vertex {
    if a.value < b.value { a } else { b }
}

/// The largest distance of a vertex from the first in either variable.
fn size([first, second, third]: &[Vertex; 3]) -> f64 {
    let [x, y] = first.at;
    [second, third]
        .iter()
        .map(|v| (v.at[0] - x).abs().max((v.at[1] - y).abs()))
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bowl_and_a_curved_valley() {
        let bowl = minimise(
            |[x, y]| (x - 3.0) * (x - 3.0) + 100.0 * (y + 1.0) * (y + 1.0),
            [0.0, 0.0],
            1.0,
        );
        assert!(bowl.converged);
        assert!(
            (bowl.at[0] - 3.0).abs() < 1e-7 && (bowl.at[1] + 1.0).abs() < 1e-7,
            "{bowl:?}"
        );

        // Rosenbrock's function, minimum 0 at (1, 1).
        let valley = |[x, y]: [f64; 2]| (1.0 - x) * (1.0 - x) + 100.0 * (y - x * x) * (y - x * x);
        let found = minimise(valley, [-1.2, 1.0], 1.0);
        assert!(found.converged && found.value < 1e-14, "{found:?}");
    }

    #[test]
    fn a_function_without_a_minimum_ends_unconverged() {
        assert!(!minimise(|[x, y]| x + y, [0.0, 0.0], 1.0).converged);
    }
}
